// The viewer at /viewer: its files, its page for every address within it, and its configuration for the address it is opened by.

using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FhirHub.Samples.ImagingViewer;

/// <summary>Serves OHIF, which shows the images of the DICOMweb service of the same host.</summary>
public sealed class ViewerEndpoint
{
    /// <summary>The path of the viewer.</summary>
    public const string Root = "/viewer";

    private const string Html = "text/html; charset=utf-8";
    private const string Script = "text/javascript; charset=utf-8";
    private const string Page = "index.html";

    // Decoders of JPEG-LS and JPEG 2000 are glued to WebAssembly by functions made at run time, as are views of arrays in segmentations:
    // hence unsafe-eval. Styles are set by scripts.
    private const string Policy =
        "default-src 'none'; script-src 'self' 'unsafe-eval'; worker-src 'self' blob:; connect-src 'self' blob: data:; img-src 'self' data: blob:; "
        + "style-src 'self' 'unsafe-inline'; font-src 'self' data:; media-src 'self' blob:; frame-src 'self' blob:; object-src 'self' blob:; "
        + "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

    private readonly PackedFiles _files;
    private readonly string _dicomweb;
    private readonly ViewerSignIn? _signIn;
    private readonly string _page;
    private readonly string _config;

    /// <param name="dicomweb">The path of the DICOMweb service on this host, such as <c>/dicomweb</c>.</param>
    /// <param name="signIn">How users sign in; null where the service asks nobody who they are.</param>
    public ViewerEndpoint(string dicomweb, ViewerSignIn? signIn = null)
        : this(dicomweb, signIn, new PackedFiles(typeof(ViewerEndpoint).Assembly, "viewer/"))
    {
    }

    internal ViewerEndpoint(string dicomweb, ViewerSignIn? signIn, PackedFiles files)
    {
        _dicomweb = dicomweb;
        _signIn = signIn;
        _files = files;
        _page = files.AreThere ? files.ReadText(Page) : "";
        using var config = new StreamReader(typeof(ViewerEndpoint).Assembly.GetManifestResourceStream("app-config.js")!);
        _config = config.ReadToEnd();
    }

    /// <summary>The address within the viewer, without scheme, host and path base, that shows a study.</summary>
    /// <param name="studyInstanceUid">The study.</param>
    public static string AddressOf(string studyInstanceUid) => $"{Root}/viewer?StudyInstanceUIDs={Uri.EscapeDataString(studyInstanceUid)}";

    /// <summary>Maps the addresses of the viewer.</summary>
    public void Map(IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        endpoints.MapMethods($"{Root}/{{**path}}", [HttpMethods.Get, HttpMethods.Head], (HttpContext http, string? path) => AnswerAsync(http, path ?? ""));
    }

    private Task AnswerAsync(HttpContext http, string path)
    {
        var response = http.Response;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";

        // Memory is shared between threads only by pages that no other origin opened and that embed none; workers are told the same.
        response.Headers["Cross-Origin-Embedder-Policy"] = "require-corp";
        response.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers["Referrer-Policy"] = "same-origin";
        if (!_files.AreThere)
            return AnswerMissingAsync(http);
        if (path == "app-config.js")
            return AnswerTextAsync(http, _config, Script);
        if (path != Page && _files.Contains(path))
            return _files.AnswerAsync(http, path, "public, max-age=86400");

        // The addresses of OHIF's own pages have no extension; what has one is a file that is not there.
        if (path != Page && Path.HasExtension(path))
            return AnswerNothingAsync(http);
        return AnswerTextAsync(http, _page, Html);
    }

    // The path that the page was asked for may have been made longer by a proxy, so it is filled in for each request.
    private Task AnswerTextAsync(HttpContext http, string text, string type)
    {
        var parent = http.Request.PathBase.ToUriComponent();
        http.Response.ContentType = type;
        http.Response.Headers.CacheControl = "no-cache";
        var body = text.Replace("{{root}}", $"{parent}{Root}/", StringComparison.Ordinal)
            .Replace("{{dicomweb}}", parent + _dicomweb, StringComparison.Ordinal)
            .Replace("{{signIn}}", _signIn?.DescribeFor(http) ?? "null", StringComparison.Ordinal);
        return HttpMethods.IsHead(http.Request.Method) ? Task.CompletedTask : http.Response.WriteAsync(body, http.RequestAborted);
    }

    private static Task AnswerNothingAsync(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync("The viewer has no such file; it begins at /viewer.", http.RequestAborted);
    }

    private static Task AnswerMissingAsync(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        http.Response.ContentType = Html;
        return http.Response.WriteAsync(
            """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <title>No viewer</title>
            <p>This FhirHub was built without the viewer (<code>-p:ImagingViewer=false</code>).</p>
            <p>Build it with Node 20 on the path and an npm registry in reach: <code>dotnet build src/Fhir.Server</code>. The images are at <code>/dicomweb</code> for any viewer.</p>
            </html>

            """,
            Encoding.UTF8,
            http.RequestAborted);
    }
}
