// A sorted first page read off the index in its own order, where to gather and sort all matches would take longer.

using FhirHub.Search;
using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <content>Walks along the index of a sort key: the newest twenty of a million are found by looking at the newest ones.</content>
internal sealed partial class SearchRun
{
    private const int CostOfSorting = 3;

    // The first rows in the order of the one sort key; null where gathering is cheaper or the index is not in that order.
    private List<long>? Walk(SearchQuery query, List<SearchExpression> parts, Sql types, ChosenSource? chosen, int limit)
    {
        if (query.Sort is not [{ Parameter: { } parameter } sort] || _compiler.Walk(parameter, sort.Descending) is not { } walk)
            return null;
        if (chosen is { Count: < SearchCompiler.CountLimit } && (chosen.Count < SearchCompiler.SmallSource
            || chosen.Count * CostOfSorting < TestsOfWalk(chosen, query, limit) * CostOfTest))
        {
            return null;
        }

        List<Sql> tests = [types, .. parts.Select(part => _compiler.Test(part, s_key)), .. walk.IsFirst(s_key) is { } first ? [first] : Array.Empty<Sql>()];
        var found = new List<long>();
        using var rows = connection.Prepare(Sql.Of($"SELECT {s_key} FROM ({walk.Select}) s WHERE {Sql.All(tests)}")).Query();
        while (rows.Step())
        {
            // Equal values of one resource come one after the other.
            if (found.Count > 0 && found[^1] == rows.Int64(0))
                continue;
            found.Add(rows.Int64(0));
            if (found.Count == limit)
                return found;
        }

        // What has no value comes after all that have one, and no index leads to it.
        return null;
    }
}
