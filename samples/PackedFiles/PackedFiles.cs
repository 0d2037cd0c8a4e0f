// The files of an app as the build packed them: compressed within an assembly, so that they are sent as they lie there.

using System.Collections.Concurrent;
using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace FhirHub.Samples;

/// <summary>The files of one app. Safe to use from several threads.</summary>
public sealed class PackedFiles
{
    private static readonly Dictionary<string, string> s_types = new(StringComparer.Ordinal)
    {
        [".js"] = "text/javascript; charset=utf-8",
        [".mjs"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".html"] = "text/html; charset=utf-8",
        [".json"] = "application/json",
        [".jsonc"] = "application/json",
        [".webapp"] = "application/manifest+json",
        [".xml"] = "application/xml",
        [".wasm"] = "application/wasm",
        [".woff2"] = "font/woff2",
        [".svg"] = "image/svg+xml",
        [".png"] = "image/png",
        [".ico"] = "image/x-icon",
    };

    private readonly Assembly _assembly;
    private readonly string _prefix;
    private readonly HashSet<string> _names;
    private readonly ConcurrentDictionary<string, string> _etags = new(StringComparer.Ordinal);

    /// <param name="assembly">The assembly that the files were packed into.</param>
    /// <param name="prefix">What the names of their resources begin with, such as <c>viewer/</c>.</param>
    public PackedFiles(Assembly assembly, string prefix)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        _assembly = assembly;
        _prefix = prefix;
        _names = [.. assembly.GetManifestResourceNames().Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => name[prefix.Length..])];
    }

    /// <summary>False where the build left them out.</summary>
    public bool AreThere => _names.Contains("index.html");

    /// <summary>Whether there is a file of that path, such as <c>assets/favicon.ico</c>.</summary>
    public bool Contains(string path) => _names.Contains(path);

    /// <summary>The text of a file.</summary>
    public string ReadText(string path)
    {
        using var reader = new StreamReader(new GZipStream(Open(path), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }

    /// <summary>Sends a file that there is, compressed where the client takes that, or 304.</summary>
    /// <param name="http">The request.</param>
    /// <param name="path">Which.</param>
    /// <param name="cacheControl">How long it may be kept.</param>
    public async Task AnswerAsync(HttpContext http, string path, string cacheControl)
    {
        ArgumentNullException.ThrowIfNull(http);
        var (request, response) = (http.Request, http.Response);
        var isGzip = AcceptsGzip(request);
        var etag = new EntityTagHeaderValue($"\"{ETagOf(path)}{(isGzip ? "-gzip" : "")}\"");
        response.Headers.ETag = etag.ToString();
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        response.Headers.CacheControl = cacheControl;
        if (request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(etag, useStrongComparison: false)))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = s_types.GetValueOrDefault(Path.GetExtension(path), "application/octet-stream");
        await using var packed = Open(path);
        if (isGzip)
        {
            response.Headers.ContentEncoding = "gzip";
            response.ContentLength = packed.Length;
        }

        if (HttpMethods.IsHead(request.Method))
            return;
        if (isGzip)
        {
            await packed.CopyToAsync(response.Body, http.RequestAborted);
            return;
        }

        await using var plain = new GZipStream(packed, CompressionMode.Decompress);
        await plain.CopyToAsync(response.Body, http.RequestAborted);
    }

    private static bool AcceptsGzip(HttpRequest request) => request.GetTypedHeaders().AcceptEncoding
        .Any(static encoding => encoding.Quality is null or > 0 && (encoding.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) || encoding.Value == "*"));

    private Stream Open(string path) => _assembly.GetManifestResourceStream(_prefix + path)!;

    private string ETagOf(string path) => _etags.GetOrAdd(path, static (path, files) =>
    {
        using var bytes = files.Open(path);
        return Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 12));
    }, this);
}
