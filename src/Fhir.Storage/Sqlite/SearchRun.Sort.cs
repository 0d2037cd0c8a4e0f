// _sort: the value of each key, the order, and what lies beyond a cursor.

using FhirHub.Search;

namespace FhirHub.Storage.Sqlite;

/// <content>Sorting (R4 search.html#sort). A resource without a value comes last, whichever the direction.</content>
internal sealed partial class SearchRun
{
    private List<Sql> SortValues(IReadOnlyList<SortKey> sort) => [.. sort.Select(SortValue)];

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

    private static Sql Order(IReadOnlyList<SortKey> sort, bool backward)
    {
        var terms = sort.Select((key, i) =>
        {
            var column = Sql.Raw($"s{i}");
            return Sql.Of($"{column} IS NULL{Direction(backward)}, {column}{Direction(key.Descending != backward)}");
        });
        return Sql.Join(", ", terms.Append(Sql.Of($"key{Direction(backward)}")));

        static Sql Direction(bool descending) => Sql.Raw(descending ? " DESC" : "");
    }

    // Equal in the first keys and beyond in the next one, for each of the keys.
    private static Sql Beyond(IReadOnlyList<SortKey> sort, PageCursor cursor)
    {
        var cases = new List<Sql>();
        var equal = new List<Sql>();
        for (var i = 0; i < sort.Count; i++)
        {
            var column = Sql.Raw($"s{i}");
            var value = cursor.Values[i];
            var beyond = (value, cursor.Backward) switch
            {
                (null, false) => Sql.False,
                (null, true) => Sql.Of($"{column} IS NOT NULL"),
                _ when sort[i].Descending != cursor.Backward => Compare("<"),
                _ => Compare(">"),
            };
            cases.Add(Sql.All([.. equal, beyond]));
            equal.Add(value is null ? Sql.Of($"{column} IS NULL") : Sql.Of($"{column} = {Argument(value)}"));

            // Going forward, those without a value lie beyond every value.
            Sql Compare(string comparison)
            {
                var compared = Sql.Of($"{column} {Sql.Raw(comparison)} {Argument(value!)}");
                return cursor.Backward ? compared : Sql.Of($"({compared} OR {column} IS NULL)");
            }
        }

        cases.Add(Sql.All([.. equal, Sql.Of($"key {Sql.Raw(cursor.Backward ? "<" : ">")} {(long)cursor.Values[^1]!}")]));
        return Sql.Any(cases);
    }

    private static Sql Argument(object value) => new("?", [value]);
}
