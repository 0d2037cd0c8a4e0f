// The page of a search parameter: what it finds, and how it is asked for.

using FhirHub.Model;

namespace FhirHub.Server.Profiles;

/// <summary>Writes the page of a SearchParameter.</summary>
internal static class SearchParameterPage
{
    public static void Write(PageDraft page, ResourceTree parameter)
    {
        var root = parameter.Root;
        var html = page.Html;
        if (LocalText.Of(root, "description", page.Language) is { } description)
            MarkdownText.Write(page, description);
        page.Facts(() =>
        {
            DefinitionFacts.Write(page, root);
            page.Fact(PageLabels.Code, root.ChildValue("code"), isCode: true);
            page.Fact(PageLabels.Type, root.ChildValue("type"), isCode: true);
            page.Fact(PageLabels.ResourceTypes, () => Types(page, root, "base"));
            page.Fact(PageLabels.Expression, root.ChildValue("expression"), isCode: true);
            if (root.Child("target").Exists)
                page.Fact(PageLabels.Target, () => Types(page, root, "target"));
            page.Fact(PageLabels.Comparators, Joined(root, "comparator"), isCode: true);
            page.Fact(PageLabels.Modifiers, Joined(root, "modifier"), isCode: true);
            page.Fact(PageLabels.Chains, Joined(root, "chain"), isCode: true);
        });
        page.RawLinks(PublishedPackage.AddressOf(parameter));
        page.Section("request", PageLabels.Request, () =>
        {
            foreach (var type in root.ChildrenOf("base"))
                html.Open("p").Element("code", $"GET /fhir/{type.GetString()}?{root.ChildValue("code")}=…").Close();
        });
        if (!root.Child("component").Exists)
            return;
        page.Section("components", PageLabels.Components, () =>
            page.Table(PageLabels.Components, [PageLabels.Parameter, PageLabels.Expression], () =>
            {
                foreach (var component in root.ChildrenOf("component"))
                {
                    html.Open("tr").Open("th", ("scope", "row"));
                    page.LinkCanonical("SearchParameter", component.ChildValue("definition") ?? "");
                    html.Close().Open("td").Element("code", component.ChildValue("expression")).Close().Close();
                }
            }));
    }

    private static void Types(PageDraft page, ElementNode root, string name)
    {
        var isFirst = true;
        foreach (var type in root.ChildrenOf(name))
        {
            page.Html.Text(isFirst ? "" : ", ");
            page.Link(R4Pages.OfType(type.GetString() ?? ""), type.GetString() ?? "");
            isFirst = false;
        }
    }

    private static string Joined(ElementNode root, string name) => string.Join(", ", root.ChildrenOf(name).ToList().Select(static value => value.GetString()));
}
