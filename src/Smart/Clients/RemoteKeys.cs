// Keeps the key sets that others publish, for as long as they let it.

using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;

namespace FhirHub.Smart;

/// <summary>
/// Key sets by their address. A set is kept as long as its answer's Cache-Control says and an hour at most (SMART App Launch 2.2.0,
/// client-confidential-asymmetric.html#signature-verification); a key that it does not have makes it be fetched anew, but not each time that
/// somebody writes a key's id which nobody has.
/// </summary>
/// <param name="fetch">Fetches them.</param>
/// <param name="clock">The clock.</param>
internal sealed class RemoteKeys(GuardedFetch fetch, TimeProvider clock)
{
    /// <summary>A set is kept no longer than this.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromHours(1);

    /// <summary>How long a set is kept whose answer does not say.</summary>
    public static readonly TimeSpan DefaultLife = TimeSpan.FromMinutes(5);

    /// <summary>How long an address rests that failed, or that was asked for a key which it does not have.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);

    /// <summary>Fetches of one address within a minute at most, where its Cache-Control forbids to keep it.</summary>
    public const int MostInAMinute = 60;

    private const int MaxSets = 1_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>The log.</summary>
    public ILogger? Log { get; set; }

    /// <summary>The keys at an address; none if they can't be had, which the log explains.</summary>
    /// <param name="url">The address.</param>
    /// <param name="kid">The id of the key that is looked for; null for any.</param>
    /// <param name="cancel">Ends the wait, not the fetch, for which others may wait too.</param>
    public async ValueTask<IReadOnlyList<JsonWebKey>> FindAsync(string url, string? kid, CancellationToken cancel)
    {
        Task<IReadOnlyList<JsonWebKey>> flight;
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            var entry = EntryOf(url, now);
            if (entry.Flight is { IsCompleted: false } under)
            {
                flight = under;
            }
            else if (now < entry.Until && (kid is null || now < entry.RestsUntil || entry.Keys.Any(key => key.Kid == kid)))
            {
                return entry.Keys;
            }
            else if (!entry.MayFetch(now))
            {
                return now < entry.Until ? entry.Keys : [];
            }
            else
            {
                // On the pool, as all of it up to the first wait would run under the lock.
                flight = entry.Flight = Task.Run(() => FetchAsync(url, entry), CancellationToken.None);
            }
        }

        return await flight.WaitAsync(cancel);
    }

    private async Task<IReadOnlyList<JsonWebKey>> FetchAsync(string url, Entry entry)
    {
        try
        {
            var fetched = await fetch.GetAsync(url, CancellationToken.None);
            if (!KeySet.TryRead(fetched.Json(), out var keys, out var problem))
                throw new FetchException($"{url} can't be used. {problem}");
            var life = fetched.Freshness ?? DefaultLife;
            lock (_gate)
            {
                var now = clock.GetUtcNow();
                entry.Keys = keys;
                entry.Until = now + (life < LongestLife ? life : LongestLife);
                entry.RestsUntil = now + Rest;
                entry.HasFailed = false;
            }

            return keys;
        }
        catch (FetchException failure)
        {
            Log?.LogWarning("Keys could not be fetched: {Reason}", failure.Message);
            lock (_gate)
            {
                var now = clock.GetUtcNow();
                entry.RestsUntil = now + Rest;
                entry.HasFailed = true;
                return now < entry.Until ? entry.Keys : [];
            }
        }
    }

    private Entry EntryOf(string url, DateTimeOffset now)
    {
        if (_entries.TryGetValue(url, out var entry))
            return entry;
        if (_entries.Count >= MaxSets)
        {
            foreach (var (old, _) in _entries.Where(pair => pair.Value.Flight is not { IsCompleted: false }).OrderBy(static pair => pair.Value.Until).Take(MaxSets / 10).ToArray())
                _entries.Remove(old);
        }

        return _entries[url] = new Entry { MinuteBegan = now };
    }

    private sealed class Entry
    {
        public IReadOnlyList<JsonWebKey> Keys { get; set; } = [];

        public DateTimeOffset Until { get; set; }

        public DateTimeOffset RestsUntil { get; set; }

        public bool HasFailed { get; set; }

        public DateTimeOffset MinuteBegan { get; set; }

        public Task<IReadOnlyList<JsonWebKey>>? Flight { get; set; }

        private int InMinute { get; set; }

        public bool MayFetch(DateTimeOffset now)
        {
            if (HasFailed && now < RestsUntil)
                return false;
            if (now - MinuteBegan >= TimeSpan.FromMinutes(1))
                (MinuteBegan, InMinute) = (now, 0);
            return InMinute++ < MostInAMinute;
        }
    }
}
