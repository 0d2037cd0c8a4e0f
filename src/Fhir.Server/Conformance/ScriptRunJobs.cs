// Runs that go on while their client polls: begun, ended at the client's wish, told of for a day.

using System.Collections.Concurrent;
using System.Security.Cryptography;
using FhirHub.Model;
using FhirHub.Smart;
using FhirHub.Storage;

namespace FhirHub.Server.Conformance;

/// <summary>The jobs; their records lie in the state store.</summary>
internal sealed class ScriptRunJobs : IAsyncDisposable
{
    private const string Kind = "test-run";
    private const int Swept = 500;

    private static readonly TimeSpan s_kept = TimeSpan.FromDays(1);

    // A run that another process began is over by then, or its process is.
    private static readonly TimeSpan s_silence = TimeSpan.FromMinutes(5);

    private readonly ScriptRuns _runs;
    private readonly FhirServer _server;
    private readonly IStateStore _state;
    private readonly StateSet<ScriptRunJob> _jobs;
    private readonly string _process = Guid.NewGuid().ToString("N");
    private readonly ConcurrentDictionary<string, Running> _running = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _ending = new();

    /// <summary>The jobs of a server.</summary>
    public ScriptRunJobs(ScriptRuns runs, FhirServer server, IStateStore state)
    {
        _runs = runs;
        _server = server;
        _state = state;
        _jobs = new StateSet<ScriptRunJob>(state, Kind);
    }

    /// <summary>Begins a run.</summary>
    /// <param name="plan">The run.</param>
    /// <param name="onEnd">Is done when it has ended, however.</param>
    /// <param name="cancel">Gives up before it is begun.</param>
    /// <returns>Its id, which nobody can guess.</returns>
    /// <exception cref="RefusedException">Too many go on.</exception>
    public async Task<string> StartAsync(ScriptRunPlan plan, Func<Task>? onEnd, CancellationToken cancel)
    {
        var place = _runs.Take(plan);
        try
        {
            await _state.RemoveExpiredAsync(Swept, cancel);
            var id = RandomNumberGenerator.GetHexString(64, lowercase: true);
            var now = _server.Clock.GetUtcNow();
            var job = new ScriptRunJob
            {
                Owner = plan.Owner,
                Request = plan.Request,
                RunId = plan.RunId,
                Started = now,
                Process = _process,
                Scripts = plan.Scripts.Count,
            };
            var kept = await _jobs.AddAsync(id, job, plan.Owner.ClientId, now + TimeSpan.FromSeconds(_server.Options.Conformance.RunSeconds) + s_kept, cancel);
            var ending = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
            _running[id] = new Running(ending, Task.Run(() => RunAsync(kept!, plan, place, onEnd, ending.Token), CancellationToken.None));
            return id;
        }
        catch
        {
            place.Dispose();
            throw;
        }
    }

    /// <summary>A run; null if there is none.</summary>
    public async ValueTask<Kept<ScriptRunJob>?> FindAsync(string id, CancellationToken cancel)
    {
        if (await _jobs.FindAsync(id, cancel) is not { } kept)
            return null;
        return kept.Value is { Status: ScriptRunStatus.Running } job && !IsRunning(job)
            ? kept with { Value = job with { Status = ScriptRunStatus.Failed, Failure = "The server ended while the scripts ran; ask for the run again." } }
            : kept;
    }

    /// <summary>A run, if whoever asks may have it; null if there is none for them.</summary>
    public async Task<Kept<ScriptRunJob>?> FindAsync(string id, HttpContext http, CancellationToken cancel) =>
        await FindAsync(id, cancel) is { } kept && await kept.Value.Owner.IsAsync(_server.Smart, http.Features.Get<Access>(), cancel) ? kept : null;

    /// <summary>The runs that go on.</summary>
    public async Task<IReadOnlyList<Kept<ScriptRunJob>>> RunningAsync(CancellationToken cancel)
    {
        var jobs = new List<Kept<ScriptRunJob>>();
        foreach (var id in _running.Keys)
        {
            if (await FindAsync(id, cancel) is { Value.Status: ScriptRunStatus.Running } kept)
                jobs.Add(kept);
        }

        return [.. jobs.OrderBy(static job => job.Value.Started)];
    }

    /// <summary>Ends a run and forgets it; reports that are stored stay.</summary>
    public async Task CancelAsync(string id, CancellationToken cancel)
    {
        await _jobs.RemoveAsync(id, cancel);
        if (_running.TryGetValue(id, out var running))
            await running.EndAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAll(_running.Values.Select(static running => running.Work));
        _ending.Dispose();
    }

    private bool IsRunning(ScriptRunJob job) =>
        job.Process == _process || job.Started + TimeSpan.FromSeconds(_server.Options.Conformance.RunSeconds) + s_silence > _server.Clock.GetUtcNow();

    private async Task RunAsync(Kept<ScriptRunJob> kept, ScriptRunPlan plan, IDisposable place, Func<Task>? onEnd, CancellationToken cancel)
    {
        try
        {
            using (place)
            {
                var results = await _runs.RunAsync(plan, async (result, stop) => kept = await KeepAsync(kept with { Value = kept.Value with { Results = [.. kept.Value.Results, result] } }, stop), cancel);
                var isWhole = results.Count == plan.Scripts.Count;
                await KeepAsync(End(kept, isWhole ? null : ConformanceMessages.TimeOver.Format(MessageLanguage.English, [$"{results.Count}", $"{plan.Scripts.Count}"])), CancellationToken.None);
            }
        }
        catch (OperationCanceledException)
        {
            // Whoever cancelled it has removed the record; if the server ends, the record is one of a process that is gone.
        }
        catch (Exception failure)
        {
            _runs.LogFailure(failure);
            await FailAsync(kept, failure is RefusedException refused ? refused.Message : "The run failed; ask for it again, and tell the operator if it fails each time.");
        }
        finally
        {
            _running.TryRemove(kept.Id, out _);
            if (onEnd is not null)
                await onEnd();
        }
    }

    // Nobody but the run changes the record, so one that has changed was removed: the run was cancelled.
    private async Task<Kept<ScriptRunJob>> KeepAsync(Kept<ScriptRunJob> job, CancellationToken cancel) =>
        await _jobs.PutAsync(job, cancel) ?? throw new OperationCanceledException();

    private Kept<ScriptRunJob> End(Kept<ScriptRunJob> kept, string? failure) => kept with
    {
        Value = kept.Value with { Status = failure is null ? ScriptRunStatus.Completed : ScriptRunStatus.Failed, Failure = failure },
        Expires = _server.Clock.GetUtcNow() + s_kept,
    };

    private async Task FailAsync(Kept<ScriptRunJob> kept, string reason)
    {
        try
        {
            await _jobs.PutAsync(End(kept, reason), CancellationToken.None);
        }
        catch (StoreException unwritten)
        {
            // It then counts as interrupted when its time is over.
            _runs.LogFailure(unwritten);
        }
    }

    private sealed record Running(CancellationTokenSource Ending, Task Work)
    {
        public async Task EndAsync()
        {
            await Ending.CancelAsync();
            await Work;
        }
    }
}
