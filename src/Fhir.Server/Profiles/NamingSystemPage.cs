// The page of a naming system: the URL and the OID that stand for one and the same system of identifiers.

using FhirHub.Model;

namespace FhirHub.Server.Profiles;

/// <summary>Writes the page of a NamingSystem.</summary>
internal static class NamingSystemPage
{
    public static void Write(PageDraft page, ResourceTree namingSystem)
    {
        var root = namingSystem.Root;
        if (LocalText.Of(root, "description", page.Language) is { } description)
            MarkdownText.Write(page, description);
        page.Facts(() =>
        {
            DefinitionFacts.Write(page, root);
            page.Fact(PageLabels.Kind, root.ChildValue("kind"), isCode: true);
            page.Fact(PageLabels.Responsible, root.ChildValue("responsible"));
            page.Fact(PageLabels.Usage, LocalText.Of(root, "usage", page.Language)?.Value);
        });
        page.RawLinks(PublishedPackage.AddressOf(namingSystem));
        page.Section("names", PageLabels.UniqueIds, () =>
            page.Table(PageLabels.UniqueIds, [PageLabels.Type, PageLabels.Value, PageLabels.PreferredName], () =>
            {
                foreach (var unique in root.ChildrenOf("uniqueId"))
                {
                    var html = page.Html;
                    html.Open("tr").Open("th", ("scope", "row")).Element("code", unique.ChildValue("type")).Close();
                    html.Open("td").Open("code");
                    var value = unique.ChildValue("value") ?? "";
                    page.Link(page.Package.FindCanonical(value) is { } named && named != namingSystem ? page.Href(PublishedPackage.AddressOf(named)) : null, value);
                    html.Close().Close();
                    html.Element("td", unique.Child("preferred") is { Exists: true } flag && flag.GetBoolean() == true ? PageLabels.Yes : PageLabels.No).Close();
                }
            }));
    }
}
