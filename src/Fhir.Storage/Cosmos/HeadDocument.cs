// A document of the container "ids": where the current version of a resource is, and where the one before it was.

using System.Text.Json;

namespace FhirHub.Storage.Cosmos;

/// <summary>A version of a resource in the container "resources".</summary>
/// <param name="Version">Its number.</param>
/// <param name="Partition">The first part of its partition key.</param>
/// <param name="Document">The id of its document.</param>
/// <param name="From">The position of its commit.</param>
/// <param name="IsDeleted">True for a tombstone.</param>
internal sealed record HeadVersion(long Version, string Partition, string Document, long From, bool IsDeleted)
{
    public void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("v", Version);
        json.WriteString("p", Partition);
        json.WriteString("n", Document);
        json.WriteNumber("f", From);
        json.WriteBoolean("d", IsDeleted);
    }

    public static HeadVersion Read(JsonElement json) => new(json.Whole("v"), json.Required("p"), json.Required("n"), json.Whole("f"), json.Flag("d"));
}

/// <summary>The head of a resource.</summary>
/// <param name="Key">The resource.</param>
/// <param name="Current">Its newest version that was applied.</param>
/// <param name="Former">The version before that; null for none.</param>
/// <param name="Order">Its place in the order of creation.</param>
/// <param name="ETag">The document's; empty before it is written.</param>
internal sealed record HeadDocument(ResourceKey Key, HeadVersion Current, HeadVersion? Former, string Order, string ETag)
{
    /// <summary>The version at a position; null if there was none.</summary>
    /// <param name="position">A position that is applied.</param>
    /// <param name="isKnown">False if so much was committed since that the head does not tell any more.</param>
    public HeadVersion? At(long position, out bool isKnown)
    {
        isKnown = Current.From <= position || Former is null || Former.From <= position;
        return Current.From <= position ? Current : Former is not null && Former.From <= position ? Former : null;
    }

    /// <summary>The document.</summary>
    public ReadOnlyMemory<byte> Write() => DocumentJson.Write(json =>
    {
        json.WriteString("id", Layout.IdOf(Key));
        json.WriteString("k", Key.ToString());
        json.WriteString("o", Order);
        Current.Write(json);
        if (Former is not null)
        {
            json.WriteStartObject("w");
            Former.Write(json);
            json.WriteEndObject();
        }
    });

    /// <summary>Reads a document.</summary>
    public static HeadDocument Read(CosmosDocument document) => new(
        DocumentJson.Key(document.Root.Required("k")),
        HeadVersion.Read(document.Root),
        document.Root.TryGetProperty("w", out var former) ? HeadVersion.Read(former) : null,
        document.Root.Required("o"),
        document.ETag);
}
