// The rows of a parameter in the order of their values.

using FhirHub.Search;
using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <summary>All values of a parameter in order, equal ones in the order of keys.</summary>
/// <param name="Select">A SELECT of <c>value</c> and <c>key</c>, of strings also <c>main</c> for readings to sort by, that says its order itself.</param>
/// <param name="Table">The index table.</param>
/// <param name="Column">Its column with the value.</param>
/// <param name="Parameter">The parameter's number.</param>
/// <param name="Descending">True if the greatest value comes first.</param>
/// <param name="IsSingle">True if a resource has one row at most; a string may have readings beside it.</param>
internal sealed record IndexWalk(Sql Select, string Table, string Column, long Parameter, bool Descending, bool IsSingle)
{
    /// <summary>The condition that a row is the resource's first in the walk; null where it always is.</summary>
    public Sql? IsFirst(Sql key) => IsSingle
        ? null
        : Sql.Of(
            $"""
            NOT EXISTS(SELECT 1 FROM {Sql.Raw(Table)} w INDEXED BY {Sql.Raw(Table + "_key")}
            WHERE w.key={key} AND w.parameter={Parameter} AND {Before()})
            """);

    // Where a name has a reading to sort by, its other rows don't count.
    private Sql Before()
    {
        var before = Sql.Of($"w.{Sql.Raw(Column)} {Sql.Raw(Descending ? ">" : "<")} s.value");
        return Table != "string"
            ? before
            : Sql.Of($"CASE WHEN w.exact={IndexRow.MainReading} THEN NOT s.main OR {before} ELSE NOT s.main AND {before} END");
    }
}

/// <content>Walks along an index.</content>
internal sealed partial class SearchCompiler
{
    /// <summary>The walk along a parameter's values; null if they lie in no order.</summary>
    public IndexWalk? Walk(SearchParameter parameter, bool descending)
    {
        var number = Number(parameter);
        var direction = Sql.Raw(descending ? " DESC" : "");
        IReadOnlyList<Sql> branches;
        string table, column;

        // NOT INDEXED leaves the primary key, which has the order; the index by key would have every row sorted.
        switch (parameter.Type)
        {
            case SearchParameterType.Date:
                // Each class is in order by itself, and SQLite merges them.
                (table, column) = ("date", "low");
                branches = [.. Enumerable.Range(0, DateClass.MaximumSpans.Count).Select(dateClass =>
                    Sql.Of($"SELECT low AS value, key FROM date NOT INDEXED WHERE parameter={number} AND class={(long)dateClass}"))];
                break;
            case SearchParameterType.String:
                (table, column) = ("string", "folded");
                branches = [Sql.Of($"SELECT folded AS value, key, exact={IndexRow.MainReading} AS main FROM string NOT INDEXED WHERE parameter={number}")];
                break;
            case SearchParameterType.Number:
                (table, column) = ("number", "low");
                branches = [.. Enumerable.Range(0, 2).Select(wide => Sql.Of($"SELECT low AS value, key FROM number NOT INDEXED WHERE parameter={number} AND unit=0 AND wide={(long)wide}"))];
                break;
            default:
                return null;
        }

        return new IndexWalk(
            Sql.Of($"{Sql.Join(" UNION ALL ", branches)} ORDER BY value{direction}, key"), table, column, number, descending, parameter.IsSingleValued && table != "string");
    }
}
