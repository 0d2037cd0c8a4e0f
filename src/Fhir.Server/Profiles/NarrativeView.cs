// The narrative of an example as it is, unless it holds what a page must not show; links that only a FHIR server could follow lead to the example's page.

using System.Net;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using FhirHub.Model;

namespace FhirHub.Server.Profiles;

/// <summary>Shows narratives (R4 narrative.html).</summary>
internal static partial class NarrativeView
{
    // Names and classes could be taken for the page's own, images and styles come from elsewhere.
    private static readonly string[] s_kept = ["abbr", "alt", "colspan", "dir", "href", "lang", "rowspan", "scope", "span", "start", "title"];

    [GeneratedRegex("&(?<name>[A-Za-z][A-Za-z0-9]*);", RegexOptions.NonBacktracking)]
    private static partial Regex Entity();

    /// <summary>Writes the narrative of a resource; nothing if it has none that is safe.</summary>
    public static void Write(PageDraft page, ElementNode resource)
    {
        if (resource.Child("text").ChildValue("div") is not { } xhtml || NarrativeRules.Check(xhtml) is not null || Parse(xhtml) is not { } div)
            return;
        page.Section("narrative", PageLabels.Narrative, () =>
        {
            page.Html.Open("div", ("class", "narrative"));
            foreach (var node in div.Nodes())
                Write(page, node);
            page.Html.Close();
        });
    }

    private static void Write(PageDraft page, XNode node)
    {
        if (node is XText text)
        {
            page.Html.Text(text.Value);
            return;
        }

        if (node is not XElement element || element.Name.LocalName is "img")
            return;
        var attributes = new List<(string Name, string? Value)>();
        foreach (var attribute in element.Attributes().Where(static attribute => s_kept.Contains(attribute.Name.LocalName)))
            attributes.Add((attribute.Name.LocalName, attribute.Name.LocalName == "href" ? Href(page, attribute.Value) : attribute.Value));
        if (element.Name.LocalName is "br" or "hr" or "col")
        {
            page.Html.Empty(element.Name.LocalName, [.. attributes]);
            return;
        }

        page.Html.Open(element.Name.LocalName, [.. attributes]);
        foreach (var child in element.Nodes())
            Write(page, child);
        page.Html.Close();
    }

    private static string? Href(PageDraft page, string href) =>
        page.Package.FindReferenced(href) is { } example ? page.Href(PublishedPackage.AddressOf(example))
        : Uri.TryCreate(href, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? href
        : null;

    // XML knows five entities; a narrative may have those of HTML.
    private static XElement? Parse(string xhtml)
    {
        var text = Entity().Replace(xhtml, static match =>
            match.Groups["name"].Value is "lt" or "gt" or "amp" or "quot" or "apos" ? match.Value : WebUtility.HtmlDecode(match.Value));
        try
        {
            using var reader = XmlReader.Create(new StringReader(text), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            return XElement.Load(reader, LoadOptions.PreserveWhitespace);
        }
        catch (XmlException)
        {
            return null;
        }
    }
}
