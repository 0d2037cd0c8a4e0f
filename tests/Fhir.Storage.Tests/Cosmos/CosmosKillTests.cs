// A server dies at each request of a transaction's way, before it is executed and after, and another one goes on with the same database.

using FhirHub.Cosmos.Emulator;
using FhirHub.Storage.Cosmos;
using Xunit.Abstractions;

namespace FhirHub.Storage.Tests.Cosmos;

public sealed partial class CosmosKillTests(ITestOutputHelper output)
{
    [CosmosTheory(NeedsGateway = true)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_dies_at_any_request_leaves_all_of_a_transaction_or_nothing(bool isExecuted)
    {
        await using var servers = await CosmosServers.StartAsync();
        var (survivor, _) = await servers.OpenAsync();
        var (requests, committed, acknowledged) = (0, 0, 0);
        for (var isDone = false; !isDone; requests++)
        {
            var (a, b) = ($"a{requests}", $"b{requests}");
            await CosmosServers.CommitAsync(survivor, CosmosServers.Put(a, "1"), CosmosServers.Put(b, "1"));
            var (dying, client) = await servers.OpenAsync();
            var death = new Death(client.Name, requests, isExecuted);
            servers.Gateway.Fault = death.Ask;
            var isAcknowledged = await TryAsync(dying, CosmosServers.Put(a, "2"), CosmosServers.Put(b, "2"), CosmosServers.Put($"c{requests}", "2"));
            (isDone, acknowledged) = (!death.HasCome, acknowledged + (isAcknowledged ? 1 : 0));

            // As it was left, once somebody has brought it to an end, and after further writes: all or nothing, and the same each time.
            var left = await SeeAsync(survivor, requests);
            await survivor.SweepAsync(CancellationToken.None);
            var swept = await SeeAsync(survivor, requests);
            if (isAcknowledged)
                Assert.Equal(2, left);
            Assert.True(swept >= left, $"Version {left} was seen, and then {swept}.");
            committed += swept == 2 ? 1 : 0;
            var next = await CosmosServers.CommitAsync(survivor, CosmosServers.Put(a, "3"), CosmosServers.Put(b, "3"));
            Assert.All(next.Results, result => Assert.Equal(swept + 1, result.Version!.Version));
            for (var version = 1L; version <= swept + 1; version++)
                Assert.NotNull(await survivor.ReadVersionAsync(Search.AccessScope.Full, new ResourceKey("Patient", a), version, CancellationToken.None));
        }

        output.WriteLine($"died at {requests - 1} requests: {committed - 1} committed, {acknowledged - 1} acknowledged");
        Assert.True(requests > 20, "A transaction of three resources makes more requests than that.");
        Assert.InRange(committed, 2, requests - 2);
    }

    // The version of both resources; the third is there with the second version alone.
    private static async Task<long> SeeAsync(CosmosResourceStore store, int number)
    {
        var seen = await CosmosServers.SeeAsync(store, $"a{number}", $"b{number}", $"c{number}");
        var version = seen[0].Version;
        Assert.Equal(version == 2 ? 3 : 2, seen.Count);
        Assert.Equal(version, seen[1].Version);
        Assert.Equal(version, (await CosmosServers.ReadAsync(store, $"a{number}"))!.Version);
        Assert.Equal(version, (await CosmosServers.ReadAsync(store, $"b{number}"))!.Version);
        Assert.Equal(version == 2, await CosmosServers.ReadAsync(store, $"c{number}") is not null);
        return version;
    }

    // What a dying server answers is an exception, if it answers.
    private static async Task<bool> TryAsync(CosmosResourceStore store, params ResourceWrite[] writes)
    {
        try
        {
            return (await CosmosServers.CommitAsync(store, writes)).Failure == CommitFailure.None;
        }
        catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
        {
            return false;
        }
    }

    /// <summary>None of a client's requests is executed from some number on, or the answer to that one is the first that is lost.</summary>
    private sealed class Death(string client, int number, bool isExecuted)
    {
        private readonly Lock _lock = new();
        private int _asked;
        private (CosmosOperation Operation, string Container, string Id)? _last;

        public bool HasCome { get; private set; }

        public CosmosFault? Ask(CosmosRequest request, CosmosMoment moment)
        {
            if (request.Client != client || request.Operation == CosmosOperation.Other)
                return null;
            lock (_lock)
            {
                var name = (request.Operation, request.Container, request.Id);
                if (moment == CosmosMoment.After)
                    return name == _last ? CosmosFault.Cut : null;
                if (HasCome)
                    return CosmosFault.Cut;
                if (_asked++ < number)
                    return null;
                HasCome = true;
                _last = isExecuted ? name : null;
                return isExecuted ? null : CosmosFault.Cut;
            }
        }
    }
}
