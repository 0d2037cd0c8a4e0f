// The container "log": records are appended by whoever comes first to a position, read by all, and never change.

using System.Net;
using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <summary>The log of commits (docs/adr/0051-commit-log.md).</summary>
internal sealed class CommitLog(CosmosDatabase database)
{
    // Each is tried again by itself for as long as the budget of a request lasts.
    private const int Attempts = 3;
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(25);

    /// <summary>The record at a position; null if nothing is committed there yet.</summary>
    public async Task<LogRecord?> ReadAsync(long position, CancellationToken cancel)
    {
        if (await database.Log.ReadAsync(Layout.IdOf(position), new PartitionKey(Layout.SegmentOf(position)), cancel) is not { } document)
            return null;
        var record = LogRecord.Read(document.Root);
        if (record.Parts == 0)
            return record;
        var writes = new List<LoggedWrite>();
        for (var part = 0; part < record.Parts; part++)
        {
            var found = await database.Log.ReadAsync(LogRecord.PartId(record.Id, part), LogRecord.PartPartition(record.Id), cancel)
                ?? throw new StoreException("A commit in the Cosmos database is not whole.");
            LogRecord.ReadWrites(found.Root, position, writes);
        }

        return record with { Writes = writes };
    }

    /// <summary>Writes the parts of a record that is too large for one document; the record can then be appended at any position.</summary>
    /// <param name="record">The record.</param>
    /// <param name="preparedAt">The time that decides when a part without a record is a leftover, in milliseconds since 1970.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>The record with the number of its parts.</returns>
    public async Task<LogRecord> WritePartsAsync(LogRecord record, long preparedAt, CancellationToken cancel)
    {
        var parts = record.Split();
        for (var part = 0; part < parts.Count; part++)
        {
            // A conflict is with its own: only this attempt knows the name.
            await database.Log.CreateAsync(LogRecord.WritePart(record.Id, part, preparedAt, parts[part]), LogRecord.PartPartition(record.Id), cancel);
        }

        return record with { Parts = parts.Count };
    }

    /// <summary>Removes the parts of a record that was not appended.</summary>
    public async Task DropPartsAsync(LogRecord record, CancellationToken cancel)
    {
        for (var part = 0; part < record.Parts; part++)
            await database.Log.DeleteAsync(LogRecord.PartId(record.Id, part), LogRecord.PartPartition(record.Id), null, cancel);
    }

    /// <summary>Notes that the parts belong to a record, so that they are no leftovers; comes before the watermark passes it.</summary>
    public async Task KeepPartsAsync(LogRecord record, CancellationToken cancel)
    {
        for (var part = 0; part < record.Parts; part++)
            await database.Log.PatchAsync(LogRecord.PartId(record.Id, part), [PatchOperation.Set("/q", 0)], LogRecord.PartPartition(record.Id), null, cancel);
    }

    /// <summary>
    /// Commits: appends a record at its position if there is none. It is not cancelled, and an answer that is lost is no answer: the same
    /// is asked for again until it is certain whose record is there.
    /// </summary>
    /// <returns>Null if the record is there now, else the one that was there before.</returns>
    /// <exception cref="StoreBusyException">The database is busy; <see cref="StoreBusyException.IsOutcomeUnknown"/> if it can't be told whether the record is there, or will be.</exception>
    public async Task<LogRecord?> AppendAsync(LogRecord record)
    {
        var json = record.Write();
        var partition = new PartitionKey(Layout.SegmentOf(record.Position));
        var pause = s_firstPause;
        var isCertain = true;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (await database.Log.CreateAsync(json, partition, CancellationToken.None))
                    return null;
                var found = await ReadAsync(record.Position, CancellationToken.None) ?? throw new StoreException("A commit has vanished from the Cosmos database.");
                return found.Id == record.Id ? null : found;
            }
            catch (Exception exception) when (!IsRefusal(exception))
            {
                isCertain &= IsNotDone(exception);
                if (attempt == Attempts)
                {
                    if (isCertain)
                        throw;
                    throw new StoreBusyException("The Cosmos database did not answer, and it is not known whether the changes are written. Read before you repeat them.", exception) { IsOutcomeUnknown = true };
                }
            }

            await Task.Delay(pause);
            pause *= 2;
        }
    }

    // What is refused for its content or its sender is not done, and would be refused again.
    private static bool IsRefusal(Exception exception) => exception is StoreException { Code: (int)HttpStatusCode.BadRequest or (int)HttpStatusCode.Unauthorized or (int)HttpStatusCode.Forbidden or (int)HttpStatusCode.RequestEntityTooLarge };

    private static bool IsNotDone(Exception exception) => exception is StoreBusyException { IsOutcomeUnknown: false };
}
