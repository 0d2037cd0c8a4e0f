// The addresses below /profiles: language, conditional requests and headers.

using FhirHub.Model;
using FhirHub.Terminology;
using Microsoft.Net.Http.Headers;

namespace FhirHub.Server.Profiles;

/// <summary>
/// Serves the pages. <c>/profiles/en/…</c> and <c>/profiles/zh/…</c> are in one language each; without that step the page is in the
/// one that <c>Accept-Language</c> prefers.
/// </summary>
internal sealed class ProfileEndpoint(TerminologyLibrary terminology)
{
    private const int MaxAddress = 300;

    // Nothing is fetched but the style sheet, and nothing runs.
    private const string Policy = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    // Made with the first request: most servers are never asked.
    private readonly Lazy<ProfilePages> _pages = new(() => ProfilePages.OfExchange(terminology));

    public void Map(WebApplication app) => app.MapMethods($"{PageDraft.Root}/{{**address}}", ["GET", "HEAD"], HandleAsync);

    private async Task HandleAsync(HttpContext http)
    {
        var path = http.Request.Path.Value![PageDraft.Root.Length..].Trim('/');
        var language = LanguageOf(ref path) is { } named ? named : (MessageLanguage?)null;
        var spoken = language ?? OutcomeLanguage.Of(http.Request.Headers.AcceptLanguage);
        var headers = http.Response.Headers;
        if (path.Length <= MaxAddress && language is null && _pages.Value.FindFile(path) is { } file)
        {
            await SendAsync(http, file, StatusCodes.Status200OK);
            return;
        }

        headers.ContentLanguage = PageLanguages.Tag(spoken);
        if (language is null)
            headers.Append(HeaderNames.Vary, HeaderNames.AcceptLanguage);
        var page = path.Length <= MaxAddress ? await _pages.Value.FindPageAsync(path, spoken, http.RequestAborted) : null;
        await SendAsync(http, page ?? _pages.Value.NotFound(spoken), page is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK);
    }

    private static MessageLanguage? LanguageOf(ref string path)
    {
        foreach (var language in PageLanguages.All)
        {
            var segment = PageLanguages.Segment(language);
            if (path == segment || path.StartsWith($"{segment}/", StringComparison.Ordinal))
            {
                path = path[segment.Length..].TrimStart('/');
                return language;
            }
        }

        return null;
    }

    private static async Task SendAsync(HttpContext http, RenderedPage page, int status)
    {
        var response = http.Response;
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers.CacheControl = status == StatusCodes.Status200OK ? "public, max-age=300" : "no-store";
        if (status == StatusCodes.Status200OK)
        {
            response.Headers.ETag = page.ETag;
            if (IsKnown(http.Request, page.ETag))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }
        }

        response.StatusCode = status;
        response.ContentType = page.ContentType;
        response.ContentLength = page.Bytes.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
            await response.Body.WriteAsync(page.Bytes, http.RequestAborted);
    }

    private static bool IsKnown(HttpRequest request, string tag)
    {
        var own = EntityTagHeaderValue.Parse(tag);
        return request.GetTypedHeaders().IfNoneMatch.Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(own, useStrongComparison: false));
    }
}
