// What stands around the content of each page: head, skip link, navigation, language switch, foot.

namespace FhirHub.Server.Profiles;

/// <summary>Writes whole documents.</summary>
internal static class PageFrame
{
    /// <summary>The page, in UTF-8.</summary>
    /// <param name="page">The draft, with nothing written yet.</param>
    /// <param name="address">Its address without the language, or null for a page that has none of its own.</param>
    /// <param name="title">The heading.</param>
    /// <param name="content">Writes what stands below the heading.</param>
    public static byte[] Write(PageDraft page, string? address, LocalText title, Action content)
    {
        var html = page.Html;
        html.Open("html", ("lang", PageLanguages.Tag(page.Language)));
        Head(page, address, title);
        html.Open("body");
        html.Element("a", PageLabels.SkipToContent, ("class", "skip"), ("href", "#content"));
        Header(page, address);
        html.Open("main", ("id", "content"), ("tabindex", "-1"));
        page.Local("h1", title);
        content();
        html.Close();
        html.Open("footer").Open("p").Text($"{page.Package.Manifest.Id} · FHIR R4 (4.0.1) · ");
        html.Element("a", PageLabels.FrontPage, ("href", "/")).Close().Close();
        return html.Close().Close().ToUtf8();
    }

    private static void Head(PageDraft page, string? address, LocalText title)
    {
        var html = page.Html;
        html.Open("head").Empty("meta", ("charset", "utf-8"));
        html.Empty("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
        html.Empty("meta", ("name", "color-scheme"), ("content", "light dark"));
        html.Element("title", $"{title.Value} · {page.Package.Manifest.Id.Name}");
        html.Empty("link", ("rel", "stylesheet"), ("href", PageDraft.FileHref("style.css")));
        html.Empty("link", ("rel", "icon"), ("href", "data:,"));
        if (address is not null)
        {
            foreach (var language in PageLanguages.All)
                html.Empty("link", ("rel", "alternate"), ("hreflang", PageLanguages.Tag(language)), ("href", PageDraft.HrefIn(language, address)));
            html.Empty("link", ("rel", "alternate"), ("hreflang", "x-default"), ("href", address.Length == 0 ? PageDraft.Root : PageDraft.FileHref(address)));
        }

        html.Close();
    }

    private static void Header(PageDraft page, string? address)
    {
        var html = page.Html;
        html.Open("header");
        html.Element("a", page.Package.Manifest.Id.Name, ("class", "home"), ("href", page.Href("")), ("aria-current", address is "" ? "page" : null));
        html.Open("nav", ("class", "parts"), ("aria-label", PageLabels.Navigation.In(page.Language))).Open("ul");
        foreach (var (id, label) in IndexPage.Parts)
            html.Open("li").Element("a", label, ("href", $"{page.Href("")}#{id}")).Close();
        html.Close().Close();
        html.Open("nav", ("class", "languages"), ("aria-label", PageLabels.Languages.In(page.Language)));
        foreach (var language in PageLanguages.All)
        {
            html.Element(
                "a", PageLanguages.Name(language), ("href", PageDraft.HrefIn(language, address ?? "")), ("lang", PageLanguages.Tag(language)),
                ("hreflang", PageLanguages.Tag(language)), ("aria-current", language == page.Language ? "true" : null));
            html.Text(" ");
        }

        html.Close().Close();
    }
}
