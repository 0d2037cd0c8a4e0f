// Stands between clients and the server in memory: supplies what that lacks of the protocol, counts, and fails where a test says so.

using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace FhirHub.Cosmos.Emulator;

/// <summary>A gateway to the Cosmos DB server in memory.</summary>
public sealed class CosmosGateway : IAsyncDisposable
{
    // Of these the connection to the client has its own.
    private static readonly HashSet<string> s_hopHeaders = new(StringComparer.OrdinalIgnoreCase) { "connection", "keep-alive", "transfer-encoding", "host", "content-length", "accept-encoding", "expect" };
    private static long s_sequence;
    private readonly HttpClient _server;
    private readonly Uri _address;
    private readonly Lock _gate = new();
    private readonly List<CosmosRecording> _recordings = [];
    private readonly List<CosmosGatewayClient> _clients = [];
    private readonly IReadOnlyList<string> _regions;
    private readonly ConcurrentDictionary<string, CosmosChangeFeed> _feeds = new(StringComparer.Ordinal);

    private CosmosGateway(Uri address, string consistency, IReadOnlyList<string> regions)
    {
        (_address, Consistency, _regions) = (address, consistency, regions);
        _server = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = TimeSpan.FromMinutes(5) };
    }

    /// <summary>The address of its first client.</summary>
    public Uri Endpoint => Client.Endpoint;

    /// <summary>Its first client.</summary>
    public CosmosGatewayClient Client => _clients[0];

    /// <summary>The default consistency level that the account document names: Strong, BoundedStaleness, Session, ConsistentPrefix or Eventual. What is read is always the latest.</summary>
    public string Consistency { get; set; }

    /// <summary>Is asked about each request before it is executed and after it; null for no fault. It is called by several threads at once.</summary>
    public Func<CosmosRequest, CosmosMoment, CosmosFault?>? Fault { get; set; }

    /// <summary>Addresses for one more client.</summary>
    public async Task<CosmosGatewayClient> AddClientAsync(string? name = null)
    {
        var client = await CosmosGatewayClient.StartAsync(this, name ?? $"client-{_clients.Count + 1}", _regions);
        lock (_gate)
            _clients.Add(client);
        return client;
    }

    /// <summary>Begins to record requests, until the recording is disposed.</summary>
    public CosmosRecording Record()
    {
        var recording = new CosmosRecording(this);
        lock (_gate)
            _recordings.Add(recording);
        return recording;
    }

    /// <summary>See <see cref="CosmosGatewayClient.FailAfter"/>, for the first client.</summary>
    public void FailAfter(int requests, Func<CosmosRequest, bool>? match = null) => Client.FailAfter(requests, match);

    /// <summary>Closes all ports.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            await client.DisposeAsync();
        foreach (var feed in _feeds.Values)
            feed.Dispose();
        _server.Dispose();
    }

    internal static async Task<CosmosGateway> StartAsync(Uri server, string consistency, IReadOnlyList<string> regions)
    {
        var gateway = new CosmosGateway(server, consistency, regions);
        await gateway.AddClientAsync();
        return gateway;
    }

    internal void End(CosmosRecording recording)
    {
        lock (_gate)
            _recordings.Remove(recording);
    }

    internal async Task AnswerAsync(HttpContext context, CosmosGatewayClient client, string region)
    {
        var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer);
        var body = buffer.ToArray();
        var asked = Describe(context.Request, body, client, region);
        var answer = await StepAsync(asked, CosmosMoment.Before) ?? (client.Admits(asked) ? null : Answer.Cut);
        if (answer is null)
        {
            answer = await ExecuteAsync(context, asked, body, client);
            var charge = CosmosCharge.Estimate(asked.Operation, answer.Status, body.Length, answer.Body.Length, Consistency is "Strong" or "BoundedStaleness");
            answer.Headers["x-ms-request-charge"] = charge.ToString("0.##", CultureInfo.InvariantCulture);
            asked = asked with { Status = answer.Status, ResponseBytes = answer.Body.Length, Charge = charge };
            answer = await StepAsync(asked, CosmosMoment.After) ?? answer;
        }

        asked = asked with { Status = answer.Status, ResponseBytes = answer.Body.Length };
        lock (_gate)
        {
            foreach (var recording in _recordings)
                recording.Add(asked);
        }

        await GiveAsync(context, answer);
    }

    private async Task<Answer?> StepAsync(CosmosRequest asked, CosmosMoment moment)
    {
        if (Fault?.Invoke(asked, moment) is not { } fault)
            return null;
        if (fault.Callback is { } callback)
            await callback();
        if (fault.IsCut)
            return Answer.Cut;
        if (fault.StatusCode == 0)
            return null;
        var answer = Answer.Json(fault.StatusCode, """{"code":"Fault","message":"A fault of the test."}"""u8.ToArray());
        if (fault.RetryAfter is { } after)
            answer.Headers["x-ms-retry-after-ms"] = after.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);
        return answer;
    }

    private async Task<Answer> ExecuteAsync(HttpContext context, CosmosRequest asked, byte[] body, CosmosGatewayClient client)
    {
        var request = context.Request;
        if (request.Path == "/" && HttpMethods.IsGet(request.Method))
            return Answer.Json(200, Encoding.UTF8.GetBytes(Account(client).ToJsonString()));
        if (request.Headers.ContainsKey("x-ms-cosmos-is-query-plan-request"))
            return Answer.Json(200, s_plan);
        if (CosmosChangeFeed.IsAsked(asked, request.Headers))
            return await FeedAsync(request);

        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        using var forwarded = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(_address.GetLeftPart(UriPartial.Authority) + target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        forwarded.Content = new ByteArrayContent(body);
        foreach (var (name, values) in request.Headers)
        {
            if (!s_hopHeaders.Contains(name) && !forwarded.Headers.TryAddWithoutValidation(name, values.ToArray()))
                forwarded.Content.Headers.TryAddWithoutValidation(name, values.ToArray());
        }

        // Without it the server asks for all paths of the key in each query, and fails at the read of a document that is not there.
        if (asked.Operation is CosmosOperation.Query or CosmosOperation.Read)
        {
            forwarded.Headers.Remove("x-ms-documentdb-query-enablecrosspartition");
            forwarded.Headers.Add("x-ms-documentdb-query-enablecrosspartition", "true");
        }

        using var response = await _server.SendAsync(forwarded);
        var answer = new Answer((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync());
        foreach (var (name, values) in response.Headers.Concat<KeyValuePair<string, IEnumerable<string>>>(response.Content.Headers))
        {
            if (!s_hopHeaders.Contains(name))
                answer.Headers[name] = string.Join(",", values);
        }

        if (asked.Operation != CosmosOperation.Other)
            answer.Headers["x-ms-session-token"] = $"0:-1#{(asked.IsWrite ? Interlocked.Increment(ref s_sequence) : Interlocked.Read(ref s_sequence))}";
        return asked.IsWrite && answer.Status < 300 && request.Headers.TryGetValue("prefer", out var prefer) && prefer.ToString().Contains("return=minimal", StringComparison.OrdinalIgnoreCase)
            ? answer with { Body = [] }
            : answer;
    }

    private async Task<Answer> FeedAsync(HttpRequest request)
    {
        var feed = _feeds.GetOrAdd(request.Path.Value!, path => new CosmosChangeFeed(_server, new Uri(_address, path)));
        var most = int.TryParse(request.Headers["x-ms-max-item-count"], NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : int.MaxValue;
        string? since = request.Headers.IfNoneMatch;
        var (body, found, place) = await feed.ReadAsync(string.IsNullOrEmpty(since) ? null : since, most, request.Headers.Authorization.ToString());
        var answer = body is null ? new Answer(304, []) : Answer.Json(200, body);
        answer.Headers["etag"] = place;
        answer.Headers["x-ms-item-count"] = found.ToString(CultureInfo.InvariantCulture);
        answer.Headers["x-ms-session-token"] = $"0:-1#{Interlocked.Read(ref s_sequence)}";
        return answer;
    }

    private JsonObject Account(CosmosGatewayClient client)
    {
        JsonArray Locations() => [.. client.Regions.Select(static region => new JsonObject { ["name"] = region.Region, ["databaseAccountEndpoint"] = region.Address.ToString() })];
        var locations = Locations();
        var write = locations[0]!.DeepClone();
        return new JsonObject
        {
            ["_self"] = "",
            ["id"] = "gateway",
            ["_rid"] = "gateway",
            ["_dbs"] = "//dbs/",
            ["media"] = "//media/",
            ["addresses"] = "//addresses/",
            ["writableLocations"] = new JsonArray(write),
            ["readableLocations"] = locations,
            ["enableMultipleWriteLocations"] = false,
            ["userReplicationPolicy"] = new JsonObject { ["asyncReplication"] = false, ["minReplicaSetSize"] = 3, ["maxReplicasetSize"] = 4 },
            ["userConsistencyPolicy"] = new JsonObject { ["defaultConsistencyLevel"] = Consistency },
            ["systemReplicationPolicy"] = new JsonObject { ["minReplicaSetSize"] = 3, ["maxReplicasetSize"] = 4 },
            ["readPolicy"] = new JsonObject { ["primaryReadCoefficient"] = 1, ["secondaryReadCoefficient"] = 1 },
            ["queryEngineConfiguration"] = """{"maxSqlQueryInputLength":262144,"maxJoinsPerSqlQuery":10,"maxLogicalAndPerSqlQuery":2000,"maxLogicalOrPerSqlQuery":2000,"maxUdfRefPerSqlQuery":10,"maxInExpressionItemsCount":16000,"queryMaxInMemorySortDocumentCount":500,"maxQueryRequestTimeoutFraction":0.9,"sqlAllowNonFiniteNumbers":false,"sqlAllowAggregateFunctions":true,"sqlAllowSubQuery":true,"sqlAllowScalarSubQuery":true,"allowNewKeywords":true,"sqlAllowLike":true,"sqlAllowGroupByClause":true,"maxSpatialQueryCells":12,"spatialMaxGeometryPointCount":256,"sqlDisableQueryILOptimization":false,"sqlDisableFilterPlanOptimization":false,"sqlAllowTop":true,"enableSpatialIndexing":true}""",
        };
    }

    // Passes the query through: the server in memory has one partition, so nothing is left for the client to merge.
    private static readonly byte[] s_plan = """{"partitionedQueryExecutionInfoVersion":2,"queryInfo":{"distinctType":"None","top":null,"offset":null,"limit":null,"orderBy":[],"orderByExpressions":[],"groupByExpressions":[],"groupByAliases":[],"aggregates":[],"groupByAliasToAggregateType":{},"rewrittenQuery":"","hasSelectValue":false,"dCountInfo":null,"hasNonStreamingOrderBy":false},"queryRanges":[{"min":"","max":"FF","isMinInclusive":true,"isMaxInclusive":false}]}"""u8.ToArray();

    private static CosmosRequest Describe(HttpRequest request, byte[] body, CosmosGatewayClient client, string region)
    {
        // /dbs/DATABASE/colls/CONTAINER/docs/ID
        var path = (request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        var container = path is [_, _, "colls", var name, ..] ? Uri.UnescapeDataString(name) : "";
        var id = path is [_, _, _, _, "docs", var named] ? Uri.UnescapeDataString(named) : "";
        var isQuery = Says(request, "x-ms-documentdb-isquery") || request.ContentType is { } type && MediaTypeHeaderValue.TryParse(type, out var media) && media.MediaType == "application/query+json";
        var operation = path is not [_, _, _, _, "docs", ..] || request.Headers.ContainsKey("x-ms-cosmos-is-query-plan-request")
            ? CosmosOperation.Other
            : request.Method switch
            {
                "GET" when id.Length > 0 => CosmosOperation.Read,
                "GET" => CosmosOperation.ChangeFeed,
                "POST" when isQuery => CosmosOperation.Query,
                "POST" when Says(request, "x-ms-documentdb-is-upsert") => CosmosOperation.Upsert,
                "POST" => CosmosOperation.Create,
                "PUT" => CosmosOperation.Replace,
                "PATCH" => CosmosOperation.Patch,
                "DELETE" => CosmosOperation.Delete,
                _ => CosmosOperation.Other,
            };
        if (operation is CosmosOperation.Create or CosmosOperation.Upsert)
            id = Text(body, "id") ?? "";

        // The client turns the beginning of a hierarchical key into a range of hashes.
        string? key = request.Headers["x-ms-documentdb-partitionkey"];
        if (string.IsNullOrEmpty(key) && (string?)request.Headers["x-ms-start-epk"] is { Length: > 0 } start)
            key = $"from {start}";
        return new CosmosRequest(
            request.Method, operation, container, id, string.IsNullOrEmpty(key) ? null : key, 0, body.Length, 0, region, client.Name,
            operation == CosmosOperation.Query ? Text(body, "query") : null, 0)
        {
            Values = operation is CosmosOperation.Create or CosmosOperation.Replace or CosmosOperation.Upsert ? CountValues(body) : 0,
        };
    }

    private static bool Says(HttpRequest request, string header) => request.Headers.TryGetValue(header, out var value) && bool.TryParse(value, out var says) && says;

    private static int CountValues(byte[] json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 256 });
        var count = 0;
        try
        {
            while (reader.Read())
                count += reader.TokenType is JsonTokenType.String or JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null ? 1 : 0;
        }
        catch (JsonException)
        {
            return 0;
        }

        return count;
    }

    private static string? Text(byte[] json, string member)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static async Task GiveAsync(HttpContext context, Answer answer)
    {
        if (answer == Answer.Cut)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
            context.Response.Headers[name] = value;
        if (answer.Status is 204 or 304)
            return;
        context.Response.ContentLength = answer.Body.Length;
        await context.Response.Body.WriteAsync(answer.Body);
    }

    private sealed record Answer(int Status, byte[] Body)
    {
        /// <summary>No answer: the connection ends.</summary>
        public static Answer Cut { get; } = new(0, []);

        public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

        public static Answer Json(int status, byte[] body) => new(status, body) { Headers = { ["content-type"] = "application/json" } };
    }
}
