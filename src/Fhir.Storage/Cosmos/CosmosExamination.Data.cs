// What lies in the containers: commits that are not applied, what was prepared for nothing, and the blobs that versions name.

using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <content>Commits and blobs.</content>
public static partial class CosmosExamination
{
    private const int MostRecords = 1_000;
    private const int MostNames = 10;
    private const int PageSize = 1_000;

    private static async Task<StoreFinding> CommitsAsync(CosmosDatabase database, CosmosStoreOptions options, CancellationToken cancel)
    {
        const string What = "commits";
        var watermark = await Watermark.ReadAsync(database.Control, cancel);
        var log = new CommitLog(database);
        var (waiting, oldest) = (0, 0L);
        while (waiting < MostRecords && await log.ReadAsync(watermark.Position + waiting + 1, cancel) is { } record)
        {
            if (waiting++ == 0)
                oldest = record.Time;
        }

        var state = Invariant($"{watermark.Position} applied, the last of {DateTimeOffset.FromUnixTimeMilliseconds(watermark.Time):u}; {waiting}{(waiting == MostRecords ? " or more" : "")} waiting");
        return waiting == 0 || options.Clock.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(oldest) < s_patience
            ? new StoreFinding(What, state)
            : new StoreFinding(What, $"{state} for longer than {s_patience.TotalSeconds:0} s: a server that runs applies them, so look at the logs of the servers", false);
    }

    private static async Task<StoreFinding> IndexAsync(CosmosDatabase database, CosmosStoreOptions options, CancellationToken cancel)
    {
        var index = (await Watermark.ReadAsync(database.Control, cancel)).Index;
        var state = index.Reindex is null ? "" : "; a reindex is under way or was interrupted";
        return index.Fingerprint == options.IndexFingerprint
            ? new StoreFinding("index", $"of these search parameters and this version{state}")
            : new StoreFinding("index", $"of other search parameters or of another version{state}; run the verb 'reindex'", false);
    }

    private static async Task<StoreFinding> LeftoversAsync(CosmosDatabase database, CosmosStoreOptions options, CancellationToken cancel)
    {
        // Servers sweep four times in a lifetime.
        var bound = (options.Clock.GetUtcNow() - (2 * options.PreparationLifetime)).ToUnixTimeMilliseconds();
        var (prepared, left) = (0L, 0L);
        foreach (var container in (CosmosDocuments[])[database.Resources, database.Log])
        {
            prepared += await CountAsync(container, 0, long.MaxValue >> 10, cancel);
            left += await CountAsync(container, 0, bound, cancel);
        }

        var state = Invariant($"{prepared} documents are prepared for commits, {left} of them for ones that never came");
        return left == 0 ? new StoreFinding("leftovers", state) : new StoreFinding("leftovers", $"{state}: a server that runs removes them, so look at the logs of the servers", false);
    }

    private static async Task<long> CountAsync(CosmosDocuments container, long after, long before, CancellationToken cancel)
    {
        var query = new QueryDefinition("SELECT VALUE COUNT(1) FROM c WHERE c.q > @after AND c.q < @before").WithParameter("@after", after).WithParameter("@before", before);
        var count = 0L;
        await foreach (var part in container.QueryAsync(query, null, PageSize, cancel))
            count += part.GetInt64();
        return count;
    }

    private static async Task<StoreFinding> BlobsAsync(IBodyBlobs blobs, CosmosStoreOptions options, CancellationToken cancel)
    {
        await foreach (var _ in blobs.ListAsync(null, options.Clock.GetUtcNow(), cancel))
            return new StoreFinding("blobs", "can be listed");
        return new StoreFinding("blobs", "can be listed, and there are none yet");
    }

    private static async Task<StoreFinding> NamedBlobsAsync(CosmosDatabase database, IBodyBlobs blobs, CancellationToken cancel)
    {
        var (read, faults) = (0L, new List<string>());
        foreach (var container in (CosmosDocuments[])[database.Resources, database.History])
        {
            var query = new QueryDefinition($"SELECT c.t, c.i, c.{Layout.BlobName} FROM c WHERE IS_DEFINED(c.{Layout.BlobName})");
            await foreach (var document in container.QueryAsync(query, null, PageSize, cancel))
            {
                try
                {
                    await blobs.ReadAsync(document.Required(Layout.BlobName), cancel);
                    read++;
                }
                catch (Exception fault) when (fault is StoreException or ArgumentException)
                {
                    faults.Add($"{document.Required("t")}/{document.Required("i")}: {fault.Message}");
                }
            }
        }

        return faults.Count == 0
            ? new StoreFinding("blobs", Invariant($"{read} that versions name are as they were written"))
            : new StoreFinding("blobs", Invariant($"{faults.Count} of {read + faults.Count} that versions name are not as they were written; {string.Join(' ', faults.Take(MostNames))}"), false);
    }
}
