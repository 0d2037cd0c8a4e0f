// A document of the container "resources": a version that is current, was so lately, or is being prepared, with all that search finds in it.

using System.Text.Json;
using FhirHub.Search;
using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <summary>A version with its index entries, as it was read.</summary>
internal sealed class ResourceDocument(JsonElement json)
{
    /// <summary>The document.</summary>
    public JsonElement Json { get; } = json;

    /// <summary>The resource.</summary>
    public ResourceKey Key { get; } = new(json.Required("t"), json.Required("i"));

    /// <summary>Its id.</summary>
    public string DocumentId => Json.Required("id");

    /// <summary>The first part of its partition key.</summary>
    public string Partition => Json.Required("p");

    /// <summary>The position from which on it is current.</summary>
    public long From => Json.Whole("f");

    /// <summary>The position from which on it is no more; <see cref="Layout.Open"/> if it still is.</summary>
    public long Until => Json.Whole("u");

    /// <summary>Its place in the order of creation.</summary>
    public string Order => Json.Text("o") ?? "";

    /// <summary>True for a tombstone.</summary>
    public bool IsDeleted => Json.Flag("d");

    /// <summary>When it was committed.</summary>
    public DateTimeOffset LastUpdated => DateTimeOffset.FromUnixTimeMilliseconds(Json.Whole("l"));

    /// <summary>The version.</summary>
    public async ValueTask<StoredVersion> ToVersionAsync(Bodies bodies, CancellationToken cancel) =>
        new(Key, Json.Whole("v"), LastUpdated, Json.Method("m"), await bodies.ReadAsync(Json, cancel));

    /// <summary>What search sees of it.</summary>
    /// <param name="parameters">The parameters that matter, by index key.</param>
    /// <param name="epoch">The set of entries that is valid.</param>
    public IndexedResource ToIndexed(ILookup<string, SearchParameter> parameters, int epoch) =>
        new(Key.Type, Key.Id, LastUpdated, Entries(Json, EntriesName(epoch), parameters))
        {
            Contained = Json.TryGetProperty(ContainedName(epoch), out var contained)
                ? [.. contained.EnumerateArray().Select(inner => new IndexedResource(inner.Required("t"), inner.Required("i"), LastUpdated, Entries(inner, "e", parameters)))]
                : [],
        };

    /// <summary>The local references that integrity looks at.</summary>
    public IEnumerable<ResourceKey> References => Json.TryGetProperty("r", out var references)
        ? references.EnumerateArray().Select(static text => DocumentJson.Key(text.GetString()!))
        : [];

    /// <summary>The same without its references.</summary>
    public ResourceDocument WithoutReferences()
    {
        using var document = JsonDocument.Parse(ReindexedDocument.Without(Json, "r"));
        return new ResourceDocument(document.RootElement.Clone());
    }

    /// <summary>The member that holds the entries of an epoch.</summary>
    public static string EntriesName(int epoch) => (epoch & 1) == 0 ? "e0" : "e1";

    /// <summary>The member that holds the contained resources of an epoch.</summary>
    public static string ContainedName(int epoch) => (epoch & 1) == 0 ? "c0" : "c1";

    /// <summary>The document of a version to be: nobody sees it before it is applied.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="partition">The first part of its partition key.</param>
    /// <param name="key">The resource.</param>
    /// <param name="transaction">The transaction that prepares it.</param>
    /// <param name="preparedAt">When its preparation began, in milliseconds since 1970.</param>
    /// <param name="method">The interaction.</param>
    /// <param name="resource">The content, by the parameters of now; null for a tombstone.</param>
    /// <param name="body">Where its body is.</param>
    /// <param name="index">The state of the index at the position after which it is to be committed.</param>
    /// <param name="words">Its words (<see cref="SearchWords"/>); null where every full-text search is to look at it.</param>
    public static ReadOnlyMemory<byte> Prepare(string id, string partition, ResourceKey key, string transaction, long preparedAt, WriteMethod method, PreparedResource? resource, StoredBody body, IndexState index, IReadOnlyCollection<string>? words = null) => DocumentJson.Write(json =>
    {
        json.WriteString("id", id);
        json.WriteString("p", partition);
        json.WriteString("t", key.Type);
        json.WriteString("i", key.Id);
        json.WriteString("x", transaction);
        json.WriteNumber("f", Layout.Open);
        json.WriteNumber("u", Layout.Open);
        json.WriteNumber("v", 0);
        json.WriteString("m", DocumentJson.NameOf(method));
        json.WriteBoolean("d", resource is null);
        json.WriteNumber("q", preparedAt);
        if (resource is null)
        {
            // Some databases refuse to look into what is not there.
            foreach (var epoch in index.Epochs)
            {
                json.WriteStartObject(EntriesName(epoch));
                json.WriteEndObject();
            }

            return;
        }

        body.Write(json);
        if (words is not null)
            DocumentJson.WriteTexts(json, SearchWords.Member, words);
        foreach (var epoch in index.Epochs)
        {
            json.WritePropertyName(EntriesName(epoch));
            EntryCodec.Write(json, resource.Entries);
            if (resource.Contained.Count > 0)
            {
                json.WritePropertyName(ContainedName(epoch));
                WriteContained(json, resource.Contained);
            }
        }

        json.WriteStartArray("r");
        foreach (var reference in resource.References.Select(static reference => $"{reference.Type}/{reference.Id}").Distinct(StringComparer.Ordinal))
            json.WriteStringValue(reference);
        json.WriteEndArray();
    });

    /// <summary>Writes what a resource contains, with the entries of each.</summary>
    public static void WriteContained(Utf8JsonWriter json, IReadOnlyList<ContainedResource> all)
    {
        json.WriteStartArray();
        foreach (var contained in all)
        {
            json.WriteStartObject();
            json.WriteString("t", contained.Type);
            json.WriteString("i", contained.Id);
            json.WritePropertyName("e");
            EntryCodec.Write(json, contained.Entries);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>What makes a prepared document the current version.</summary>
    public static IReadOnlyList<PatchOperation> Appear(LogRecord record, int index) =>
    [
        PatchOperation.Set("/f", record.Position),
        PatchOperation.Set("/v", record.Writes[index].Version),
        PatchOperation.Set("/l", record.TimeOf(index)),
        PatchOperation.Set("/o", record.Writes[index].Order),
        PatchOperation.Set("/j", index),
        PatchOperation.Set("/q", 0),
    ];

    /// <summary>What makes the current version a former one.</summary>
    public static IReadOnlyList<PatchOperation> Disappear(LogRecord record) => [PatchOperation.Set("/u", record.Position), PatchOperation.Set("/ttl", Layout.SupersededSeconds)];

    private static IReadOnlyList<IndexEntry> Entries(JsonElement json, string name, ILookup<string, SearchParameter> parameters) =>
        json.TryGetProperty(name, out var entries) ? EntryCodec.Read(entries, parameters) : [];
}
