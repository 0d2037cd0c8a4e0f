// The page of an actor: which interactions, profiles, searches and operations it must and should support.

using FhirHub.Model;

namespace FhirHub.Server.Profiles;

/// <summary>Writes the page of a CapabilityStatement.</summary>
internal static class CapabilityStatementPage
{
    private const string ExpectationUrl = "http://hl7.org/fhir/StructureDefinition/capabilitystatement-expectation";

    private static readonly string[] s_interactions =
        ["read", "vread", "update", "patch", "delete", "history-instance", "history-type", "create", "search-type"];

    public static void Write(PageDraft page, ResourceTree statement)
    {
        var root = statement.Root;
        if (LocalText.Of(root, "description", page.Language) is { } description)
            MarkdownText.Write(page, description);
        page.Facts(() =>
        {
            DefinitionFacts.Write(page, root);
            page.Fact(PageLabels.Kind, root.ChildValue("kind"), isCode: true);
            page.Fact(PageLabels.Formats, string.Join(", ", root.ChildrenOf("format").ToList().Select(static format => format.GetString())), isCode: true);
        });
        page.RawLinks(PublishedPackage.AddressOf(statement));
        var number = 0;
        foreach (var rest in root.ChildrenOf("rest"))
            Rest(page, rest, ++number);
    }

    private static void Rest(PageDraft page, ElementNode rest, int number)
    {
        var resources = rest.ChildrenOf("resource").ToList();
        page.Section($"rest-{number}", rest.ChildValue("mode") == "client" ? PageLabels.AsClient : PageLabels.AsServer, () =>
        {
            if (LocalText.Of(rest, "documentation", page.Language) is { } documentation)
                MarkdownText.Write(page, documentation);
            if (LocalText.Of(rest.Child("security"), "description", page.Language) is { } security)
                MarkdownText.Write(page, security);
            if (resources.Count > 0)
                Interactions(page, resources);
            System(page, rest);
        });
        for (var i = 0; i < resources.Count; i++)
            Resource(page, resources[i], $"rest-{number}-{i + 1}");
    }

    private static void Interactions(PageDraft page, List<ElementNode> resources)
    {
        var html = page.Html;
        string[] used = [.. s_interactions.Where(code => resources.Exists(resource => Interaction(resource, code).Exists))];
        page.Table(PageLabels.Interactions, [PageLabels.ResourceType, .. used.Select(static code => new Label(code, code))], () =>
        {
            foreach (var resource in resources)
            {
                html.Open("tr").Open("th", ("scope", "row"));
                page.Link(R4Pages.OfType(resource.ChildValue("type") ?? ""), resource.ChildValue("type") ?? "");
                html.Close();
                foreach (var code in used)
                {
                    var interaction = Interaction(resource, code);
                    html.Open("td");
                    if (interaction.Exists)
                        Expectation(page, interaction);
                    else
                        html.Element("span", "–", ("class", "quiet"));
                    html.Close();
                }

                html.Close();
            }
        });
    }

    private static void System(PageDraft page, ElementNode rest)
    {
        if (!rest.Child("interaction").Exists && !rest.Child("operation").Exists)
            return;
        page.Html.Element("h3", PageLabels.WholeSystem).Open("ul");
        foreach (var interaction in rest.ChildrenOf("interaction"))
            Item(page, interaction, interaction.ChildValue("code") ?? "");
        foreach (var operation in rest.ChildrenOf("operation"))
            Item(page, operation, $"${operation.ChildValue("name")}");
        page.Html.Close();
    }

    private static void Item(PageDraft page, ElementNode node, string name)
    {
        page.Html.Open("li").Element("code", name).Text(" ");
        Expectation(page, node);
        if (LocalText.Of(node, "documentation", page.Language) is { } documentation)
        {
            page.Html.Text(" ");
            page.Local("span", documentation);
        }

        page.Html.Close();
    }

    private static void Resource(PageDraft page, ElementNode resource, string id)
    {
        var html = page.Html;
        var type = resource.ChildValue("type") ?? "";
        html.Open("section", ("id", id), ("aria-labelledby", $"{id}-heading")).Element("h3", type, ("id", $"{id}-heading"));
        if (LocalText.Of(resource, "documentation", page.Language) is { } documentation)
            MarkdownText.Write(page, documentation);
        List<ElementNode> profiles = [.. resource.ChildrenOf("profile").ToList(), .. resource.ChildrenOf("supportedProfile").ToList()];
        page.Facts(() =>
        {
            if (profiles.Count > 0)
            {
                page.Fact(PageLabels.Profiles, () =>
                {
                    html.Open("ul", ("class", "plain"));
                    foreach (var profile in profiles)
                    {
                        html.Open("li");
                        page.LinkCanonical("StructureDefinition", profile.GetString() ?? "");
                        html.Text(" ");
                        Expectation(page, profile);
                        html.Close();
                    }

                    html.Close();
                });
            }

            List(page, PageLabels.Includes, resource, "searchInclude");
            List(page, PageLabels.RevIncludes, resource, "searchRevInclude");
        });
        if (resource.Child("searchParam").Exists)
            Searches(page, resource);
        if (resource.Child("operation").Exists)
        {
            html.Element("h4", PageLabels.Operations).Open("ul");
            foreach (var operation in resource.ChildrenOf("operation"))
                Item(page, operation, $"${operation.ChildValue("name")}");
            html.Close();
        }

        html.Close();
    }

    private static void Searches(PageDraft page, ElementNode resource)
    {
        page.Table(PageLabels.SearchParameters, [PageLabels.Parameter, PageLabels.Type, PageLabels.Expectation, PageLabels.Description], () =>
        {
            foreach (var parameter in resource.ChildrenOf("searchParam"))
            {
                var html = page.Html;
                html.Open("tr").Open("th", ("scope", "row")).Open("code");
                page.Link(parameter.ChildValue("definition") is { } definition ? page.HrefOf("SearchParameter", definition) : null, parameter.ChildValue("name") ?? "");
                html.Close().Close().Element("td", parameter.ChildValue("type")).Open("td");
                Expectation(page, parameter);
                html.Close().Open("td");
                if (LocalText.Of(parameter, "documentation", page.Language) is { } documentation)
                    page.Local("span", documentation);
                html.Close().Close();
            }
        });
    }

    private static void List(PageDraft page, Label label, ElementNode resource, string name)
    {
        if (!resource.Child(name).Exists)
            return;
        page.Fact(label, () =>
        {
            foreach (var value in resource.ChildrenOf(name))
            {
                page.Html.Element("code", value.GetString()).Text(" ");
                Expectation(page, value);
                page.Html.Text(" ");
            }
        });
    }

    private static ElementNode Interaction(ElementNode resource, string code)
    {
        foreach (var interaction in resource.ChildrenOf("interaction"))
        {
            if (interaction.ChildValue("code") == code)
                return interaction;
        }

        return default;
    }

    // Where nothing is said, the statement says that it is so.
    private static void Expectation(PageDraft page, ElementNode node)
    {
        foreach (var extension in node.ChildrenOf("extension"))
        {
            if (extension.ChildValue("url") == ExpectationUrl && extension.ChildValue("value") is { } value)
            {
                page.Html.Element("span", value, ("class", value == "SHALL" ? "expectation shall" : "expectation"));
                return;
            }
        }

        page.Html.Element("span", node.Definition?.Name is "supportedProfile" or "searchInclude" or "searchRevInclude" ? "" : "✓", ("class", "expectation"));
    }
}
