// The sample app at /app: its two pages and their files.

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FhirHub.Samples.SmartApp;

/// <summary>Serves the app that the official SMART client drives (SMART App Launch 2.2.0, app-launch.html).</summary>
public static class SmartAppEndpoint
{
    /// <summary>The path of the app; its redirect address is this with a slash at the end.</summary>
    public const string Root = "/app";

    /// <summary>The path of the page that launches it.</summary>
    public const string Launch = $"{Root}/launch.html";

    /// <summary>The client that stands for it.</summary>
    public const string ClientId = "smart-app";

    private const string Page = "index.html";

    // Pictures are fetched with the token and shown from memory, hence blob:.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    private static readonly PackedFiles s_files = new(typeof(SmartAppEndpoint).Assembly, "app/");

    /// <summary>Maps the addresses of the app.</summary>
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        endpoints.MapMethods($"{Root}/{{**path}}", [HttpMethods.Get, HttpMethods.Head], static (HttpContext http, string? path) => AnswerAsync(http, path ?? ""));
    }

    private static async Task AnswerAsync(HttpContext http, string path)
    {
        // Relative addresses of the page begin at its folder.
        if (path.Length == 0 && !http.Request.Path.Value!.EndsWith('/'))
        {
            http.Response.Redirect($"{http.Request.PathBase.ToUriComponent()}{Root}/", permanent: false);
            return;
        }

        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";

        // The address of the page holds the code for a moment.
        headers["Referrer-Policy"] = "no-referrer";
        var file = path.Length == 0 ? Page : path;
        if (s_files.Contains(file))
        {
            // Pages may change at one address; the names of other files change with them.
            await s_files.AnswerAsync(http, file, file.EndsWith(".html", StringComparison.Ordinal) ? "no-cache" : "public, max-age=86400");
            return;
        }

        http.Response.StatusCode = s_files.AreThere ? StatusCodes.Status404NotFound : StatusCodes.Status503ServiceUnavailable;
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.WriteAsync(
            s_files.AreThere
                ? "The app has no such file; it begins at /app/."
                : "This FhirHub was built without the sample app (-p:SmartApp=false). Build it with Node 20 on the path and an npm registry in reach: dotnet build src/Fhir.Server.",
            http.RequestAborted);
    }
}
