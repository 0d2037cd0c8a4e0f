// What tokens stand for, kept until a record that decides it is written: every request to the FHIR API asks for it.

using System.Collections.Concurrent;
using FhirHub.Storage;

namespace FhirHub.Smart;

/// <summary>
/// The access of tokens that were used lately. The store tells of each write before the one who wrote goes on, so that what was revoked is not found
/// here any more from that moment on.
/// </summary>
internal sealed class AccessCache
{
    // Kept since all was forgotten last: it bounds the memory, and starting anew costs a few reads for each token in use.
    private const int Most = 50_000;

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Kind, string Id), Mark> _marks = new();
    private readonly IStateStore _store;
    private int _kept;

    /// <summary>An empty cache.</summary>
    /// <param name="store">The store whose records decide.</param>
    public AccessCache(IStateStore store)
    {
        _store = store;
        store.Observe(Forget);
    }

    /// <summary>The access of a token; null if it is to be made of its records.</summary>
    /// <param name="hash">The hash of the token.</param>
    /// <param name="basis">What the access was made with beside the records: the search parameters, by which scopes filter.</param>
    /// <param name="now">The time.</param>
    public Access? Find(string hash, object basis, DateTimeOffset now)
    {
        if (!_store.TellsAll || !_entries.TryGetValue(hash, out var entry) || !ReferenceEquals(entry.Basis, basis))
            return null;
        foreach (var mark in entry.Marks)
        {
            if (mark.IsOver)
            {
                _entries.TryRemove(new KeyValuePair<string, Entry>(hash, entry));
                return null;
            }
        }

        return entry.Access.ExpiresAt > now ? entry.Access : null;
    }

    /// <summary>A mark of a record, which is over when the record is written. It must be taken before the record is read.</summary>
    public Mark MarkOf(string kind, string id) => _marks.GetOrAdd((kind, id), static _ => new Mark());

    /// <summary>Keeps the access of a token.</summary>
    public void Keep(string hash, Access access, object basis, IReadOnlyList<Mark> marks)
    {
        if (Interlocked.Increment(ref _kept) > Most)
            Clear();
        _entries[hash] = new Entry(access, basis, [.. marks]);
    }

    /// <summary>Forgets what depends on a record; everything if the kind is empty.</summary>
    public void Forget(string kind, string id)
    {
        if (kind.Length == 0)
            Clear();
        else if (_marks.TryRemove((kind, id), out var mark))
            mark.IsOver = true;
    }

    private void Clear()
    {
        Interlocked.Exchange(ref _kept, 0);
        foreach (var (kind, id) in _marks.Keys)
            Forget(kind, id);
        _entries.Clear();
    }

    /// <summary>Tells whether a record is as it was when it was read.</summary>
    public sealed class Mark
    {
        private volatile bool _isOver;

        /// <summary>True from the moment on that the record was written.</summary>
        public bool IsOver
        {
            get => _isOver;
            set => _isOver = value;
        }
    }

    private sealed record Entry(Access Access, object Basis, Mark[] Marks);
}
