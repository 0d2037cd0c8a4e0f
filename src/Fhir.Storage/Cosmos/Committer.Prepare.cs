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
            var document = $"{Layout.IdOf(write.Key)}:{transaction}-{i}";
            var words = resource is null ? null : SearchWords.Of(options.Text, write.Key, resource.Body);
            var (body, json) = await WriteAsync(isApart: false);
            if (LengthOf(json, body) > DocumentBytes && body.Blob is null && resource is not null)
                (body, json) = await WriteAsync(isApart: true);

            // Noted before it is there, so that it is dropped also if the answer is lost. A conflict is with itself.
            request.Documents[i] = new PreparedDocument(partition, document, body);
            if (LengthOf(json, body) is var length and > DocumentBytes)
                throw new ResourceTooLargeException($"{write.Key.Type}/{write.Key.Id} has more values to search by, or more references, than the store can keep: they take {length / 2} bytes, and {DocumentBytes / 2} is the most. Split the resource.") { Resource = write.Key };
            await database.Resources.CreateAsync(json, Layout.PartitionKeyOf(partition, write.Key), token);

            async Task<(StoredBody, ReadOnlyMemory<byte>)> WriteAsync(bool isApart)
            {
                var stored = resource is null ? default : await database.Bodies.StoreAsync(write.Key, resource.Body, isApart, token);
                return (stored, ResourceDocument.Prepare(document, partition, write.Key, transaction, request.PreparedAt, MethodOf(write), resource, stored, index, words));
            }
        }, cancel);
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
    private async Task DropAsync(CommitRequest request)
    {
        try
        {
            await EachAsync(Enumerable.Range(0, request.Documents.Length), async (i, token) =>
            {
                if (request.Documents[i] is not { } document)
                    return;
                await database.Resources.DeleteAsync(document.Document, Layout.PartitionKeyOf(document.Partition, request.Transaction.Writes[i].Key), null, token);
                await database.Bodies.DropAsync(document.Body, token);
                request.Documents[i] = null;
            }, CancellationToken.None);
        }
        catch (Exception exception) when (exception is StoreException or StoreBusyException or CosmosException or HttpRequestException or OperationCanceledException)
        {
            // The answer does not depend on it.
        }
    }

    private Task EachAsync<T>(IEnumerable<T> items, Func<T, CancellationToken, Task> work, CancellationToken cancel) => Parallel.ForEachAsync(
        items, new ParallelOptions { MaxDegreeOfParallelism = options.Parallelism, CancellationToken = cancel }, async (item, token) => await work(item, token));
}
