// What stands around the content of the pages of the authorization server and of those beside it: head, heading, language switch. They work without JavaScript.

using System.Reflection;
using System.Security.Cryptography;
using FhirHub.Html;
using FhirHub.Model;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace FhirHub.Smart;

/// <summary>Writes whole pages and answers with them.</summary>
public sealed class SmartPage
{
    /// <summary>The cookie that holds a user's choice of language.</summary>
    public const string LanguageCookie = "fhirhub-language";

    private static readonly byte[] s_style = ReadStyle();
    private static readonly string s_styleHash = HashOf(s_style);

    private SmartPage(HtmlWriter html, HttpContext http)
    {
        Html = html;
        Http = http;
    }

    /// <summary>Where the content goes.</summary>
    public HtmlWriter Html { get; }

    /// <summary>The request.</summary>
    public HttpContext Http { get; }

    /// <summary>The language of the page.</summary>
    public MessageLanguage Language => Html.Language;

    /// <summary>Answers with a page.</summary>
    /// <param name="http">The request.</param>
    /// <param name="status">The status.</param>
    /// <param name="title">The heading.</param>
    /// <param name="content">Writes what stands below the heading.</param>
    /// <param name="formAction">Further sources for <c>form-action</c> of the content security policy: browsers hold the redirects of a form to it too.</param>
    /// <param name="style">A style sheet of the page's own, beside that of all pages.</param>
    public static async Task AnswerAsync(HttpContext http, int status, Label title, Action<SmartPage> content, string formAction = "", ReadOnlyMemory<byte> style = default)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(content);

        // A form that signs in leads on to what waits for it, and from there perhaps straight to the app.
        if (formAction.Length == 0 && http.Request.Query[LocalAddress.Parameter] is [{ } onward] && http.RequestServices.GetService<SmartService>() is { } smart)
            formAction = await smart.Authorization.FormActionOfAsync(onward, http.RequestAborted);
        var page = new SmartPage(new HtmlWriter(LanguageOf(http)), http);
        var body = page.Write(title, content, style);
        var headers = http.Response.Headers;
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/html; charset=utf-8";
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = $"default-src 'none'; style-src {s_styleHash}{(style.IsEmpty ? "" : $" {HashOf(style.Span)}")}; img-src data:; form-action 'self'{(formAction.Length > 0 ? $" {formAction}" : "")}; frame-ancestors 'none'; base-uri 'none'";
        headers.XFrameOptions = "DENY";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.ContentLanguage = PageLanguages.Tag(page.Language);
        headers.Vary = "Accept-Language, Cookie";
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    /// <summary>The language that a user has chosen, or else that the browser asks for first of those that there are.</summary>
    public static MessageLanguage LanguageOf(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (http.Request.Cookies[LanguageCookie] is { } chosen)
            return chosen == "zh" ? MessageLanguage.Chinese : MessageLanguage.English;
        foreach (var wish in http.Request.GetTypedHeaders().AcceptLanguage.OrderByDescending(static wish => wish.Quality ?? 1))
        {
            if (wish.Value.StartsWith("zh", StringComparison.OrdinalIgnoreCase))
                return MessageLanguage.Chinese;
            if (wish.Value.StartsWith("en", StringComparison.OrdinalIgnoreCase))
                return MessageLanguage.English;
        }

        return MessageLanguage.English;
    }

    private byte[] Write(Label title, Action<SmartPage> content, ReadOnlyMemory<byte> style)
    {
        Html.Open("html", ("lang", PageLanguages.Tag(Language))).Open("head").Empty("meta", ("charset", "utf-8"));
        Html.Empty("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
        Html.Empty("meta", ("name", "color-scheme"), ("content", "light dark"));
        Html.Element("title", $"{title.In(Language)} · FhirHub");
        Html.Style(s_style);
        if (!style.IsEmpty)
            Html.Style(style.Span);
        Html.Close().Open("body");
        Html.Element("a", SmartLabels.SkipToContent, ("class", "skip"), ("href", "#content"));
        Html.Open("header").Element("span", "FhirHub", ("class", "home"));
        WriteUser();
        Html.Open("nav", ("aria-label", SmartLabels.Languages.In(Language)));
        foreach (var language in PageLanguages.All)
        {
            Html.Element(
                "a", PageLanguages.Name(language), ("lang", PageLanguages.Tag(language)), ("hreflang", PageLanguages.Tag(language)),
                ("href", $"{Http.Request.PathBase}{SmartService.Root}/language/{PageLanguages.Segment(language)}?return={Uri.EscapeDataString(Http.Request.Path + Http.Request.QueryString.Value)}"),
                ("aria-current", language == Language ? "true" : null)).Text(" ");
        }

        Html.Close().Close();
        Html.Open("main", ("id", "content"), ("tabindex", "-1")).Element("h1", title);
        content(this);
        return Html.Close().Close().Close().ToUtf8();
    }

    private void WriteUser()
    {
        if (Sessions.Of(Http) is not { } signedIn)
            return;
        Html.Open("nav", ("class", "user"), ("aria-label", AccountLabels.Account.In(Language)));
        Html.Element("a", signedIn.Account.DisplayName.Length > 0 ? signedIn.Account.DisplayName : signedIn.Account.UserName, ("href", Http.Request.PathBase + AccountPage.Address)).Text(" ");
        Html.Element("a", AccountLabels.SignOut, ("href", Http.Request.PathBase + LogoutPage.Address)).Close();
    }

    private static string HashOf(ReadOnlySpan<byte> style) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(style))}'";

    private static byte[] ReadStyle()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("smart.css")!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
