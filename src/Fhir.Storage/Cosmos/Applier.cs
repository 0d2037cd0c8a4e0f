// Makes commits of the log appear: every step can be done twice, by several servers at once, and after any crash.

using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <summary>Applies the log to the other containers.</summary>
internal sealed class Applier(CosmosDatabase database, Watermarks watermarks, CosmosStoreOptions options)
{
    /// <summary>Applies what is not applied, and moves the watermark to the end of the log.</summary>
    /// <returns>The watermark at a moment at which nothing was committed after it.</returns>
    public async Task<Watermark> CatchUpAsync(CancellationToken cancel)
    {
        var watermark = await Watermark.ReadAsync(database.Control, cancel);
        while (await ReadAsync(watermark.Position + 1, cancel) is { } record)
        {
            await ApplyAsync(record, cancel);
            await watermark.After(record).ReplaceAsync(database.Control, cancel);
            watermark = await Watermark.ReadAsync(database.Control, cancel);
        }

        watermarks.Saw(watermark);
        return watermark;
    }

    private async Task<LogRecord?> ReadAsync(long position, CancellationToken cancel) =>
        await database.Log.ReadAsync(Layout.IdOf(position), new PartitionKey(Layout.SegmentOf(position)), cancel) is { } document ? LogRecord.Read(document.Root) : null;

    private Task ApplyAsync(LogRecord record, CancellationToken cancel) => Parallel.ForAsync(
        0, record.Writes.Count, new ParallelOptions { MaxDegreeOfParallelism = options.Parallelism, CancellationToken = cancel }, async (index, token) => await ApplyAsync(record, index, token));

    private async Task ApplyAsync(LogRecord record, int index, CancellationToken cancel)
    {
        var write = record.Writes[index];
        if (write.Former is { } former)
        {
            var partition = Layout.PartitionKeyOf(former.Partition, write.Key);
            if (await database.Resources.ReadAsync(former.Document, partition, cancel) is { } old && old.Root.Whole("u") == Layout.Open)
            {
                await database.History.CreateAsync(HistoryDocument.Of(new ResourceDocument(old.Root), record), new PartitionKey(Layout.IdOf(write.Key)), cancel);
                await database.Resources.PatchAsync(former.Document, ResourceDocument.Disappear(record), partition, old.ETag, cancel);
            }
        }

        await database.Resources.PatchAsync(write.Document, ResourceDocument.Appear(record, index), Layout.PartitionKeyOf(write.Partition, write.Key), null, cancel);
        await MoveHeadAsync(record.Position, write, cancel);
    }

    private async Task MoveHeadAsync(long position, LoggedWrite write, CancellationToken cancel)
    {
        var (id, current) = (Layout.IdOf(write.Key), write.HeadAt(position));
        while (true)
        {
            var document = await database.Ids.ReadAsync(id, new PartitionKey(id), cancel);
            if (document is null)
            {
                if (await database.Ids.CreateAsync(new HeadDocument(write.Key, current, null, write.Order, "").Write(), new PartitionKey(id), cancel))
                    return;
                continue;
            }

            var head = HeadDocument.Read(document);
            if (head.Current.From >= position
                || await database.Ids.ReplaceAsync(id, (head with { Current = current, Former = head.Current }).Write(), new PartitionKey(id), head.ETag, cancel))
            {
                return;
            }
        }
    }
}
