// The Cosmos DB of the tests itself: what the SDK does through the gateway, what the gateway counts, and how it fails.

using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FhirHub.Cosmos.Emulator;
using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Tests.Cosmos;

public sealed class GatewayTests : IAsyncLifetime
{
    private readonly string _database = CosmosEmulator.FreshDatabase();
    private readonly List<CosmosClient> _sdks = [];
    private CosmosGateway _gateway = null!;
    private Container _container = null!;

    public async Task InitializeAsync()
    {
        if (CosmosEmulator.Lacks(true) is not null)
            return;
        _gateway = await CosmosEmulator.GatewayAsync("Strong", "West Europe", "North Europe");
        var database = (await Sdk(_gateway.Client).CreateDatabaseAsync(_database)).Database;
        await database.CreateContainerAsync(new ContainerProperties("things", ["/p", "/t", "/i"]));
        _container = database.GetContainer("things");
    }

    public async Task DisposeAsync()
    {
        if (_gateway is null)
            return;
        foreach (var sdk in _sdks)
            sdk.Dispose();
        await CosmosEmulator.DeleteAsync(_database);
        await _gateway.DisposeAsync();
    }

    [CosmosFact(NeedsGateway = true)]
    public async Task A_document_is_created_once_and_read_by_its_full_key()
    {
        Assert.Equal(HttpStatusCode.Created, await CreateAsync(1));
        Assert.Equal(HttpStatusCode.Conflict, await CreateAsync(1));
        using var read = await _container.ReadItemStreamAsync("d1", Key(1));
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        Assert.Equal(1, (int)(await NodeAsync(read.Content))["n"]!);
        Assert.NotNull(read.Headers.ETag);
        using var missing = await _container.ReadItemStreamAsync("d2", Key(2));
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [CosmosFact(NeedsGateway = true)]
    public async Task A_document_is_replaced_patched_and_deleted_if_its_etag_is_the_one_that_was_read()
    {
        await CreateAsync(1);
        using var read = await _container.ReadItemStreamAsync("d1", Key(1));
        var options = new ItemRequestOptions { IfMatchEtag = read.Headers.ETag, EnableContentResponseOnWrite = false };
        using var replaced = await _container.ReplaceItemStreamAsync(Document(1, 5), "d1", Key(1), options);
        Assert.Equal(HttpStatusCode.OK, replaced.StatusCode);
        Assert.True(replaced.Content is null or { Length: 0 });
        Assert.NotEqual(read.Headers.ETag, replaced.Headers.ETag);
        using var stale = await _container.ReplaceItemStreamAsync(Document(1, 6), "d1", Key(1), options);
        Assert.Equal(HttpStatusCode.PreconditionFailed, stale.StatusCode);
        using var patched = await _container.PatchItemStreamAsync("d1", Key(1), [PatchOperation.Set("/n", 7), PatchOperation.Remove("/tags")], new PatchItemRequestOptions { IfMatchEtag = replaced.Headers.ETag });
        Assert.Equal(HttpStatusCode.OK, patched.StatusCode);
        var node = await NodeAsync(patched.Content);
        Assert.Equal(7, (int)node["n"]!);
        Assert.False(node.ContainsKey("tags"));
        using var deleted = await _container.DeleteItemStreamAsync("d1", Key(1));
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var again = await _container.DeleteItemStreamAsync("d1", Key(1));
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
    }

    [CosmosFact(NeedsGateway = true)]
    public async Task Queries_have_parameters_arrays_orders_pages_and_prefixes_of_the_key()
    {
        for (var i = 0; i < 7; i++)
            await CreateAsync(i);
        var (found, _) = await QueryAsync(new QueryDefinition("SELECT VALUE c.id FROM c WHERE c.n > @n AND c.t = @t").WithParameter("@n", 3).WithParameter("@t", "T0"));
        Assert.Equal(["d4", "d6"], found.Order());
        (found, _) = await QueryAsync(new QueryDefinition("SELECT VALUE c.id FROM c WHERE EXISTS(SELECT VALUE e FROM e IN c.tags WHERE e.name = @name AND e.v >= @v)").WithParameter("@name", "size").WithParameter("@v", 50));
        Assert.Equal(["d5", "d6"], found.Order());
        (found, var pages) = await QueryAsync(new QueryDefinition("SELECT VALUE c.id FROM c ORDER BY c.n DESC"), new QueryRequestOptions { MaxItemCount = 3 });
        Assert.Equal(["d6", "d5", "d4", "d3", "d2", "d1", "d0"], found);
        Assert.Equal(3, pages);
        var prefix = new PartitionKeyBuilder().Add("P").Add("T1").Build();
        (found, _) = await QueryAsync(new QueryDefinition("SELECT VALUE c.id FROM c WHERE c.t = 'T1' ORDER BY c.n"), new QueryRequestOptions { PartitionKey = prefix });
        Assert.Equal(["d1", "d3", "d5"], found);
        (found, _) = await QueryAsync(new QueryDefinition("SELECT VALUE COUNT(1) FROM c"));
        Assert.Equal(["7"], found);
    }

    [CosmosFact(NeedsGateway = true)]
    public async Task A_change_feed_has_every_document()
    {
        for (var i = 0; i < 5; i++)
            await CreateAsync(i);
        using var feed = _container.GetChangeFeedStreamIterator(ChangeFeedStartFrom.Beginning(), ChangeFeedMode.LatestVersion);
        using var page = await feed.ReadNextAsync();
        Assert.Equal(5, ((JsonArray)(await NodeAsync(page.Content))["Documents"]!).Count);
        using var rest = await feed.ReadNextAsync();
        Assert.Equal(HttpStatusCode.NotModified, rest.StatusCode);
    }

    [CosmosFact(NeedsGateway = true)]
    public async Task Requests_are_counted_by_operation_and_partition()
    {
        using var recording = _gateway.Record();
        await CreateAsync(1);
        await CreateAsync(2);
        (await _container.ReadItemStreamAsync("d1", Key(1))).Dispose();
        await QueryAsync(new QueryDefinition("SELECT VALUE c.id FROM c"));
        Assert.Equal(4, recording.Count);
        Assert.Equal(2, recording.CountOf(CosmosOperation.Create));
        Assert.Equal(1, recording.CountOf(CosmosOperation.Read));
        Assert.Equal(1, recording.CrossPartition);
        Assert.Equal(2, recording.Partitions.Count);
        var read = recording.Requests[2];
        Assert.Equal(("things", "d1", """["P","T1","i1"]""", 200, "West Europe"), (read.Container, read.Id, read.PartitionKey, read.Status, read.Region));
        Assert.True(read.ResponseBytes > 50);
        Assert.InRange(recording.Charge, 15, 25);
    }

    [CosmosFact(NeedsGateway = true)]
    public async Task A_fault_answers_instead_of_the_database()
    {
        _gateway.Fault = static (request, moment) => moment == CosmosMoment.Before && request.IsWrite ? CosmosFault.Status(429, TimeSpan.FromMilliseconds(7)) : null;
        using (var refused = await _container.CreateItemStreamAsync(Document(1), Key(1)))
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.Equal("7", refused.Headers["x-ms-retry-after-ms"]);
        }

        _gateway.Fault = static (request, moment) => moment == CosmosMoment.After && request.IsWrite ? CosmosFault.Status(408) : null;
        Assert.NotEqual(HttpStatusCode.Created, await CreateAsync(1));
        _gateway.Fault = null;
        Assert.Equal(HttpStatusCode.Conflict, await CreateAsync(1));
    }

    [CosmosTheory(NeedsGateway = true)]
    [InlineData(CosmosMoment.Before, 404)]
    [InlineData(CosmosMoment.After, 200)]
    public async Task A_connection_is_cut_before_the_database_or_instead_of_its_answer(CosmosMoment when, int expected)
    {
        _gateway.Fault = (request, moment) => moment == when && request.IsWrite ? CosmosFault.Cut : null;
        try
        {
            Assert.NotEqual(HttpStatusCode.Created, await CreateAsync(1));
        }
        catch (Exception e) when (e is CosmosException or HttpRequestException)
        {
        }

        _gateway.Fault = null;
        using var read = await _container.ReadItemStreamAsync("d1", Key(1));
        Assert.Equal(expected, (int)read.StatusCode);
    }

    [CosmosFact(NeedsGateway = true)]
    public async Task A_request_is_held_until_the_test_releases_it()
    {
        var (arrived, released) = (new TaskCompletionSource(), new TaskCompletionSource());
        _gateway.Fault = (request, moment) =>
        {
            if (moment != CosmosMoment.Before || !request.IsWrite)
                return null;
            arrived.TrySetResult();
            return CosmosFault.Hold(released.Task);
        };
        var creating = CreateAsync(1);
        await arrived.Task;
        using (var read = await _container.ReadItemStreamAsync("d1", Key(1)))
            Assert.Equal(HttpStatusCode.NotFound, read.StatusCode);
        Assert.False(creating.IsCompleted);
        released.SetResult();
        Assert.Equal(HttpStatusCode.Created, await creating);
    }

    [CosmosFact(NeedsGateway = true)]
    public async Task A_client_that_fails_after_a_step_does_nothing_any_more_and_the_others_go_on()
    {
        var other = await _gateway.AddClientAsync("other");
        var container = Sdk(other).GetContainer(_database, "things");
        other.FailAfter(2, static request => request.IsWrite);
        var created = 0;
        for (var i = 0; i < 4; i++)
        {
            try
            {
                using var answer = await container.CreateItemStreamAsync(Document(i), Key(i));
                created += answer.StatusCode == HttpStatusCode.Created ? 1 : 0;
            }
            catch (Exception e) when (e is CosmosException or HttpRequestException)
            {
            }
        }

        Assert.Equal(2, created);
        Assert.True(other.IsDead);
        var (found, _) = await QueryAsync(new QueryDefinition("SELECT VALUE c.id FROM c ORDER BY c.id"));
        Assert.Equal(["d0", "d1"], found);
        Assert.Equal(HttpStatusCode.Created, await CreateAsync(3));
    }

    private static PartitionKey Key(int i) => new PartitionKeyBuilder().Add("P").Add($"T{i % 2}").Add($"i{i}").Build();

    private static MemoryStream Document(int i, int? n = null) =>
        new(Encoding.UTF8.GetBytes($$"""{"id":"d{{i}}","p":"P","t":"T{{i % 2}}","i":"i{{i}}","n":{{n ?? i}},"tags":[{"name":"size","v":{{i * 10}}},{"name":"other","v":99}]}"""));

    private async Task<HttpStatusCode> CreateAsync(int i)
    {
        using var answer = await _container.CreateItemStreamAsync(Document(i), Key(i));
        return answer.StatusCode;
    }

    private async Task<(List<string> Values, int Pages)> QueryAsync(QueryDefinition query, QueryRequestOptions? options = null)
    {
        var values = new List<string>();
        var pages = 0;
        using var iterator = _container.GetItemQueryStreamIterator(query, requestOptions: options);
        while (iterator.HasMoreResults)
        {
            using var page = await iterator.ReadNextAsync();
            Assert.True(page.IsSuccessStatusCode, page.ErrorMessage);
            pages++;
            values.AddRange(((JsonArray)(await NodeAsync(page.Content))["Documents"]!).Select(static value => value!.ToString()));
        }

        return (values, pages);
    }

    private static async Task<JsonObject> NodeAsync(Stream content) => (JsonObject)(await JsonNode.ParseAsync(content))!;

    private CosmosClient Sdk(CosmosGatewayClient client)
    {
        var sdk = new CosmosClient(client.Endpoint.ToString(), CosmosEmulator.Key, new CosmosClientOptions
        {
            ConnectionMode = ConnectionMode.Gateway,
            MaxRetryAttemptsOnRateLimitedRequests = 0,

            // Else the SDK repeats a request whose connection broke each second for two minutes.
            LimitToEndpoint = true,
            UseSystemTextJsonSerializerWithOptions = JsonSerializerOptions.Default,
        });
        _sdks.Add(sdk);
        return sdk;
    }
}
