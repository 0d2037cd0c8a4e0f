// A page while it is written: where its links lead, and the small forms that all pages share.

using FhirHub.Model;

namespace FhirHub.Server.Profiles;

/// <summary>One page of a package in one language.</summary>
internal sealed class PageDraft(PublishedPackage package, MessageLanguage language)
{
    /// <summary>Where the pages are.</summary>
    public const string Root = "/profiles";

    public PublishedPackage Package { get; } = package;

    public MessageLanguage Language { get; } = language;

    public HtmlWriter Html { get; } = new(language);

    /// <summary>The address of a page in the language of this one; the empty text is the first page.</summary>
    public string Href(string address) => HrefIn(Language, address);

    public static string HrefIn(MessageLanguage language, string address) =>
        address.Length == 0 ? $"{Root}/{PageLanguages.Segment(language)}" : $"{Root}/{PageLanguages.Segment(language)}/{Escape(address)}";

    /// <summary>The address of what has no language: resources as JSON and XML, the archive, the style sheet.</summary>
    public static string FileHref(string address) => $"{Root}/{Escape(address)}";

    /// <summary>The address of a resource's page by its canonical URL: here, at the standard's, or null.</summary>
    public string? HrefOf(string resourceType, string canonical) => Package.FindCanonical(canonical) is { } definition
        ? Href(PublishedPackage.AddressOf(definition))
        : R4Pages.OfCanonical(resourceType, canonical);

    /// <summary>What a definition is called in the language of the page.</summary>
    public LocalText TitleOf(ResourceTree definition) =>
        (definition.ResourceType == "SearchParameter" ? LocalText.Of(definition.Root, "code", Language) : LocalText.Of(definition.Root, "title", Language)) ?? LocalText.Of(definition.Root, "name", Language)
        ?? new LocalText(definition.Id ?? definition.ResourceType, MessageLanguage.English);

    /// <summary>A text, marked where its language is not the page's.</summary>
    public void Local(string tag, LocalText text, string? @class = null) =>
        Html.Element(tag, text.Value, ("class", @class), ("lang", LangOf(text)));

    public string? LangOf(LocalText text) => text.Language == Language ? null : PageLanguages.Tag(text.Language);

    /// <summary>A link, or the text alone where there is nothing to lead to.</summary>
    public void Link(string? href, string text, string? @class = null)
    {
        if (href is not null)
            Html.Element("a", text, ("href", href), ("class", @class));
        else
            Html.Element("span", text, ("class", @class));
    }

    /// <summary>A link to a definition of the package under its title.</summary>
    public void Link(ResourceTree definition)
    {
        var title = TitleOf(definition);
        Html.Element("a", title.Value, ("href", Href(PublishedPackage.AddressOf(definition))), ("lang", LangOf(title)));
    }

    /// <summary>A link to what a canonical URL names: under its title if it is the package's or the standard's, else the URL.</summary>
    public void LinkCanonical(string resourceType, string canonical)
    {
        if (Package.FindCanonical(canonical) is { } definition)
            Link(definition);
        else
            Link(R4Pages.OfCanonical(resourceType, canonical), R4Title(resourceType, canonical) ?? canonical);
    }

    /// <summary>A link to the code system or identifier system of a URL, which is shown as it is.</summary>
    public void LinkSystem(string system)
    {
        Html.Open("code");
        Link(HrefOf("CodeSystem", system), system);
        Html.Close();
    }

    /// <summary>A section with a heading that can be linked to.</summary>
    public void Section(string id, Label heading, Action content)
    {
        Html.Open("section", ("id", id), ("aria-labelledby", $"{id}-heading"));
        Html.Element("h2", heading, ("id", $"{id}-heading"));
        content();
        Html.Close();
    }

    /// <summary>A table in a box that scrolls by itself where the screen is narrow, keyboards included.</summary>
    public void Table(Label caption, IReadOnlyList<Label> columns, Action rows, string? @class = null)
    {
        Html.Open("div", ("class", "scroll"), ("role", "group"), ("tabindex", "0"), ("aria-label", caption.In(Language)));
        Html.Open("table", ("class", @class));
        Html.Element("caption", caption, ("class", "hidden"));
        Html.Open("thead").Open("tr");
        foreach (var column in columns)
            Html.Element("th", column, ("scope", "col"));
        Html.Close().Close().Open("tbody");
        rows();
        Html.Close().Close().Close();
    }

    /// <summary>A list of names and values.</summary>
    public void Facts(Action facts)
    {
        Html.Open("dl", ("class", "facts"));
        facts();
        Html.Close();
    }

    public void Fact(Label name, Action value, bool isWide = false)
    {
        Html.Open("div", ("class", isWide ? "wide" : null)).Element("dt", name).Open("dd");
        value();
        Html.Close().Close();
    }

    public void Fact(Label name, string? value, bool isCode = false)
    {
        const int Long = 28;
        if (string.IsNullOrEmpty(value))
            return;
        Fact(
            name,
            () =>
            {
                if (isCode)
                    Html.Element("code", value);
                else
                    Html.Text(value);
            },
            isWide: value.Length > Long);
    }

    /// <summary>The links to the resource itself.</summary>
    public void RawLinks(string address)
    {
        Html.Open("p", ("class", "raw")).Text(PageLabels.Raw).Text(" ");
        Html.Element("a", "JSON", ("href", FileHref($"{address}.json"))).Text(" · ").Element("a", "XML", ("href", FileHref($"{address}.xml")));
        Html.Close();
    }

    private static string? R4Title(string resourceType, string canonical)
    {
        if (R4Definitions.Find(resourceType, canonical.Split('|')[0]) is not { } json || ResourceParser.ParseJson(json).Tree is not { } tree)
            return null;
        return resourceType == "StructureDefinition" ? tree.Root.ChildValue("name") : tree.Root.ChildValue("title") ?? tree.Root.ChildValue("name");
    }

    private static string Escape(string address) => string.Join('/', address.Split('/').Select(Uri.EscapeDataString));
}
