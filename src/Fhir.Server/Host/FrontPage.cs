// The page at /: what runs here and where.

namespace FhirHub.Server;

/// <summary>The front page.</summary>
/// <param name="hasImages">Whether the image service runs here too.</param>
/// <param name="hasAccounts">Whether people sign in here.</param>
/// <param name="hasApp">Whether the sample app is served.</param>
/// <param name="hasSwagger">Whether the OpenAPI documents are served.</param>
public sealed class FrontPage(bool hasImages, bool hasAccounts, bool hasApp, bool hasSwagger)
{
    private readonly string _page = $$"""
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>FhirHub</title>
        <style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem;overflow-wrap:anywhere}code{background:#eee8}</style>
        <main>
        <h1>FhirHub</h1>
        <p>A FHIR R4 (4.0.1) repository{{(hasImages ? " and a DICOMweb image service run" : " runs")}} here.</p>
        {{(hasAccounts ? Accounts(hasApp) : "")}}<ul>
        <li><a href="fhir/metadata?_format=json&amp;_pretty=true">/fhir/metadata</a>: what the FHIR API does</li>
        {{(hasSwagger ? "<li><a href=\"swagger/index.html\">/swagger</a>: every address of this server, to read and to try out</li>\n" : "")}}<li><code>/fhir</code>: the FHIR API, such as {{Example("fhir/Patient", "?_format=json&amp;_pretty=true", hasAccounts)}}</li>
        {{(hasImages ? Images(hasAccounts) : "")}}<li><a href="profiles">/profiles</a>: what to send to the exchange (<a href="profiles/zh" lang="zh-CN" hreflang="zh-CN">中文</a>)</li>
        <li><a href="conformance">/conformance</a>: test scripts and what their runs came to{{(hasAccounts ? ", for administrators" : "")}}</li>
        <li><a href="health/live">/health/live</a> and <a href="health/ready">/health/ready</a>: probes</li>
        </ul>
        </main>
        </html>

        """;

    /// <summary>Sends the page.</summary>
    /// <param name="http">The request.</param>
    public Task HandleAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return http.Response.WriteAsync(_page, http.RequestAborted);
    }

    private static string Accounts(bool hasApp) => $"""
        <p>Records are shown to who has signed in:</p>
        <ul>
        {(hasApp ? "<li><a href=\"app/\">/app</a>: a patient's summary, charts and images</li>\n" : "")}<li><a href="auth/account">/auth/account</a>: sign in; your password, and what apps may do in your name</li>
        <li><a href="auth/launch">/auth/launch</a>: open an app for a patient</li>
        <li><a href="auth/admin">/auth/admin</a>: accounts, clients and tokens, for administrators</li>
        <li><a href="fhir/.well-known/smart-configuration">/fhir/.well-known/smart-configuration</a>: how apps ask for access</li>
        </ul>

        """;

    private static string Images(bool hasAccounts) => $"""
        <li><code>/dicomweb</code>: the images, such as {Example("dicomweb/studies", "?limit=10", hasAccounts)}{(hasAccounts ? "" : "; <a href=\"dicomweb/capabilities\">/dicomweb/capabilities</a> lists the addresses")}</li>
        <li><a href="viewer/">/viewer</a>: the images in a viewer</li>

        """;

    // A link sends no token, so it would lead to nothing but a refusal.
    private static string Example(string path, string query, bool needsToken) => needsToken ? $"<code>/{path}</code>, with a token" : $"<a href=\"{path}{query}\">/{path}</a>";
}
