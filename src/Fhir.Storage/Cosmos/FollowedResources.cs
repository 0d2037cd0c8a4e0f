// The resources that conditions lead to by literal and canonical references: the evaluator asks for them as if they were there, what it asked for in
// vain is loaded, and it is asked again.

using FhirHub.Search;

namespace FhirHub.Storage.Cosmos;

/// <summary>A lookup that notes what it lacks.</summary>
internal sealed class FollowedResources : IResourceLookup
{
    private readonly Dictionary<ResourceKey, IndexedResource?> _resources = [];
    private readonly Dictionary<string, IReadOnlyList<IndexedResource>> _byUrl = new(StringComparer.Ordinal);

    /// <summary>Resources that were asked for and are not known.</summary>
    public HashSet<ResourceKey> Missing { get; } = [];

    /// <summary>Canonical URLs that were asked for and are not known.</summary>
    public HashSet<string> MissingUrls { get; } = new(StringComparer.Ordinal);

    /// <summary>True if something was asked for that is not known.</summary>
    public bool IsIncomplete => Missing.Count > 0 || MissingUrls.Count > 0;

    /// <summary>Makes a resource known; null says that there is none.</summary>
    public void Set(ResourceKey key, IndexedResource? resource) => _resources[key] = resource;

    /// <summary>Makes the resources of a canonical URL known.</summary>
    public void Set(string url, IReadOnlyList<IndexedResource> resources) => _byUrl[url] = resources;

    /// <inheritdoc/>
    public IndexedResource? Find(string type, string id)
    {
        var key = new ResourceKey(type, id);
        if (!_resources.TryGetValue(key, out var found))
            Missing.Add(key);
        return found;
    }

    /// <inheritdoc/>
    public IEnumerable<IndexedResource> FindByUrl(string url)
    {
        if (_byUrl.TryGetValue(url, out var found))
            return found;
        MissingUrls.Add(url);
        return [];
    }

    /// <inheritdoc/>
    public IEnumerable<IndexedResource> All(string type) => throw new NotSupportedException("What refers to a resource is found before conditions are evaluated.");
}
