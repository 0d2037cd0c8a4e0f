// Reads by id: the head tells where the version is.

using FhirHub.Search;
using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <content>Read and vread.</content>
public sealed partial class CosmosResourceStore
{
    /// <inheritdoc/>
    public async ValueTask<StoredVersion?> ReadAsync(AccessScope scope, ResourceKey key, CancellationToken cancel)
    {
        while (true)
        {
            var watermark = _watermarks.ReadAsync(cancel);
            var id = Layout.IdOf(key);
            var document = await _database.Ids.ReadAsync(id, new PartitionKey(id), cancel);
            var position = (await watermark).Position;
            if (document is null)
                return null;
            var version = HeadDocument.Read(document).At(position, out var isKnown);
            if (!isKnown)
                continue;
            if (version is null)
                return null;
            if (await _database.Resources.ReadAsync(version.Document, Layout.PartitionKeyOf(version.Partition, key), cancel) is { } found)
                return await new ResourceDocument(found.Root).ToVersionAsync(_database.Bodies, cancel) with { Version = version.Version };
        }
    }

    /// <inheritdoc/>
    public async ValueTask<StoredVersion?> ReadVersionAsync(AccessScope scope, ResourceKey key, long version, CancellationToken cancel)
    {
        if (await ReadAsync(scope, key, cancel) is not { } current)
            return null;
        if (current.Version == version)
            return current;
        return await _database.History.ReadAsync(Layout.IdOf(key, version), new PartitionKey(Layout.IdOf(key)), cancel) is { } found ? await HistoryDocument.ReadAsync(found.Root, _database.Bodies, cancel) : null;
    }
}
