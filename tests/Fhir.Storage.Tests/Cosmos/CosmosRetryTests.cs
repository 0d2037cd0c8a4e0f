// A Cosmos account that is busy, loses answers, hangs in one region or promises too little.

using System.Collections.Concurrent;
using FhirHub.Cosmos.Emulator;
using FhirHub.Search;
using FhirHub.Storage.Cosmos;
using FhirHub.Storage.Tests.Contract;

namespace FhirHub.Storage.Tests.Cosmos;

public sealed class CosmosRetryTests
{
    [CosmosFact(NeedsGateway = true)]
    public async Task A_burst_of_429_is_ridden_out()
    {
        await using var servers = await CosmosServers.StartAsync();
        var (store, _) = await servers.OpenAsync();
        var refused = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        servers.Gateway.Fault = (request, moment) =>
            moment == CosmosMoment.Before && refused.AddOrUpdate($"{request.Operation} {request.Container} {request.Id}", 1, static (_, times) => times + 1) <= 2
                ? CosmosFault.Status(429, TimeSpan.FromMilliseconds(5))
                : null;
        Assert.Equal(WriteOutcome.Created, Assert.Single((await CosmosServers.CommitAsync(store, CosmosServers.Put("a", "one"))).Results).Outcome);
        Assert.Equal(1, (await CosmosServers.ReadAsync(store, "a"))!.Version);
        Assert.NotEmpty(refused);
    }

    [CosmosTheory(NeedsGateway = true)]
    [InlineData(429, true)]
    [InlineData(503, false)]
    public async Task A_store_that_stays_busy_says_so_and_has_done_nothing(int status, bool isThrottled)
    {
        await using var servers = await CosmosServers.StartAsync();
        var (store, _) = await servers.OpenAsync();
        servers.Gateway.Fault = (request, moment) => moment == CosmosMoment.Before && request.Operation != CosmosOperation.Other ? CosmosFault.Status(status, TimeSpan.FromSeconds(7)) : null;
        var busy = await Assert.ThrowsAsync<StoreBusyException>(() => CosmosServers.CommitAsync(store, CosmosServers.Put("a", "one")));
        Assert.Equal((isThrottled, TimeSpan.FromSeconds(7)), (busy.IsThrottled, busy.RetryAfter));
        await Assert.ThrowsAsync<StoreBusyException>(() => CosmosServers.ReadAsync(store, "a"));
        servers.Gateway.Fault = null;
        Assert.Null(await CosmosServers.ReadAsync(store, "a"));
    }

    [CosmosFact(NeedsGateway = true)]
    public async Task An_answer_that_is_lost_at_any_request_of_a_commit_loses_and_doubles_nothing()
    {
        await using var servers = await CosmosServers.StartAsync();
        var (store, client) = await servers.OpenAsync();
        await CosmosServers.CommitAsync(store, CosmosServers.Put("a", "zero"));
        var version = 1L;
        for (var lost = 0; ; lost++)
        {
            var seen = 0;
            servers.Gateway.Fault = (request, moment) =>
                moment == CosmosMoment.After && request.IsWrite && request.Client == client.Name && Interlocked.Increment(ref seen) == lost + 1 ? CosmosFault.Cut : null;
            var result = await CosmosServers.CommitAsync(store, CosmosServers.Put("a", $"text {lost}", expected: version), CosmosServers.Put($"b{lost}", "new", expected: 0));
            servers.Gateway.Fault = null;
            Assert.Equal(CommitFailure.None, result.Failure);
            version++;
            Assert.Equal(version, (await CosmosServers.ReadAsync(store, "a"))!.Version);
            Assert.Equal(1, (await CosmosServers.ReadAsync(store, $"b{lost}"))!.Version);
            if (seen <= lost)
                break;
        }

        Assert.True(version > 5);
    }

    [CosmosFact(NeedsGateway = true)]
    public async Task A_superseded_version_is_read_in_the_next_region_while_the_nearest_hangs()
    {
        await using var gateway = await CosmosEmulator.GatewayAsync("Strong", "West Europe", "North Europe", "France Central");
        var database = CosmosEmulator.FreshDatabase();
        try
        {
            await using var store = await CosmosResourceStore.OpenAsync(
                Options(gateway, database) with { Regions = ["North Europe", "France Central"], HedgeAfter = TimeSpan.FromMilliseconds(20), HedgeStep = TimeSpan.FromMilliseconds(20) }, default);
            await CosmosServers.CommitAsync(store, CosmosServers.Put("a", "one"));
            await CosmosServers.CommitAsync(store, CosmosServers.Put("a", "two"));
            using var recording = gateway.Record();
            var released = new TaskCompletionSource();
            gateway.Fault = (request, moment) =>
                moment == CosmosMoment.Before && request is { Container: "history", Operation: CosmosOperation.Read, Region: "North Europe" } ? CosmosFault.Hold(released.Task) : null;
            var old = await store.ReadVersionAsync(AccessScope.Full, new ResourceKey("Patient", "a"), 1, default);
            Assert.Equal(1, old!.Version);
            Assert.Contains(recording.Requests, static request => request is { Container: "history", Region: "France Central", Status: 200 });
            Assert.DoesNotContain(recording.Requests, static request => request.Container is "control" or "ids" && request.Region != "West Europe");
            released.SetResult();
        }
        finally
        {
            gateway.Fault = null;
            await CosmosEmulator.DeleteAsync(database);
        }
    }

    [CosmosTheory(NeedsGateway = true)]
    [InlineData("Session")]
    [InlineData("ConsistentPrefix")]
    [InlineData("Eventual")]
    public async Task An_account_that_promises_too_little_is_refused(string consistency)
    {
        await using var gateway = await CosmosEmulator.GatewayAsync(consistency);
        var refused = await Assert.ThrowsAsync<StoreException>(() => CosmosResourceStore.OpenAsync(Options(gateway, CosmosEmulator.FreshDatabase()), default));
        Assert.Contains($"consistency is {consistency}; set it to Strong or BoundedStaleness", refused.Message, StringComparison.Ordinal);
    }

    private static CosmosStoreOptions Options(CosmosGateway gateway, string database) => new()
    {
        Endpoint = gateway.Endpoint,
        Key = CosmosEmulator.Key,
        Database = database,
        Extract = TestResource.Extract,
        ExtractContained = TestResource.ExtractContained,
        SweepInterval = TimeSpan.FromHours(1),
    };
}
