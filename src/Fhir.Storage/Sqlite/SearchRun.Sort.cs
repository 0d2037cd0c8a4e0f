// _sort: the value of each key, and the order.

using FhirHub.Search;
using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <content>Sorting (R4 search.html#sort). A resource without a value comes last, whichever the direction.</content>
internal sealed partial class SearchRun
{
    private Sql SortColumns(IReadOnlyList<SortKey> sort) => Sql.Join(", ", sort.Select((key, i) => Sql.Of($"{SortValue(key)} AS {Sql.Raw($"s{i}")}")));

    // Of several values the least counts when they rise and the greatest when they fall; a period counts by its start.
    private Sql SortValue(SortKey sort)
    {
        if (sort.Parameter is null)
            return Sql.Of($"(SELECT {Sql.Raw(sort.Code == "_id" ? "id" : "seq")} FROM resource WHERE key={s_key})");

        var parameter = dictionaries.FindParameter(sort.Parameter);
        var best = Sql.Raw(sort.Descending ? "max" : "min");
        return sort.Parameter.Type switch
        {
            SearchParameterType.Date => Sql.Of(
                $"(SELECT {best}(low) FROM date INDEXED BY date_key WHERE key={s_key} AND parameter={parameter})"),
            SearchParameterType.Number or SearchParameterType.Quantity =>
                Sql.Of($"(SELECT {best}(low) FROM number INDEXED BY number_key WHERE key={s_key} AND parameter={parameter})"),
            SearchParameterType.String =>
                // A name in Chinese characters goes by how it is read.
                Sql.Of($"(SELECT coalesce({best}(CASE exact WHEN {IndexRow.MainReading} THEN folded END), {best}(folded)) FROM string INDEXED BY string_key WHERE key={s_key} AND parameter={parameter})"),
            SearchParameterType.Reference =>
                Sql.Of($"(SELECT {best}(r.id) FROM reference f INDEXED BY reference_key CROSS JOIN resource r ON r.key=f.target WHERE f.key={s_key} AND f.parameter={parameter})"),
            SearchParameterType.Token => OfAll(Sql.Of($"SELECT key, {best}(code) AS value FROM token WHERE parameter={parameter} GROUP BY key")),
            SearchParameterType.Uri =>
                Sql.Of($"(SELECT {best}(u.text) FROM link l INDEXED BY link_key CROSS JOIN uri u ON u.key=l.uri WHERE l.key={s_key} AND l.parameter={parameter})"),
            _ => throw new ArgumentException($"There is no order by {sort.Code}.", nameof(sort)),
        };
    }

    // Tokens have no index by key: they are gathered once for the query, and SQLite indexes what it gathers.
    private static Sql OfAll(Sql values) => Sql.Of($"(SELECT value FROM ({values}) g WHERE g.key={s_key})");

    private static Sql Order(IReadOnlyList<SortKey> sort)
    {
        var terms = sort.Select((key, i) => Sql.Of($"{Sql.Raw($"s{i}")} IS NULL, {Sql.Raw($"s{i}{(key.Descending ? " DESC" : "")}")}"));
        return Sql.Join(", ", terms.Append(Sql.Raw("key")));
    }
}
