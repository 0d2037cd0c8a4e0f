// Whether a version is in a scope by what it says itself; what its references lead to is as of the watermark, or as a commit is to make it.

using FhirHub.Search;
using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <summary>Holds versions to filters of a scope, whose compartments are spelled out (<see cref="ScopedExpression.Granted"/>).</summary>
/// <param name="database">Where the resources are that a filter's chains lead to.</param>
/// <param name="options">How the store extracts what filters ask for.</param>
/// <param name="watermark">As of when they are read.</param>
/// <param name="written">What a commit is to write, which counts as written already; null stands for a resource that it deletes.</param>
internal sealed class VersionFilter(CosmosDatabase database, CosmosStoreOptions options, Watermark watermark, IReadOnlyDictionary<ResourceKey, IndexedResource?>? written = null)
{
    private readonly Dictionary<ResourceKey, ResourceDocument?> _read = [];

    /// <summary>True if the version is in the filter. A tombstone says nothing, so it is in no filter but that of everything.</summary>
    public async ValueTask<bool> GrantsAsync(SearchExpression filter, StoredVersion version, CancellationToken cancel) => filter switch
    {
        SearchExpression.All => true,
        SearchExpression.None => false,
        _ => !version.IsDeleted && await GrantsAsync(filter, Indexed(version), cancel),
    };

    /// <summary>True if a resource of these index entries is in the filter.</summary>
    public async ValueTask<bool> GrantsAsync(SearchExpression filter, IndexedResource resource, CancellationToken cancel)
    {
        var parameters = SearchedParameters.Of(filter);
        var followed = new FollowedResources();
        foreach (var (key, other) in written ?? new Dictionary<ResourceKey, IndexedResource?>())
            followed.Set(key, other);
        var evaluator = new SearchEvaluator(SearchParameterRegistry.R4, followed);
        while (true)
        {
            var isGranted = evaluator.Matches(resource, filter);
            if (!followed.IsIncomplete)
                return isGranted;

            // Filters follow literal references to resources of this store; nothing else says whose data something is.
            foreach (var url in followed.MissingUrls)
                followed.Set(url, []);
            followed.MissingUrls.Clear();
            foreach (var key in followed.Missing)
                followed.Set(key, (await ReadAsync(key, cancel))?.ToIndexed(parameters, watermark.Index.Epoch));
            followed.Missing.Clear();
        }
    }

    /// <summary>A resource as filters see it.</summary>
    public static IndexedResource Indexed(ResourceKey key, PreparedResource resource, DateTimeOffset lastUpdated) => new(key.Type, key.Id, lastUpdated, resource.Entries)
    {
        Contained = [.. resource.Contained.Select(contained => new IndexedResource(contained.Type, contained.Id, lastUpdated, contained.Entries))],
    };

    private IndexedResource Indexed(StoredVersion version)
    {
        var (key, json) = (version.Key, version.Body.ToArray(version));
        return Indexed(
            key, new PreparedResource(version.Body, options.Extract(key, json), []) { Contained = version.Body.MayContain ? options.ExtractContained(key, json) : [] }, version.LastUpdated);
    }

    private async Task<ResourceDocument?> ReadAsync(ResourceKey key, CancellationToken cancel)
    {
        if (_read.TryGetValue(key, out var known))
            return known;
        var id = Layout.IdOf(key);
        ResourceDocument? found = null;
        if (await database.Ids.ReadAsync(id, new PartitionKey(id), cancel) is { } document)
        {
            var head = HeadDocument.Read(document);

            // A head that has moved on too far tells of later versions only: the filter is held to the oldest of them.
            var version = head.At(watermark.Position, out var isKnown);
            if (!isKnown)
                version = head.Former;
            if (version is { IsDeleted: false } && await database.Resources.ReadAsync(version.Document, Layout.PartitionKeyOf(version.Partition, key), cancel) is { } read)
                found = new ResourceDocument(read.Root);
        }

        _read[key] = found;
        return found;
    }
}
