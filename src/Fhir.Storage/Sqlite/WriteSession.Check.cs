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

            // What the client does not see was read as if it were not there.
            if (!IsExpected(version, row) && (version != 0 || row is not { Key: var hidden } || Run(request).IsThere(hidden, key.Type, AccessLetter.Read)))
                return new CommitResult(CommitFailure.VersionConflict, []) { Current = CurrentOf(key, row) };
        }

        for (var i = 0; i < transaction.Writes.Count; i++)
        {
            var write = transaction.Writes[i];

            // What is there is asked about by the letter of its change, also where the client means to create it.
            var letter = write is DeleteResource ? AccessLetter.Delete : AccessLetter.Update;
            var isUnfiltered = write.IsConsequence || write is PutResource { Method: WriteMethod.Post } || request.Scope.IsUnfiltered(write.Key.Type, letter);
            if (write.ExpectedVersion is null && isUnfiltered)
                continue;
            var row = _versions.FindRow(write.Key);
            if (write.ExpectedVersion is { } expected && !IsExpected(expected, row))
                return new CommitResult(CommitFailure.VersionConflict, []) { FailedIndex = i, Current = CurrentOf(write.Key, row) };

            // What was deleted is no more there for a limited scope than what never was, and is not theirs to bring back.
            if (!isUnfiltered && row is { Seq: > 0, Key: var key } && !Run(request).IsThere(key, write.Key.Type, letter))
                return new CommitResult(CommitFailure.NotGranted, []) { FailedIndex = i, IsBefore = true };
        }

        return transaction.EnforceReferences ? CheckReferences(request) : null;
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

    // True if what the request writes is granted whatever it is, so that there is nothing to take back.
    private static bool IsUnfiltered(CommitRequest request)
    {
        if (request.Scope.IsFull)
            return true;
        foreach (var write in request.Transaction.Writes)
        {
            if (!write.IsConsequence && !request.Scope.IsUnfiltered(write.Key.Type, LetterOf(write)))
                return false;
        }

        return true;
    }

    // A create by PUT is an update that creates (SMART App Launch 2.2.0, scopes-and-launch-context.html: "this is allowed by the update scope").
    private static AccessLetter LetterOf(ResourceWrite write) => write switch
    {
        PutResource { Method: WriteMethod.Post } => AccessLetter.Create,
        PutResource => AccessLetter.Update,
        _ => AccessLetter.Delete,
    };

    // For a limited scope a target that it does not grant is not there; and what it does not see that refers to what it deletes does not hold it
    // back, or the answer would tell of it. Who may delete every resource of a type deletes no person's data that another's could tell of.
    private CommitResult? CheckReferences(CommitRequest request)
    {
        var transaction = request.Transaction;
        var run = Run(request);
        var written = transaction.Writes.OfType<PutResource>().Select(static put => put.Key).ToHashSet();
        var deleted = transaction.Writes.OfType<DeleteResource>().Select(static delete => delete.Key).ToHashSet();
        for (var i = 0; i < transaction.Writes.Count; i++)
        {
            var (failure, related) = transaction.Writes[i] is PutResource put
                ? (CommitFailure.MissingReference, MissingTargets(put, run, written, deleted))
                : (CommitFailure.StillReferenced, Referrers(transaction.Writes[i].Key, written, deleted));
            if (failure == CommitFailure.StillReferenced && !request.Scope.IsFull && related.Count > 0)
            {
                var seen = related.FindAll(key => IsThere(run, key));
                if (seen.Count == 0 && !request.Scope.IsUnfiltered(transaction.Writes[i].Key.Type, AccessLetter.Delete))
                    continue;
                return new CommitResult(failure, []) { FailedIndex = i, Related = seen };
            }

            if (related.Count > 0)
                return new CommitResult(failure, []) { FailedIndex = i, Related = related };
        }

        return null;
    }

    private List<ResourceKey> MissingTargets(PutResource put, SearchRun run, HashSet<ResourceKey> written, HashSet<ResourceKey> deleted) =>
    [
        .. put.Resource.References
            .Select(static reference => new ResourceKey(reference.Type, reference.Id))
            .Distinct()
            .Where(target => !written.Contains(target) && (deleted.Contains(target) || !(put.IsConsequence ? _versions.FindRow(target) is { IsCurrent: true } : IsThere(run, target))))
            .Take(RelatedAtMost),
    ];

    private bool IsThere(SearchRun run, ResourceKey target) =>
        _versions.FindRow(target) is { IsCurrent: true, Key: var key } && run.IsGranted(key, target.Type, AccessLetter.Read);

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
            var write = request.Transaction.Writes[i];
            if (write.IsConsequence)
                continue;
            if (written.Outcome is not (WriteOutcome.Created or WriteOutcome.Updated) || written.Version is not { } version)
                continue;
            if (_versions.FindRow(version.Key) is { } row && !Run(request).IsGranted(row.Key, version.Key.Type, LetterOf(write)))
                return i;
        }

        return -1;
    }
}
