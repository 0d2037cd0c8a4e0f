// What can refuse a request: preconditions, expected versions, the scope, references.

using FhirHub.Search;

namespace FhirHub.Storage.Sqlite;

/// <content>Checks under the write lock.</content>
internal sealed partial class WriteSession
{
    private CommitResult? Check(CommitRequest request)
    {
        var transaction = request.Transaction;
        for (var i = 0; i < transaction.Preconditions.Count; i++)
        {
            if (!Holds(transaction.Preconditions[i], request))
                return new CommitResult(CommitFailure.PreconditionChanged, []) { FailedIndex = i };
        }

        foreach (var (key, version) in transaction.Reads)
        {
            var row = _versions.FindRow(key);
            if (!IsExpected(version, row))
                return new CommitResult(CommitFailure.VersionConflict, []) { Current = CurrentOf(key, row) };
        }

        for (var i = 0; i < transaction.Writes.Count; i++)
        {
            var write = transaction.Writes[i];
            if (write.ExpectedVersion is null && request.Scope.IsFull)
                continue;
            var row = _versions.FindRow(write.Key);
            if (write.ExpectedVersion is { } expected && !IsExpected(expected, row))
                return new CommitResult(CommitFailure.VersionConflict, []) { FailedIndex = i, Current = CurrentOf(write.Key, row) };

            var letter = write is DeleteResource ? AccessLetter.Delete : AccessLetter.Update;
            if (row is { IsCurrent: true, Key: var key } && !Run(request).IsGranted(key, write.Key.Type, letter))
                return new CommitResult(CommitFailure.NotGranted, []) { FailedIndex = i };
        }

        return transaction.EnforceReferences ? CheckReferences(transaction) : null;
    }

    private SearchRun Run(CommitRequest request, AccessScope? scope = null) => new(_connection, _dictionaries, _options, scope ?? request.Scope);

    private StoredVersion? CurrentOf(ResourceKey key, ResourceRow? row) => row is { Seq: > 0 and var seq } ? _versions.Get(key, seq) : null;

    private static bool IsExpected(long expected, ResourceRow? row) => expected == 0
        ? row is not { IsCurrent: true }
        : row is { Seq: > 0 } && row.Value.Version == expected;

    private bool Holds(Precondition precondition, CommitRequest request)
    {
        // The search is bounded like any other, since it holds the write lock.
        _connection.Limit(_options.SearchTimeout, CancellationToken.None);
        try
        {
            var found = Run(request, precondition.Scope).Matches(precondition.Query, precondition.Matches.Count + 1);
            return found.Count == precondition.Matches.Count && found.TrueForAll(key => precondition.Matches.Contains(_versions.KeyOf(key)));
        }
        finally
        {
            _connection.Unlimit();
        }
    }

    private CommitResult? CheckReferences(ResourceTransaction transaction)
    {
        var written = transaction.Writes.OfType<PutResource>().Select(static put => put.Key).ToHashSet();
        var deleted = transaction.Writes.OfType<DeleteResource>().Select(static delete => delete.Key).ToHashSet();
        for (var i = 0; i < transaction.Writes.Count; i++)
        {
            var (failure, related) = transaction.Writes[i] is PutResource put
                ? (CommitFailure.MissingReference, MissingTargets(put.Resource, written, deleted))
                : (CommitFailure.StillReferenced, Referrers(transaction.Writes[i].Key, written, deleted));
            if (related.Count > 0)
                return new CommitResult(failure, []) { FailedIndex = i, Related = related };
        }

        return null;
    }

    private List<ResourceKey> MissingTargets(PreparedResource resource, HashSet<ResourceKey> written, HashSet<ResourceKey> deleted) =>
    [
        .. resource.References
            .Select(static reference => new ResourceKey(reference.Type, reference.Id))
            .Distinct()
            .Where(target => !written.Contains(target) && (deleted.Contains(target) || _versions.FindRow(target) is not { IsCurrent: true }))
            .Take(RelatedAtMost),
    ];

    // Those who are written in the same transaction are judged by what they will refer to.
    private List<ResourceKey> Referrers(ResourceKey target, HashSet<ResourceKey> written, HashSet<ResourceKey> deleted)
    {
        var related = new List<ResourceKey>();
        if (_versions.FindRow(target) is not { IsCurrent: true, Key: var key })
            return related;
        using var rows = _connection.Prepare("SELECT DISTINCT key FROM reference WHERE parameter IN (SELECT 0 UNION ALL SELECT key FROM parameter) AND target=? AND NOT EXISTS(SELECT 1 FROM contained c WHERE c.key=reference.key)")
            .Bind(1, key).Query();
        while (rows.Step() && related.Count < RelatedAtMost)
        {
            var referrer = _versions.KeyOf(rows.Int64(0));
            if (!written.Contains(referrer) && !deleted.Contains(referrer))
                related.Add(referrer);
        }

        return related;
    }

    private int FindUngranted(CommitRequest request, CommitResult result)
    {
        for (var i = 0; i < result.Results.Count; i++)
        {
            var written = result.Results[i];
            if (written.Outcome is not (WriteOutcome.Created or WriteOutcome.Updated) || written.Version is not { } version)
                continue;
            var letter = written.Outcome == WriteOutcome.Created ? AccessLetter.Create : AccessLetter.Update;
            if (_versions.FindRow(version.Key) is { } row && !Run(request).IsGranted(row.Key, version.Key.Type, letter))
                return i;
        }

        return -1;
    }
}
