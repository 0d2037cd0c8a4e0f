// R4's conformance resources as the build embedded them: compressed blocks of JSON, opened when asked for.

using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace FhirHub.Model;

/// <summary>
/// The conformance resources of R4 4.0.1: StructureDefinitions, SearchParameters, OperationDefinitions, CompartmentDefinitions,
/// CapabilityStatements, CodeSystems, ValueSets and ConceptMaps (build/DefinitionsCompiler/ArchiveCompiler.cs writes them).
/// </summary>
public static partial class R4Definitions
{
    private const string Archive = "definitions.bin";

    private static readonly Lazy<ArchiveIndex> Index = new(ReadIndex);

    private sealed record Block(long Start, int CompressedLength, int Length);

    private sealed record Entry(Block Block, int Offset, int Length, string? Version);

    private sealed class ArchiveIndex
    {
        public Dictionary<string, List<Entry>> ByType { get; } = new(StringComparer.Ordinal);

        public Dictionary<(string Type, string Url), Entry> ByUrl { get; } = [];

        public Dictionary<(string Type, string Id), Entry> ById { get; } = [];
    }

    /// <summary>The JSON of the resource with that canonical URL (which may end in <c>|version</c>), or null.</summary>
    public static ReadOnlyMemory<byte>? Find(string resourceType, string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        var byUrl = Index.Value.ByUrl;
        // The whole URL first: a few of the standard's own URLs (v2 tables of old versions) hold a bar.
        if (byUrl.TryGetValue((resourceType, url), out var entry))
            return Read(entry);
        var bar = url.LastIndexOf('|');
        return bar >= 0
            && byUrl.TryGetValue((resourceType, url[..bar]), out entry)
            && string.Equals(entry.Version, url[(bar + 1)..], StringComparison.Ordinal)
            ? Read(entry)
            : default(ReadOnlyMemory<byte>?);
    }

    /// <summary>The JSON of the resource with that logical id, or null.</summary>
    public static ReadOnlyMemory<byte>? FindById(string resourceType, string id) =>
        Index.Value.ById.TryGetValue((resourceType, id), out var entry) ? Read(entry) : default(ReadOnlyMemory<byte>?);

    /// <summary>The canonical URLs and versions of all resources of that type that have one, without reading them.</summary>
    public static IEnumerable<(string Url, string? Version)> Names(string resourceType) =>
        Index.Value.ByUrl.Where(entry => entry.Key.Type == resourceType).Select(static entry => (entry.Key.Url, entry.Value.Version));

    /// <summary>The JSON of every resource of that type, in the order of the standard's own files.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> All(string resourceType)
    {
        if (!Index.Value.ByType.TryGetValue(resourceType, out var entries))
            yield break;
        Block? open = null;
        byte[] json = [];
        foreach (var entry in entries)
        {
            if (!ReferenceEquals(open, entry.Block))
            {
                open = entry.Block;
                json = Decompress(open);
            }

            yield return json.AsMemory(entry.Offset, entry.Length);
        }
    }

    // What lies behind the resource in its block is left compressed, and what lies before it is not held on to: who keeps the resource
    // would keep all of that.
    private static ReadOnlyMemory<byte> Read(Entry entry)
    {
        using var block = Open(entry.Block);
        var passed = ArrayPool<byte>.Shared.Rent(Math.Clamp(entry.Offset, 1, 64 * 1024));
        for (var left = entry.Offset; left > 0;)
        {
            var length = Math.Min(left, passed.Length);
            block.ReadExactly(passed, 0, length);
            left -= length;
        }

        ArrayPool<byte>.Shared.Return(passed);
        var json = new byte[entry.Length];
        block.ReadExactly(json);
        return json;
    }

    private static byte[] Decompress(Block block)
    {
        using var brotli = Open(block);
        var json = new byte[block.Length];
        brotli.ReadExactly(json);
        return json;
    }

    private static BrotliStream Open(Block block)
    {
        var compressed = new byte[block.CompressedLength];
        using (var stream = DefinitionsReader.Open(Archive))
        {
            stream.Position = block.Start;
            stream.ReadExactly(compressed);
        }

        return new BrotliStream(new MemoryStream(compressed), CompressionMode.Decompress);
    }

    private static ArchiveIndex ReadIndex()
    {
        using var stream = DefinitionsReader.Open(Archive);
        var head = new byte[sizeof(int)];
        stream.ReadExactly(head);
        var bytes = new byte[BinaryPrimitives.ReadInt32LittleEndian(head)];
        stream.ReadExactly(bytes);

        var index = new ArchiveIndex();
        var reader = new DefinitionsReader(bytes);
        var start = stream.Position;
        for (var blocks = reader.Number(); blocks > 0; blocks--)
        {
            var block = new Block(start, reader.Number(), reader.Number());
            start += block.CompressedLength;
            var offset = 0;
            for (var entries = reader.Number(); entries > 0; entries--)
                offset += Add(ref reader, block, offset, index);
        }

        return index;
    }

    private static int Add(ref DefinitionsReader reader, Block block, int offset, ArchiveIndex index)
    {
        var type = reader.Text();
        var url = reader.OptionalText();
        var id = reader.Text();
        var entry = new Entry(block, offset, Version: reader.OptionalText(), Length: reader.Number());
        if (!index.ByType.TryGetValue(type, out var ofType))
            index.ByType.Add(type, ofType = []);
        ofType.Add(entry);
        index.ById.TryAdd((type, id), entry);
        if (url is not null)
            index.ByUrl.TryAdd((type, url), entry);
        return entry.Length;
    }
}
