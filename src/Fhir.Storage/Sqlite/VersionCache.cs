// Current versions in memory. A read through SQLite and Brotli takes about 15 us, most of what a whole answer takes; a read of
// what was read lately takes a lookup.

using System.Collections.Concurrent;

namespace FhirHub.Storage.Sqlite;

/// <summary>
/// Current versions that were read lately, each shard in two generations: when the young one is full, it becomes the old one, and
/// what was not asked for meanwhile is forgotten.
/// </summary>
/// <remarks>
/// Never older than the last acknowledged commit: the writer calls <see cref="Forget"/> after each commit and before its answers,
/// and a version read before that is not kept, because the count of commits has moved on.
/// </remarks>
internal sealed class VersionCache
{
    private const int Shards = 32;
    private const int LargestBody = 64 * 1024;

    // What a version takes beside its body: the record, its key's strings, the dictionary's row.
    private const int Overhead = 400;

    private readonly Shard[] _shards;
    private readonly long _bytesPerGeneration;
    private readonly ConcurrentDictionary<string, long> _commitsByType = new(StringComparer.Ordinal);
    private long _commits;

    public VersionCache(int megabytes)
    {
        _bytesPerGeneration = megabytes * 1024L * 1024 / Shards / 2;
        _shards = new Shard[Shards];
        for (var i = 0; i < Shards; i++)
            _shards[i] = new Shard();
    }

    /// <summary>To be taken before the store is read, and given to <see cref="Keep"/>.</summary>
    public long Commits => Volatile.Read(ref _commits);

    /// <summary>Rises with each write of that type.</summary>
    public long CommitsOf(string type) => _commitsByType.GetValueOrDefault(type);

    public StoredVersion? Find(ResourceKey key)
    {
        var shard = ShardOf(key);
        lock (shard)
        {
            if (shard.Young.TryGetValue(key, out var version))
                return version;
            if (!shard.Old.Remove(key, out version))
                return null;
            Add(shard, key, version);
            return version;
        }
    }

    /// <summary>Keeps a version that was read after <paramref name="commits"/> was taken.</summary>
    public void Keep(ResourceKey key, StoredVersion version, long commits)
    {
        if (version.Body.Tail.Length > LargestBody || _bytesPerGeneration == 0)
            return;
        var shard = ShardOf(key);
        lock (shard)
        {
            if (Commits == commits)
                Add(shard, key, version);
        }
    }

    /// <summary>Forgets what a commit has written; called when it is visible to readers and not answered yet.</summary>
    public void Forget(IReadOnlyList<WriterRequest> committed)
    {
        var keys = committed.SelectMany(static request => request.Keys).ToList();
        foreach (var key in keys)
            _commitsByType.AddOrUpdate(key.Type, 1, static (_, count) => count + 1);

        // Who sees the number moved on sees those of the types moved on too.
        Interlocked.Increment(ref _commits);
        foreach (var key in keys)
        {
            var shard = ShardOf(key);
            lock (shard)
            {
                shard.Young.Remove(key);
                shard.Old.Remove(key);
            }
        }
    }

    private void Add(Shard shard, ResourceKey key, StoredVersion version)
    {
        if (!shard.Young.TryAdd(key, version))
            return;
        shard.YoungBytes += version.Body.Tail.Length + Overhead;
        if (shard.YoungBytes <= _bytesPerGeneration)
            return;
        (shard.Old, shard.Young) = (shard.Young, shard.Old);
        shard.Young.Clear();
        shard.YoungBytes = 0;
    }

    private Shard ShardOf(ResourceKey key) => _shards[(uint)key.GetHashCode() % Shards];

    private sealed class Shard
    {
        public Dictionary<ResourceKey, StoredVersion> Young { get; set; } = [];

        public Dictionary<ResourceKey, StoredVersion> Old { get; set; } = [];

        public long YoungBytes { get; set; }
    }
}
