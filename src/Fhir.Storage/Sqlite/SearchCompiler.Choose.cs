// The planner: which of the parts of an AND is to be the source.

using FhirHub.Search;
using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <summary>A part of an AND as the source of keys.</summary>
/// <param name="Source">The source.</param>
/// <param name="Part">Number of the part.</param>
/// <param name="Count">
/// Number of keys, a key that is named twice counted twice; <see cref="SearchCompiler.CountLimit"/> if there are as many or more,
/// or if nothing depends on how many more there are.
/// </param>
internal sealed record ChosenSource(KeySource Source, int Part, long Count);

/// <content>
/// Sources are counted on the index, all to the same depth, and deeper only while none has ended: so the cost is a small multiple
/// of the smallest source, whichever it is, and there are no statistics that could be stale.
/// </content>
internal sealed partial class SearchCompiler
{
    /// <summary>Keys up to which gathering them all is cheap.</summary>
    public const int SmallSource = 1_000;

    /// <summary>Depth of counting: what has more is large, however much it is.</summary>
    public const int CountLimit = 64_000;

    private static readonly long[] s_depths = [SmallSource, 8_000, CountLimit];

    /// <summary>The source with the fewest keys among the parts; null if no part has a source.</summary>
    public ChosenSource? Choose(IReadOnlyList<SearchExpression> parts)
    {
        var sources = new List<(KeySource Source, int Part)>();
        for (var i = 0; i < parts.Count; i++)
        {
            if (Source(parts[i]) is { } source)
                sources.Add((source, i));
        }

        if (sources.Count == 0)
            return null;
        ChosenSource? best = null;
        foreach (var depth in s_depths)
        {
            best = null;
            foreach (var (source, part) in sources)
            {
                var count = Count(source, depth);
                connection.Trace?.Note(Counted(parts[part], source, count, depth));
                if (best is null || count < best.Count || (count == best.Count && source.Ordered && !best.Source.Ordered))
                    best = new ChosenSource(source, part, count);
                if (count == 0)
                    return best;
            }

            if (best!.Count < depth)
                return best;
            if (sources.Count == 1 && (best.Source.Ordered || depth > SmallSource))
                return best with { Count = CountLimit };
        }

        return best;
    }

    private static string Counted(SearchExpression part, KeySource source, long count, long depth) =>
        $"Source {ExpressionText.LineOf(part)}: {(count < depth ? $"{count} keys" : $"{depth} keys or more")}{(source.Ordered ? ", in order" : "")}.";

    private long Count(KeySource source, long depth)
    {
        if (source.Scans)
            return depth;
        var hash = source.Select.Hash();
        if (counts.Find(hash, depth) is { } known)
            return known;
        var count = connection.Scalar(Sql.Of($"SELECT count(*) FROM (SELECT 1 FROM ({source.Select}) LIMIT {depth})")) ?? 0;
        if (count >= SmallSource)
            counts.Note(hash, count, depth);
        return count;
    }
}
