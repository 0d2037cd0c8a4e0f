// The contract of the state store on Cosmos DB, and what several servers of one database hear of each other.

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using FhirHub.Cosmos.Emulator;
using FhirHub.Search;
using FhirHub.Storage.Cosmos;
using FhirHub.Storage.Tests.Contract;

namespace FhirHub.Storage.Tests.Cosmos;

[NeedsCosmos]
public sealed class CosmosStateStoreTests : StateStoreContract
{
    private static readonly TimeSpan s_bound = TimeSpan.FromMinutes(1);

    private readonly string _database = CosmosEmulator.FreshDatabase();
    private readonly List<CosmosResourceStore> _others = [];

    [CosmosFact]
    public async Task Ids_may_be_any_text()
    {
        string[] ids = ["a/b", "a\\b", "a?b", "a#b", " ", "%2F", "\"", "\u001f", "𠮷", "中", "\uFB01", new string('x', 3_000), new string('x', 3_000) + "y"];
        foreach (var id in ids)
            Assert.NotNull(await Store.PutAsync(new StateRecord("kind/of?#\\", id, Encoding.UTF8.GetBytes(id)), 0, default));
        foreach (var id in ids)
            Assert.Equal(id, Encoding.UTF8.GetString((await Store.FindAsync("kind/of?#\\", id, default))!.Body.Span));
        var listed = await Store.ListAsync(new StateQuery("kind/of?#\\"), default);
        Assert.Equal(ids.OrderBy(static id => Convert.ToHexString(Encoding.UTF8.GetBytes(id)), StringComparer.Ordinal), listed.Select(static record => record.Id));
    }

    [CosmosFact]
    public async Task A_record_that_is_too_large_is_refused_and_one_that_compresses_is_not()
    {
        var large = new byte[3_000_000];
        Assert.NotNull(await Store.PutAsync(new StateRecord("grant", "zeros", large), 0, default));
        Assert.Equal(large.Length, (await Store.FindAsync("grant", "zeros", default))!.Body.Length);
        new Random(1).NextBytes(large);
        await Assert.ThrowsAsync<StoreException>(() => Store.PutAsync(new StateRecord("grant", "noise", large), 0, default));
        Assert.Null(await Store.FindAsync("grant", "noise", default));
    }

    [CosmosFact]
    public async Task Observers_of_another_server_hear_of_writes_and_removals()
    {
        var other = await OtherAsync();
        var heard = new ConcurrentQueue<string>();
        var here = new ConcurrentQueue<string>();
        other.Observe((kind, id) => heard.Enqueue($"{kind}/{id}"));
        Store.Observe((kind, id) => here.Enqueue($"{kind}/{id}"));
        await Store.PutAsync(new StateRecord("grant", "a", "1"u8.ToArray()), 0, default);
        await UntilAsync(() => heard.Contains("grant/a"));
        heard.Clear();
        await Store.RemoveAsync("grant", "a", null, default);
        await UntilAsync(() => heard.Contains("grant/a"));
        await other.PutAsync(new StateRecord("grant", "b", "1"u8.ToArray()), 0, default);
        await UntilAsync(() => here.Contains("grant/b"));

        // Its own writes are told once, however often it looks.
        Assert.Equal(["grant/a", "grant/a", "grant/b"], here);
    }

    [CosmosFact]
    public async Task Commits_of_another_server_change_the_number_of_commits()
    {
        var other = await OtherAsync();
        var (all, patients, observations) = (other.Commits, other.CommitsOf("Patient"), other.CommitsOf("Observation"));
        var patient = new PutResource(new ResourceKey("Patient", "p1"), new TestResource("Zhang").Prepare(), WriteMethod.Put);
        await ((IResourceStore)Store).CommitAsync(AccessScope.Full, new ResourceTransaction { Writes = [patient] }, default);
        await UntilAsync(() => other.Commits != all && other.CommitsOf("Patient") != patients);
        await UntilAsync(() => other.TellsAll);
        Assert.Equal(observations, other.CommitsOf("Observation"));
    }

    [CosmosFact(NeedsGateway = true)]
    public async Task A_server_that_can_not_look_does_not_say_that_it_heard_all()
    {
        await using var gateway = await CosmosEmulator.GatewayAsync();
        await using var cut = await OpenAsync(Clock, gateway.Endpoint);
        await UntilAsync(() => cut.TellsAll);
        var heard = new ConcurrentQueue<string>();
        cut.Observe((kind, id) => heard.Enqueue($"{kind}/{id}"));
        gateway.FailAfter(0);
        await UntilAsync(() => !cut.TellsAll);
        Assert.NotEqual(cut.Commits, cut.Commits);
        Assert.NotEqual(cut.CommitsOf("Patient"), cut.CommitsOf("Patient"));
        await Store.PutAsync(new StateRecord("grant", "a", "1"u8.ToArray()), 0, default);
        await Store.PutAsync(new StateRecord("grant", "b", "1"u8.ToArray()), 0, default);
        await Store.RemoveAsync("grant", "b", null, default);
        Assert.Empty(heard);

        // What was missed is told before all is said to be heard.
        gateway.Client.Revive();
        await UntilAsync(() => cut.TellsAll);
        Assert.Equal(["grant/a", "grant/b"], heard);
        Assert.Equal(cut.Commits, cut.Commits);
    }

    [CosmosFact]
    public async Task Of_servers_that_race_for_a_record_one_wins()
    {
        IStateStore[] stores = [Store, await OtherAsync(), await OtherAsync()];
        for (var round = 0; round < 10; round++)
        {
            var id = $"{round}";
            var won = await Task.WhenAll(stores.Select(store => Task.Run(() => store.PutAsync(new StateRecord("grant", id, "1"u8.ToArray()), 0, default))));
            Assert.Single(won, static record => record is not null);
            var removed = await Task.WhenAll(stores.Select(store => Task.Run(() => store.RemoveAsync("grant", id, null, default))));
            Assert.Single(removed, static done => done);
        }
    }

    protected override async Task<IStateStore> OpenAsync(TimeProvider clock) => await OpenAsync(clock, await CosmosEmulator.EndpointAsync());

    protected override async Task CloseAsync() => await ((CosmosResourceStore)Store).DisposeAsync();

    protected override async Task RemoveAsync()
    {
        foreach (var other in _others)
            await other.DisposeAsync();
        await CosmosEmulator.DeleteAsync(_database);
    }

    private Task<CosmosResourceStore> OpenAsync(TimeProvider clock, Uri endpoint) => CosmosResourceStore.OpenAsync(
        new CosmosStoreOptions
        {
            Endpoint = endpoint,
            Key = CosmosEmulator.Key,
            Database = _database,
            Throughput = null,
            FollowInterval = TimeSpan.FromMilliseconds(200),
            Extract = TestResource.Extract,
            Clock = clock,
        },
        default);

    private async Task<CosmosResourceStore> OtherAsync()
    {
        _others.Add(await OpenAsync(Clock, await CosmosEmulator.EndpointAsync()));
        return _others[^1];
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        var since = Stopwatch.StartNew();
        while (!isSo())
        {
            Assert.True(since.Elapsed < s_bound, "It did not come to be so in a minute.");
            await Task.Delay(20);
        }
    }
}
