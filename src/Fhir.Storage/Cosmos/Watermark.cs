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

    /// <summary>What the index is good for.</summary>
    public required IndexState Index { get; init; }

    /// <summary>Versions of each type that were ever committed.</summary>
    public ImmutableSortedDictionary<string, long> Versions { get; init; } = ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal);

    /// <summary>What was prepared before this time, in milliseconds since 1970, can't be committed any more.</summary>
    public long Void { get; init; }

    /// <summary>The document's partition.</summary>
    public static PartitionKey Partition { get; } = new(Id);

    /// <summary>Where a new store starts.</summary>
    /// <param name="fingerprint">The state of parameters and extraction of the program that makes it.</param>
    public static Watermark New(string fingerprint) => new(
        0, 0, ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal), ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal), ImmutableSortedSet.Create<string>(StringComparer.Ordinal), "")
    {
        Index = IndexState.New(fingerprint),
    };

    /// <summary>Reads it when a store is opened; it is made if there is none.</summary>
    public static async Task<Watermark> OpenAsync(CosmosDocuments control, string fingerprint, CancellationToken cancel)
    {
        if (await control.ReadAsync(Id, Partition, cancel) is null)
            await control.CreateAsync(New(fingerprint).Write(), Partition, cancel);
        return await ReadAsync(control, cancel);
    }

    /// <summary>Reads it.</summary>
    /// <exception cref="StoreException">It is not there.</exception>
    public static async Task<Watermark> ReadAsync(CosmosDocuments control, CancellationToken cancel) => await control.ReadAsync(Id, Partition, cancel) is { } document
        ? Read(document)
        : throw new StoreException("The Cosmos database has lost its watermark: the containers were not made by this program, or were changed by another.");

    /// <summary>What it is after the next commit.</summary>
    public Watermark After(LogRecord record)
    {
        var (types, counts, versions, wide) = (Types.ToBuilder(), Counts.ToBuilder(), Versions.ToBuilder(), Wide);
        foreach (var write in record.Writes)
        {
            var type = write.Key.Type;
            types[type] = record.Position;
            var change = (write.Method == WriteMethod.Delete ? 0 : 1) - (write.Former is { IsDeleted: false } ? 1 : 0);
            counts[type] = counts.GetValueOrDefault(type) + change;
            versions[type] = versions.GetValueOrDefault(type) + 1;
            if (write.Partition == Layout.Several)
                wide = wide.Add(type);
        }

        return this with
        {
            Position = record.Position,
            Time = record.Time,
            Types = types.ToImmutable(),
            Counts = counts.ToImmutable(),
            Versions = versions.ToImmutable(),
            Wide = wide,
            Index = record.Index ?? Index,
            Void = Math.Max(Void, record.Void),
        };
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
        document.ETag)
    {
        Index = IndexState.Read(document.Root.GetProperty("index")),
        Versions = Numbers(document.Root.GetProperty("versions")),
        Void = document.Root.Whole("void"),
    };

    private ReadOnlyMemory<byte> Write() => DocumentJson.Write(json =>
    {
        json.WriteString("id", Id);
        json.WriteNumber("w", Position);
        json.WriteNumber("l", Time);
        json.WriteNumber("void", Void);
        Write(json, "types", Types);
        Write(json, "counts", Counts);
        Write(json, "versions", Versions);
        DocumentJson.WriteTexts(json, "wide", Wide);
        Index.Write(json, "index");
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
