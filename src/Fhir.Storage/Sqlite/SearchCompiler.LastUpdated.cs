// _lastUpdated without an index of its own: time never falls from one commit to the next, so a period is a range of commits.

using FhirHub.Search;
using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <content>Conditions on the time of the current version.</content>
internal sealed partial class SearchCompiler
{
    /// <summary>The first commit at or after a time in milliseconds.</summary>
    public static long FirstSeqAtOrAfter(Connection connection, long milliseconds)
    {
        var (low, high) = (1L, (connection.Scalar(Sql.Raw("SELECT max(seq) FROM version")) ?? 0) + 1);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            var updated = connection.Scalar(Sql.Of($"SELECT updated FROM version WHERE seq >= {middle} ORDER BY seq LIMIT 1"));
            if (updated is null || updated >= milliseconds)
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }

    private Sql Test(RangePredicate range, Sql key)
    {
        var (first, end) = Commits(range);
        var test = Sql.Of($"(SELECT seq FROM resource WHERE key={key}) BETWEEN {first} AND {end - 1}");
        return range.Prefix == SearchPrefix.Ne ? Sql.Of($"NOT {test}") : test;
    }

    private KeySource? Source(RangePredicate range)
    {
        if (range.Prefix == SearchPrefix.Ne)
            return null;
        var (first, end) = Commits(range);
        var changed = Sql.Of($"FROM version v CROSS JOIN resource r WHERE v.seq BETWEEN {first} AND {end - 1} AND r.key=v.key AND r.seq=v.seq AND r.deleted=0");

        // A contained resource is as old as its container.
        return new KeySource(
            Sql.Of($"SELECT v.key AS key {changed} UNION ALL SELECT c.key AS key FROM contained c WHERE c.container IN (SELECT v.key {changed})"),
            Ordered: false);
    }

    // A stored time is a millisecond, which is a range of microseconds. Every prefix but ne is one range of times.
    private (long First, long End) Commits(RangePredicate range)
    {
        var atOrAfterLow = Ceiling(range.Low);
        var endsAfterHigh = Math.DivRem(range.High, 1000) is var (quotient, rest) && rest == 999 ? quotient + 1 : Floor(range.High);
        var (from, to) = range.Prefix switch
        {
            SearchPrefix.Gt => (endsAfterHigh, long.MaxValue),
            SearchPrefix.Ge => (Math.Min(atOrAfterLow, endsAfterHigh), long.MaxValue),
            SearchPrefix.Sa => (Floor(range.High) + 1, long.MaxValue),
            SearchPrefix.Lt => (long.MinValue, atOrAfterLow),
            SearchPrefix.Le => (long.MinValue, Math.Max(atOrAfterLow, endsAfterHigh)),
            SearchPrefix.Eb => (long.MinValue, Floor(range.Low)),
            SearchPrefix.Ap => (Floor(range.Low), Floor(range.High) + 1),
            _ => (atOrAfterLow, endsAfterHigh),
        };
        var first = from == long.MinValue ? 1 : FirstSeqAtOrAfter(connection, from);
        return (first, to == long.MaxValue ? long.MaxValue : FirstSeqAtOrAfter(connection, to));

        static long Floor(long microseconds) => (long)Math.Floor(microseconds / 1000m);
        static long Ceiling(long microseconds) => (long)Math.Ceiling(microseconds / 1000m);
    }
}
