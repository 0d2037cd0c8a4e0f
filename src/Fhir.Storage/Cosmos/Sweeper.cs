// Ends what servers that died had begun: commits that nobody applied, and documents that were prepared for nothing.

using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <summary>Looks after what is left, from time to time, on every server: all that it does may be done by several at once.</summary>
internal sealed class Sweeper : IAsyncDisposable
{
    private const int LeftoversAtOnce = 1_000;

    private readonly CosmosDatabase _database;
    private readonly CosmosStoreOptions _options;
    private readonly Watermarks _watermarks;
    private readonly CommitLog _log;
    private readonly Applier _applier;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _work;

    public Sweeper(CosmosDatabase database, CosmosStoreOptions options, Watermarks watermarks, CommitLog log, Applier applier)
    {
        (_database, _options, _watermarks, _log, _applier) = (database, options, watermarks, log, applier);
        _work = Task.Run(WorkAsync);
    }

    /// <summary>Applies what is committed, and removes what was prepared longer ago than <see cref="CosmosStoreOptions.PreparationLifetime"/>.</summary>
    /// <returns>The number of documents that were removed.</returns>
    public async Task<int> SweepAsync(CancellationToken cancel)
    {
        var watermark = await _applier.CatchUpAsync(cancel);
        var bound = _options.Clock.GetUtcNow().ToUnixTimeMilliseconds() - (long)_options.PreparationLifetime.TotalMilliseconds;
        var found = await FindAsync(bound, cancel);
        if (found.Count == 0)
            return await SweepBlobsAsync(cancel);

        // Their writer may be alive and only slow. First a record says that nothing so old can be committed after it, then it is applied, with
        // all that was committed before it; what is still not committed then never will be.
        if (watermark.Void < bound)
        {
            var fence = new LogRecord(watermark.Position + 1, Math.Max(watermark.Time, bound + (long)_options.PreparationLifetime.TotalMilliseconds), Guid.NewGuid().ToString("N"), []) { Void = bound };
            await _log.AppendAsync(fence);
            watermark = await _applier.CatchUpAsync(cancel);
            if (watermark.Void < bound)
                return 0;
        }

        var removed = 0;
        await Parallel.ForEachAsync(found, new ParallelOptions { MaxDegreeOfParallelism = _options.Parallelism, CancellationToken = cancel }, async (leftover, token) =>
        {
            // One that was committed meanwhile was changed since it was found.
            if (!await leftover.Container.DeleteAsync(leftover.Id, leftover.Partition, leftover.ETag, token))
                return;
            await _database.Bodies.DropAsync(new StoredBody(default, leftover.Blob), token);
            Interlocked.Increment(ref removed);
        });
        return removed + await SweepBlobsAsync(cancel);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _work;
        _ending.Dispose();
    }

    private async Task<int> SweepBlobsAsync(CancellationToken cancel) => _options.Blobs is { } blobs ? await new BlobSweep(_database, blobs, _options).SweepAsync(cancel) : 0;

    private async Task WorkAsync()
    {
        using var timer = new PeriodicTimer(_options.SweepInterval);
        var (seen, sweptAt) = (-1L, long.MinValue);
        try
        {
            while (await timer.WaitForNextTickAsync(_ending.Token))
            {
                try
                {
                    (seen, sweptAt) = await LookAsync(seen, sweptAt, _ending.Token);
                }
                catch (Exception exception) when (exception is StoreException or StoreBusyException or CosmosException or HttpRequestException)
                {
                    // The next look is soon, and whoever waits for an answer hears of it.
                }
            }
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // The store is closed.
        }
    }

    // Whoever commits applies; what is not applied from one look to the next was left.
    private async Task<(long Position, long SweptAt)> LookAsync(long seen, long sweptAt, CancellationToken cancel)
    {
        var watermark = await _watermarks.ReadAsync(cancel);
        if (watermark.Position == seen)
            await _applier.CatchUpAsync(cancel);
        var now = Environment.TickCount64;
        if (sweptAt != long.MinValue && now - sweptAt < _options.PreparationLifetime.TotalMilliseconds / 4)
            return (watermark.Position, sweptAt);
        await SweepAsync(cancel);
        return (watermark.Position, now);
    }

    private async Task<List<Leftover>> FindAsync(long bound, CancellationToken cancel)
    {
        var found = new List<Leftover>();
        var resources = new QueryDefinition("SELECT c.id, c.p, c.t, c.i, c.B, c._etag FROM c WHERE c.q > 0 AND c.q < @bound").WithParameter("@bound", bound);
        await foreach (var json in _database.Resources.QueryAsync(resources, null, LeftoversAtOnce, cancel))
        {
            if (found.Count == LeftoversAtOnce)
                return found;
            var key = new ResourceKey(json.Required("t"), json.Required("i"));
            found.Add(new Leftover(_database.Resources, json.Required("id"), Layout.PartitionKeyOf(json.Required("p"), key), json.Required("_etag"), json.Text(Layout.BlobName)));
        }

        // Parts of a record that was applied are marked then, so these are of none.
        var parts = new QueryDefinition("SELECT c.id, c.s, c._etag FROM c WHERE c.q > 0 AND c.q < @bound").WithParameter("@bound", bound);
        await foreach (var json in _database.Log.QueryAsync(parts, null, LeftoversAtOnce, cancel))
            found.Add(new Leftover(_database.Log, json.Required("id"), new PartitionKey(json.Required("s")), json.Required("_etag"), null));
        return found;
    }

    private sealed record Leftover(CosmosDocuments Container, string Id, PartitionKey Partition, string ETag, string? Blob);
}
