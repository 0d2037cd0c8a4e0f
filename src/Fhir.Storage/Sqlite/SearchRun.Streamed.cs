// A first page that nobody asked to be in order, of a source that is in none.

using FhirHub.Search;
using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <content>Pages as the index gives them.</content>
internal sealed partial class SearchRun
{
    private const int SampledKeys = 1_000;

    // To test a key takes 2 us, to look at the few values of a resource in a scan 0.4 us, and a scan finds a common one half-way.
    private const int CostOfTestedKey = 10;

    // A search that names no order may be answered in any: of a large source whose keys are in none, what the index gives first is
    // shown first. The other pages then follow in the order of keys, and leave out what the first one has shown.
    private List<long>? Streamed(SearchQuery query, List<SearchExpression> parts, Sql types, ChosenSource? chosen)
    {
        if (query.Sort.Count > 0 || query.Count > PageCursor.MaxShown || chosen is not { Source.Ordered: false, Count: >= SearchCompiler.SmallSource })
            return null;
        if (chosen.Source.Scans && IsWalkShort(query, parts, types))
            return null;
        var found = new List<long>(query.Count + 1);
        using var rows = connection.Prepare(Sql.Of($"SELECT {s_key} {From(parts, types, chosen, Sql.Empty)}")).Query();
        while (found.Count <= query.Count && rows.Step())
        {
            if (rows.Int64(0) is var key && !found.Contains(key))
                found.Add(key);
        }

        return found;
    }

    // What is found by looking at every value lies together in the order of values: all patients whose names hold "ittl" may come after
    // half of all names. In the order of keys the page is full soon if matches are not rare, and a sample of the first keys tells.
    private bool IsWalkShort(SearchQuery query, List<SearchExpression> parts, Sql types)
    {
        var size = Size(query);
        if (size <= SampledKeys * CostOfTestedKey)
            return false;
        var sample = Sql.Of($"(SELECT s.key AS key FROM resource s WHERE s.seq > 0 AND s.deleted = 0 AND {types} LIMIT {(long)SampledKeys})");
        var select = Sql.Of($"SELECT count(*) FROM {sample} s WHERE {Sql.All([.. parts.Select(part => _compiler.Test(part, s_key))])}");
        var hash = select.Hash();
        if (options.SourceCounts.Find(hash, SampledKeys) is not { } matches)
        {
            matches = connection.Scalar(select) ?? 0;
            options.SourceCounts.Note(hash, matches, SampledKeys);
        }

        connection.Trace?.Note($"Of the first {SampledKeys} keys, {matches} match.");
        return matches * size > (long)SampledKeys * CostOfTestedKey * (query.Count + 1);
    }
}
