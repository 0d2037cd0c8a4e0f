// Commits: what can be done before the write lock is done here, on the caller's thread.

using FhirHub.Search;

namespace FhirHub.Storage.Sqlite;

/// <content>Writes.</content>
public sealed partial class SqliteResourceStore
{
    /// <inheritdoc/>
    public Task<CommitResult> CommitAsync(AccessScope scope, ResourceTransaction transaction, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var writes = new PreparedWrite[transaction.Writes.Count];
        for (var i = 0; i < writes.Length; i++)
            writes[i] = Prepare(transaction.Writes[i], cancel);
        return _writer.CommitAsync(new CommitRequest(scope, transaction, writes, cancel));
    }

    private PreparedWrite Prepare(ResourceWrite write, CancellationToken cancel)
    {
        var replaced = _readers.Read(reader => FindReplaced(reader, write.Key), cancel);
        if (write is not PutResource put)
            return new PreparedWrite(write, null, replaced is { } deleted ? WithEntries(deleted) : null);

        var same = replaced is { } current && !current.Version.IsDeleted && current.Version.Body.Tail.Span.SequenceEqual(put.Resource.Body.Tail.Span);
        return new PreparedWrite(write, BodyCodec.Encode(put.Resource.Body.Tail.Span), replaced is null || same ? replaced : WithEntries(replaced));
    }

    private static Replaced? FindReplaced(Reader reader, ResourceKey key) =>
        reader.Versions.FindCurrent(key) is var (_, seq, version) ? new Replaced(seq, version, null) : null;

    private Replaced WithEntries(Replaced replaced)
    {
        // It is read first: entries that are newer than it says are extracted once more, but older ones are never taken for new.
        var generation = _options.Generation();
        if (replaced.Version.IsDeleted)
            return replaced with { Entries = [], Contained = [], Generation = generation };
        var json = replaced.Version.Body.ToArray(replaced.Version);
        return replaced with
        {
            Generation = generation,
            Entries = _options.Extract(replaced.Version.Key, json),
            Contained = replaced.Version.Body.MayContain ? _options.ExtractContained(replaced.Version.Key, json) : [],
        };
    }
}
