// What dead servers leave goes away in bounded time, and what a slow one has still in hand can't be committed without it.

using FhirHub.Cosmos.Emulator;
using FhirHub.Search;
using FhirHub.Storage.Tests.Contract;

namespace FhirHub.Storage.Tests.Cosmos;

public sealed class CosmosSweeperTests
{
    private static readonly TimeSpan s_longAgo = TimeSpan.FromHours(2);

    [CosmosFact(NeedsGateway = true)]
    public async Task What_a_dead_server_prepared_is_removed_when_it_is_old()
    {
        await using var servers = await CosmosServers.StartAsync();
        var (survivor, _) = await servers.OpenAsync();
        var (dying, client) = await servers.OpenAsync();
        client.FailAfter(0, static request => request is { Operation: CosmosOperation.Create, Container: "log" });
        await Assert.ThrowsAnyAsync<Exception>(() => CosmosServers.CommitAsync(dying, CosmosServers.Put("a", "1"), CosmosServers.Put("b", "1")));

        // Nothing is removed as long as its writer may still commit it.
        Assert.Equal(0, await survivor.SweepAsync(CancellationToken.None));
        servers.Clock.Now += s_longAgo;
        Assert.Equal(2, await survivor.SweepAsync(CancellationToken.None));
        Assert.Equal(0, await survivor.SweepAsync(CancellationToken.None));
        Assert.Null(await CosmosServers.ReadAsync(survivor, "a"));
        Assert.Equal(1, (await CosmosServers.CommitAsync(survivor, CosmosServers.Put("a", "2"))).Results[0].Version!.Version);
    }

    [CosmosFact(NeedsGateway = true)]
    public async Task A_server_that_was_paused_while_its_preparation_was_removed_prepares_anew()
    {
        await using var servers = await CosmosServers.StartAsync();
        var (survivor, _) = await servers.OpenAsync();
        var (slow, client) = await servers.OpenAsync();
        await CosmosServers.CommitAsync(survivor, CosmosServers.Put("a", "1"));
        var (isPaused, released) = (new TaskCompletionSource(), new TaskCompletionSource());
        servers.Gateway.Fault = (request, moment) =>
        {
            if (request.Client != client.Name || request is not { Operation: CosmosOperation.Create, Container: "log" } || moment != CosmosMoment.Before)
                return null;
            isPaused.TrySetResult();
            return CosmosFault.Hold(released.Task);
        };

        var writing = CosmosServers.CommitAsync(slow, CosmosServers.Put("a", "2"), CosmosServers.Put("b", "2"));
        await isPaused.Task;
        servers.Clock.Now += s_longAgo;
        Assert.Equal(2, await survivor.SweepAsync(CancellationToken.None));
        released.SetResult();

        Assert.Equal([2L, 1L], (await writing).Results.Select(static result => result.Version!.Version));
        Assert.Equal([2L, 1L], (await CosmosServers.SeeAsync(survivor, "a", "b")).Select(static version => version.Version));
    }

    [CosmosFact(NeedsGateway = true)]
    public async Task A_commit_that_lost_its_answer_is_not_done_twice()
    {
        await using var servers = await CosmosServers.StartAsync();
        var (store, _) = await servers.OpenAsync();
        var lost = 0;
        servers.Gateway.Fault = (request, moment) =>
            request is { Operation: CosmosOperation.Create, Container: "log" } && moment == CosmosMoment.After && Interlocked.Increment(ref lost) == 1 ? CosmosFault.Cut : null;

        var result = await CosmosServers.CommitAsync(store, CosmosServers.Put("a", "1"));

        Assert.Equal(1, result.Results[0].Version!.Version);
        Assert.Equal(2, (await CosmosServers.CommitAsync(store, CosmosServers.Put("a", "2"))).Results[0].Version!.Version);
        Assert.Equal(1, store.Commits - 1);
    }

    [CosmosFact(NeedsGateway = true)]
    public async Task A_commit_that_is_cancelled_before_its_turn_is_not_done_and_leaves_nothing()
    {
        await using var servers = await CosmosServers.StartAsync();
        var (store, _) = await servers.OpenAsync();
        var (isHeld, released) = (new TaskCompletionSource(), new TaskCompletionSource());
        var records = 0;
        servers.Gateway.Fault = (request, moment) =>
        {
            if (request is not { Operation: CosmosOperation.Create, Container: "log" } || moment != CosmosMoment.Before || Interlocked.Increment(ref records) > 1)
                return null;
            isHeld.SetResult();
            return CosmosFault.Hold(released.Task);
        };
        var first = CosmosServers.CommitAsync(store, CosmosServers.Put("a", "1"));
        await isHeld.Task;
        using var cancel = new CancellationTokenSource();
        var second = store.CommitAsync(AccessScope.Full, new ResourceTransaction { Writes = [CosmosServers.Put("a", "2")] }, cancel.Token);
        await cancel.CancelAsync();
        released.SetResult();

        Assert.Equal(CommitFailure.None, (await first).Failure);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.Equal(1, (await CosmosServers.ReadAsync(store, "a"))!.Version);
        servers.Clock.Now += s_longAgo;
        Assert.Equal(0, await store.SweepAsync(CancellationToken.None));
    }

    [CosmosFact(NeedsGateway = true)]
    public async Task A_transaction_whose_record_is_larger_than_a_document_is_committed_whole()
    {
        const int Writes = 5_500;
        await using var servers = await CosmosServers.StartAsync();
        var (store, client) = await servers.OpenAsync();
        static string Id(int i) => $"{i}".PadLeft(64, 'x');
        var writes = Enumerable.Range(0, Writes).Select(static i => new PutResource(new ResourceKey("Patient", Id(i)), new TestResource("1").Prepare(), WriteMethod.Put)).ToArray();

        // It dies when all is committed and half of it applied; another server brings the rest.
        client.FailAfter(Writes / 2, static request => request is { Operation: CosmosOperation.Patch, Container: "resources" });
        using var recording = servers.Gateway.Record();
        await Assert.ThrowsAnyAsync<Exception>(() => CosmosServers.CommitAsync(store, writes));
        Assert.True(recording.Requests.Count(static request => request is { Operation: CosmosOperation.Create, Container: "log" }) > 1, "The record fits in one document.");
        var (survivor, _) = await servers.OpenAsync();
        Assert.Null(await CosmosServers.ReadAsync(survivor, Id(0)));
        await survivor.SweepAsync(CancellationToken.None);

        var query = new SearchQuery { ResourceTypes = ["Patient"], Expression = new SearchExpression.All(), Count = 0 };
        Assert.Equal(Writes, (await survivor.SearchAsync(AccessScope.Full, query, CancellationToken.None)).Total);
        Assert.Equal(1, (await CosmosServers.ReadAsync(survivor, Id(Writes - 1)))!.Version);
        servers.Clock.Now += s_longAgo;
        Assert.Equal(0, await survivor.SweepAsync(CancellationToken.None));
    }
}
