// Single versions as of a position: the head tells where the version is, and former ones have a place that follows from their number.

using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <summary>Reads versions by id.</summary>
internal sealed class CosmosVersions(CosmosDatabase database, CosmosStoreOptions options, Watermarks watermarks)
{
    // A head that still leads to a document which is not there after so many looks was not overtaken by a sweep: the document is lost.
    private const int LooksAtMost = 3;

    private readonly KnownVersions _known = new(options.VersionCacheMegabytes);

    /// <summary>The newest version of a resource, which may be a tombstone; null if there never was one.</summary>
    /// <returns>The version and the watermark as of which it is.</returns>
    public async Task<(HeadVersion? Version, Watermark Watermark)> HeadAsync(ResourceKey key, CancellationToken cancel)
    {
        var watermark = watermarks.ReadAsync(cancel);
        var head = FindHeadAsync(key, cancel);
        await Task.WhenAll(watermark, head);
        return (await HeadAsync(key, await head, (await watermark).Position, cancel), await watermark);
    }

    /// <summary>The version of a resource at a position that is applied, which may be a tombstone; null if there was none.</summary>
    public async Task<HeadVersion?> HeadAsync(ResourceKey key, long position, CancellationToken cancel) =>
        await HeadAsync(key, await FindHeadAsync(key, cancel), position, cancel);

    /// <summary>The newest version of a resource with its body, and the watermark as of which it is.</summary>
    public async Task<(StoredVersion? Version, Watermark Watermark)> CurrentAsync(ResourceKey key, CancellationToken cancel)
    {
        for (var look = 1; ; look++)
        {
            var (head, watermark) = await HeadAsync(key, cancel);
            if (head is null)
                return (null, watermark);
            if (await FindAsync(key, head, cancel) is { } version)
                return (version, watermark);
            if (look == LooksAtMost)
                throw new StoreException($"The Cosmos database has lost the document of the current version of a {key.Type}.");
        }
    }

    /// <summary>The version that a head leads to; null if it is so old that its document was swept.</summary>
    public async Task<StoredVersion?> FindAsync(ResourceKey key, HeadVersion head, CancellationToken cancel)
    {
        if (_known.Find(head.Document) is { } known)
            return known;
        if (await database.Resources.ReadAsync(head.Document, Layout.PartitionKeyOf(head.Partition, key), cancel) is not { } document)
            return null;
        var version = await new ResourceDocument(document.Root).ToVersionAsync(database.Bodies, cancel);
        _known.Keep(head.Document, version);
        return version;
    }

    /// <summary>A version that was superseded; null if there is none of that number.</summary>
    public async Task<StoredVersion?> FormerAsync(ResourceKey key, long version, CancellationToken cancel)
    {
        var document = await database.History.ReadSettledAsync(Layout.IdOf(key, version), new PartitionKey(Layout.IdOf(key)), cancel);
        return document is null ? null : await HistoryDocument.ReadAsync(document.Root, database.Bodies, cancel);
    }

    private async Task<HeadVersion?> HeadAsync(ResourceKey key, HeadDocument? head, long position, CancellationToken cancel)
    {
        if (head is null)
            return null;
        var version = head.At(position, out var isKnown);
        if (isKnown)
            return version;
        var query = new QueryDefinition("SELECT c.id, c.p, c.v, c.f, c.d FROM c WHERE c.t = @type AND c.i = @id AND c.f <= @position AND c.u > @position")
            .WithParameter("@type", key.Type).WithParameter("@id", key.Id).WithParameter("@position", position);
        await foreach (var found in database.Resources.QueryAsync(query, null, pageSize: 1, cancel))
            return new HeadVersion(found.Whole("v"), found.Required("p"), found.Required("id"), found.Whole("f"), found.Flag("d"));
        return null;
    }

    private async Task<HeadDocument?> FindHeadAsync(ResourceKey key, CancellationToken cancel)
    {
        var id = Layout.IdOf(key);
        return await database.Ids.ReadAsync(id, new PartitionKey(id), cancel) is { } document ? HeadDocument.Read(document) : null;
    }
}
