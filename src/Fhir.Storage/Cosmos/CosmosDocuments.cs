// The documents of one container, as JSON: the SDK's stream calls with the answers that the store reckons with made values.

using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <summary>A document as it was read.</summary>
/// <param name="Root">The JSON.</param>
/// <param name="ETag">Cosmos's own, for conditional writes.</param>
internal sealed record CosmosDocument(JsonElement Root, string ETag);

/// <summary>Reads and writes documents of a container.</summary>
internal sealed class CosmosDocuments(Container container)
{
    private static readonly JsonDocumentOptions s_json = new() { MaxDepth = 64 };

    /// <summary>A document; null if there is none.</summary>
    public async Task<CosmosDocument?> ReadAsync(string id, PartitionKey partition, CancellationToken cancel)
    {
        using var answer = await container.ReadItemStreamAsync(id, partition, cancellationToken: cancel);
        return answer.StatusCode == HttpStatusCode.NotFound ? null : new CosmosDocument(await ParseAsync(Checked(answer), cancel), answer.Headers.ETag);
    }

    /// <summary>Makes a document.</summary>
    /// <returns>False if there is one with that id already.</returns>
    public async Task<bool> CreateAsync(ReadOnlyMemory<byte> json, PartitionKey partition, CancellationToken cancel)
    {
        using var body = Open(json);
        using var answer = await container.CreateItemStreamAsync(body, partition, s_quiet, cancel);
        if (answer.StatusCode == HttpStatusCode.Conflict)
            return false;
        Checked(answer);
        return true;
    }

    /// <summary>Replaces a document.</summary>
    /// <returns>False if it is gone or was changed since it had the ETag.</returns>
    public async Task<bool> ReplaceAsync(string id, ReadOnlyMemory<byte> json, PartitionKey partition, string etag, CancellationToken cancel)
    {
        using var body = Open(json);
        using var answer = await container.ReplaceItemStreamAsync(body, id, partition, new ItemRequestOptions { IfMatchEtag = etag, EnableContentResponseOnWrite = false }, cancel);
        return IsDone(answer);
    }

    /// <summary>Changes parts of a document.</summary>
    /// <returns>False if it is gone or, where an ETag is given, was changed since.</returns>
    public async Task<bool> PatchAsync(string id, IReadOnlyList<PatchOperation> changes, PartitionKey partition, string? etag, CancellationToken cancel)
    {
        using var answer = await container.PatchItemStreamAsync(id, partition, changes, new PatchItemRequestOptions { IfMatchEtag = etag, EnableContentResponseOnWrite = false }, cancel);
        return IsDone(answer);
    }

    /// <summary>Removes a document.</summary>
    /// <returns>False if it is gone or, where an ETag is given, was changed since.</returns>
    public async Task<bool> DeleteAsync(string id, PartitionKey partition, string? etag, CancellationToken cancel)
    {
        using var answer = await container.DeleteItemStreamAsync(id, partition, new ItemRequestOptions { IfMatchEtag = etag }, cancel);
        return IsDone(answer);
    }

    /// <summary>What a query finds, page by page as it is asked for.</summary>
    /// <param name="query">The query; it names the partition in its condition too.</param>
    /// <param name="partition">The partition, or the beginning of a hierarchical one; null for all.</param>
    /// <param name="pageSize">Items of an answer at most.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async IAsyncEnumerable<JsonElement> QueryAsync(QueryDefinition query, PartitionKey? partition, int pageSize, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var pages = container.GetItemQueryStreamIterator(query, requestOptions: new QueryRequestOptions { PartitionKey = partition, MaxItemCount = pageSize });
        while (pages.HasMoreResults)
        {
            using var answer = await pages.ReadNextAsync(cancel);
            var root = await ParseAsync(Checked(answer), cancel);
            foreach (var item in root.GetProperty("Documents").EnumerateArray())
                yield return item;
        }
    }

    private static readonly ItemRequestOptions s_quiet = new() { EnableContentResponseOnWrite = false };

    private static MemoryStream Open(ReadOnlyMemory<byte> json) => new(json.ToArray(), writable: false);

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
