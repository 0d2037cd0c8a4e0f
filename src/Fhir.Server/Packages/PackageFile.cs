// A package as it lies in a file, a folder or a request: its manifest and the JSON files beside that. Archives are hostile input: the
// paths in them are compared and shown, and never lead anywhere.

using System.IO.Compression;
using System.Security.Cryptography;

namespace FhirHub.Server;

/// <summary>A file of a package.</summary>
/// <param name="Name">Its name, for messages.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record PackageDocument(string Name, ReadOnlyMemory<byte> Content);

/// <summary>A package that can be read, more than once.</summary>
internal sealed class PackageFile
{
    private const string ManifestName = "package.json";

    // Below it nothing is expanded far enough to do harm.
    private const long FreeBytes = 64L * 1024 * 1024;

    private readonly string? _folder;
    private readonly Func<Stream>? _open;
    private readonly PackageLimits _limits;

    private PackageFile(string place, string? folder, Func<Stream>? open, PackageLimits limits)
    {
        Place = Printable(place);
        _folder = folder;
        _open = open;
        _limits = limits;
        Manifest = PackageManifest.Read(
            Find(ManifestName)?.Content ?? throw new PackageException("not-found", $"{Place} has no package/package.json, so it is no FHIR package."), Place);
    }

    /// <summary>Where it is from.</summary>
    public string Place { get; }

    /// <summary>What it says of itself.</summary>
    public PackageManifest Manifest { get; }

    /// <summary>SHA-256 of the archive in hexadecimal digits, where it was sent; null for a file or folder.</summary>
    public string? Digest { get; private init; }

    /// <summary>The archive as it is; null for a folder.</summary>
    public Func<Stream>? Archive => _open;

    /// <summary>A package in a file or folder.</summary>
    /// <exception cref="PackageException">It is none.</exception>
    public static PackageFile Of(string path, PackageLimits limits)
    {
        if (!Directory.Exists(path))
            return new PackageFile(path, null, () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 128 * 1024, FileOptions.SequentialScan), limits);
        var inner = Path.Combine(path, "package");
        return new PackageFile(path, File.Exists(Path.Combine(inner, ManifestName)) ? inner : path, null, limits);
    }

    /// <summary>A package that was sent.</summary>
    /// <exception cref="PackageException">It is none.</exception>
    public static PackageFile Of(ReadOnlyMemory<byte> archive, PackageLimits limits)
    {
        // A request's body may be a part of a larger array.
        var bytes = archive.ToArray();
        return new PackageFile("The package", null, () => new MemoryStream(bytes, writable: false), limits) { Digest = Convert.ToHexStringLower(SHA256.HashData(bytes)) };
    }

    /// <summary>The JSON files at its top, but for the manifest.</summary>
    /// <exception cref="PackageException">It is damaged, or larger than a package may be.</exception>
    public IEnumerable<PackageDocument> Read() => ReadAll().Where(static file => file.Name != ManifestName);

    /// <summary>The JSON files at its top.</summary>
    /// <exception cref="PackageException">It is damaged, or larger than a package may be.</exception>
    public IEnumerable<PackageDocument> ReadAll() => Guarded(_folder is null ? ReadArchive() : ReadFolder());

    /// <summary>The text without what a terminal would take for commands.</summary>
    public static string Printable(string text) => string.Concat(text.Select(static c => char.IsControl(c) ? '?' : c));

    private PackageDocument? Find(string name)
    {
        foreach (var file in Guarded(_folder is null ? ReadArchive(name) : ReadFolder(name)))
            return file;
        return null;
    }

    private IEnumerable<PackageDocument> ReadFolder(string pattern = "*.json")
    {
        var count = 0;
        long bytes = 0;
        foreach (var file in new DirectoryInfo(_folder!).EnumerateFiles(pattern).OrderBy(static file => file.Name, StringComparer.Ordinal))
        {
            if (++count > _limits.Entries || (bytes += file.Length) > _limits.Bytes || file.Length > LimitOf(file.Name))
                throw TooLarge(file.Name);
            if (IsResourceFile(file.Name))
                yield return new PackageDocument(Printable(file.Name), WithoutMark(File.ReadAllBytes(file.FullName)));
        }
    }

    private IEnumerable<PackageDocument> ReadArchive(string? only = null)
    {
        using var packed = _open!();
        var (spent, length) = (0L, packed.Length);
        using var content = new CountingStream(new GZipStream(packed, CompressionMode.Decompress), read =>
        {
            spent += read;
            if (spent > _limits.Bytes || (spent > FreeBytes && spent / _limits.Ratio > length))
                throw TooLarge("the archive");
        });
        var count = 0;
        foreach (var entry in TarEntries.Read(content))
        {
            if (++count > _limits.Entries)
                throw TooLarge("the archive");
            if (NameAtTop(entry.Name) is not { } name || (only is null ? !IsResourceFile(name) : name != only))
                continue;
            if (entry.Length > LimitOf(name))
                throw TooLarge(name);
            var bytes = new byte[entry.Length];
            entry.Content.ReadExactly(bytes);
            yield return new PackageDocument(Printable(name), WithoutMark(bytes));
        }
    }

    private IEnumerable<PackageDocument> Guarded(IEnumerable<PackageDocument> files)
    {
        using var at = files.GetEnumerator();
        while (true)
        {
            try
            {
                if (!at.MoveNext())
                    yield break;
            }
            catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                throw new PackageException("exception", $"{Place} can't be read as a package (a .tgz archive, or a folder, with package/package.json): {e.Message}");
            }

            yield return at.Current;
        }
    }

    // "package/x.json"; some tools write "./package/x.json".
    private static string? NameAtTop(string path)
    {
        const string Top = "package/";
        path = path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path;
        return path.StartsWith(Top, StringComparison.Ordinal) && !path.AsSpan(Top.Length).ContainsAny('/', '\\') ? path[Top.Length..] : null;
    }

    private static ReadOnlyMemory<byte> WithoutMark(byte[] bytes) => bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsMemory(3) : bytes;

    // Files with a dot are indexes; ig-r4.json and its like are the publisher's copies of the ImplementationGuide that is there too.
    private static bool IsResourceFile(string name) =>
        name.EndsWith(".json", StringComparison.OrdinalIgnoreCase) && !name.StartsWith('.') && !name.StartsWith("ig-r", StringComparison.Ordinal);

    private int LimitOf(string name) => name == ManifestName ? PackageManifest.MaxBytes : _limits.ResourceBytes;

    private PackageException TooLarge(string name) => new(
        "too-costly", $"{Place}: {Printable(name)} is larger than what is read of packages: {_limits.Entries:N0} files, {_limits.Bytes:N0} bytes, {_limits.ResourceBytes:N0} bytes a resource, {_limits.Ratio} times the archive.");
}
