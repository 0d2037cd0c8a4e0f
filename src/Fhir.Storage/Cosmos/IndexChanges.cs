// Changes of what the index is good for: commits of the log without writes.

namespace FhirHub.Storage.Cosmos;

/// <summary>Commits new states of the index.</summary>
internal sealed class IndexChanges(CommitLog log, Applier applier, TimeProvider clock)
{
    /// <summary>Commits what follows from the state at the end of the log, and applies it; nothing if it stays the same object.</summary>
    public async Task<IndexState> CommitAsync(Func<Watermark, Task<IndexState>> change, CancellationToken cancel)
    {
        while (true)
        {
            var watermark = await applier.CatchUpAsync(cancel);
            var next = await change(watermark);
            if (ReferenceEquals(next, watermark.Index))
                return next;
            var position = watermark.Position + 1;
            var time = Math.Max(watermark.Time, clock.GetUtcNow().ToUnixTimeMilliseconds());
            var record = new LogRecord(position, time, Guid.NewGuid().ToString("N"), []) { Index = next with { Number = position } };
            cancel.ThrowIfCancellationRequested();
            if (await log.AppendAsync(record) is not null)
                continue;
            await applier.ReachAsync(position, CancellationToken.None);
            return record.Index;
        }
    }
}
