// The reindex of a running server: one at a time, beside the requests, and taken up again after a restart.

using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>Where a reindex stands.</summary>
public enum ReindexState
{
    /// <summary>None since the start.</summary>
    None,

    /// <summary>Under way.</summary>
    Running,

    /// <summary>Done.</summary>
    Completed,

    /// <summary>Given up because someone asked for it.</summary>
    Cancelled,

    /// <summary>Given up because of a fault; it can be started again.</summary>
    Failed,
}

/// <summary>What there is to tell of a reindex.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="IndexKeys">What it indexes for; null for all parameters.</param>
/// <param name="Progress">How far it is.</param>
/// <param name="Started">When it began, or went on after a restart.</param>
/// <param name="Finished">When it ended, or null.</param>
/// <param name="PerSecond">Resources in a second since then.</param>
public sealed record ReindexStatus(
    ReindexState State, IReadOnlyCollection<string>? IndexKeys, ReindexProgress Progress, DateTimeOffset Started, DateTimeOffset? Finished, double PerSecond)
{
    /// <summary>Time that it will take still, as far as can be told.</summary>
    public TimeSpan? Remaining => State == ReindexState.Running && PerSecond > 0
        ? TimeSpan.FromSeconds(Math.Max(0, Progress.Total - Progress.Done) / PerSecond)
        : null;
}

/// <summary>Runs reindexes in the background.</summary>
public sealed class Reindexing(IResourceStore store, SearchParameterSet searchParameters) : IAsyncDisposable, IProgress<ReindexProgress>
{
    private const string LeaseName = "reindex";

    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(20);

    private readonly Lock _lock = new();
    private readonly Stopwatch _time = new();
    private ReindexStatus _status = new(ReindexState.None, [], default, default, null, 0);
    private long? _doneBefore;
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private bool _isRunning;
    private Func<ReindexRequest?>? _following;
    private bool _abandon;

    /// <summary>Where the last reindex stands.</summary>
    public ReindexStatus Status
    {
        get
        {
            lock (_lock)
                return _status;
        }
    }

    /// <summary>Is told of faults, for the log.</summary>
    public Action<Exception>? OnFailure { get; set; }

    /// <summary>Begins a reindex; false if one is running. The task ends with it and never fails.</summary>
    public bool TryStart(ReindexRequest request, [NotNullWhen(true)] out Task? running)
    {
        ArgumentNullException.ThrowIfNull(request);
        lock (_lock)
        {
            running = null;
            if (_isRunning)
                return false;
            _stop.Dispose();
            _stop = new CancellationTokenSource();
            _abandon = false;
            Begin(request);
            running = _running = Task.Run(() => RunAllAsync(request, _stop.Token));
            return true;
        }
    }

    /// <summary>Begins the reindex that is due, or has it follow that which is running; false if none is due.</summary>
    public bool StartDue(Func<ReindexRequest?> due)
    {
        ArgumentNullException.ThrowIfNull(due);
        lock (_lock)
        {
            if (due() is not { } request)
                return false;
            if (_isRunning)
                _following = due;
            return _isRunning || TryStart(request, out _);
        }
    }

    /// <summary>Goes on with what a stop of the server interrupted.</summary>
    public void Resume()
    {
        // Only the start calls it, when nobody waits.
        if (Task.Run(() => store.FindReindexAsync(CancellationToken.None)).GetAwaiter().GetResult() is { } interrupted)
            TryStart(interrupted, out _);
    }

    /// <summary>Goes on with what another server left when it ended or died; nothing happens if one goes on there or here.</summary>
    public async Task ResumeAsync(CancellationToken cancel)
    {
        lock (_lock)
        {
            if (_isRunning)
                return;
        }

        if (await store.FindReindexAsync(cancel) is not { } left
            || await Lease.TryTakeAsync((IStateStore)store, LeaseName, s_lease, TimeProvider.System, cancel) is not { } lease)
        {
            return;
        }

        await lease.DisposeAsync();
        TryStart(left, out _);
    }

    /// <summary>Gives the running reindex up; what it did is dropped.</summary>
    public async Task CancelAsync()
    {
        Task running;
        lock (_lock)
        {
            running = _running;
            _abandon = !running.IsCompleted;
        }

        await _stop.CancelAsync();
        await running;
    }

    /// <inheritdoc/>
    public void Report(ReindexProgress value)
    {
        lock (_lock)
        {
            _doneBefore ??= value.Done;
            _status = _status with { Progress = value, PerSecond = (value.Done - _doneBefore.Value) / Math.Max(_time.Elapsed.TotalSeconds, 0.001) };
        }
    }

    /// <summary>Interrupts it; the next start goes on with it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private void Begin(ReindexRequest request)
    {
        _isRunning = true;
        _doneBefore = null;
        _time.Restart();
        _status = new ReindexStatus(ReindexState.Running, request.IndexKeys, default, DateTimeOffset.UtcNow, null, 0);
    }

    private async Task RunAllAsync(ReindexRequest request, CancellationToken cancel)
    {
        for (ReindexRequest? next = request; next is not null; next = Following(await RunAsync(next, cancel)))
        {
        }
    }

    // What became due while another was running; nothing after one that did not come to its end. Nobody sees a moment between the two.
    private ReindexRequest? Following(ReindexState state)
    {
        lock (_lock)
        {
            _status = _status with { State = state, Finished = DateTimeOffset.UtcNow };
            var following = state == ReindexState.Completed ? _following?.Invoke() : null;
            _following = null;
            _isRunning = false;
            if (following is not null)
                Begin(following);
            return following;
        }
    }

    private async Task<ReindexState> RunAsync(ReindexRequest request, CancellationToken cancel)
    {
        try
        {
            // Of several servers one at a time; SQLite has one.
            await using var lease = await Lease.TakeAsync((IStateStore)store, LeaseName, s_lease, TimeProvider.System, cancel);
            using var held = CancellationTokenSource.CreateLinkedTokenSource(cancel, lease.Lost);
            await store.ReindexAsync(request, this, held.Token);
            await searchParameters.RefreshAsync(store, CancellationToken.None);
            return ReindexState.Completed;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            if (_abandon)
                await store.AbandonReindexAsync(CancellationToken.None);
            return ReindexState.Cancelled;
        }
        catch (Exception e)
        {
            // The position stays noted, so that another start goes on from there.
            OnFailure?.Invoke(e);
            return ReindexState.Failed;
        }
    }
}
