// What was worked out lately, up to a weight.

namespace FhirHub.Terminology;

/// <summary>
/// Keeps what was used last; what weighs more than all of it together is kept alone, since to make it anew for each question would
/// take the more. Safe to use from several threads.
/// </summary>
internal sealed class BoundedCache<TValue>(long capacity)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _lastUsed = new();
    private readonly Dictionary<string, Task<TValue>> _making = new(StringComparer.Ordinal);
    private long _weight;

    public bool TryGet(string key, out TValue value)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out var node))
            {
                _lastUsed.Remove(node);
                _lastUsed.AddFirst(node);
                value = node.Value.Value;
                return true;
            }
        }

        value = default!;
        return false;
    }

    /// <summary>
    /// What is kept under a name, or what is made now. Many who ask for one thing at once wait for it to be made once; who gives up
    /// does not end it for the others.
    /// </summary>
    public async ValueTask<TValue> GetAsync(string key, Func<ValueTask<(TValue Value, long Weight)>> make, CancellationToken cancel)
    {
        if (TryGet(key, out var known))
            return known;
        Task<TValue>? making;
        lock (_lock)
        {
            if (!_making.TryGetValue(key, out making))
                _making.Add(key, making = Task.Run(() => MakeAsync(key, make), CancellationToken.None));
        }

        return await making.WaitAsync(cancel);
    }

    public void Set(string key, TValue value, long weight)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out var old))
                Remove(old);
            while (_weight + weight > capacity && _lastUsed.Count > 0)
                Remove(_lastUsed.Last!);
            _entries.Add(key, _lastUsed.AddFirst(new Entry(key, value, weight)));
            _weight += weight;
        }
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _entries.Clear();
            _lastUsed.Clear();
            _weight = 0;
        }
    }

    private async Task<TValue> MakeAsync(string key, Func<ValueTask<(TValue Value, long Weight)>> make)
    {
        try
        {
            var (value, weight) = await make();
            Set(key, value, weight);
            return value;
        }
        finally
        {
            lock (_lock)
                _making.Remove(key);
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _lastUsed.Remove(node);
        _entries.Remove(node.Value.Key);
        _weight -= node.Value.Weight;
    }

    private sealed record Entry(string Key, TValue Value, long Weight);
}
