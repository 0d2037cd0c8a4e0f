// What comes of a transaction as of a position: what refuses it, or what it writes.

using FhirHub.Search;
using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <content>Checks, in the order in which every store makes them.</content>
internal sealed partial class Committer
{
    private const int RelatedAtMost = 20;

    // Neither a plan nor a failure: a commit after the position is being applied already.
    private async Task<(CommitPlan? Plan, CommitResult? Failure)> PlanAsync(CommitRequest request, Watermark watermark, CancellationToken cancel)
    {
        if (request.PreparedAt < watermark.Void || request.Stamp != definitions.StampOf(definitions.After(watermark.Index)))
        {
            await DropAsync(request);
            Array.Clear(request.Documents);
            Begin(request, watermark);
        }

        var position = watermark.Position;
        await ReadHeadsAsync(request, request.Reads.Where(key => !request.Heads.TryGetValue(key, out var read) || !tail.IsUnchanged(key, read.Since, position)), position, cancel);
        if (request.Reads.Any(key => request.Heads[key].Head?.Current.From > position))
            return default;
        await ReadCurrentAsync(request, position, cancel);
        var failure = await CheckPreconditionsAsync(request, watermark, cancel)
            ?? await CheckReadsAsync(request, watermark, cancel)
            ?? await CheckWritesAsync(request, watermark, cancel)
            ?? (request.Transaction.EnforceReferences ? await CheckReferencesAsync(request, watermark, cancel) : null);
        if (failure is not null)
            return (null, failure);

        var results = request.Transaction.Writes.Select(write => ResultOf(request, write)).ToArray();
        if (await FindUngrantedAsync(request, results, watermark, cancel) is var ungranted and >= 0)
            return (null, new CommitResult(CommitFailure.NotGranted, []) { FailedIndex = ungranted });
        await PrepareAsync(request, watermark, write => IsChange(request, write, CurrentOf(request, write.Key)), cancel);
        return (new CommitPlan(results, Writes(request, results)), null);
    }

    private static HeadVersion? CurrentOf(CommitRequest request, ResourceKey key) => request.Heads[key].Head?.Current;

    private static WriteResult ResultOf(CommitRequest request, ResourceWrite write)
    {
        var former = CurrentOf(request, write.Key);
        if (!IsChange(request, write, former))
            return new WriteResult(write is PutResource ? WriteOutcome.Unchanged : WriteOutcome.NothingToDelete, former is null ? null : request.Versions[former.Document].Version);
        var put = write as PutResource;
        return new WriteResult(
            put is null ? WriteOutcome.Deleted : former is { IsDeleted: false } ? WriteOutcome.Updated : WriteOutcome.Created,
            new StoredVersion(write.Key, (former?.Version ?? 0) + 1, default, put?.Method ?? WriteMethod.Delete, put?.Resource.Body ?? default));
    }

    private static List<LoggedWrite> Writes(CommitRequest request, WriteResult[] results)
    {
        var writes = new List<LoggedWrite>();
        for (var i = 0; i < results.Length; i++)
        {
            if (results[i] is not { Outcome: not (WriteOutcome.Unchanged or WriteOutcome.NothingToDelete), Version: { } version })
                continue;
            var document = request.Documents[i]!;
            writes.Add(new LoggedWrite(
                version.Key, version.Version, document.Partition, document.Document, version.Method, request.Heads[version.Key].Head?.Order ?? "", CurrentOf(request, version.Key)));
        }

        return writes;
    }

    private async Task<CommitResult?> CheckPreconditionsAsync(CommitRequest request, Watermark watermark, CancellationToken cancel)
    {
        for (var i = 0; i < request.Transaction.Preconditions.Count; i++)
        {
            var (query, expected) = request.Transaction.Preconditions[i];
            var page = await search.PageAsync(
                request.Transaction.Preconditions[i].Scope ?? request.Scope,
                query with { Count = expected.Count + 1, Cursor = null, Includes = [], Sort = [], Total = TotalMode.None },
                watermark,
                cancel);
            if (page.Matches.Count != expected.Count || !page.Matches.All(match => expected.Contains(match.Key)))
                return new CommitResult(CommitFailure.PreconditionChanged, []) { FailedIndex = i };
        }

        return null;
    }

    private async Task<CommitResult?> CheckReadsAsync(CommitRequest request, Watermark watermark, CancellationToken cancel)
    {
        foreach (var (key, version) in request.Transaction.Reads)
        {
            var current = CurrentOf(request, key);

            // What the client does not see was read as if it were not there.
            if (!IsExpected(version, current) && (version != 0 || await IsThereAsync(request, key, AccessLetter.Read, watermark, cancel)))
                return new CommitResult(CommitFailure.VersionConflict, []) { Current = await VersionAsync(request, key, cancel) };
        }

        return null;
    }

    private async Task<CommitResult?> CheckWritesAsync(CommitRequest request, Watermark watermark, CancellationToken cancel)
    {
        for (var i = 0; i < request.Transaction.Writes.Count; i++)
        {
            var write = request.Transaction.Writes[i];
            var current = CurrentOf(request, write.Key);
            if (write.ExpectedVersion is { } expected && !IsExpected(expected, current))
                return new CommitResult(CommitFailure.VersionConflict, []) { FailedIndex = i, Current = await VersionAsync(request, write.Key, cancel) };

            // What is there is asked about by the letter of its change, also where the client means to create it. What was deleted is no more
            // there for a limited scope than what never was, and is not theirs to bring back.
            var letter = write is DeleteResource ? AccessLetter.Delete : AccessLetter.Update;
            var isUnfiltered = write.IsConsequence || write is PutResource { Method: WriteMethod.Post } || request.Scope.IsUnfiltered(write.Key.Type, letter);
            if (!isUnfiltered && current is not null && !await IsThereAsync(request, write.Key, letter, watermark, cancel))
                return new CommitResult(CommitFailure.NotGranted, []) { FailedIndex = i, IsBefore = true };
        }

        return null;
    }

    private static bool IsExpected(long expected, HeadVersion? current) => expected == 0 ? current is not { IsDeleted: false } : current?.Version == expected;

    private async Task<StoredVersion?> VersionAsync(CommitRequest request, ResourceKey key, CancellationToken cancel)
    {
        if (CurrentOf(request, key) is not { } current)
            return null;
        if (!request.Versions.ContainsKey(current.Document))
            await ReadVersionAsync(request, key, current, cancel);
        return request.Versions[current.Document].Version;
    }

    // For a limited scope a target that it does not grant is not there; and what it does not see that refers to what it deletes does not hold it
    // back, or the answer would tell of it. Who may delete every resource of a type deletes no person's data that another's could tell of.
    private async Task<CommitResult?> CheckReferencesAsync(CommitRequest request, Watermark watermark, CancellationToken cancel)
    {
        var writes = request.Transaction.Writes;
        var written = writes.OfType<PutResource>().Select(static put => put.Key).ToHashSet();
        var deleted = writes.OfType<DeleteResource>().Select(static delete => delete.Key).ToHashSet();
        for (var i = 0; i < writes.Count; i++)
        {
            if (writes[i] is PutResource put)
            {
                if (await MissingTargetsAsync(request, put, written, deleted, watermark, cancel) is { Count: > 0 } missing)
                    return new CommitResult(CommitFailure.MissingReference, []) { FailedIndex = i, Related = missing };
                continue;
            }

            var related = CurrentOf(request, writes[i].Key) is { IsDeleted: false } ? await ReferrersAsync(writes[i].Key, written, deleted, watermark, cancel) : [];
            if (related.Count == 0)
                continue;
            if (request.Scope.IsFull)
                return new CommitResult(CommitFailure.StillReferenced, []) { FailedIndex = i, Related = related };
            var seen = new List<ResourceKey>();
            foreach (var referrer in related)
            {
                if (await IsThereAsync(request, referrer, AccessLetter.Read, watermark, cancel))
                    seen.Add(referrer);
            }

            if (seen.Count > 0 || request.Scope.IsUnfiltered(writes[i].Key.Type, AccessLetter.Delete))
                return new CommitResult(CommitFailure.StillReferenced, []) { FailedIndex = i, Related = seen };
        }

        return null;
    }

    private async Task<List<ResourceKey>> MissingTargetsAsync(
        CommitRequest request, PutResource put, HashSet<ResourceKey> written, HashSet<ResourceKey> deleted, Watermark watermark, CancellationToken cancel)
    {
        var missing = new List<ResourceKey>();
        foreach (var target in put.Resource.References.Select(static reference => new ResourceKey(reference.Type, reference.Id)).Distinct())
        {
            if (missing.Count == RelatedAtMost)
                break;
            if (written.Contains(target) || (!deleted.Contains(target) && await IsTargetAsync(target)))
                continue;
            missing.Add(target);
        }

        return missing;

        async Task<bool> IsTargetAsync(ResourceKey target) => put.IsConsequence || request.Scope.IsUnfiltered(target.Type, AccessLetter.Read)
            ? await IsCurrentAsync(target, watermark, cancel)
            : await IsThereAsync(request, target, AccessLetter.Read, watermark, cancel);
    }

    // A head that is ahead tells of a commit that will keep this one from its position, so that it is asked again.
    private async Task<bool> IsCurrentAsync(ResourceKey key, Watermark watermark, CancellationToken cancel)
    {
        var id = Layout.IdOf(key);
        return await database.Ids.ReadAsync(id, new PartitionKey(id), cancel) is { } document && HeadDocument.Read(document).At(watermark.Position, out _) is { IsDeleted: false };
    }

    // Those who are written in the same transaction are judged by what they will refer to.
    private async Task<List<ResourceKey>> ReferrersAsync(ResourceKey target, HashSet<ResourceKey> written, HashSet<ResourceKey> deleted, Watermark watermark, CancellationToken cancel)
    {
        var related = new List<ResourceKey>();
        var query = new QueryDefinition("SELECT c.t, c.i FROM c WHERE ARRAY_CONTAINS(c.r, @target) AND c.f <= @position AND c.u > @position AND c.d = false")
            .WithParameter("@target", target.ToString()).WithParameter("@position", watermark.Position);
        await foreach (var json in database.Resources.QueryAsync(query, null, RelatedAtMost, cancel))
        {
            var referrer = new ResourceKey(json.Required("t"), json.Required("i"));
            if (!written.Contains(referrer) && !deleted.Contains(referrer))
                related.Add(referrer);
            if (related.Count == RelatedAtMost)
                break;
        }

        return related;
    }
}
