// The page of a profile or extension, in its two views: what the exchange adds, and everything.

using FhirHub.Model;

namespace FhirHub.Server.Profiles;

/// <summary>Writes the page of a StructureDefinition.</summary>
internal static class StructureDefinitionPage
{
    /// <summary>The last step of the address of the view with all elements.</summary>
    public const string Everything = "snapshot";

    public static void Write(PageDraft page, ResourceTree definition, bool isDifferential)
    {
        var root = definition.Root;
        var address = PublishedPackage.AddressOf(definition);
        if (LocalText.Of(root, "description", page.Language) is { } description)
            MarkdownText.Write(page, description);
        page.Facts(() => Facts(page, definition));
        page.RawLinks(address);
        var all = ElementList.Read(definition);
        var elements = isDifferential ? ElementList.WithDifferential(all) : all;
        page.Section("elements", PageLabels.Elements, () =>
        {
            Views(page, address, isDifferential);
            Legend(page);
            ElementTable.Write(page, elements, isDifferential);
        });
        Invariants.Write(page, elements, isDifferential);
        BindingsTable.Write(page, elements, isDifferential);
        if (root.ChildValue("type") == "Extension")
        {
            ExtensionUse.Write(page, definition);
        }
        else
        {
            Requests(page, definition);
            SearchSection.Write(page, root.ChildValue("type") ?? "");
            ExampleList.Write(page, definition.Id ?? "");
        }
    }

    private static void Facts(PageDraft page, ResourceTree definition)
    {
        var root = definition.Root;
        DefinitionFacts.Write(page, root);
        page.Fact(PageLabels.Type, () => page.Link(R4Pages.OfType(root.ChildValue("type") ?? ""), root.ChildValue("type") ?? ""));
        if (root.ChildValue("baseDefinition") is { } @base)
            page.Fact(PageLabels.Base, () => TypeLinks.Profile(page, @base));
        if (root.Child("context").Exists)
        {
            page.Fact(PageLabels.Context, () =>
            {
                page.Html.Open("ul", ("class", "plain"));
                foreach (var context in root.ChildrenOf("context"))
                    page.Html.Open("li").Element("code", context.ChildValue("expression")).Element("span", $" ({context.ChildValue("type")})", ("class", "quiet")).Close();
                page.Html.Close();
            });
        }

        if (TaskStates.IsAbout(definition))
            page.Fact(PageLabels.States, () => page.Html.Element("a", PageLabels.StatesOf, ("href", $"{page.Href("")}#states")));
    }

    private static void Requests(PageDraft page, ResourceTree definition)
    {
        var type = definition.Root.ChildValue("type");
        page.Section("requests", PageLabels.HowToSend, () => page.Facts(() =>
        {
            page.Fact(PageLabels.ToName, $"\"meta\": {{ \"profile\": [\"{definition.Root.ChildValue("url")}\"] }}", isCode: true);
            page.Fact(PageLabels.ToCheck, $"POST /fhir/{type}/$validate?profile={definition.Root.ChildValue("url")}", isCode: true);
            page.Fact(PageLabels.ToSend, $"POST /fhir/{type}", isCode: true);
        }));
    }

    private static void Views(PageDraft page, string address, bool isDifferential)
    {
        var html = page.Html;
        html.Open("nav", ("class", "views"), ("aria-label", PageLabels.Views.In(page.Language)));
        html.Element("a", PageLabels.ElementsAdded, ("href", page.Href(address) + "#elements"), ("aria-current", isDifferential ? "page" : null)).Text(" ");
        html.Element("a", PageLabels.ElementsAll, ("href", page.Href($"{address}/{Everything}") + "#elements"), ("aria-current", isDifferential ? null : "page"));
        html.Close();
    }

    private static void Legend(PageDraft page)
    {
        var html = page.Html;
        html.Open("ul", ("class", "legend"));
        foreach (var (sign, meaning) in (ReadOnlySpan<(string, Label)>)
        [
            ("S", PageLabels.MustSupport), ("?!", PageLabels.Modifier), ("Σ", PageLabels.Summary), ("I", PageLabels.HasInvariants),
        ])
        {
            html.Open("li").Element("span", sign, ("class", sign == "S" ? "flag must" : "flag")).Text(" ").Text(meaning).Close();
        }

        html.Close();
    }
}
