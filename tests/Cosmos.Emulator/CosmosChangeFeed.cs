// The change feed of a container: the server in memory has one without places in it, so the gateway gives the documents their order.

using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FhirHub.Cosmos.Emulator;

/// <summary>
/// Numbers the versions of a container's documents as it comes to see them ("change feed, latest version mode": the last version of each document, none of
/// those that were deleted). It looks at the documents themselves, so it has what came by other ways than this gateway too.
/// </summary>
internal sealed class CosmosChangeFeed(HttpClient server, Uri documents) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<string, (string ETag, long Number)> _known = new(StringComparer.Ordinal);
    private long _last;

    /// <summary>Whether a request asks for a feed, and not for a list of documents.</summary>
    public static bool IsAsked(CosmosRequest asked, IDictionary<string, Microsoft.Extensions.Primitives.StringValues> headers) =>
        asked.Operation == CosmosOperation.ChangeFeed && headers.ContainsKey("a-im");

    public void Dispose() => _turn.Dispose();

    /// <summary>The documents after a place in the feed.</summary>
    /// <param name="since">The place, as <c>If-None-Match</c> has it: <c>*</c> for now, nothing for the beginning.</param>
    /// <param name="most">Documents of an answer at most.</param>
    /// <param name="authorization">What the reading is allowed by.</param>
    /// <returns>The answer's body, null if there is nothing new; the number of documents in it; and the place up to which it goes.</returns>
    public async Task<(byte[]? Body, int Count, string Place)> ReadAsync(string? since, int most, string authorization)
    {
        await _turn.WaitAsync();
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, documents);
            request.Headers.TryAddWithoutValidation("authorization", authorization);
            request.Headers.TryAddWithoutValidation("x-ms-max-item-count", "1000000");
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            using var answer = await server.SendAsync(request);
            answer.EnsureSuccessStatusCode();
            var root = (await JsonSerializer.DeserializeAsync<JsonObject>(await answer.Content.ReadAsStreamAsync()))!;
            var numbered = root["Documents"]!.AsArray().Select(document => (Document: document!, Number: NumberOf(document!))).ToList();
            if (since == "*")
                return (null, 0, Place(_last));
            var from = since is null ? 0 : long.Parse(since.Trim('"'), CultureInfo.InvariantCulture);
            var page = numbered.Where(found => found.Number > from).OrderBy(static found => found.Number).Take(most).ToList();
            if (page.Count == 0)
                return (null, 0, Place(_last));
            var body = new JsonObject { ["Documents"] = new JsonArray([.. page.Select(static found => found.Document.DeepClone())]), ["_count"] = page.Count };
            return (JsonSerializer.SerializeToUtf8Bytes(body), page.Count, Place(page[^1].Number));
        }
        finally
        {
            _turn.Release();
        }
    }

    private long NumberOf(JsonNode document)
    {
        var (rid, etag) = ((string)document["_rid"]!, (string)document["_etag"]!);
        if (!_known.TryGetValue(rid, out var known) || known.ETag != etag)
            _known[rid] = known = (etag, ++_last);
        return known.Number;
    }

    private static string Place(long number) => string.Create(CultureInfo.InvariantCulture, $"\"{number}\"");
}
