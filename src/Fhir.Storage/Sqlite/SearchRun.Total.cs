// Bundle.total: every match is counted, and a large count is kept for as long as nothing is written that could change it.

using FhirHub.Search;
using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <content>Counting (R4 search.html#total).</content>
internal sealed partial class SearchRun
{
    private long Count(SearchQuery query, List<SearchExpression> parts, Sql types, ChosenSource? chosen)
    {
        connection.Trace?.Begin("count");

        // Each type's number of resources is kept as they are written.
        if (parts.Count == 0)
            return Size(query);
        if (chosen is { Count: < SearchCompiler.SmallSource })
            return CountAnew(parts, types, chosen);
        var search = TotalHash(query, parts);
        if (options.Totals.Find(search) is { } known)
        {
            connection.Trace?.Note("Nothing that matters was written since the last count, which is given again.");
            return known;
        }

        var total = CountAnew(parts, types, chosen);
        options.Totals.Note(search, total);
        return total;
    }

    private long CountAnew(List<SearchExpression> parts, Sql types, ChosenSource? chosen) =>
        connection.Scalar(Sql.Of($"SELECT count(*) FROM (SELECT DISTINCT {s_key} {From(parts, types, chosen, Sql.Empty)})")) ?? 0;

    // The numbers of versions that there ever were tell two states of the types apart on which the search depends; a reindex, which
    // writes none, is told by the numbering of the parameters.
    private ulong TotalHash(SearchQuery query, List<SearchExpression> parts)
    {
        var state = ConcernedTypes(query, parts) is { } types
            ? Sql.Of($"SELECT sum(versions) FROM type WHERE name IN ({Sql.List(types)})")
            : Sql.Raw("SELECT sum(versions) FROM type");
        return SearchHash(query, connection.Scalar(state), dictionaries.Numbering);
    }

    private long Size(SearchQuery query) =>
        connection.Scalar(Sql.Of($"SELECT sum(current) FROM type WHERE name IN ({Sql.List(query.ResourceTypes)})")) ?? 0;
}
