// Versions that were read lately. A version never changes, so what a head leads to need not be read a second time.

namespace FhirHub.Storage.Cosmos;

/// <summary>
/// Versions by the ids of their documents, in two generations: when the young one is full it becomes the old one, and what was not asked
/// for meanwhile is forgotten.
/// </summary>
/// <param name="megabytes">What they take at most; 0 for none.</param>
internal sealed class KnownVersions(int megabytes)
{
    private const int LargestBody = 64 * 1024;

    // What a version takes beside its body: the record, its strings, the dictionary's row.
    private const int Overhead = 500;

    private readonly Lock _lock = new();
    private readonly long _bytesPerGeneration = megabytes * 1024L * 1024 / 2;
    private Dictionary<string, StoredVersion> _young = new(StringComparer.Ordinal);
    private Dictionary<string, StoredVersion> _old = new(StringComparer.Ordinal);
    private long _youngBytes;

    /// <summary>A version that is known; null if it is not.</summary>
    public StoredVersion? Find(string document)
    {
        lock (_lock)
        {
            if (_young.TryGetValue(document, out var version))
                return version;
            if (_old.Remove(document, out version))
                Add(document, version);
            return version;
        }
    }

    /// <summary>Keeps a committed version.</summary>
    public void Keep(string document, StoredVersion version)
    {
        if (version.Body.Tail.Length > LargestBody)
            return;
        lock (_lock)
            Add(document, version);
    }

    private void Add(string document, StoredVersion version)
    {
        if (_bytesPerGeneration == 0 || !_young.TryAdd(document, version))
            return;
        _youngBytes += version.Body.Tail.Length + Overhead;
        if (_youngBytes <= _bytesPerGeneration)
            return;
        (_old, _young) = (_young, _old);
        _young.Clear();
        _youngBytes = 0;
    }
}
