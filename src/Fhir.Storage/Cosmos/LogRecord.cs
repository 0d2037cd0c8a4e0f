// A document of the container "log": a commit. That it is there is what makes its writes happen.

using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.Azure.Cosmos;

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
    /// <summary>The time of the version in milliseconds since 1970 if it is not the record's: it was restored.</summary>
    public long? Time { get; init; }

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
    // A document holds 2 MB; what is longer than this lies in several.
    private const int BytesAtMost = 1_500_000;

    /// <summary>
    /// What the index is good for from this position on; null if as before. Whoever commits after it must have prepared for it
    /// (<see cref="IndexDefinitions.StampOf"/>).
    /// </summary>
    public IndexState? Index { get; init; }

    /// <summary>Nothing that was prepared before this time, in milliseconds since 1970, can be committed after it; 0 for no such bound.</summary>
    public long Void { get; init; }

    /// <summary>How many documents of their own hold the writes; 0 if the record's own does.</summary>
    public int Parts { get; init; }

    /// <summary>The id of a part.</summary>
    public static string PartId(string record, int part) => string.Create(CultureInfo.InvariantCulture, $"{record}-{part}");

    /// <summary>Where the parts of a record are.</summary>
    public static PartitionKey PartPartition(string record) => new(PartSegment(record));

    /// <summary>
    /// The same commit at another position: what is created by it comes elsewhere in the order of creation. Not for one that writes several
    /// versions of a resource.
    /// </summary>
    public LogRecord At(long position, long time) => this with
    {
        Position = position,
        Time = time,
        Index = Index is null ? null : Index with { Number = position },
        Writes = [.. Writes.Select((write, index) => write.Order == Layout.OrderOf(Position, index) ? write with { Order = Layout.OrderOf(position, index) } : write)],
    };

    /// <summary>The time of a version that it writes, in milliseconds since 1970.</summary>
    public long TimeOf(int index) => Writes[index].Time ?? Time;

    /// <summary>The document.</summary>
    public ReadOnlyMemory<byte> Write() => DocumentJson.Write(json =>
    {
        json.WriteString("id", Layout.IdOf(Position));
        json.WriteString("s", Layout.SegmentOf(Position));
        json.WriteNumber("n", Position);
        json.WriteNumber("l", Time);
        json.WriteString("x", Id);
        Index?.Write(json, "index");
        if (Void > 0)
            json.WriteNumber("void", Void);
        if (Parts > 0)
        {
            json.WriteNumber("parts", Parts);
            return;
        }

        json.WriteStartArray("writes");
        for (var i = 0; i < Writes.Count; i++)
            WriteTo(json, i);
        json.WriteEndArray();
    });

    /// <summary>The writes as they come into documents of their own; none if one document holds the record.</summary>
    public IReadOnlyList<IReadOnlyList<ReadOnlyMemory<byte>>> Split()
    {
        var (parts, part, length, total) = (new List<List<ReadOnlyMemory<byte>>>(), new List<ReadOnlyMemory<byte>>(), 0, 0);
        for (var i = 0; i < Writes.Count; i++)
        {
            var buffer = new ArrayBufferWriter<byte>(512);
            using (var json = new Utf8JsonWriter(buffer))
                WriteTo(json, i);
            (length, total) = (length + buffer.WrittenCount + 1, total + buffer.WrittenCount + 1);
            if (length > BytesAtMost)
            {
                parts.Add(part);
                (part, length) = ([], buffer.WrittenCount + 1);
            }

            part.Add(buffer.WrittenMemory);
        }

        parts.Add(part);
        return total > BytesAtMost ? parts : [];
    }

    /// <summary>A part as a document.</summary>
    public static ReadOnlyMemory<byte> WritePart(string record, int part, long preparedAt, IReadOnlyList<ReadOnlyMemory<byte>> writes) => DocumentJson.Write(json =>
    {
        json.WriteString("id", PartId(record, part));
        json.WriteString("s", PartSegment(record));
        json.WriteNumber("q", preparedAt);
        json.WriteStartArray("writes");
        foreach (var write in writes)
            json.WriteRawValue(write.Span, skipInputValidation: true);
        json.WriteEndArray();
    });

    /// <summary>Reads a document; if it has parts, its writes are there.</summary>
    public static LogRecord Read(JsonElement json)
    {
        var position = json.Whole("n");
        var writes = new List<LoggedWrite>();
        ReadWrites(json, position, writes);
        return new LogRecord(position, json.Whole("l"), json.Required("x"), writes) { Void = json.Whole("void"), Parts = (int)json.Whole("parts"), Index = json.TryGetProperty("index", out var index) ? IndexState.Read(index) : null };
    }

    /// <summary>Adds the writes of a document.</summary>
    public static void ReadWrites(JsonElement json, long position, List<LoggedWrite> writes)
    {
        if (!json.TryGetProperty("writes", out var array))
            return;
        foreach (var write in array.EnumerateArray())
        {
            writes.Add(new LoggedWrite(
                DocumentJson.Key(write.Required("k")),
                write.Whole("v"),
                write.Required("p"),
                write.Required("n"),
                write.Method("m"),
                write.Text("o") ?? Layout.OrderOf(position, writes.Count),
                write.TryGetProperty("was", out var former) ? HeadVersion.Read(former) : null)
            {
                Time = write.TryGetProperty("l", out var time) ? time.GetInt64() : null,
            });
        }
    }

    private static string PartSegment(string record) => $"parts-{record}";

    // The order of what is created follows from the position, which parts must not depend on.
    private void WriteTo(Utf8JsonWriter json, int index)
    {
        var write = Writes[index];
        json.WriteStartObject();
        json.WriteString("k", write.Key.ToString());
        json.WriteNumber("v", write.Version);
        json.WriteString("p", write.Partition);
        json.WriteString("n", write.Document);
        json.WriteString("m", DocumentJson.NameOf(write.Method));
        if (write.Order != Layout.OrderOf(Position, index))
            json.WriteString("o", write.Order);
        if (write.Time is { } time)
            json.WriteNumber("l", time);
        if (write.Former is not null)
        {
            json.WriteStartObject("was");
            write.Former.Write(json);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
