// The exports of this server: begun, run two at a time, kept for a day, ended when their client or the revocation of their grant says so.

using System.Collections.Concurrent;
using System.Security.Cryptography;
using FhirHub.Search;
using FhirHub.Smart;
using FhirHub.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace FhirHub.Server.Export;

/// <summary>Exports: their records lie in the state store, their files in <c>FhirHub:Export:Path</c>.</summary>
public sealed partial class ExportJobs : IAsyncDisposable
{
    private const string Kind = "export-job";
    private const int AtOnce = 2;
    private const int RunningPerClient = 4;
    private const int KeptPerClient = 50;
    private const string Interrupted = "The server ended while the export ran; ask for it again.";

    private static readonly TimeSpan s_kept = TimeSpan.FromDays(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(2);
    private static readonly TimeSpan s_beat = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_silence = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_cleaning = TimeSpan.FromHours(1);

    private readonly FhirServer _server;
    private readonly IStateStore _state;
    private readonly StateSet<ExportJob> _jobs;
    private readonly TimeProvider _clock;
    private readonly string _folder;
    private readonly string _process = Guid.NewGuid().ToString("N");
    private readonly ConcurrentDictionary<string, Running> _running = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _grants = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _slots = new(AtOnce);
    private readonly SemaphoreSlim _starting = new(1);
    private readonly CancellationTokenSource _ending = new();
    private ILogger _log = NullLogger.Instance;
    private Task _cleaning = Task.CompletedTask;

    /// <summary>The exports of a server.</summary>
    /// <param name="server">The server.</param>
    /// <param name="state">Where their records lie.</param>
    /// <param name="clock">The clock.</param>
    public ExportJobs(FhirServer server, IStateStore state, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(state);
        _server = server;
        _state = state;
        _clock = clock;
        _jobs = new StateSet<ExportJob>(state, Kind);
        _folder = Path.GetFullPath(server.Options.ExportPath ?? Path.Combine(server.Options.DataPath, "exports"));
    }

    /// <summary>Begins to look after what is kept.</summary>
    public void Start(ILogger log)
    {
        _log = log;
        _state.Observe(ForgetRevoked);
        _cleaning = Task.Run(CleanAsync);
    }

    /// <summary>The path of a file.</summary>
    public string PathOf(string id, ExportFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return Path.Combine(FolderOf(id), file.Name);
    }

    /// <summary>Seconds after which to ask again: soon at first, and seldom for what takes long.</summary>
    public int RetryAfter(ExportJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return (int)Math.Clamp((_clock.GetUtcNow() - job.TransactionTime).TotalSeconds / 4, 1, 60);
    }

    /// <summary>Begins an export.</summary>
    /// <returns>Its id, which nobody can guess.</returns>
    /// <exception cref="RefusedException">The client has too many.</exception>
    internal async Task<string> StartAsync(ExportRequest request, string address, AccessScope scope, Access? access, CancellationToken cancel)
    {
        await _starting.WaitAsync(cancel);
        try
        {
            var owner = RequestOwner.Of(access);
            var client = owner.ClientId;
            var owned = await _jobs.ListAsync(client, "", KeptPerClient, cancel);
            if (owned.Count >= KeptPerClient || owned.Count(kept => IsRunning(kept.Value)) >= RunningPerClient)
            {
                throw new RefusedException(
                    429, "throttled", $"A client has {RunningPerClient} exports that run and {KeptPerClient} that are kept at most; wait for one, or DELETE one at its polling address.");
            }

            var id = RandomNumberGenerator.GetHexString(64, lowercase: true);
            var now = _clock.GetUtcNow();
            var kept = await _jobs.AddAsync(
                id,
                new ExportJob
                {
                    ClientId = client,
                    AccountId = owner.AccountId,
                    GrantId = owner.GrantId,
                    Scope = owner.Scope,
                    Patient = owner.Patient,
                    Request = address,
                    Server = _process,
                    Beat = now,
                    Progress = "waiting for its turn",

                    // The record is written by the store's one writer after this moment is taken, so all that was committed with an earlier time is visible
                    // when the searches begin; what is committed from now on has a later time.
                    TransactionTime = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMillisecond) - TimeSpan.TicksPerMillisecond, TimeSpan.Zero),
                },
                client,
                now + s_longest,
                cancel);
            if (access is not null)
                _grants[id] = access.GrantId;
            var ending = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
            _running[id] = new Running(ending, Task.Run(() => RunAsync(kept!, request, scope, ending), CancellationToken.None));
            return id;
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>An export, if whoever asks may have it; null if there is none for them.</summary>
    internal async Task<Kept<ExportJob>?> FindAsync(string id, HttpContext http, CancellationToken cancel)
    {
        if (await _jobs.FindAsync(id, cancel) is not { } kept || !await kept.Value.Owner.IsAsync(_server.Smart, http.Features.Get<Access>(), cancel))
            return null;
        return kept.Value.Status == ExportStatus.Running && !IsRunning(kept.Value)
            ? kept with { Value = kept.Value with { Status = ExportStatus.Failed, Failure = Interrupted } }
            : kept;
    }

    /// <summary>Ends an export and removes what there is of it.</summary>
    public async Task CancelAsync(string id, CancellationToken cancel)
    {
        await _jobs.RemoveAsync(id, cancel);
        _grants.TryRemove(id, out _);
        if (_running.TryGetValue(id, out var running))
        {
            // Whoever runs it removes its files.
            await running.EndAsync();
            return;
        }

        Remove(id);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _cleaning;
        await Task.WhenAll(_running.Values.Select(static running => running.Work));
        _ending.Dispose();
        _slots.Dispose();
        _starting.Dispose();
    }

    private bool IsRunning(ExportJob job) =>
        job.Status == ExportStatus.Running && (job.Server == _process || job.Beat + s_silence > _clock.GetUtcNow());

    private async Task RunAsync(Kept<ExportJob> kept, ExportRequest request, AccessScope scope, CancellationTokenSource ending)
    {
        var cancel = ending.Token;
        try
        {
            await _slots.WaitAsync(cancel);
            try
            {
                var run = new ExportRun(_server.Store, scope, request, kept.Value.TransactionTime, FolderOf(kept.Id), async (progress, stop) =>
                {
                    if (_clock.GetUtcNow() >= kept.Value.Beat + s_beat)
                        kept = await KeepAsync(kept with { Value = kept.Value with { Beat = _clock.GetUtcNow(), Progress = progress } }, stop);
                });
                var (output, deleted) = await run.RunAsync(cancel);
                await KeepAsync(
                    kept with { Value = kept.Value with { Status = ExportStatus.Completed, Output = output, Deleted = deleted }, Expires = _clock.GetUtcNow() + s_kept }, cancel);
            }
            finally
            {
                _slots.Release();
            }
        }
        catch (OperationCanceledException)
        {
            Remove(kept.Id);
            if (_ending.IsCancellationRequested)
                await FailAsync(kept, Interrupted);
        }
        catch (Exception failure)
        {
            LogFailure(_log, failure);
            Remove(kept.Id);
            await FailAsync(kept, failure switch
            {
                ExpiredCursorException => "Too much was written while the export ran; ask for it again, for fewer types at a time with _type.",
                SearchTimeoutException => "A search of the export took too long; narrow it with _type, _typeFilter or _since.",
                _ => "The export failed; ask for it again, and tell the operator if it fails each time.",
            });
        }
        finally
        {
            _running.TryRemove(kept.Id, out _);
        }
    }

    // Nobody but the run changes the record, so one that has changed was removed: the export was cancelled.
    private async Task<Kept<ExportJob>> KeepAsync(Kept<ExportJob> job, CancellationToken cancel) =>
        await _jobs.PutAsync(job, cancel) ?? throw new OperationCanceledException();

    private async Task FailAsync(Kept<ExportJob> kept, string reason)
    {
        try
        {
            await _jobs.PutAsync(
                kept with { Value = kept.Value with { Status = ExportStatus.Failed, Failure = reason }, Expires = _clock.GetUtcNow() + s_kept }, CancellationToken.None);
        }
        catch (StoreException unwritten)
        {
            // It then counts as interrupted when it has been silent for long enough.
            LogFailure(_log, unwritten);
        }
    }

    // Called by the store's writer, which must not wait.
    private void ForgetRevoked(string kind, string id)
    {
        if (_server.Smart is not { } smart || kind != smart.State.Grants.Kind || _grants.IsEmpty)
            return;
        foreach (var (job, grant) in _grants)
        {
            if (grant == id)
                _ = Task.Run(() => ForgetRevokedAsync(smart, job, grant));
        }
    }

    private async Task ForgetRevokedAsync(SmartService smart, string job, string grant)
    {
        try
        {
            if ((await smart.State.Grants.FindAsync(grant, _ending.Token))?.Value.Ended is not null)
                await CancelAsync(job, _ending.Token);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // Each request for it looks at the grant again, so nobody gets at it; the cleaning takes the files when its time is over.
            LogFailure(_log, failure);
        }
    }

    private async Task CleanAsync()
    {
        using var timer = new PeriodicTimer(s_cleaning, _clock);
        try
        {
            await foreach (var job in AllAsync())
            {
                if (job.Value.GrantId is { } grant)
                    _grants[job.Id] = grant;
            }

            do
            {
                await RemoveOrphansAsync();
            }
            while (await timer.WaitForNextTickAsync(_ending.Token));
        }
        catch (OperationCanceledException)
        {
            // The server ends.
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or StoreException)
        {
            LogFailure(_log, failure);
        }
    }

    private async IAsyncEnumerable<Kept<ExportJob>> AllAsync()
    {
        for (var after = ""; ;)
        {
            var page = await _jobs.ListAsync(null, after, KeptPerClient, _ending.Token);
            foreach (var job in page)
                yield return job;
            if (page.Count < KeptPerClient)
                yield break;
            after = page[^1].Id;
        }
    }

    // Files of exports whose time is over, or that ended with the process that ran them.
    private async Task RemoveOrphansAsync()
    {
        if (!Directory.Exists(_folder))
            return;
        foreach (var folder in Directory.EnumerateDirectories(_folder))
        {
            var id = Path.GetFileName(folder);
            if (_running.ContainsKey(id) || await _jobs.FindAsync(id, _ending.Token) is { } kept && (kept.Value.Status == ExportStatus.Completed || IsRunning(kept.Value)))
                continue;
            _grants.TryRemove(id, out _);
            Remove(id);
        }
    }

    private void Remove(string id)
    {
        try
        {
            if (Directory.Exists(FolderOf(id)))
                Directory.Delete(FolderOf(id), recursive: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The next cleaning tries again.
            LogFailure(_log, failure);
        }
    }

    private string FolderOf(string id) => Path.Combine(_folder, id);

    [LoggerMessage(Level = LogLevel.Error, Message = "An export failed, or what is left of one could not be removed")]
    private static partial void LogFailure(ILogger log, Exception failure);

    private sealed record Running(CancellationTokenSource Ending, Task Work)
    {
        public async Task EndAsync()
        {
            await Ending.CancelAsync();
            await Work;
        }
    }
}
