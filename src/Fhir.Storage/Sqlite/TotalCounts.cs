// Totals that were counted lately: pages and screens ask for the same one over and over, and to count a million rows takes long.

using System.Collections.Concurrent;

namespace FhirHub.Storage.Sqlite;

/// <summary>
/// Exact totals by search and state of the types that it depends on, so that none is given after a write that could change it.
/// They are kept for a short time, since what "approximately" means for a date moves with the present.
/// </summary>
internal sealed class TotalCounts(TimeProvider clock)
{
    private const int Limit = 10_000;
    private static readonly long s_lifetime = TimeSpan.FromSeconds(60).Ticks;

    private readonly ConcurrentDictionary<ulong, (long Total, long Until)> _totals = new();

    /// <summary>The total of a search, if it was counted lately.</summary>
    public long? Find(ulong search) => _totals.TryGetValue(search, out var noted) && noted.Until > clock.GetUtcNow().UtcTicks ? noted.Total : null;

    /// <summary>Notes the total of a search.</summary>
    public void Note(ulong search, long total)
    {
        // Values come from outside, so the notes are thrown away rather than let grow without bound.
        if (_totals.Count >= Limit)
            _totals.Clear();
        _totals[search] = (total, clock.GetUtcNow().UtcTicks + s_lifetime);
    }
}
