// A document with the entries of a reindex: beside those in use where others are made anew, among them where nobody asks for them yet.

using System.Text.Json;
using FhirHub.Search;

namespace FhirHub.Storage.Cosmos;

/// <summary>Rewrites documents for a reindex.</summary>
internal static class ReindexedDocument
{
    /// <summary>The document with the entries; null if it has them.</summary>
    /// <param name="document">The document as it is.</param>
    /// <param name="resource">What is extracted from it now.</param>
    /// <param name="index">The state with the reindex.</param>
    public static ReadOnlyMemory<byte>? Write(JsonElement document, PreparedResource resource, IndexState index)
    {
        var reindex = index.Reindex!;
        var epoch = reindex.IsNextEpoch ? index.Epoch + 1 : index.Epoch;
        var (entriesName, containedName) = (ResourceDocument.EntriesName(epoch), ResourceDocument.ContainedName(epoch));
        var keys = reindex.IsNextEpoch ? null : reindex.IndexKeys!.ToHashSet(StringComparer.Ordinal);
        var entries = Entries(document.TryGetProperty(entriesName, out var before) ? before : default, resource.Entries, keys);
        var contained = Contained(document.TryGetProperty(containedName, out var containedBefore) ? containedBefore : default, resource.Contained, keys);
        if (before.ValueKind != JsonValueKind.Undefined && JsonElement.DeepEquals(before, entries)
            && (containedBefore.ValueKind == JsonValueKind.Undefined ? contained is null : contained is { } same && JsonElement.DeepEquals(containedBefore, same)))
        {
            return null;
        }

        return Copy(document, [entriesName, containedName], json =>
        {
            json.WritePropertyName(entriesName);
            entries.WriteTo(json);
            if (contained is { } all)
            {
                json.WritePropertyName(containedName);
                all.WriteTo(json);
            }
        });
    }

    /// <summary>The document without some of its members.</summary>
    public static ReadOnlyMemory<byte> Without(JsonElement document, params ReadOnlySpan<string> names) => Copy(document, [.. names], static _ => { });

    private static ReadOnlyMemory<byte> Copy(JsonElement document, HashSet<string> without, Action<Utf8JsonWriter> members) => DocumentJson.Write(json =>
    {
        foreach (var member in document.EnumerateObject())
        {
            // Those that begin with "_" are the database's own.
            if (!without.Contains(member.Name) && !member.Name.StartsWith('_'))
                member.WriteTo(json);
        }

        members(json);
    });

    // All, or those of some keys with all others as they were.
    private static JsonElement Entries(JsonElement before, IReadOnlyList<IndexEntry> entries, HashSet<string>? keys)
    {
        var fresh = Element(json => EntryCodec.Write(json, keys is null ? entries : [.. entries.Where(entry => keys.Contains(entry.Parameter.IndexKey))]));
        if (keys is null || before.ValueKind != JsonValueKind.Object)
            return fresh;
        return Element(json =>
        {
            json.WriteStartObject();
            foreach (var member in before.EnumerateObject().Where(member => !keys.Contains(member.Name)).Concat(fresh.EnumerateObject()))
                member.WriteTo(json);
            json.WriteEndObject();
        });
    }

    private static JsonElement? Contained(JsonElement before, IReadOnlyList<ContainedResource> contained, HashSet<string>? keys)
    {
        if (contained.Count == 0)
            return null;
        var known = before.ValueKind == JsonValueKind.Array ? before.EnumerateArray().ToDictionary(static inner => inner.Required("i"), static inner => inner.GetProperty("e"), StringComparer.Ordinal) : [];
        return Element(json =>
        {
            json.WriteStartArray();
            foreach (var inner in contained)
            {
                json.WriteStartObject();
                json.WriteString("t", inner.Type);
                json.WriteString("i", inner.Id);
                json.WritePropertyName("e");
                Entries(known.GetValueOrDefault(inner.Id), inner.Entries, keys).WriteTo(json);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    private static JsonElement Element(Action<Utf8JsonWriter> write)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            write(json);
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }
}
