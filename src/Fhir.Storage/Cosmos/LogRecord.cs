// A document of the container "log": a commit. That it is there is what makes its writes happen.

using System.Text.Json;

namespace FhirHub.Storage.Cosmos;

/// <summary>A write of a commit: all that whoever applies it needs to know.</summary>
/// <param name="Key">The resource.</param>
/// <param name="Version">The number of the new version.</param>
/// <param name="Partition">The first part of the new document's partition key.</param>
/// <param name="Document">The id of the new document.</param>
/// <param name="Method">The interaction.</param>
/// <param name="Order">The resource's place in the order of creation.</param>
/// <param name="Former">The version that it supersedes; null for none.</param>
internal sealed record LoggedWrite(ResourceKey Key, long Version, string Partition, string Document, WriteMethod Method, string Order, HeadVersion? Former)
{
    /// <summary>The version as a head knows it.</summary>
    public HeadVersion HeadAt(long position) => new(Version, Partition, Document, position, Method == WriteMethod.Delete);
}

/// <summary>A commit.</summary>
/// <param name="Position">Its place in the log.</param>
/// <param name="Time">Its time in milliseconds since 1970, never less than that of the one before.</param>
/// <param name="Id">Names this attempt to commit, so that a writer whose answer got lost knows its own.</param>
/// <param name="Writes">What it writes.</param>
internal sealed record LogRecord(long Position, long Time, string Id, IReadOnlyList<LoggedWrite> Writes)
{
    /// <summary>
    /// What the index is good for from this position on; null if as before. Whoever commits after it must have prepared for it
    /// (<see cref="IndexDefinitions.StampOf"/>).
    /// </summary>
    public IndexState? Index { get; init; }

    /// <summary>The document.</summary>
    public ReadOnlyMemory<byte> Write() => DocumentJson.Write(json =>
    {
        json.WriteString("id", Layout.IdOf(Position));
        json.WriteString("s", Layout.SegmentOf(Position));
        json.WriteNumber("n", Position);
        json.WriteNumber("l", Time);
        json.WriteString("x", Id);
        Index?.Write(json, "index");
        json.WriteStartArray("writes");
        foreach (var write in Writes)
        {
            json.WriteStartObject();
            json.WriteString("k", write.Key.ToString());
            json.WriteNumber("v", write.Version);
            json.WriteString("p", write.Partition);
            json.WriteString("n", write.Document);
            json.WriteString("m", DocumentJson.NameOf(write.Method));
            json.WriteString("o", write.Order);
            if (write.Former is not null)
            {
                json.WriteStartObject("was");
                write.Former.Write(json);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    /// <summary>Reads a document.</summary>
    public static LogRecord Read(JsonElement json) => new(
        json.Whole("n"),
        json.Whole("l"),
        json.Required("x"),
        [.. json.GetProperty("writes").EnumerateArray().Select(static write => new LoggedWrite(
            DocumentJson.Key(write.Required("k")),
            write.Whole("v"),
            write.Required("p"),
            write.Required("n"),
            write.Method("m"),
            write.Required("o"),
            write.TryGetProperty("was", out var former) ? HeadVersion.Read(former) : null))])
    {
        Index = json.TryGetProperty("index", out var index) ? IndexState.Read(index) : null,
    };
}
