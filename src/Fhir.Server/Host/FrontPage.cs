// The page at /: what runs here and where.

namespace FhirHub.Server;

/// <summary>The front page.</summary>
public static class FrontPage
{
    private static readonly string s_withImages = Page(
        "A FHIR R4 (4.0.1) repository and a DICOMweb image service run here.",
        """
        <li><code>/dicomweb</code>: the images, such as <a href="dicomweb/studies?limit=10">/dicomweb/studies</a>; <a href="dicomweb/capabilities">/dicomweb/capabilities</a> lists the addresses</li>
        <li><a href="viewer/">/viewer</a>: the images in a viewer</li>

        """);

    private static readonly string s_withoutImages = Page("A FHIR R4 (4.0.1) repository runs here.", "");

    private static string Page(string what, string images) => $$"""
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>FhirHub</title>
        <style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}code{background:#eee8}</style>
        <h1>FhirHub</h1>
        <p>{{what}}</p>
        <ul>
        <li><a href="fhir/metadata?_format=json&amp;_pretty=true">/fhir/metadata</a>: what the FHIR API does</li>
        <li><code>/fhir</code>: the FHIR API, such as <a href="fhir/Patient?_format=json&amp;_pretty=true">/fhir/Patient</a></li>
        {{images}}<li><a href="profiles">/profiles</a>: what to send to the exchange (<a href="profiles/zh" lang="zh-CN" hreflang="zh-CN">中文</a>)</li>
        <li><a href="health/live">/health/live</a> and <a href="health/ready">/health/ready</a>: probes</li>
        </ul>
        </html>

        """;

    /// <summary>Sends the page.</summary>
    /// <param name="http">The request.</param>
    /// <param name="hasImages">Whether the image service runs here too.</param>
    public static Task HandleAsync(HttpContext http, bool hasImages)
    {
        ArgumentNullException.ThrowIfNull(http);
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return http.Response.WriteAsync(hasImages ? s_withImages : s_withoutImages, http.RequestAborted);
    }
}
