// The change feed of the container "state" (Azure Cosmos DB, "change feed pull model"): the latest version of each document that was written since.

using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <summary>Reads the feed from where it was read last.</summary>
internal sealed class StateFeed(Container container)
{
    private const int PageSize = 500;

    private string? _continuation;

    /// <summary>Takes note of where the container stands now: what is written from now on is what the feed has.</summary>
    /// <exception cref="StoreException">The database does not answer.</exception>
    public async Task StartAsync(CancellationToken cancel)
    {
        _continuation = null;
        await foreach (var _ in ReadAsync(cancel))
        {
            // What is written just now is heard by nobody who keeps anything yet.
        }
    }

    /// <summary>The documents that were written since the last time.</summary>
    /// <exception cref="StoreException">The database does not answer; the next time goes on from there.</exception>
    public async IAsyncEnumerable<StateDocument> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var start = _continuation is { } known ? ChangeFeedStartFrom.ContinuationToken(known) : ChangeFeedStartFrom.Now();
        using var feed = container.GetChangeFeedStreamIterator(start, ChangeFeedMode.LatestVersion, new ChangeFeedRequestOptions { PageSizeHint = PageSize });
        while (feed.HasMoreResults)
        {
            using var answer = await feed.ReadNextAsync(cancel);
            if (answer.StatusCode == HttpStatusCode.NotModified)
            {
                _continuation = answer.ContinuationToken;
                yield break;
            }

            if (!answer.IsSuccessStatusCode)
                throw new StoreException($"The Cosmos database answered {(int)answer.StatusCode} to a read of the change feed.") { Code = (int)answer.StatusCode };
            using var page = await JsonDocument.ParseAsync(answer.Content, default, cancel);
            foreach (var document in page.RootElement.GetProperty("Documents").EnumerateArray())
                yield return new StateDocument(document);
            _continuation = answer.ContinuationToken;
        }
    }
}
