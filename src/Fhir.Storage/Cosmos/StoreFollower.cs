// Hears what other servers of the same database write: their records of state by the change feed, their commits by the watermark.

using System.Diagnostics;

namespace FhirHub.Storage.Cosmos;

/// <summary>
/// Looks at fixed intervals. What it has heard is all that was answered before its last look began; <see cref="IsCurrent"/> says whether that was
/// lately enough for what was kept by it to be used (docs/adr/0054-several-servers.md).
/// </summary>
internal sealed class StoreFollower : IAsyncDisposable
{
    // Looks that may fail or be late before nothing that was kept is used any more.
    private const int Patience = 4;

    private readonly StateFeed _feed;
    private readonly Watermarks _watermarks;
    private readonly CosmosStateStore _state;
    private readonly TimeSpan _interval;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _work;
    private long _heard;

    private StoreFollower(StateFeed feed, Watermarks watermarks, CosmosStateStore state, TimeSpan interval, long heard)
    {
        (_feed, _watermarks, _state, _interval, _heard) = (feed, watermarks, state, interval, heard);
        _work = Task.Run(FollowAsync);
    }

    /// <summary>True if all that other servers wrote a short while ago has been told.</summary>
    public bool IsCurrent => Stopwatch.GetElapsedTime(Volatile.Read(ref _heard)) < _interval * Patience;

    /// <summary>Begins where the database stands now.</summary>
    public static async Task<StoreFollower> StartAsync(StateFeed feed, Watermarks watermarks, CosmosStateStore state, TimeSpan interval, CancellationToken cancel)
    {
        var now = Stopwatch.GetTimestamp();
        await feed.StartAsync(cancel);
        await watermarks.ReadAsync(cancel);
        return new StoreFollower(feed, watermarks, state, interval, now);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _work;
        _ending.Dispose();
    }

    private async Task FollowAsync()
    {
        using var timer = new PeriodicTimer(_interval);
        try
        {
            while (await timer.WaitForNextTickAsync(_ending.Token))
                await LookAsync(_ending.Token);
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // The store is closed.
        }
    }

    private async Task LookAsync(CancellationToken cancel)
    {
        try
        {
            var now = Stopwatch.GetTimestamp();

            // So long that what tells of a removal may be gone.
            if (Stopwatch.GetElapsedTime(_heard, now) > TimeSpan.FromSeconds(CosmosStateStore.RemovedSeconds / 2))
                _state.Tell("", "");
            await Task.WhenAll(HearAsync(cancel), _watermarks.ReadAsync(cancel));
            Volatile.Write(ref _heard, now);
        }
        catch (Exception failure) when (failure is StoreException or StoreBusyException or HttpRequestException or Microsoft.Azure.Cosmos.CosmosException
            || (failure is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            // The next look goes on from there; meanwhile nobody takes what was kept for current.
        }
    }

    private async Task HearAsync(CancellationToken cancel)
    {
        await foreach (var changed in _feed.ReadAsync(cancel))
        {
            // This server's own writes were told when they were done.
            if (changed.Server != _state.Server)
                _state.Tell(changed.Kind, changed.RecordId);
        }
    }
}
