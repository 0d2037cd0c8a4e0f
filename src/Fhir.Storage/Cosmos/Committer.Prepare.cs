// What can be done before a transaction has its turn: what is there is read, and the documents of its versions are made.

using FhirHub.Model;
using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <content>Preparation.</content>
internal sealed partial class Committer
{
    // A document holds 2 MB (https://learn.microsoft.com/azure/cosmos-db/concepts-limits), and some of it is set when it is applied.
    private const int DocumentBytes = 2_000_000;

    private async Task PrepareAsync(CommitRequest request, CancellationToken cancel)
    {
        var watermark = await watermarks.ReadAsync(cancel);
        request.Watermark = watermark;
        Begin(request, watermark);
        await ReadHeadsAsync(request, request.Writes, watermark.Position, cancel);
        await ReadCurrentAsync(request, watermark.Position, cancel);
        await PrepareAsync(request, watermark, write => IsLikely(request, write, watermark.Position), cancel);
    }

    // A clock that is behind those of others must not make what is prepared now look old.
    private void Begin(CommitRequest request, Watermark watermark)
    {
        request.PreparedAt = Math.Max(options.Clock.GetUtcNow().ToUnixTimeMilliseconds(), Math.Max(watermark.Time, watermark.Void));
        request.Stamp = definitions.StampOf(definitions.After(watermark.Index));
    }

    private static bool IsLikely(CommitRequest request, ResourceWrite write, long position)
    {
        var former = request.Heads[write.Key].Head?.At(position, out _);
        return (write.ExpectedVersion is not { } expected || IsExpected(expected, former)) && IsChange(request, write, former);
    }

    // False for what changes nothing: an update to what is there already, a delete of what is not.
    private static bool IsChange(CommitRequest request, ResourceWrite write, HeadVersion? former) => write is PutResource put
        ? former is not { IsDeleted: false } || !request.Versions[former.Document].Version.Body.Tail.Span.SequenceEqual(put.Resource.Body.Tail.Span)
        : former is { IsDeleted: false };

    private async Task PrepareAsync(CommitRequest request, Watermark watermark, Func<ResourceWrite, bool> isNeeded, CancellationToken cancel)
    {
        var index = definitions.After(watermark.Index);
        var transaction = Guid.NewGuid().ToString("N");
        await EachAsync(Enumerable.Range(0, request.Documents.Length).Where(i => request.Documents[i] is null && isNeeded(request.Transaction.Writes[i])), async (i, token) =>
        {
            var write = request.Transaction.Writes[i];
            var resource = write is PutResource put ? definitions.Current(put.Key, put.Resource) : null;
            var partition = resource is null ? request.Heads[write.Key].Head!.Current.Partition : Layout.PartitionOf(write.Key, resource.Entries, options.CompartmentParameters);
            await PrepareAsync(
                new Draft(write.Key, MethodOf(write), resource, partition, $"{Layout.IdOf(write.Key)}:{transaction}-{i}", transaction, request.PreparedAt), index, prepared => request.Documents[i] = prepared, token);
        }, cancel);
    }

    private async Task PrepareAsync(Draft draft, IndexState index, Action<PreparedDocument> note, CancellationToken cancel)
    {
        var words = draft.Resource is null ? null : SearchWords.Of(options.Text, draft.Key, draft.Resource.Body);
        var (body, json) = await WriteAsync(isApart: false);
        if (LengthOf(json, body) > DocumentBytes && body.Blob is null && draft.Resource is not null)
            (body, json) = await WriteAsync(isApart: true);

        // Noted before it is there, so that it is dropped also if the answer is lost. A conflict is with itself.
        note(new PreparedDocument(draft.Partition, draft.Document, body));
        if (LengthOf(json, body) is var length and > DocumentBytes)
            throw new ResourceTooLargeException($"{draft.Key.Type}/{draft.Key.Id} has more values to search by, or more references, than the store can keep: they take {length / 2} bytes, and {DocumentBytes / 2} is the most. Split the resource.") { Resource = draft.Key };
        await database.Resources.CreateAsync(json, Layout.PartitionKeyOf(draft.Partition, draft.Key), cancel);

        async Task<(StoredBody, ReadOnlyMemory<byte>)> WriteAsync(bool isApart)
        {
            var stored = draft.Resource is null ? default : await database.Bodies.StoreAsync(draft.Key, draft.Resource.Body, isApart, cancel);
            return (stored, ResourceDocument.Prepare(draft.Document, draft.Partition, draft.Key, draft.Transaction, draft.PreparedAt, draft.Method, draft.Resource, stored, index, words));
        }
    }

    // While all is indexed anew, a document holds all that search needs twice.
    private static int LengthOf(ReadOnlyMemory<byte> json, StoredBody body) => (2 * json.Length) - body.DocumentLength;

    private static CommitResult RefusalOf(ResourceTooLargeException tooLarge, CommitRequest request) => new(CommitFailure.Refused, [])
    {
        FailedIndex = request.Transaction.Writes.TakeWhile(write => write.Key != tooLarge.Resource).Count(),
        Issues = [Issue.Error("too-long", tooLarge.Message)],
    };

    private static WriteMethod MethodOf(ResourceWrite write) => write is PutResource put ? put.Method : WriteMethod.Delete;

    private Task ReadHeadsAsync(CommitRequest request, IEnumerable<ResourceKey> keys, long position, CancellationToken cancel) => EachAsync(keys, async (key, token) =>
    {
        var id = Layout.IdOf(key);
        var document = await database.Ids.ReadAsync(id, new PartitionKey(id), token);
        lock (request.Heads)
            request.Heads[key] = new HeadRead(document is null ? null : HeadDocument.Read(document), position);
    }, cancel);

    // The current versions of what is written, which a result may name and an update is compared with.
    private Task ReadCurrentAsync(CommitRequest request, long position, CancellationToken cancel)
    {
        var missing = request.Writes.Select(key => (Key: key, Version: request.Heads[key].Head?.At(position, out _)))
            .Where(current => current.Version is not null && !request.Versions.ContainsKey(current.Version.Document)).ToList();
        return EachAsync(missing, (current, token) => ReadVersionAsync(request, current.Key, current.Version!, token), cancel);
    }

    private async Task ReadVersionAsync(CommitRequest request, ResourceKey key, HeadVersion version, CancellationToken cancel)
    {
        var found = await database.Resources.ReadAsync(version.Document, Layout.PartitionKeyOf(version.Partition, key), cancel);
        if (found is null)
            throw new StoreException("The current version of a resource has vanished from the Cosmos database.");
        var document = new ResourceDocument(found.Root);
        var read = await document.ToVersionAsync(database.Bodies, cancel);
        lock (request.Versions)
            request.Versions[version.Document] = (document, read);
    }

    // What was prepared and belongs to no commit. What can't be dropped now is dropped by the sweeper.
    private Task DropAsync(CommitRequest request) => DropAsync(request.Documents, i => request.Transaction.Writes[i].Key);

    private async Task DropAsync(PreparedDocument?[] documents, Func<int, ResourceKey> keyOf)
    {
        try
        {
            await EachAsync(Enumerable.Range(0, documents.Length), async (i, token) =>
            {
                if (documents[i] is not { } document)
                    return;
                await database.Resources.DeleteAsync(document.Document, Layout.PartitionKeyOf(document.Partition, keyOf(i)), null, token);
                await database.Bodies.DropAsync(document.Body, token);
                documents[i] = null;
            }, CancellationToken.None);
        }
        catch (Exception exception) when (exception is StoreException or StoreBusyException or CosmosException or HttpRequestException or OperationCanceledException)
        {
            // The answer does not depend on it.
        }
    }

    private Task EachAsync<T>(IEnumerable<T> items, Func<T, CancellationToken, Task> work, CancellationToken cancel) => Parallel.ForEachAsync(
        items, new ParallelOptions { MaxDegreeOfParallelism = options.Parallelism, CancellationToken = cancel }, async (item, token) => await work(item, token));

    /// <summary>A document to be prepared.</summary>
    private sealed record Draft(ResourceKey Key, WriteMethod Method, PreparedResource? Resource, string Partition, string Document, string Transaction, long PreparedAt);
}
