// All definitions as compact JSON in compressed blocks, with an index: whole enough to be small, cut enough to be quick.

using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FhirHub.DefinitionsCompiler;

/// <summary>Compiles every resource to <c>definitions.bin</c>.</summary>
internal static class ArchiveCompiler
{
    // A lookup decompresses one block (about a millisecond); larger blocks gain little, as Brotli's window then holds no more kin.
    private const int BlockSize = 512 * 1024;

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private sealed record Block(MemoryStream Json, List<(JsonObject Resource, int Length)> Entries);

    /// <summary>The content of <c>definitions.bin</c>: the length of the index, the index, the blocks.</summary>
    public static byte[] Compile(IReadOnlyList<JsonObject> resources)
    {
        var blocks = Fill(resources);
        var compressed = blocks.AsParallel().AsOrdered().Select(block => Compress(block.Json.ToArray())).ToList();

        using var index = new BinaryOutput();
        index.Number(blocks.Count);
        for (var i = 0; i < blocks.Count; i++)
        {
            index.Number(compressed[i].Length);
            index.Number((int)blocks[i].Json.Length);
            index.Number(blocks[i].Entries.Count);
            foreach (var (resource, length) in blocks[i].Entries)
            {
                index.Text(resource.Text("resourceType"));
                index.Text(resource.Text("url"));
                index.Text(resource.Text("id"));
                index.Text(resource.Text("version"));
                index.Number(length);
            }
        }

        var indexBytes = index.ToArray();
        using var output = new MemoryStream();
        output.Write(BitConverter.GetBytes(indexBytes.Length));
        output.Write(indexBytes);
        compressed.ForEach(block => output.Write(block));
        return output.ToArray();
    }

    private static List<Block> Fill(IReadOnlyList<JsonObject> resources)
    {
        var blocks = new List<Block>();
        foreach (var kin in resources.GroupBy(resource => resource.Text("resourceType"), StringComparer.Ordinal))
        {
            Block? block = null;
            foreach (var resource in kin)
            {
                if (block is null || block.Json.Length > BlockSize)
                    blocks.Add(block = new Block(new MemoryStream(), []));
                var offset = (int)block.Json.Length;
                using (var writer = new Utf8JsonWriter(block.Json, Compact))
                    resource.WriteTo(writer);
                block.Entries.Add((resource, (int)block.Json.Length - offset));
            }
        }

        return blocks;
    }

    private static byte[] Compress(byte[] json)
    {
        var buffer = new byte[BrotliEncoder.GetMaxCompressedLength(json.Length)];
        if (!BrotliEncoder.TryCompress(json, buffer, out var written, quality: 9, window: 22))
            throw new InvalidDataException("A block of definitions does not compress.");
        return buffer[..written];
    }
}
