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

    private readonly ConcurrentDictionary<ulong, (long Count, long Until)> _counts = new();

    /// <summary>The count of a source, if it was noted lately.</summary>
    public bool TryFind(ulong source, out long count)
    {
        var found = _counts.TryGetValue(source, out var noted) && noted.Until > clock.GetUtcNow().UtcTicks;
        count = noted.Count;
        return found;
    }

    /// <summary>Notes the count of a source.</summary>
    public void Note(ulong source, long count)
    {
        // Values come from outside, so the notes are thrown away rather than let grow without bound.
        if (_counts.Count >= Limit)
            _counts.Clear();
        _counts[source] = (count, clock.GetUtcNow().UtcTicks + s_lifetime);
    }
}
