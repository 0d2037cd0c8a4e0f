// The exchange's own package, compiled from profiles/ into this program: its definitions and examples, and the archive to hand out.

using System.IO.Compression;
using FhirHub.Model;

namespace FhirHub.Server.Exchange;

/// <summary>An example of a profile.</summary>
/// <param name="Profile">The id of the profile.</param>
/// <param name="Name">Its name, unique among the examples of the profile.</param>
/// <param name="Resource">The example.</param>
/// <param name="Expected">The OperationOutcome with the errors that validation finds in it; null for a good example.</param>
public sealed record ExchangeExample(string Profile, string Name, ResourceTree Resource, ResourceTree? Expected);

/// <summary>The package <c>fhirhub.exchange</c>: what may be sent to the exchange, and what must not. Immutable.</summary>
public sealed class ExchangePackage
{
    /// <summary>Where the canonical URLs of its definitions begin.</summary>
    public const string Canonical = "https://fhirhub.dev/fhir";

    private const string Top = "package/";
    private const string ExampleFolder = "package/example/";
    private const string BadFolder = "bad/";
    private const string OutcomeEnd = ".outcome";

    private static readonly Lazy<ExchangePackage> s_current = new(static () => new ExchangePackage(ReadArchive()));

    private ExchangePackage(ReadOnlyMemory<byte> archive)
    {
        Archive = archive;
        var files = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        using (var content = new GZipStream(new MemoryStream(archive.ToArray(), writable: false), CompressionMode.Decompress))
        {
            foreach (var file in TarEntries.Read(content))
            {
                var bytes = new byte[file.Length];
                file.Content.ReadExactly(bytes);
                files[file.Name] = bytes;
            }
        }

        Manifest = PackageManifest.Read(files[$"{Top}package.json"], "The exchange's package");
        Definitions = [.. files
            .Where(static file => file.Key.StartsWith(Top, StringComparison.Ordinal) && !file.Key[Top.Length..].Contains('/', StringComparison.Ordinal)
                && file.Key is not ($"{Top}package.json" or $"{Top}.index.json"))
            .Select(static file => Parse(file.Value))];
        Examples = [.. files
            .Where(static file => file.Key.StartsWith(ExampleFolder, StringComparison.Ordinal) && !file.Key.EndsWith($"{OutcomeEnd}.json", StringComparison.Ordinal))
            .Select(file => ReadExample(file.Key, file.Value, files))];
    }

    /// <summary>The package of this program.</summary>
    public static ExchangePackage Current => s_current.Value;

    /// <summary>Its name, version and dependencies.</summary>
    public PackageManifest Manifest { get; }

    /// <summary>Its definitions: profiles and extensions with their snapshots, terminology, search parameters, actors.</summary>
    public IReadOnlyList<ResourceTree> Definitions { get; }

    /// <summary>Its examples, good and bad.</summary>
    public IReadOnlyList<ExchangeExample> Examples { get; }

    /// <summary>The archive that package tools and other servers load (FHIR NPM package specification).</summary>
    public ReadOnlyMemory<byte> Archive { get; }

    private static ExchangeExample ReadExample(string path, ReadOnlyMemory<byte> json, Dictionary<string, ReadOnlyMemory<byte>> files)
    {
        var steps = path[ExampleFolder.Length..^".json".Length];
        var slash = steps.IndexOf('/', StringComparison.Ordinal);
        var (profile, name) = (steps[..slash], steps[(slash + 1)..]);
        var expected = files.GetValueOrDefault($"{path[..^".json".Length]}{OutcomeEnd}.json");
        return new ExchangeExample(
            profile,
            name.StartsWith(BadFolder, StringComparison.Ordinal) ? name[BadFolder.Length..] : name,
            Parse(json),
            expected.IsEmpty ? null : Parse(expected));
    }

    private static ResourceTree Parse(ReadOnlyMemory<byte> json) =>
        ResourceParser.ParseJson(json).Tree ?? throw new InvalidDataException("A file of the exchange's package can't be read.");

    /// <summary>The archive, without reading what is in it.</summary>
    internal static byte[] ReadArchive()
    {
        using var stream = typeof(ExchangePackage).Assembly.GetManifestResourceStream("fhirhub.exchange.tgz")
            ?? throw new InvalidDataException("This program was built without the exchange's package.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
