// The control document that says up to which position the log is applied, and what follows from that.

using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <summary>What is applied.</summary>
/// <param name="Position">All commits up to here are; 0 for none.</param>
/// <param name="Time">Time of the last of them, in milliseconds since 1970.</param>
/// <param name="Types">The position of the last commit that wrote each type.</param>
/// <param name="Counts">Current resources of each type.</param>
/// <param name="Wide">Types of which some resources are in several patients' compartments.</param>
/// <param name="ETag">The document's.</param>
internal sealed record Watermark(
    long Position, long Time, ImmutableSortedDictionary<string, long> Types, ImmutableSortedDictionary<string, long> Counts, ImmutableSortedSet<string> Wide, string ETag)
{
    private const string Id = "watermark";

    /// <summary>The document's partition.</summary>
    public static PartitionKey Partition { get; } = new(Id);

    /// <summary>Where a new store starts.</summary>
    public static Watermark Empty { get; } = new(
        0, 0, ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal), ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal), ImmutableSortedSet.Create<string>(StringComparer.Ordinal), "");

    /// <summary>Reads it; it is made if there is none.</summary>
    public static async Task<Watermark> ReadAsync(CosmosDocuments control, CancellationToken cancel)
    {
        while (true)
        {
            if (await control.ReadAsync(Id, Partition, cancel) is { } document)
                return Read(document);
            await control.CreateAsync(Empty.Write(), Partition, cancel);
        }
    }

    /// <summary>What it is after the next commit.</summary>
    public Watermark After(LogRecord record)
    {
        var (types, counts, wide) = (Types.ToBuilder(), Counts.ToBuilder(), Wide);
        foreach (var write in record.Writes)
        {
            var type = write.Key.Type;
            types[type] = record.Position;
            var change = (write.Method == WriteMethod.Delete ? 0 : 1) - (write.Former is { IsDeleted: false } ? 1 : 0);
            counts[type] = counts.GetValueOrDefault(type) + change;
            if (write.Partition == Layout.Several)
                wide = wide.Add(type);
        }

        return this with { Position = record.Position, Time = record.Time, Types = types.ToImmutable(), Counts = counts.ToImmutable(), Wide = wide };
    }

    /// <summary>Writes it over the one that was read.</summary>
    /// <returns>False if somebody else did so before.</returns>
    public Task<bool> ReplaceAsync(CosmosDocuments control, CancellationToken cancel) => control.ReplaceAsync(Id, Write(), Partition, ETag, cancel);

    private static Watermark Read(CosmosDocument document) => new(
        document.Root.Whole("w"),
        document.Root.Whole("l"),
        Numbers(document.Root.GetProperty("types")),
        Numbers(document.Root.GetProperty("counts")),
        document.Root.GetProperty("wide").EnumerateArray().Select(static type => type.GetString()!).ToImmutableSortedSet(StringComparer.Ordinal),
        document.ETag);

    private ReadOnlyMemory<byte> Write() => DocumentJson.Write(json =>
    {
        json.WriteString("id", Id);
        json.WriteNumber("w", Position);
        json.WriteNumber("l", Time);
        Write(json, "types", Types);
        Write(json, "counts", Counts);
        json.WriteStartArray("wide");
        foreach (var type in Wide)
            json.WriteStringValue(type);
        json.WriteEndArray();
    });

    private static void Write(Utf8JsonWriter json, string name, ImmutableSortedDictionary<string, long> numbers)
    {
        json.WriteStartObject(name);
        foreach (var (type, number) in numbers)
            json.WriteNumber(type, number);
        json.WriteEndObject();
    }

    private static ImmutableSortedDictionary<string, long> Numbers(JsonElement json) =>
        json.EnumerateObject().ToImmutableSortedDictionary(static member => member.Name, static member => member.Value.GetInt64(), StringComparer.Ordinal);
}
