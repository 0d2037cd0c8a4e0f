// Thumbnails that were made lately: lists of studies ask for the same ones again and again.

namespace FhirHub.Dicomweb;

/// <summary>Encoded images by their entity tags, which change with the content; those that were asked for last are kept.</summary>
internal sealed class RenderedCache(long capacity)
{
    private readonly Dictionary<string, LinkedListNode<(string Tag, byte[] Bytes)>> _byTag = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Tag, byte[] Bytes)> _byUse = [];
    private readonly Lock _turn = new();
    private long _length;

    /// <summary>The image of a tag; null if it is not there.</summary>
    public byte[]? Find(string tag)
    {
        lock (_turn)
        {
            if (!_byTag.TryGetValue(tag, out var node))
                return null;
            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return node.Value.Bytes;
        }
    }

    /// <summary>Keeps an image, and forgets those that were not asked for the longest.</summary>
    public void Add(string tag, byte[] bytes)
    {
        if (bytes.Length > capacity / 16)
            return;
        lock (_turn)
        {
            if (_byTag.ContainsKey(tag))
                return;
            _byTag[tag] = _byUse.AddFirst((tag, bytes));
            _length += bytes.Length;
            while (_length > capacity && _byUse.Last is { } last)
            {
                _byUse.RemoveLast();
                _byTag.Remove(last.Value.Tag);
                _length -= last.Value.Bytes.Length;
            }
        }
    }
}
