// Makes commits of the log appear: every step can be done twice, by several servers at once, late, and after any crash.

using System.Diagnostics;
using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <summary>What a writer knows of a resource that it supersedes, so that it need not be read once more.</summary>
/// <param name="Head">The head as it was read.</param>
/// <param name="Document">The current version's document as it was read; null if it was not.</param>
internal sealed record KnownResource(HeadDocument? Head, ResourceDocument? Document);

/// <summary>Applies the log to the other containers.</summary>
internal sealed class Applier(CosmosDatabase database, CommitLog log, LogTail tail, Watermarks watermarks, CosmosStoreOptions options)
{
    private static readonly Dictionary<ResourceKey, KnownResource> s_nothing = [];

    // Whoever committed applies; only what stays longer than this is taken for that of a server that died.
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(10);

    /// <summary>Applies what is not applied, and moves the watermark to the end of the log.</summary>
    /// <returns>The watermark at a moment at which nothing was committed after it.</returns>
    public async Task<Watermark> CatchUpAsync(CancellationToken cancel)
    {
        while (true)
        {
            var watermark = await watermarks.ReadAsync(cancel);
            if (await log.ReadAsync(watermark.Position + 1, cancel) is not { } record)
                return watermark;
            await ApplyNextAsync(watermark, record, cancel);
        }
    }

    /// <summary>Waits until a position that is committed is applied; applies it and what is before it if nobody else does.</summary>
    public async Task ReachAsync(long position, CancellationToken cancel)
    {
        var (since, seen) = (Stopwatch.GetTimestamp(), -1L);
        while (await watermarks.ReadAsync(cancel) is { } watermark && watermark.Position < position)
        {
            if (watermark.Position != seen)
                (since, seen) = (Stopwatch.GetTimestamp(), watermark.Position);
            if (Stopwatch.GetElapsedTime(since) < s_patience)
                await Task.Delay(s_look, cancel);
            else if (await log.ReadAsync(watermark.Position + 1, cancel) is { } record)
                await ApplyNextAsync(watermark, record, cancel);
        }
    }

    /// <summary>Applies a commit of this server's own, which may be before those that come before it are: none of them has written the same resources.</summary>
    /// <param name="record">The record, which is in the log.</param>
    /// <param name="known">What was read of its resources.</param>
    /// <param name="planned">The watermark as of which it was planned.</param>
    /// <exception cref="StoreBusyException">It can't be applied now. It is committed, and any server applies it: nobody may hear that nothing was written.</exception>
    public async Task ApplyOwnAsync(LogRecord record, IReadOnlyDictionary<ResourceKey, KnownResource> known, Watermark planned)
    {
        try
        {
            await ApplyCommittedAsync(record, known, planned);
        }
        catch (Exception exception)
        {
            throw new StoreBusyException("The changes are written, and will be seen when the Cosmos database answers again. Read before you repeat them.", exception)
            {
                RetryAfter = (exception as StoreBusyException)?.RetryAfter,
                IsOutcomeUnknown = true,
            };
        }
    }

    private async Task ApplyCommittedAsync(LogRecord record, IReadOnlyDictionary<ResourceKey, KnownResource> known, Watermark planned)
    {
        tail.Saw(record);
        await ApplyAsync(record, known, CancellationToken.None);

        // Nothing can have moved it if the record is the next one, unless somebody applied that too: then the ETag is another one.
        if (planned.Position == record.Position - 1 && await MoveAsync(planned, record, CancellationToken.None))
            return;
        while (true)
        {
            if (record.Position > 1)
                await ReachAsync(record.Position - 1, CancellationToken.None);
            var watermark = await watermarks.ReadAsync(CancellationToken.None);
            if (watermark.Position >= record.Position || await MoveAsync(watermark, record, CancellationToken.None))
                return;
        }
    }

    private async Task ApplyNextAsync(Watermark watermark, LogRecord record, CancellationToken cancel)
    {
        tail.Saw(record);
        await ApplyAsync(record, s_nothing, cancel);
        await MoveAsync(watermark, record, cancel);
    }

    private async Task<bool> MoveAsync(Watermark watermark, LogRecord record, CancellationToken cancel)
    {
        await log.KeepPartsAsync(record, cancel);
        var next = watermark.After(record);
        if (!await next.ReplaceAsync(database.Control, cancel))
            return false;
        watermarks.Saw(next);
        return true;
    }

    private Task ApplyAsync(LogRecord record, IReadOnlyDictionary<ResourceKey, KnownResource> known, CancellationToken cancel) => Parallel.ForEachAsync(
        Enumerable.Range(0, record.Writes.Count).GroupBy(index => record.Writes[index].Key),
        new ParallelOptions { MaxDegreeOfParallelism = options.Parallelism, CancellationToken = cancel },
        async (indexes, token) => await ApplyAsync(record, [.. indexes], known.GetValueOrDefault(indexes.Key), token));

    // The writes of one resource: one, unless several versions are restored with one commit. The head goes from what was there before to the last.
    private async Task ApplyAsync(LogRecord record, int[] indexes, KnownResource? known, CancellationToken cancel)
    {
        foreach (var index in indexes)
        {
            var write = record.Writes[index];
            if (write.Former is { } former)
                await SupersedeAsync(record, index, former, known?.Document, cancel);
            await database.Resources.PatchAsync(write.Document, ResourceDocument.Appear(record, index), Layout.PartitionKeyOf(write.Partition, write.Key), null, cancel);
        }

        await MoveHeadAsync(record.Position, record.Writes[indexes[^1]] with { Former = record.Writes[indexes[0]].Former }, known?.Head, cancel);
    }

    // The copy comes before the patch: a version that is superseded and has gone from "resources" is in the history.
    private async Task SupersedeAsync(LogRecord record, int index, HeadVersion former, ResourceDocument? known, CancellationToken cancel)
    {
        var key = record.Writes[index].Key;
        var partition = Layout.PartitionKeyOf(former.Partition, key);
        var document = known?.DocumentId == former.Document ? known : await database.Resources.ReadAsync(former.Document, partition, cancel) is { } found ? new ResourceDocument(found.Root) : null;
        if (document is not { Until: Layout.Open })
            return;
        await database.History.CreateAsync(HistoryDocument.Of(document, record, index), new PartitionKey(Layout.IdOf(key)), cancel);
        await database.Resources.PatchAsync(former.Document, ResourceDocument.Disappear(record), partition, null, cancel);
    }

    private async Task MoveHeadAsync(long position, LoggedWrite write, HeadDocument? known, CancellationToken cancel)
    {
        var (id, partition) = (Layout.IdOf(write.Key), new PartitionKey(Layout.IdOf(write.Key)));
        var moved = new HeadDocument(write.Key, write.HeadAt(position), write.Former, write.Order, "").Write();
        if (known is not null && known.Current == write.Former && await database.Ids.ReplaceAsync(id, moved, partition, known.ETag, cancel))
            return;
        if (write.Former is null && await database.Ids.CreateAsync(moved, partition, cancel))
            return;
        while (true)
        {
            var document = await database.Ids.ReadAsync(id, partition, cancel) ?? throw new StoreException("A head has vanished from the Cosmos database.");
            if (HeadDocument.Read(document).Current.From >= position || await database.Ids.ReplaceAsync(id, moved, partition, document.ETag, cancel))
                return;
        }
    }
}
