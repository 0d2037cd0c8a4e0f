// The page of a code system: its concepts in both languages, indented by hierarchy.

using FhirHub.Model;

namespace FhirHub.Server.Profiles;

/// <summary>Writes the page of a CodeSystem.</summary>
internal static class CodeSystemPage
{
    /// <summary>Greatest number of rows of a table; the JSON has them all.</summary>
    public const int MaxRows = 2_000;

    private const int MaxIndent = 9;

    public static void Write(PageDraft page, ResourceTree codeSystem)
    {
        var root = codeSystem.Root;
        if (LocalText.Of(root, "description", page.Language) is { } description)
            MarkdownText.Write(page, description);
        page.Facts(() =>
        {
            DefinitionFacts.Write(page, root);
            page.Fact(PageLabels.Content, root.ChildValue("content"), isCode: true);
            page.Fact(PageLabels.CaseSensitive, () => page.Html.Text(root.Child("caseSensitive") is { Exists: true } flag && flag.GetBoolean() == true ? PageLabels.Yes : PageLabels.No));
            if (root.ChildValue("valueSet") is { } valueSet)
                page.Fact(PageLabels.AllCodes, () => page.LinkCanonical("ValueSet", valueSet));
        });
        page.RawLinks(PublishedPackage.AddressOf(codeSystem));
        var concepts = new List<(ElementNode Concept, int Depth)>();
        Collect(root, 0, concepts);
        page.Section("concepts", PageLabels.Concepts, () =>
        {
            page.Html.Open("p").Text($"{concepts.Count} ").Text(PageLabels.ConceptCount);
            if (concepts.Count > MaxRows)
                page.Html.Text($". {string.Format(null, PageLabels.Cut.In(page.Language), MaxRows)}");
            page.Html.Close();
            Table(page, root, concepts);
        });
        Supplied(page, root.ChildValue("url") ?? "");
    }

    private static void Collect(ElementNode parent, int depth, List<(ElementNode Concept, int Depth)> concepts)
    {
        foreach (var concept in parent.ChildrenOf("concept"))
        {
            concepts.Add((concept, depth));
            Collect(concept, depth + 1, concepts);
        }
    }

    private static void Table(PageDraft page, ElementNode root, List<(ElementNode Concept, int Depth)> concepts)
    {
        var properties = root.ChildrenOf("property").ToList().ConvertAll(static property => property.ChildValue("code") ?? "");
        page.Table(
            PageLabels.Concepts,
            [PageLabels.Code, PageLabels.EnglishDisplay, PageLabels.ChineseDisplay, PageLabels.Definition, .. properties.Select(static code => new Label(code, code))],
            () =>
            {
                foreach (var (concept, depth) in concepts.Take(MaxRows))
                    Row(page, concept, depth, properties);
            });
    }

    private static void Row(PageDraft page, ElementNode concept, int depth, List<string> properties)
    {
        var html = page.Html;
        var code = concept.ChildValue("code");
        html.Open("tr", ("id", $"code-{code}")).Open("th", ("scope", "row"), ("class", $"d{Math.Min(depth, MaxIndent)}")).Element("code", code).Close();
        html.Element("td", concept.ChildValue("display"), ("lang", page.Language == MessageLanguage.English ? null : "en"));
        var chinese = LocalText.OfConcept(concept, MessageLanguage.Chinese);
        html.Element("td", chinese is { Language: MessageLanguage.Chinese } text ? text.Value : "", ("lang", page.Language == MessageLanguage.Chinese ? null : "zh-CN"));
        html.Open("td");
        if (LocalText.Of(concept, "definition", page.Language) is { } definition)
            page.Local("span", definition);
        html.Close();
        foreach (var property in properties)
        {
            html.Open("td");
            foreach (var value in concept.ChildrenOf("property"))
            {
                if (value.ChildValue("code") == property)
                    html.Element("code", value.Child("value") is { IsPrimitive: true } primitive ? primitive.GetString() : value.Child("value").ChildValue("code")).Text(" ");
            }

            html.Close();
        }

        html.Close();
    }

    // Value sets that take codes from here.
    private static void Supplied(PageDraft page, string url)
    {
        var sets = page.Package.OfType("ValueSet").Where(set => Takes(set, url)).ToList();
        if (sets.Count == 0)
            return;
        page.Section("used", PageLabels.UsedBy, () =>
        {
            page.Html.Open("ul");
            foreach (var set in sets)
            {
                page.Html.Open("li");
                page.Link(set);
                page.Html.Close();
            }

            page.Html.Close();
        });
    }

    private static bool Takes(ResourceTree valueSet, string url)
    {
        foreach (var include in valueSet.Root.Child("compose").ChildrenOf("include"))
        {
            if (include.ChildValue("system") == url)
                return true;
        }

        return false;
    }
}
