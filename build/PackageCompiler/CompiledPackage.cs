// A package with its snapshots made, and the archive that other servers and tools load.

using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using FhirHub.Model;
using FhirHub.Validation;

namespace FhirHub.PackageCompiler;

/// <summary>A compiled package.</summary>
public sealed class CompiledPackage
{
    // The archive is the same to the byte for the same source, so that a build without changes makes nothing new.
    private static readonly DateTimeOffset s_time = DateTimeOffset.UnixEpoch;

    private readonly List<string> _faults = [];

    private CompiledPackage(PackageSource source)
    {
        Source = source;
        var byUrl = new Dictionary<string, ResourceTree>(StringComparer.Ordinal);
        foreach (var (_, resource) in source.Definitions)
        {
            if (resource.ResourceType == "StructureDefinition" && resource.Root.ChildValue("url") is { } url)
                byUrl[url] = resource;
        }

        var generator = new SnapshotGenerator(canonical => byUrl.GetValueOrDefault(canonical.Split('|')[0]) ?? FindInR4(canonical));
        Definitions = [.. source.Definitions.Select(definition => definition with { Resource = Compile(generator, definition) })];
    }

    /// <summary>What it was made from.</summary>
    public PackageSource Source { get; }

    /// <summary>The definitions, StructureDefinitions with their snapshots and the guide with its examples.</summary>
    public IReadOnlyList<PackageDefinition> Definitions { get; }

    /// <summary>Definitions without a snapshot, with the reason.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>Makes the snapshots.</summary>
    public static CompiledPackage Of(PackageSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new CompiledPackage(source);
    }

    /// <summary>Writes the archive (FHIR NPM package specification): definitions in <c>package</c>, examples in <c>package/example</c>.</summary>
    public void Write(string file)
    {
        using var gzip = new GZipStream(File.Create(file), CompressionLevel.SmallestSize);
        using var tar = new TarWriter(gzip, TarEntryFormat.Ustar);
        Add(tar, "package/package.json", Source.Manifest);
        Add(tar, "package/.index.json", Index());
        foreach (var (_, resource) in Definitions)
            Add(tar, $"package/{FileName(resource)}", resource.Json);
        foreach (var example in Source.Examples)
        {
            var folder = $"package/example/{example.Profile}/{(example.IsBad ? "bad/" : "")}";
            Add(tar, $"{folder}{example.Name}.json", example.Resource.Json);
            if (example.Expected is { } expected)
                Add(tar, $"{folder}{example.Name}.outcome.json", expected.Json);
        }
    }

    private static string FileName(ResourceTree resource) => $"{resource.ResourceType}-{resource.Id}.json";

    private static ResourceTree? FindInR4(string canonical) =>
        R4Definitions.Find("StructureDefinition", canonical.Split('|')[0]) is { } json ? ResourceParser.ParseJson(json).Tree : null;

    private static void Add(TarWriter tar, string name, ReadOnlyMemory<byte> content) =>
        tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { ModificationTime = s_time, DataStream = new MemoryStream(content.ToArray(), writable: false) });

    private ResourceTree Compile(SnapshotGenerator generator, PackageDefinition definition)
    {
        if (definition.Resource.ResourceType == "ImplementationGuide")
            return Guide.WithExamples(definition.Resource, Source.Examples);
        if (definition.Resource.ResourceType != "StructureDefinition")
            return definition.Resource;
        try
        {
            return generator.Generate(definition.Resource).Definition;
        }
        catch (SnapshotException e)
        {
            _faults.Add($"{definition.File}: {e.Message}");
            return definition.Resource;
        }
    }

    private ReadOnlyMemory<byte> Index()
    {
        var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteNumber("index-version", 2);
            writer.WriteStartArray("files");
            foreach (var (_, resource) in Definitions)
            {
                writer.WriteStartObject();
                writer.WriteString("filename", FileName(resource));
                writer.WriteString("resourceType", resource.ResourceType);
                writer.WriteString("id", resource.Id);
                foreach (var name in (string[])["url", "version", "kind", "type", "derivation"])
                {
                    if (resource.Root.Type.FindElement(name) is { Types: [{ IsPrimitive: true }] } && resource.Root.ChildValue(name) is { } value)
                        writer.WriteString(name, value);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
