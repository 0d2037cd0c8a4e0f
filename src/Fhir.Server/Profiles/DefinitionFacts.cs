// What every definition says of itself: canonical URL, version, status, identifiers, date.

using FhirHub.Model;

namespace FhirHub.Server.Profiles;

/// <summary>Writes the first facts of a definition.</summary>
internal static class DefinitionFacts
{
    public static void Write(PageDraft page, ElementNode root)
    {
        page.Fact(PageLabels.Canonical, root.ChildValue("url"), isCode: true);
        foreach (var identifier in root.ChildrenOf("identifier"))
            page.Fact(PageLabels.Identifier, identifier.ChildValue("value"), isCode: true);
        page.Fact(PageLabels.ComputerName, root.ChildValue("name"), isCode: true);
        page.Fact(PageLabels.Version, root.ChildValue("version"));
        page.Fact(PageLabels.Status, () =>
        {
            page.Html.Element("span", StatusOf(root), ("class", "status"));
            if (root.Child("experimental") is { Exists: true } experimental && experimental.GetBoolean() == true)
                page.Html.Text(" · ").Text(PageLabels.Experimental);
        });
        page.Fact(PageLabels.Date, root.ChildValue("date"));
        page.Fact(PageLabels.Publisher, root.ChildValue("publisher"));
        page.Fact(PageLabels.Copyright, LocalText.Of(root, "copyright", page.Language)?.Value);
    }

    private static Label StatusOf(ElementNode root) => root.ChildValue("status") switch
    {
        "active" => PageLabels.Active,
        "draft" => PageLabels.Draft,
        "retired" => PageLabels.Retired,
        _ => PageLabels.UnknownStatus,
    };
}
