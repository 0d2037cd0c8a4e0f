// The page of a concept map: what each code means in the other system.

using FhirHub.Model;

namespace FhirHub.Server.Profiles;

/// <summary>Writes the page of a ConceptMap.</summary>
internal static class ConceptMapPage
{
    public static void Write(PageDraft page, ResourceTree map)
    {
        var root = map.Root;
        if (LocalText.Of(root, "description", page.Language) is { } description)
            MarkdownText.Write(page, description);
        page.Facts(() =>
        {
            DefinitionFacts.Write(page, root);
            foreach (var (name, label) in (ReadOnlySpan<(string, Label)>)[("source", PageLabels.Source), ("target", PageLabels.Target)])
            {
                if (root.ChildValue(name) is { } canonical)
                    page.Fact(label, () => page.LinkCanonical("ValueSet", canonical));
            }
        });
        page.RawLinks(PublishedPackage.AddressOf(map));
        var number = 0;
        foreach (var group in root.ChildrenOf("group"))
            Group(page, group, ++number);
    }

    private static void Group(PageDraft page, ElementNode group, int number)
    {
        page.Section($"group-{number}", PageLabels.Mappings, () =>
        {
            page.Html.Open("p");
            page.LinkSystem(group.ChildValue("source") ?? "");
            page.Html.Text(" → ");
            page.LinkSystem(group.ChildValue("target") ?? "");
            page.Html.Close();
            var elements = group.ChildrenOf("element").ToList();
            if (elements.Count > CodeSystemPage.MaxRows)
                page.Html.Element("p", string.Format(null, PageLabels.Cut.In(page.Language), CodeSystemPage.MaxRows));
            page.Table(PageLabels.Mappings, [PageLabels.Source, PageLabels.Equivalence, PageLabels.Target, PageLabels.Comment], () =>
            {
                foreach (var element in elements.Take(CodeSystemPage.MaxRows))
                    Element(page, element);
            });
        });
    }

    private static void Element(PageDraft page, ElementNode element)
    {
        var html = page.Html;
        var targets = element.ChildrenOf("target").ToList();
        for (var i = 0; i < Math.Max(1, targets.Count); i++)
        {
            html.Open("tr").Open("th", ("scope", "row"));
            Coding(page, element);
            html.Close();
            var target = i < targets.Count ? targets[i] : default;
            html.Open("td").Element("code", target.ChildValue("equivalence") ?? "unmatched").Close().Open("td");
            Coding(page, target);
            html.Close().Element("td", target.ChildValue("comment")).Close();
        }
    }

    private static void Coding(PageDraft page, ElementNode node)
    {
        if (node.ChildValue("code") is { } code)
            page.Html.Element("code", code).Text(" ").Text(LocalText.Of(node, "display", page.Language)?.Value);
    }
}
