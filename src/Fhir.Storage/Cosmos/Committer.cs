// Commits: prepare, validate at the end of the log, append, apply (docs/adr/0051-commit-log.md).

using FhirHub.Search;
using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <summary>Commits the transactions of this server, one after the other.</summary>
internal sealed class Committer(CosmosDatabase database, CosmosStoreOptions options, Watermarks watermarks, Applier applier, CosmosSearch search, IndexDefinitions definitions) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Commits all writes or none.</summary>
    public async Task<CommitResult> CommitAsync(AccessScope scope, ResourceTransaction transaction, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var id = Guid.NewGuid().ToString("N");
        var documents = new (string Partition, string Document)?[transaction.Writes.Count];
        (long, long)? stamp = null;
        await _turn.WaitAsync(cancel);
        try
        {
            while (true)
            {
                var watermark = await applier.CatchUpAsync(cancel);
                var index = definitions.After(watermark.Index);
                if (stamp != definitions.StampOf(index))
                {
                    // What was prepared for another state is left behind.
                    stamp = definitions.StampOf(index);
                    id = Guid.NewGuid().ToString("N");
                    Array.Clear(documents);
                }

                if (await ValidateAsync(scope, transaction, watermark, cancel) is { } failure)
                    return failure;
                var results = new WriteResult?[transaction.Writes.Count];
                var logged = new List<LoggedWrite>();
                var time = Math.Max(watermark.Time, options.Clock.GetUtcNow().ToUnixTimeMilliseconds());
                for (var i = 0; i < results.Length; i++)
                {
                    var write = transaction.Writes[i];
                    var head = await HeadAsync(write.Key, cancel);
                    var former = head?.Current;
                    var current = former is null ? null : await VersionAsync(write.Key, former, cancel);
                    if (write.ExpectedVersion is { } expected && expected != (former is null or { IsDeleted: true } && (expected == 0 || former is null) ? 0 : former!.Version))
                        return new CommitResult(CommitFailure.VersionConflict, []) { FailedIndex = i, Current = current };
                    if (write is DeleteResource && former is null or { IsDeleted: true })
                    {
                        results[i] = new WriteResult(WriteOutcome.NothingToDelete, current);
                        continue;
                    }

                    var put = write as PutResource;
                    if (put is not null && former is { IsDeleted: false } && current!.Body.Tail.Span.SequenceEqual(put.Resource.Body.Tail.Span))
                    {
                        results[i] = new WriteResult(WriteOutcome.Unchanged, current);
                        continue;
                    }

                    var (partition, document) = documents[i] ??= await PrepareAsync(id, i, write, former, index, cancel);
                    var method = put?.Method ?? WriteMethod.Delete;
                    var version = (former?.Version ?? 0) + 1;
                    logged.Add(new LoggedWrite(write.Key, version, partition, document, method, head?.Order ?? Layout.OrderOf(watermark.Position + 1, i), former));
                    results[i] = new WriteResult(
                        put is null ? WriteOutcome.Deleted : former is null or { IsDeleted: true } ? WriteOutcome.Created : WriteOutcome.Updated,
                        new StoredVersion(write.Key, version, DateTimeOffset.FromUnixTimeMilliseconds(time), method, put?.Resource.Body ?? default));
                }

                if (logged.Count > 0)
                {
                    var position = watermark.Position + 1;
                    if (!await database.Log.CreateAsync(new LogRecord(position, time, id, logged) { Index = ReferenceEquals(index, watermark.Index) ? null : index with { Number = position } }.Write(), new PartitionKey(Layout.SegmentOf(position)), cancel))
                        continue;
                    watermarks.Saw(await applier.CatchUpAsync(CancellationToken.None));
                }

                return new CommitResult(CommitFailure.None, [.. results.Select(static result => result!)]);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<CommitResult?> ValidateAsync(AccessScope scope, ResourceTransaction transaction, Watermark watermark, CancellationToken cancel)
    {
        foreach (var read in transaction.Reads)
        {
            if (((await HeadAsync(read.Key, cancel))?.Current is { IsDeleted: false } current ? current.Version : 0) != read.Version)
                return new CommitResult(CommitFailure.VersionConflict, []);
        }

        for (var i = 0; i < transaction.Preconditions.Count; i++)
        {
            var precondition = transaction.Preconditions[i];
            var page = await search.PageAsync(precondition.Scope ?? scope, precondition.Query with { Count = precondition.Matches.Count + 1 }, watermark, cancel);
            if (!page.Matches.Select(static match => match.Key).ToHashSet().SetEquals(precondition.Matches))
                return new CommitResult(CommitFailure.PreconditionChanged, []) { FailedIndex = i };
        }

        return null;
    }

    private async Task<HeadDocument?> HeadAsync(ResourceKey key, CancellationToken cancel)
    {
        var id = Layout.IdOf(key);
        return await database.Ids.ReadAsync(id, new PartitionKey(id), cancel) is { } document ? HeadDocument.Read(document) : null;
    }

    private async Task<StoredVersion?> VersionAsync(ResourceKey key, HeadVersion version, CancellationToken cancel) =>
        await database.Resources.ReadAsync(version.Document, Layout.PartitionKeyOf(version.Partition, key), cancel) is { } found ? await new ResourceDocument(found.Root).ToVersionAsync(database.Bodies, cancel) : null;

    private async Task<(string Partition, string Document)> PrepareAsync(string transaction, int index, ResourceWrite write, HeadVersion? former, IndexState state, CancellationToken cancel)
    {
        var put = write as PutResource;
        var resource = put is null ? null : definitions.Current(write.Key, put.Resource);
        var partition = resource is null ? former!.Partition : Layout.PartitionOf(write.Key, resource.Entries, options.CompartmentParameters);
        var document = $"{Layout.IdOf(write.Key)}:{transaction}-{index}";
        var body = resource is null ? default : await database.Bodies.StoreAsync(resource.Body, isApart: false, cancel);
        var json = ResourceDocument.Prepare(document, partition, write.Key, transaction, put?.Method ?? WriteMethod.Delete, resource, body, state);
        await database.Resources.CreateAsync(json, Layout.PartitionKeyOf(partition, write.Key), cancel);
        return (partition, document);
    }
}
