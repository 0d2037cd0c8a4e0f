// A transaction on its way to the log: what was read and prepared for it, and who waits for it.

using FhirHub.Search;

namespace FhirHub.Storage.Cosmos;

/// <summary>What was read of a resource.</summary>
/// <param name="Head">Its head; null if there was none.</param>
/// <param name="Since">A position that was applied before the head was read.</param>
internal sealed record HeadRead(HeadDocument? Head, long Since);

/// <summary>A document that is there and that nobody sees yet.</summary>
/// <param name="Partition">The first part of its partition key.</param>
/// <param name="Document">Its id.</param>
/// <param name="Body">Where its body is.</param>
internal sealed record PreparedDocument(string Partition, string Document, StoredBody Body);

/// <summary>What a transaction writes if it is committed after the position as of which it was planned.</summary>
/// <param name="Results">One result for each write, with a time that is set when it is committed.</param>
/// <param name="Writes">The writes that make a version.</param>
internal sealed record CommitPlan(WriteResult[] Results, IReadOnlyList<LoggedWrite> Writes);

/// <summary>A transaction that waits to be committed.</summary>
internal sealed class CommitRequest
{
    private readonly TaskCompletionSource<CommitResult> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CommitRequest(AccessScope scope, ResourceTransaction transaction, CancellationToken cancel)
    {
        (Scope, Transaction, Cancel) = (scope, transaction, cancel);
        Documents = new PreparedDocument?[transaction.Writes.Count];
        Writes = [.. transaction.Writes.Select(static write => write.Key)];
        Reads = [.. Writes, .. transaction.Reads.Select(static read => read.Key)];

        // What a search, a filter or a reference may depend on can't be told by keys alone.
        DependsOnAll = transaction.EnforceReferences || transaction.Preconditions.Count > 0
            || transaction.Writes.Any(write => !write.IsConsequence && !scope.IsFull && !scope.IsUnfiltered(write.Key.Type, write is DeleteResource ? AccessLetter.Delete : AccessLetter.Update))
            || (transaction.Reads.Count > 0 && !scope.IsFull);
    }

    public AccessScope Scope { get; }

    public ResourceTransaction Transaction { get; }

    public CancellationToken Cancel { get; }

    public Task<CommitResult> Task => _done.Task;

    /// <summary>The resources that it writes.</summary>
    public HashSet<ResourceKey> Writes { get; }

    /// <summary>The resources on whose versions it depends.</summary>
    public HashSet<ResourceKey> Reads { get; }

    /// <summary>True if any other commit may change what comes of it.</summary>
    public bool DependsOnAll { get; }

    /// <summary>The watermark as it was read when its preparation began.</summary>
    public Watermark? Watermark { get; set; }

    /// <summary>When its preparation began, in milliseconds since 1970.</summary>
    public long PreparedAt { get; set; }

    /// <summary>The state of the index that its documents are prepared for.</summary>
    public (long Number, long Generation) Stamp { get; set; }

    /// <summary>The documents prepared for its writes, where one is.</summary>
    public PreparedDocument?[] Documents { get; }

    /// <summary>What was read of resources.</summary>
    public Dictionary<ResourceKey, HeadRead> Heads { get; } = [];

    /// <summary>The documents of versions that were read, by id.</summary>
    public Dictionary<string, (ResourceDocument Document, StoredVersion Version)> Versions { get; } = new(StringComparer.Ordinal);

    /// <summary>True if another commit may change what comes of this one.</summary>
    public bool IsTouchedBy(IEnumerable<ResourceKey> written) => written.Any(key => DependsOnAll || Reads.Contains(key));

    /// <summary>Notes that documents belong to a commit, or may: nobody drops them.</summary>
    public void Keep(Func<PreparedDocument, bool> isUsed)
    {
        for (var i = 0; i < Documents.Length; i++)
        {
            if (Documents[i] is { } document && isUsed(document))
                Documents[i] = null;
        }
    }

    public void Answer(CommitResult result) => _done.TrySetResult(result);

    public void Fail(Exception exception) => _done.TrySetException(exception);

    public void Abandon() => _done.TrySetCanceled(Cancel);
}
