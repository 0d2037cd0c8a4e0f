// The files of the viewer as the build packed them: compressed within this assembly, so that they are sent as they lie there.

using System.Collections.Concurrent;
using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;

namespace FhirHub.Samples.ImagingViewer;

/// <summary>The files of OHIF's distribution. Safe to use from several threads.</summary>
internal sealed class ViewerFiles
{
    private const string Prefix = "viewer/";

    private readonly Assembly _assembly;
    private readonly HashSet<string> _names;
    private readonly ConcurrentDictionary<string, string> _etags = new(StringComparer.Ordinal);

    /// <param name="assembly">The assembly that the files were packed into.</param>
    public ViewerFiles(Assembly assembly)
    {
        _assembly = assembly;
        _names = [.. assembly.GetManifestResourceNames().Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(static name => name[Prefix.Length..])];
    }

    /// <summary>False where the build left the viewer out.</summary>
    public bool AreThere => _names.Contains("index.html");

    /// <summary>Whether there is a file of that path, such as <c>assets/favicon.ico</c>.</summary>
    public bool Contains(string path) => _names.Contains(path);

    /// <summary>The bytes of a file, as gzip.</summary>
    public Stream Open(string path) => _assembly.GetManifestResourceStream(Prefix + path)!;

    /// <summary>The text of a file.</summary>
    public string ReadText(string path)
    {
        using var reader = new StreamReader(new GZipStream(Open(path), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }

    /// <summary>Names the content of a file.</summary>
    public string ETag(string path) => _etags.GetOrAdd(path, static (path, files) =>
    {
        using var bytes = files.Open(path);
        return Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 12));
    }, this);
}
