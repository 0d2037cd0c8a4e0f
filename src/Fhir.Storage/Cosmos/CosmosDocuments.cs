// The documents of one container, as JSON: the SDK's stream calls with the answers that the store reckons with made values.

using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <summary>A document as it was read.</summary>
/// <param name="Root">The JSON.</param>
/// <param name="ETag">Cosmos's own, for conditional writes.</param>
internal sealed record CosmosDocument(JsonElement Root, string ETag);

/// <summary>Reads and writes documents of a container. All methods throw <see cref="StoreBusyException"/> where the database stays busy or out of reach.</summary>
/// <param name="container">The container in the region that is written to.</param>
/// <param name="nearest">The container as read in the regions of the configuration; null if there are none.</param>
/// <param name="retry">Makes the requests.</param>
/// <param name="isContested">
/// Whether servers contend for its documents, so that each write has to know whether it was done: each is given a mark of its own (<see cref="Mark"/>).
/// Other containers' documents have names that only one writer gives, or are the same whoever writes them.
/// </param>
internal sealed class CosmosDocuments(Container container, Container? nearest, CosmosRetry retry, bool isContested)
{
    /// <summary>The member of a document that tells its writes apart.</summary>
    private const string Mark = "mark";

    // The answer names the container, not the document, as what is not there.
    private const string OwnerNotFound = "1003";
    private static readonly JsonDocumentOptions s_json = new() { MaxDepth = 64 };
    private static readonly ItemRequestOptions s_quiet = new() { EnableContentResponseOnWrite = false };

    /// <summary>A document as it is now; null if there is none.</summary>
    public Task<CosmosDocument?> ReadAsync(string id, PartitionKey partition, CancellationToken cancel) => ReadAsync(container, id, partition, cancel);

    /// <summary>
    /// A document that must be there and of which the caller needs only what never changes: read in the nearest region, and in the next one too if that
    /// one does not answer soon; null if there is none.
    /// </summary>
    public async Task<CosmosDocument?> ReadSettledAsync(string id, PartitionKey partition, CancellationToken cancel) =>
        nearest is not null && await ReadAsync(nearest, id, partition, cancel) is { } found ? found : await ReadAsync(container, id, partition, cancel);

    /// <summary>Makes a document.</summary>
    /// <returns>False if there is one with that id already.</returns>
    public async Task<bool> CreateAsync(ReadOnlyMemory<byte> json, PartitionKey partition, CancellationToken cancel)
    {
        var (body, mark) = Marked(json);
        CosmosAnswer answer;
        try
        {
            answer = await retry.RunAsync(token => container.CreateItemStreamAsync(Open(body), partition, s_quiet, token), isWrite: true, cancel);
        }
        catch (StoreBusyException busy) when (busy.IsOutcomeUnknown && mark is not null)
        {
            // What was asked for may be there: then it is done, however long the answer took.
            if (await MarkOfAsync(IdOf(body), partition, cancel) is not { } found)
                throw;
            return found == mark;
        }

        using (answer.Message)
        {
            if (answer.Message.StatusCode == HttpStatusCode.Conflict)
                return answer.MayBeSecond && mark is not null && await MarkOfAsync(IdOf(body), partition, cancel) == mark;
            Checked(answer.Message);
            return true;
        }
    }

    /// <summary>Replaces a document.</summary>
    /// <returns>False if it is gone or was changed since it had the ETag. It may then have been replaced, if the answer to that was lost and it was changed again before another could be had.</returns>
    public async Task<bool> ReplaceAsync(string id, ReadOnlyMemory<byte> json, PartitionKey partition, string etag, CancellationToken cancel)
    {
        var (body, mark) = Marked(json);
        var options = new ItemRequestOptions { IfMatchEtag = etag, EnableContentResponseOnWrite = false };
        CosmosAnswer answer;
        try
        {
            answer = await retry.RunAsync(token => container.ReplaceItemStreamAsync(Open(body), id, partition, options, token), isWrite: true, cancel);
        }
        catch (StoreBusyException busy) when (busy.IsOutcomeUnknown && mark is not null)
        {
            if (await MarkOfAsync(id, partition, cancel) != mark)
                throw;
            return true;
        }

        using (answer.Message)
            return IsDone(answer.Message) || (answer.MayBeSecond && mark is not null && await MarkOfAsync(id, partition, cancel) == mark);
    }

    /// <summary>Changes parts of a document. The changes must be such that they can be made twice.</summary>
    /// <returns>False if it is gone or, where an ETag is given, was changed since: perhaps by this very request, if its first answer was lost.</returns>
    public async Task<bool> PatchAsync(string id, IReadOnlyList<PatchOperation> changes, PartitionKey partition, string? etag, CancellationToken cancel)
    {
        var options = new PatchItemRequestOptions { IfMatchEtag = etag, EnableContentResponseOnWrite = false };
        var answer = await retry.RunAsync(token => container.PatchItemStreamAsync(id, partition, changes, options, token), isWrite: true, cancel);
        using (answer.Message)
            return IsDone(answer.Message);
    }

    /// <summary>Removes a document.</summary>
    /// <returns>
    /// False if it is gone or, where an ETag is given, was changed since. A removal whose answer was lost tells false, for nobody knows then who removed it:
    /// of two who want to be the one that removes, never both are told that they are.
    /// </returns>
    public async Task<bool> DeleteAsync(string id, PartitionKey partition, string? etag, CancellationToken cancel)
    {
        var answer = await retry.RunAsync(token => container.DeleteItemStreamAsync(id, partition, new ItemRequestOptions { IfMatchEtag = etag }, token), isWrite: true, cancel);
        using (answer.Message)
            return IsDone(answer.Message);
    }

    /// <summary>What a query finds, page by page as it is asked for.</summary>
    /// <param name="query">The query; it names the partition in its condition too.</param>
    /// <param name="partition">The partition, or the beginning of a hierarchical one; null for all.</param>
    /// <param name="pageSize">Items of an answer at most.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async IAsyncEnumerable<JsonElement> QueryAsync(QueryDefinition query, PartitionKey? partition, int pageSize, [EnumeratorCancellation] CancellationToken cancel)
    {
        var pages = Pages(null);
        try
        {
            string? continuation = null;
            var isBroken = false;
            while (isBroken || pages.HasMoreResults)
            {
                var answer = await retry.RunAsync(
                    token =>
                    {
                        // After a page that failed the SDK's walk is not good for another; one is begun where the last good page ended.
                        if (isBroken)
                        {
                            pages.Dispose();
                            pages = Pages(continuation);
                        }

                        isBroken = true;
                        return NextAsync(pages, token);
                    },
                    isWrite: false,
                    cancel);
                isBroken = false;
                using var page = answer.Message;
                var root = await ParseAsync(Checked(page), cancel);
                continuation = page.ContinuationToken;
                foreach (var item in root.GetProperty("Documents").EnumerateArray())
                    yield return item;
            }
        }
        finally
        {
            pages.Dispose();
        }

        FeedIterator Pages(string? continuation) =>
            container.GetItemQueryStreamIterator(query, continuation, new QueryRequestOptions { PartitionKey = partition, MaxItemCount = pageSize });
    }

    // A query that finds nothing is answered 200. 404 comes of what the SDK knows of the container, which may not be complete for a moment.
    private static async Task<ResponseMessage> NextAsync(FeedIterator pages, CancellationToken cancel)
    {
        var page = await pages.ReadNextAsync(cancel);
        if (page.StatusCode != HttpStatusCode.NotFound || page.Headers["x-ms-substatus"] == OwnerNotFound)
            return page;
        page.Dispose();
        return new ResponseMessage(HttpStatusCode.ServiceUnavailable);
    }

    private async Task<CosmosDocument?> ReadAsync(Container from, string id, PartitionKey partition, CancellationToken cancel)
    {
        var answer = await retry.RunAsync(token => from.ReadItemStreamAsync(id, partition, cancellationToken: token), isWrite: false, cancel);
        using var message = answer.Message;
        if (message.StatusCode == HttpStatusCode.NotFound && message.Headers["x-ms-substatus"] != OwnerNotFound)
            return null;
        return new CosmosDocument(await ParseAsync(Checked(message), cancel), message.Headers.ETag);
    }

    // The mark of the document that is there; null if there is none.
    private async Task<string?> MarkOfAsync(string id, PartitionKey partition, CancellationToken cancel) =>
        await ReadAsync(id, partition, cancel) is { } found ? found.Root.TryGetProperty(Mark, out var mark) ? mark.GetString() : "" : null;

    private (byte[] Body, string? Mark) Marked(ReadOnlyMemory<byte> json)
    {
        if (!isContested)
            return (json.ToArray(), null);
        var mark = Guid.NewGuid().ToString("N");
        return ([.. json.Span[..json.Span.LastIndexOf((byte)'}')], .. Encoding.UTF8.GetBytes($",\"{Mark}\":\"{mark}\"}}")], mark);
    }

    private static string IdOf(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty("id").GetString()!;
    }

    private static MemoryStream Open(byte[] json) => new(json, writable: false);

    private static async Task<JsonElement> ParseAsync(ResponseMessage answer, CancellationToken cancel)
    {
        // Not disposed: elements of it go on to the caller, and its memory is collected with them.
        var document = await JsonDocument.ParseAsync(answer.Content, s_json, cancel);
        return document.RootElement;
    }

    private static bool IsDone(ResponseMessage answer)
    {
        if (answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.PreconditionFailed)
            return false;
        Checked(answer);
        return true;
    }

    private static ResponseMessage Checked(ResponseMessage answer) => answer.IsSuccessStatusCode
        ? answer
        : throw new StoreException($"The Cosmos database answered {(int)answer.StatusCode} to a request.") { Code = (int)answer.StatusCode };
}
