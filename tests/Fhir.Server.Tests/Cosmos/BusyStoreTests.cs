// What a client hears when the Cosmos account takes no more, is away, or does not say what became of a write.

using System.Text.Json.Nodes;
using FhirHub.Cosmos.Emulator;

namespace FhirHub.Server.Tests;

public sealed class BusyStoreTests : IAsyncLifetime
{
    private readonly string _database = CosmosEmulator.FreshDatabase();
    private CosmosGateway? _gateway;
    private BusyServer? _server;

    public async Task InitializeAsync()
    {
        if (CosmosEmulator.Lacks(needsGateway: true) is not null)
            return;
        _gateway = await CosmosEmulator.GatewayAsync();
        _server = new BusyServer(_gateway.Endpoint, _database);
        await _server.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        if (_gateway is null || _server is null)
            return;
        _gateway.Fault = null;
        await _server.DisposeAsync();
        await CosmosEmulator.DeleteAsync(_database);
        await _gateway.DisposeAsync();
    }

    [CosmosTheory(NeedsGateway = true)]
    [InlineData(429, 429, "throttled")]
    [InlineData(503, 503, "transient")]
    public async Task A_store_that_stays_busy_is_told_with_the_time_to_wait_and_nothing_is_changed(int store, int expected, string code)
    {
        const string Patient = """{"resourceType":"Patient","id":"p1"}""";
        _gateway!.Fault = (request, moment) => moment == CosmosMoment.Before && request is { Container: "resources", Operation: CosmosOperation.Create }
            ? CosmosFault.Status(store, TimeSpan.FromMilliseconds(100))
            : null;

        using (var refused = await _server!.Client.SendAsync("PUT", "Patient/p1", Patient))
        {
            Assert.Equal(expected, (int)refused.StatusCode);
            Assert.True(refused.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1));
            Assert.Equal(code, (string?)JsonNode.Parse(await refused.Content.ReadAsStringAsync())!["issue"]![0]!["code"]);
        }

        const string Batch = """{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"PUT","url":"Patient/p1"},"resource":{"resourceType":"Patient","id":"p1"}}]}""";
        using (var batch = await _server.Client.SendAsync("POST", "", Batch))
        {
            var entry = JsonNode.Parse(await batch.Content.ReadAsStringAsync())!["entry"]![0]!["response"]!;
            Assert.StartsWith($"{expected}", (string?)entry["status"], StringComparison.Ordinal);
            Assert.Equal(code, (string?)entry["outcome"]!["issue"]![0]!["code"]);
        }

        _gateway.Fault = null;
        using var missing = await _server.Client.SendAsync("GET", "Patient/p1");
        Assert.Equal(404, (int)missing.StatusCode);
        using var created = await _server.Client.SendAsync("PUT", "Patient/p1", Patient);
        Assert.Equal(201, (int)created.StatusCode);
    }

    [CosmosFact(NeedsGateway = true)]
    public async Task A_write_that_is_committed_and_can_not_be_shown_yet_is_not_told_as_undone()
    {
        _gateway!.Fault = (request, moment) => moment == CosmosMoment.Before && request is { Container: "ids", Operation: CosmosOperation.Create }
            ? CosmosFault.Status(503)
            : null;
        using (var answer = await _server!.Client.SendAsync("PUT", "Patient/p2", """{"resourceType":"Patient","id":"p2"}"""))
        {
            Assert.Equal(503, (int)answer.StatusCode);
            Assert.DoesNotContain("nothing was changed", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        _gateway.Fault = null;
        using var again = await _server.Client.SendAsync("PUT", "Patient/p2", """{"resourceType":"Patient","id":"p2"}""");
        Assert.Equal(200, (int)again.StatusCode);
    }

    private sealed class BusyServer(Uri endpoint, string database) : ServerFixture
    {
        protected override IReadOnlyList<string> Settings =>
        [
            "--FhirHub:Storage:Provider=Cosmos",
            $"--FhirHub:Storage:Cosmos:Endpoint={endpoint}",
            $"--FhirHub:Storage:Cosmos:Key={CosmosEmulator.Key}",
            $"--FhirHub:Storage:Cosmos:Database={database}",
            "--FhirHub:Storage:Cosmos:Throughput=Serverless",
            "--FhirHub:Storage:Cosmos:RetryBudgetSeconds=1",
            $"--FhirHub:Storage:Cosmos:Blobs:Folder={Path.Combine(DataPath, "bodies")}",
        ];
    }
}
