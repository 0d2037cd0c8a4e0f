// What is over is removed beside the requests.

using FhirHub.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace FhirHub.Smart.Tests;

public class SweeperTests
{
    [Fact]
    public async Task Records_whose_time_is_over_are_removed_in_steps_and_others_stay()
    {
        await using var shared = new SharedStore();
        var tokens = new StateSet<AccessToken>(shared.Store, "access-token");
        for (var i = 0; i < 1_200; i++)
            await tokens.AddAsync($"over-{i}", new AccessToken { GrantId = "1", Scope = "" }, "1", shared.Time.GetUtcNow() + TimeSpan.FromSeconds(30));
        await tokens.AddAsync("good", new AccessToken { GrantId = "1", Scope = "" }, "1", shared.Time.GetUtcNow() + TimeSpan.FromHours(1));
        await tokens.AddAsync("eternal", new AccessToken { GrantId = "1", Scope = "" });

        var watched = new WatchedStore(shared.Store);
        await using (new Sweeper(watched, shared.Time, NullLogger.Instance))
        {
            await shared.Time.UntilTimerAsync();
            shared.Time.Advance(Sweeper.Interval);
            await watched.Swept.Task.WaitAsync(TimeSpan.FromMinutes(1));
        }

        Assert.Equal([500, 500, 200], watched.Steps);
        Assert.Equal(["eternal", "good"], (await tokens.ListAsync(null, "", 10, default)).Select(static kept => kept.Id));
        shared.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(1, await shared.Store.RemoveExpiredAsync(10_000, default));
    }

    [Fact]
    public async Task A_store_that_fails_is_tried_again()
    {
        var time = new FakeTime();
        await using var shared = new SharedStore();
        var watched = new WatchedStore(shared.Store) { Fails = true };
        await using var sweeper = new Sweeper(watched, time, NullLogger.Instance);
        await time.UntilTimerAsync();
        time.Advance(Sweeper.Interval);
        await watched.Failed.Task.WaitAsync(TimeSpan.FromMinutes(1));
        watched.Fails = false;
        time.Advance(Sweeper.Interval);
        await watched.Swept.Task.WaitAsync(TimeSpan.FromMinutes(1));
    }

    private sealed class WatchedStore(IStateStore store) : IStateStore
    {
        public bool Fails { get; set; }

        public List<int> Steps { get; } = [];

        public TaskCompletionSource Swept { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Failed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task<int> RemoveExpiredAsync(int most, CancellationToken cancel)
        {
            if (Fails)
            {
                Failed.TrySetResult();
                throw new StoreException("The disk is full.");
            }

            Steps.Add(await store.RemoveExpiredAsync(most, cancel));
            if (Steps[^1] < most)
                Swept.TrySetResult();
            return Steps[^1];
        }

        public bool TellsAll => store.TellsAll;

        public void Observe(Action<string, string> observer) => store.Observe(observer);

        public ValueTask<StateRecord?> FindAsync(string kind, string id, CancellationToken cancel) => store.FindAsync(kind, id, cancel);

        public Task<IReadOnlyList<StateRecord>> ListAsync(StateQuery query, CancellationToken cancel) => store.ListAsync(query, cancel);

        public Task<StateRecord?> PutAsync(StateRecord record, long? expectedVersion, CancellationToken cancel) => store.PutAsync(record, expectedVersion, cancel);

        public Task<bool> RemoveAsync(string kind, string id, long? expectedVersion, CancellationToken cancel) => store.RemoveAsync(kind, id, expectedVersion, cancel);
    }
}
