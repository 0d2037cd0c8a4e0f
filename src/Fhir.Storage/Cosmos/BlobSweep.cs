// Removes blobs that no document came to name: their writer died, or lost its answer, between the one and the other.

using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <summary>
/// Looks at each blob once, when it is so old that whoever wrote it has made its document or never will; how far that got is in the control
/// container. A version keeps its blob: superseded and deleted ones are in the history for good.
/// </summary>
internal sealed class BlobSweep(CosmosDatabase database, IBodyBlobs blobs, CosmosStoreOptions options)
{
    private const string Id = "blobs";
    private const int NamesPerQuery = 100;

    // More than the clocks of servers can differ by, whose times are in the names.
    private static readonly TimeSpan s_margin = TimeSpan.FromHours(24);
    private static readonly PartitionKey s_partition = new(Id);

    /// <summary>Removes what no document names of all that is old enough and was not looked at before. Several servers may do so at once.</summary>
    /// <returns>The number of blobs that were removed.</returns>
    public async Task<int> SweepAsync(CancellationToken cancel)
    {
        var bound = options.Clock.GetUtcNow() - options.PreparationLifetime - s_margin;
        var state = await ReadAsync(cancel);
        var removed = 0;
        var batch = new List<string>(NamesPerQuery);
        await foreach (var name in blobs.ListAsync(state.Root.Text("after"), bound, cancel))
        {
            batch.Add(name);
            if (batch.Count < NamesPerQuery)
                continue;
            removed += await SweepAsync(batch, cancel);
            if (!await SaveAsync(state, name, cancel))
                return removed;
            state = await ReadAsync(cancel);
            batch.Clear();
        }

        if (batch.Count > 0)
        {
            removed += await SweepAsync(batch, cancel);
            await SaveAsync(state, batch[^1], cancel);
        }

        return removed;
    }

    private async Task<int> SweepAsync(List<string> names, CancellationToken cancel)
    {
        // In this order: a version is in the history before it leaves the other container.
        var unnamed = names.ToHashSet(StringComparer.Ordinal);
        foreach (var container in (CosmosDocuments[])[database.Resources, database.History])
        {
            if (unnamed.Count == 0)
                return 0;
            var query = new QueryDefinition($"SELECT VALUE c.{Layout.BlobName} FROM c WHERE ARRAY_CONTAINS(@names, c.{Layout.BlobName})").WithParameter("@names", unnamed.ToArray());
            await foreach (var named in container.QueryAsync(query, null, NamesPerQuery, cancel))
                unnamed.Remove(named.GetString()!);
        }

        foreach (var name in unnamed)
            await blobs.DeleteAsync(name, cancel);
        return unnamed.Count;
    }

    private async Task<CosmosDocument> ReadAsync(CancellationToken cancel)
    {
        while (true)
        {
            if (await database.Control.ReadAsync(Id, s_partition, cancel) is { } document)
                return document;
            await database.Control.CreateAsync(Write(null), s_partition, cancel);
        }
    }

    // False if another server got further meanwhile: it goes on.
    private Task<bool> SaveAsync(CosmosDocument state, string after, CancellationToken cancel) => database.Control.ReplaceAsync(Id, Write(after), s_partition, state.ETag, cancel);

    private static ReadOnlyMemory<byte> Write(string? after) => DocumentJson.Write(json =>
    {
        json.WriteString("id", Id);
        if (after is not null)
            json.WriteString("after", after);
    });
}
