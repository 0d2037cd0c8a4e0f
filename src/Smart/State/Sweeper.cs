// Removes records whose time is over. They are not found any more from that time on; this gives their room back.

using FhirHub.Storage;
using Microsoft.Extensions.Logging;

namespace FhirHub.Smart;

/// <summary>Sweeps the state store beside the requests.</summary>
internal sealed class Sweeper : IAsyncDisposable
{
    /// <summary>How often it looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    // A step takes some milliseconds of the store's writer.
    private const int Step = 500;

    private readonly CancellationTokenSource _ending = new();
    private readonly Task _work;

    /// <summary>Begins.</summary>
    public Sweeper(IStateStore store, TimeProvider clock, ILogger log) => _work = Task.Run(() => RunAsync(store, clock, log, _ending.Token));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _work;
        _ending.Dispose();
    }

    private static async Task RunAsync(IStateStore store, TimeProvider clock, ILogger log, CancellationToken ending)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(ending))
                await SweepAsync(store, log, ending);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The server ends; the next start goes on.
        }
    }

    private static async Task SweepAsync(IStateStore store, ILogger log, CancellationToken ending)
    {
        try
        {
            while (await store.RemoveExpiredAsync(Step, ending) >= Step)
            {
                // Whoever waits to write comes between two steps.
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            log.LogWarning(failure, "Expired records were not removed; the server tries again in a minute.");
        }
    }
}
