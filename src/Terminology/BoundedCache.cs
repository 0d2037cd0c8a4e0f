// What was worked out lately, up to a weight.

namespace FhirHub.Terminology;

/// <summary>Keeps what was used last; what weighs more than all of it together is not kept. Safe to use from several threads.</summary>
internal sealed class BoundedCache<TValue>(long capacity)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _lastUsed = new();
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

    public void Set(string key, TValue value, long weight)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out var old))
                Remove(old);
            if (weight > capacity)
                return;
            while (_weight + weight > capacity)
                Remove(_lastUsed.Last!);
            _entries.Add(key, _lastUsed.AddFirst(new Entry(key, value, weight)));
            _weight += weight;
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
