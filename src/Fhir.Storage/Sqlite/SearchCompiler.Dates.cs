// Dates as ranges of the index: each class of periods has bounds of its own for the start of a period.

using FhirHub.Search;
using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <summary>
/// Several conditions on the one date that a resource has: <c>date=ge2026-01&amp;date=lt2026-02</c> is one range of the index, where
/// each half alone could be most of it.
/// </summary>
internal sealed record RangesPredicate(IReadOnlyList<RangePredicate> Ranges) : SearchPredicate
{
    /// <summary>The parts with those on the same single-valued date made one.</summary>
    public static List<SearchExpression> Join(List<SearchExpression> parts)
    {
        var joined = new List<SearchExpression>(parts.Count);
        foreach (var part in parts)
        {
            var same = part is SearchExpression.Parameter { Definition.IsSingleValued: true, Predicate: RangePredicate } added
                ? joined.FindIndex(other => other is SearchExpression.Parameter { Predicate: RangePredicate or RangesPredicate } known && known.Definition.Key == added.Definition.Key)
                : -1;
            if (same < 0)
            {
                joined.Add(part);
                continue;
            }

            var (first, second) = ((SearchExpression.Parameter)joined[same], (SearchExpression.Parameter)part);
            IReadOnlyList<RangePredicate> before = first.Predicate is RangesPredicate several ? several.Ranges : [(RangePredicate)first.Predicate];
            joined[same] = first with { Predicate = new RangesPredicate([.. before, (RangePredicate)second.Predicate]) };
        }

        return joined;
    }
}

/// <content>Dates (R4 search.html#date).</content>
internal sealed partial class SearchCompiler
{
    private static RowSet Rows(IReadOnlyList<RangePredicate> ranges, Sql parameter)
    {
        Sql All(Sql row) => Sql.All([.. ranges.Select(range => Condition(range, row))]);

        // Every range gives the class and bounds of low, which the condition alone does not show to SQLite.
        var classes = Enumerable.Range(0, DateClass.MaximumSpans.Count).Select<int, Func<Sql, Sql>>(dateClass =>
        {
            var bounds = ranges.Select(range => Bounds(range, dateClass)).ToList();
            var (from, to) = (bounds.Max(static bound => bound.From), bounds.Min(static bound => bound.To));
            return row => Sql.Of(
                $"{row}.parameter{parameter} AND {row}.class={(long)dateClass} AND {row}.low BETWEEN {from} AND {to} AND {All(row)}");
        }).ToList();

        return new RowSet("date", row => Sql.Of($"{row}.parameter{parameter} AND {All(row)}")) { KeyIndex = "date_key", Ranges = classes };
    }

    private static Sql Condition(RangePredicate range, Sql row)
    {
        var (low, high) = (range.Low, range.High);

        // The end of a row's period; in the long class span is the end itself.
        var end = Sql.Of($"CASE {row}.class WHEN 3 THEN {row}.span ELSE {row}.low + {row}.span END");
        var within = Sql.Of($"{row}.low >= {low} AND {row}.low <= {high} AND {end} <= {high}");
        return range.Prefix switch
        {
            SearchPrefix.Eq => within,
            SearchPrefix.Ne => Sql.Of($"NOT ({within})"),
            SearchPrefix.Gt => Sql.Of($"{end} > {high}"),
            SearchPrefix.Ge => Sql.Of($"({row}.low >= {low} OR {end} > {high})"),
            SearchPrefix.Lt => Sql.Of($"{row}.low < {low}"),
            SearchPrefix.Le => Sql.Of($"({row}.low < {low} OR {end} <= {high})"),
            SearchPrefix.Sa => Sql.Of($"{row}.low > {high}"),
            SearchPrefix.Eb => Sql.Of($"{row}.low < {low} AND {end} < {low}"),
            _ => Sql.Of($"{row}.low <= {high} AND {end} >= {low}"),
        };
    }

    // What low can be in rows of a class that meet the condition.
    private static (long From, long To) Bounds(RangePredicate range, int dateClass)
    {
        var (low, high) = (range.Low, range.High);
        return range.Prefix switch
        {
            SearchPrefix.Eq => (low, high),
            SearchPrefix.Gt => (Earliest(high), long.MaxValue),
            SearchPrefix.Ge => (Math.Min(low, Earliest(high)), long.MaxValue),
            SearchPrefix.Sa => (high, long.MaxValue),
            SearchPrefix.Lt or SearchPrefix.Eb => (long.MinValue, low),
            SearchPrefix.Le => (long.MinValue, high),
            SearchPrefix.Ap => (Earliest(low), high),
            _ => (long.MinValue, long.MaxValue),
        };

        // The least start that a row of the class can have if it ends after a point.
        long Earliest(long end) =>
            dateClass == DateClass.Long || end < long.MinValue + DateClass.MaximumSpans[dateClass] ? long.MinValue : end - DateClass.MaximumSpans[dateClass];
    }
}
