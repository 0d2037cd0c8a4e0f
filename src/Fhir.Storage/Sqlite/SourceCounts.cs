// How many keys the sources of late searches had: what the planner would otherwise count again for every search.

using System.Collections.Concurrent;

namespace FhirHub.Storage.Sqlite;

/// <summary>
/// Counts of large sources, kept for a short time. Small sources are counted on the index each time, which takes less than a
/// look-up saves; of large ones only the order of magnitude matters, and that changes slowly.
/// </summary>
internal sealed class SourceCounts(TimeProvider clock)
{
    private const int Limit = 20_000;
    private static readonly long s_lifetime = TimeSpan.FromSeconds(30).Ticks;

    private readonly ConcurrentDictionary<ulong, (long Count, long Depth, long Until)> _counts = new();

    /// <summary>The number of keys that a source has, up to a depth, if it was noted lately.</summary>
    public long? Find(ulong source, long depth) =>
        _counts.TryGetValue(source, out var noted) && noted.Until > clock.GetUtcNow().UtcTicks && (noted.Count < noted.Depth || depth <= noted.Depth)
            ? Math.Min(noted.Count, depth)
            : null;

    /// <summary>Notes the number of keys of a source, up to a depth.</summary>
    public void Note(ulong source, long count, long depth)
    {
        // Values come from outside, so the notes are thrown away rather than let grow without bound.
        if (_counts.Count >= Limit)
            _counts.Clear();
        _counts[source] = (count, depth, clock.GetUtcNow().UtcTicks + s_lifetime);
    }
}
