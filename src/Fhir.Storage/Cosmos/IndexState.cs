// What the index entries of the documents are good for. It changes by commits of the log, so that each writer and each search knows it at a position.

using System.Collections.Immutable;
using System.Text.Json;

namespace FhirHub.Storage.Cosmos;

/// <summary>The state of the index from a position of the log on.</summary>
/// <param name="Number">The position of the commit that set it; 0 for that of a new store.</param>
/// <param name="Epoch">
/// The set of entries that is valid; it rises with each reindex that makes all entries anew. Its last bit tells the members
/// (<see cref="ResourceDocument.EntriesName"/>).
/// </param>
/// <param name="Fingerprint">The state of parameters and extraction that the entries are by; empty if by several.</param>
/// <param name="Complete">Index keys of the added parameters that all current resources are indexed for.</param>
/// <param name="Reindex">The reindex under way or interrupted; null for none.</param>
/// <param name="Retired">When the other epoch's entries went out of use, in milliseconds since 1970; null if none are left.</param>
internal sealed record IndexState(
    long Number, int Epoch, string Fingerprint, ImmutableSortedSet<string> Complete, ReindexState? Reindex, long? Retired)
{
    /// <summary>That of a new store.</summary>
    /// <param name="fingerprint">The state of parameters and extraction of the program that makes it.</param>
    public static IndexState New(string fingerprint) => new(0, 0, fingerprint, ImmutableSortedSet.Create<string>(StringComparer.Ordinal), null, null);

    /// <summary>The epochs that a version is to have entries for: during a reindex of all the next one too.</summary>
    public IEnumerable<int> Epochs => Reindex is { IsNextEpoch: true } ? [Epoch, Epoch + 1] : [Epoch];

    /// <summary>Writes it as a member.</summary>
    public void Write(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject(name);
        json.WriteNumber("number", Number);
        json.WriteNumber("epoch", Epoch);
        json.WriteString("fingerprint", Fingerprint);
        DocumentJson.WriteTexts(json, "complete", Complete);
        if (Reindex is not null)
        {
            json.WriteStartObject("reindex");
            json.WriteBoolean("next", Reindex.IsNextEpoch);
            if (Reindex.IndexKeys is not null)
                DocumentJson.WriteTexts(json, "keys", Reindex.IndexKeys);
            DocumentJson.WriteTexts(json, "added", Reindex.Added);
            json.WriteString("fingerprint", Reindex.Fingerprint);
            json.WriteNumber("total", Reindex.Total);
            json.WriteNumber("begun", Reindex.Begun);
            json.WriteEndObject();
        }

        if (Retired is { } retired)
            json.WriteNumber("retired", retired);
        json.WriteEndObject();
    }

    /// <summary>Reads it.</summary>
    public static IndexState Read(JsonElement json) => new(
        json.Whole("number"),
        (int)json.Whole("epoch"),
        json.Required("fingerprint"),
        json.Texts("complete").ToImmutableSortedSet(StringComparer.Ordinal),
        json.TryGetProperty("reindex", out var reindex)
            ? new ReindexState(
                reindex.Flag("next"),
                reindex.TryGetProperty("keys", out _) ? [.. reindex.Texts("keys")] : null,
                [.. reindex.Texts("added")],
                reindex.Required("fingerprint"),
                reindex.Whole("total"),
                reindex.Whole("begun"))
            : null,
        json.TryGetProperty("retired", out var retired) ? retired.GetInt64() : null);
}

/// <summary>A reindex as all servers know it.</summary>
/// <param name="IsNextEpoch">
/// True if all entries are made anew beside those in use; false if only entries that nobody asks for yet are added to those in use.
/// </param>
/// <param name="IndexKeys">What is indexed anew; null for all parameters.</param>
/// <param name="Added">The added parameters among them that were there from its start.</param>
/// <param name="Fingerprint">The state of parameters and extraction that it is made by; empty if by several.</param>
/// <param name="Total">Resources that it concerns, as they were counted at its start.</param>
/// <param name="Begun">The position of the commit that began it: what is committed later is indexed as it is written.</param>
internal sealed record ReindexState(bool IsNextEpoch, IReadOnlyList<string>? IndexKeys, IReadOnlyList<string> Added, string Fingerprint, long Total, long Begun)
{
    /// <summary>What was asked for.</summary>
    public ReindexRequest Request => new(IndexKeys);
}
