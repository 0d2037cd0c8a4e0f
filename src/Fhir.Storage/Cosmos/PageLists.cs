// Lists of matches that later pages are cut out of. They are kept for those who go on, and made again by whichever server is asked where they are not.

namespace FhirHub.Storage.Cosmos;

/// <summary>A match of a list.</summary>
/// <param name="Key">The resource.</param>
/// <param name="Partition">The first part of its document's partition key.</param>
/// <param name="Document">The id of its document.</param>
/// <param name="Order">Its place in the order of creation.</param>
/// <param name="ContainedId">The id of the contained resource that matched; null if it was the resource itself.</param>
internal sealed record ListedMatch(ResourceKey Key, string Partition, string Document, string Order, string? ContainedId);

/// <summary>The beginning of the matches of a search, in order.</summary>
/// <param name="Matches">The matches.</param>
/// <param name="IsComplete">True if there are no others.</param>
internal sealed record PageList(IReadOnlyList<ListedMatch> Matches, bool IsComplete);

/// <summary>The lists that were made last.</summary>
internal sealed class PageLists
{
    // About 300 bytes each.
    private const int MatchesKept = 200_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<(ulong Query, long Position), LinkedListNode<((ulong, long) Name, PageList List)>> _lists = [];
    private readonly LinkedList<((ulong, long) Name, PageList List)> _used = [];
    private long _matches;

    /// <summary>The list of a cursor; null if it is not kept.</summary>
    public PageList? Find(PageCursor cursor)
    {
        lock (_lock)
        {
            if (!_lists.TryGetValue((cursor.Query, cursor.Position), out var node))
                return null;
            _used.Remove(node);
            _used.AddFirst(node);
            return node.Value.List;
        }
    }

    /// <summary>Keeps a list, in place of a shorter one.</summary>
    public void Keep(PageCursor cursor, PageList list)
    {
        var name = (cursor.Query, cursor.Position);
        lock (_lock)
        {
            if (_lists.Remove(name, out var former))
                Forget(former);
            _lists[name] = _used.AddFirst((name, list));
            _matches += list.Matches.Count;
            while (_matches > MatchesKept && _used.Last is { } oldest)
            {
                _lists.Remove(oldest.Value.Name);
                Forget(oldest);
            }
        }
    }

    private void Forget(LinkedListNode<((ulong, long) Name, PageList List)> node)
    {
        _used.Remove(node);
        _matches -= node.Value.List.Matches.Count;
    }
}
