// What reads ask of the database, counted at the gateway.

using FhirHub.Cosmos.Emulator;
using FhirHub.Search;
using FhirHub.Storage.Cosmos;
using FhirHub.Storage.Tests.Contract;

namespace FhirHub.Storage.Tests.Cosmos;

public sealed class CosmosReadTests
{
    [CosmosFact(NeedsGateway = true)]
    public async Task Reads_that_come_while_a_look_at_the_watermark_is_under_way_share_the_next_one()
    {
        const int Reads = 20;
        var database = CosmosEmulator.FreshDatabase();
        await using var gateway = await CosmosEmulator.GatewayAsync();
        await using (var store = await OpenAsync(gateway, database))
        {
            var write = new PutResource(new ResourceKey("Patient", "p1"), new TestResource("1").Prepare(), WriteMethod.Put);
            await store.CommitAsync(AccessScope.Full, new ResourceTransaction { Writes = [write] }, CancellationToken.None);
            using var recording = gateway.Record();
            var held = new TaskCompletionSource();
            var looks = 0;
            gateway.Fault = (request, moment) => moment == CosmosMoment.Before && IsLook(request) && Interlocked.Increment(ref looks) == 1 ? CosmosFault.Hold(held.Task) : null;

            var first = ReadAsync(store);
            await WaitAsync(() => Volatile.Read(ref looks) == 1);
            var others = Enumerable.Range(0, Reads).Select(_ => ReadAsync(store)).ToList();
            await WaitAsync(() => recording.Requests.Count(static request => request.Container == "ids") == Reads + 1);
            Assert.All(others, static read => Assert.False(read.IsCompleted));
            held.SetResult();

            await Task.WhenAll([first, .. others]);
            Assert.Equal(2, looks);
            gateway.Fault = null;
        }

        await CosmosEmulator.DeleteAsync(database);
    }

    [CosmosFact(NeedsGateway = true)]
    public async Task A_version_that_was_read_before_is_found_again_by_its_head_alone()
    {
        var database = CosmosEmulator.FreshDatabase();
        await using var gateway = await CosmosEmulator.GatewayAsync();
        await using (var store = await OpenAsync(gateway, database))
        {
            foreach (var text in new[] { "1", "2" })
            {
                var write = new PutResource(new ResourceKey("Patient", "p1"), new TestResource(text).Prepare(), WriteMethod.Put);
                var written = await store.CommitAsync(AccessScope.Full, new ResourceTransaction { Writes = [write] }, CancellationToken.None);
                using (var first = gateway.Record())
                {
                    await ReadAsync(store);
                    Assert.Equal(["control", "ids", "resources"], first.Requests.Select(static request => request.Container).Order());
                }

                using var second = gateway.Record();
                var read = await store.ReadAsync(AccessScope.Full, new ResourceKey("Patient", "p1"), CancellationToken.None);
                Assert.Equal(written.Results[0].Version!.Version, read!.Version);
                Assert.Equal(["control", "ids"], second.Requests.Select(static request => request.Container).Order());
            }
        }

        await CosmosEmulator.DeleteAsync(database);
    }

    private static bool IsLook(CosmosRequest request) => request is { Container: "control", Id: "watermark", Operation: CosmosOperation.Read };

    private static async Task ReadAsync(CosmosResourceStore store) =>
        Assert.NotNull(await store.ReadAsync(AccessScope.Full, new ResourceKey("Patient", "p1"), CancellationToken.None));

    private static async Task WaitAsync(Func<bool> condition)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
            await Task.Delay(10, bound.Token);
    }

    private static Task<CosmosResourceStore> OpenAsync(CosmosGateway gateway, string database)
    {
        var definitions = new TestDefinitions();
        return CosmosResourceStore.OpenAsync(
            new CosmosStoreOptions
            {
                Endpoint = gateway.Endpoint,
                Key = CosmosEmulator.Key,
                Database = database,
                Extract = definitions.Extract,
                SweepInterval = TimeSpan.FromHours(1),
                FollowInterval = TimeSpan.FromHours(1),
            },
            CancellationToken.None);
    }
}
