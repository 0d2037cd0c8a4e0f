// Leases: one holder at a time, handed over when the holder ends, dies, or can't renew it.

using FhirHub.Storage.Sqlite;
using FhirHub.Storage.Tests.Contract;

namespace FhirHub.Storage.Tests;

public sealed class LeaseTests : IAsyncLifetime
{
    private static readonly TimeSpan s_length = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_bound = TimeSpan.FromMinutes(1);
    private readonly string _folder = Directory.CreateTempSubdirectory("fhirhub-lease-").FullName;
    private readonly SettableClock _clock = new();
    private SqliteResourceStore _store = null!;

    public Task InitializeAsync()
    {
        _store = SqliteResourceStore.Open(new SqliteStoreOptions { Path = Path.Combine(_folder, "fhir.db"), Extract = TestResource.Extract });
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task One_of_many_takes_it_and_the_next_when_it_is_released()
    {
        var taken = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => TakeAsync(_clock))));
        var holder = Assert.Single(taken, static lease => lease is not null)!;
        Assert.Null(await TakeAsync(_clock));
        await holder.DisposeAsync();
        await using var next = await TakeAsync(_clock);
        Assert.True(next!.Token > holder.Token);
    }

    [Fact]
    public async Task Another_one_takes_it_after_its_time_and_the_margin()
    {
        // A holder that renews by the real clock, in which no minute passes here: as one that died.
        await using var dead = await TakeAsync(_clock);
        _clock.Now += s_length * 1.4;
        Assert.Null(await TakeAsync(_clock));
        _clock.Now += s_length * 0.2;
        await using var next = await TakeAsync(_clock);
        Assert.True(next!.Token > dead!.Token);
    }

    [Fact]
    public async Task Whoever_could_not_renew_it_is_told_that_it_is_lost()
    {
        await using var holder = (await Lease.TryTakeAsync(_store, "work", TimeSpan.FromMilliseconds(300), TimeProvider.System, default))!;
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var told = holder.Lost.Register(lost.SetResult);
        await _store.RemoveAsync(Lease.Kind, "work", null, default);
        await lost.Task.WaitAsync(s_bound);
    }

    [Fact]
    public async Task It_is_held_for_longer_than_its_length_by_being_renewed()
    {
        var length = TimeSpan.FromSeconds(3);
        await using var holder = (await Lease.TryTakeAsync(_store, "work", length, TimeProvider.System, default))!;
        var first = (await _store.FindAsync(Lease.Kind, "work", default))!.Version;
        var renewed = new HashSet<long> { first };
        while (renewed.Count < 5 && !holder.Lost.IsCancellationRequested)
            renewed.Add((await _store.FindAsync(Lease.Kind, "work", default))!.Version);
        Assert.False(holder.Lost.IsCancellationRequested);
        Assert.Null(await Lease.TryTakeAsync(_store, "work", length, TimeProvider.System, default));
    }

    private Task<Lease?> TakeAsync(TimeProvider clock) => Lease.TryTakeAsync(_store, "work", s_length, clock, default);
}
