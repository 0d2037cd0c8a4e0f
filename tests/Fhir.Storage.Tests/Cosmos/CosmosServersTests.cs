// Several servers write to the same resources at the same time.

using System.Text.Json;
using FhirHub.Cosmos.Emulator;
using FhirHub.Search;
using FhirHub.Storage.Cosmos;
using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Storage.Tests.Cosmos;

public sealed class CosmosServersTests(ITestOutputHelper output)
{
    private const int Counters = 6;
    private const int Writers = 16;
    private const int Transfers = 8;
    private const int Start = 100;

    private static readonly string[] s_ids = [.. Enumerable.Range(0, Counters).Select(static i => $"counter{i}")];

    [CosmosFact(NeedsGateway = true)]
    public async Task What_16_writers_on_three_servers_transfer_is_never_seen_halfway_and_never_lost()
    {
        await using var servers = await CosmosServers.StartAsync();
        var stores = new List<CosmosResourceStore>();
        for (var i = 0; i < 3; i++)
            stores.Add((await servers.OpenAsync()).Store);
        await CosmosServers.CommitAsync(stores[0], [.. s_ids.Select(static id => CosmosServers.Put(id, $"{Start}"))]);
        var seed = TestSeed.Take();
        output.WriteLine($"seed {seed}");

        using var end = new CancellationTokenSource();
        var readers = stores.Select(store => Task.Run(async () =>
        {
            var (looks, last) = (0, new long[Counters]);
            for (; !end.IsCancellationRequested; looks++)
            {
                var seen = await CosmosServers.SeeAsync(store, s_ids);
                Assert.Equal(Counters * Start, seen.Sum(AmountOf));
                Assert.All(seen.Zip(last), static pair => Assert.True(pair.First.Version >= pair.Second, "A later look shows an earlier version."));
                last = [.. seen.Select(static version => version.Version)];
            }

            return looks;
        })).ToArray();

        var conflicts = 0;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            var (store, random) = (stores[writer % stores.Count], new Random(seed + writer));
            for (var i = 0; i < Transfers; i++)
            {
                while (!await TransferAsync(store, random))
                    Interlocked.Increment(ref conflicts);
            }
        })));
        await end.CancelAsync();
        var looks = await Task.WhenAll(readers);
        output.WriteLine($"{conflicts} conflicts, {looks.Sum()} looks");

        foreach (var store in stores)
        {
            var seen = await CosmosServers.SeeAsync(store, s_ids);
            Assert.Equal(Counters * Start, seen.Sum(AmountOf));
            Assert.Equal(Counters + (2 * Writers * Transfers), seen.Sum(static version => version.Version));
        }

        foreach (var id in s_ids)
        {
            var last = (await CosmosServers.ReadAsync(stores[0], id))!.Version;
            for (var version = 1L; version <= last; version++)
                Assert.Equal(version, (await stores[1].ReadVersionAsync(AccessScope.Full, new ResourceKey("Patient", id), version, CancellationToken.None))!.Version);
        }
    }

    [CosmosFact(NeedsGateway = true)]
    public async Task Transactions_that_wait_are_committed_together()
    {
        await using var servers = await CosmosServers.StartAsync();
        var (store, _) = await servers.OpenAsync();
        var isHeld = new TaskCompletionSource();
        var (released, records) = (new TaskCompletionSource(), 0);
        servers.Gateway.Fault = (request, moment) =>
        {
            if (request is not { Operation: CosmosOperation.Create, Container: "log" } || moment != CosmosMoment.Before || Interlocked.Increment(ref records) > 1)
                return null;
            isHeld.SetResult();
            return CosmosFault.Hold(released.Task);
        };

        var first = CosmosServers.CommitAsync(store, CosmosServers.Put("first", "1"));
        await isHeld.Task;
        var prepared = 0;
        var fault = servers.Gateway.Fault;
        var isPrepared = new TaskCompletionSource();
        servers.Gateway.Fault = (request, moment) =>
        {
            if (request is { Operation: CosmosOperation.Create, Container: "resources" } && moment == CosmosMoment.After && Interlocked.Increment(ref prepared) == 20)
                isPrepared.SetResult();
            return fault(request, moment);
        };
        var others = Enumerable.Range(0, 20).Select(i => CosmosServers.CommitAsync(store, CosmosServers.Put($"p{i}", "1"))).ToList();
        await isPrepared.Task;
        released.SetResult();

        var results = await Task.WhenAll([first, .. others]);

        // What was prepared when the first was answered went together; one that came a moment later may have gone by itself.
        Assert.All(results, static result => Assert.Equal(CommitFailure.None, result.Failure));
        Assert.InRange(records, 2, 6);
    }

    private static async Task<bool> TransferAsync(CosmosResourceStore store, Random random)
    {
        var from = random.Next(Counters);
        var to = (from + 1 + random.Next(Counters - 1)) % Counters;
        var (source, target) = ((await CosmosServers.ReadAsync(store, s_ids[from]))!, (await CosmosServers.ReadAsync(store, s_ids[to]))!);
        var amount = random.Next(1, 10);
        var result = await CosmosServers.CommitAsync(
            store,
            CosmosServers.Put(s_ids[from], $"{AmountOf(source) - amount}", source.Version),
            CosmosServers.Put(s_ids[to], $"{AmountOf(target) + amount}", target.Version));
        Assert.True(result.Failure is CommitFailure.None or CommitFailure.VersionConflict, $"{result.Failure}");
        return result.Failure == CommitFailure.None;
    }

    private static int AmountOf(StoredVersion version)
    {
        using var json = JsonDocument.Parse(version.Body.ToArray(version));
        return int.Parse(json.RootElement.GetProperty("text").GetString()!);
    }
}
