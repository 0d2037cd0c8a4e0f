// Removes the entries that a reindex has replaced, when nobody can be searching by them any more.

using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <summary>Looks for retired entries from time to time, on every server; one of them removes them.</summary>
internal sealed class RetiredEntries : IAsyncDisposable
{
    private const int DocumentsPerStep = 200;

    // A reindex is rare, and what it leaves costs room only.
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(10);

    private readonly CosmosDatabase _database;
    private readonly CosmosStoreOptions _options;
    private readonly Watermarks _watermarks;
    private readonly IndexChanges _changes;
    private readonly string _owner = Guid.NewGuid().ToString("N");
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _work;

    public RetiredEntries(CosmosDatabase database, CosmosStoreOptions options, Watermarks watermarks, IndexChanges changes)
    {
        (_database, _options, _watermarks, _changes) = (database, options, watermarks, changes);
        _work = Task.Run(WorkAsync);
    }

    /// <summary>Removes them, if it is time and no other server is at it or at a reindex.</summary>
    /// <returns>The number of documents that had some.</returns>
    public async Task<int> SweepAsync(CancellationToken cancel)
    {
        if (!IsDue(await _watermarks.ReadAsync(cancel)) || await ReindexWork.TryTakeAsync(_database.Control, _owner, _options.Clock, cancel) is not { } work)
            return 0;
        try
        {
            // No reindex can begin from here on, so that the members stay the retired ones.
            var watermark = await _watermarks.ReadAsync(cancel);
            if (!IsDue(watermark))
                return 0;
            var swept = await SweepAsync(watermark.Index, work, cancel);
            await _changes.CommitAsync(
                now => Task.FromResult(now.Index.Retired == watermark.Index.Retired && now.Index.Epoch == watermark.Index.Epoch ? now.Index with { Retired = null } : now.Index), cancel);
            return swept;
        }
        finally
        {
            await ReindexWork.LeaveAsync(_database.Control, _owner, CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _work;
        _ending.Dispose();
    }

    // A page link that was given before holds no longer than superseded versions do.
    private bool IsDue(Watermark watermark) => watermark.Index is { Retired: { } retired, Reindex: not { IsNextEpoch: true } }
        && _options.Clock.GetUtcNow().ToUnixTimeMilliseconds() - retired > Layout.SupersededSeconds * 1_000L;

    private async Task<int> SweepAsync(IndexState index, ReindexWork work, CancellationToken cancel)
    {
        var (entries, contained) = (ResourceDocument.EntriesName(index.Epoch + 1), ResourceDocument.ContainedName(index.Epoch + 1));

        // Former versions go by themselves.
        var query = new QueryDefinition($"SELECT * FROM c WHERE c.f < @open AND c.u = @open AND (IS_DEFINED(c.{entries}) OR IS_DEFINED(c.{contained}))").WithParameter("@open", Layout.Open);
        var (swept, step) = (0, new List<ResourceDocument>(DocumentsPerStep));
        await foreach (var json in _database.Resources.QueryAsync(query, null, DocumentsPerStep, cancel))
        {
            step.Add(new ResourceDocument(json));
            if (step.Count == DocumentsPerStep)
                await StepAsync();
        }

        await StepAsync();
        return swept;

        async Task StepAsync()
        {
            await Parallel.ForEachAsync(step, new ParallelOptions { MaxDegreeOfParallelism = _options.Parallelism, CancellationToken = cancel }, async (document, token) =>
                await _database.Resources.ReplaceAsync(
                    document.DocumentId,
                    ReindexedDocument.Without(document.Json, entries, contained),
                    Layout.PartitionKeyOf(document.Partition, document.Key),
                    document.Json.Required("_etag"),
                    token));
            swept += step.Count;
            step.Clear();
            work = await work.NoteAsync(_database.Control, _options.Clock, cancel);
        }
    }

    private async Task WorkAsync()
    {
        using var timer = new PeriodicTimer(s_interval);
        try
        {
            while (await timer.WaitForNextTickAsync(_ending.Token))
            {
                try
                {
                    await SweepAsync(_ending.Token);
                }
                catch (Exception exception) when (exception is StoreException or StoreBusyException or CosmosException or HttpRequestException)
                {
                    // It is tried again, here or on another server.
                }
            }
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // The store is closed.
        }
    }
}
