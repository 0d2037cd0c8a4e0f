// Keeps FHIR in step with the images: follows the changes of the archive, which are written in one transaction with what they are changes of,
// and then those of Patients and orders. Each is done at least once, and doing it again changes nothing.

using System.Diagnostics;
using FhirHub.Dicomweb;
using FhirHub.Storage;

namespace FhirHub.Server.Imaging;

/// <summary>How far FHIR is behind the images.</summary>
/// <param name="LastChange">The number of the last change of the archive.</param>
/// <param name="FollowedTo">The last change that FHIR knows of.</param>
/// <param name="Failing">Studies that could not be read, and are tried again.</param>
/// <param name="Retries">How often in a row all of it failed; 0 if it goes on.</param>
public sealed record ImageFollowerStatus(long LastChange, long FollowedTo, int Failing, int Retries);

/// <summary>Follows the archive.</summary>
public sealed partial class ImageFollower : IAsyncDisposable
{
    /// <summary>Its name in the archive.</summary>
    public const string Name = "fhir";

    private const int MostChanges = 10_000;

    // A scanner sends a study instance by instance. What comes within this time becomes one version of the ImagingStudy.
    private static readonly TimeSpan s_settling = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(750);
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_longestRest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMinutes(1);

    private readonly FhirServer _server;
    private readonly ImageArchive _archive;
    private readonly ILogger _log;
    private readonly StudySync _sync;
    private readonly RecordSearch _records;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, Retry> _failing = new(StringComparer.Ordinal);
    private Task _running = Task.CompletedTask;
    private readonly TaskCompletionSource<string> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isPrepared;
    private int _failures;
    private int _failingCount;

    // Changes up to here are followed again, for a store that does not know of them.
    private long _replay;

    /// <summary>A follower; it does nothing before it is started.</summary>
    public ImageFollower(FhirServer server, ImageArchive archive, ImagingOptions options, ILogger log)
    {
        ArgumentNullException.ThrowIfNull(options);
        _server = server;
        _archive = archive;
        _log = log;
        _records = new RecordSearch(server);
        _sync = new StudySync(server, new StudyReader(archive, options), _records, options);
    }

    private readonly record struct Retry(int Times, long Due);

    /// <summary>How far it is.</summary>
    public ImageFollowerStatus Status => new(_archive.LastChange, _archive.FollowedTo(Name), Volatile.Read(ref _failingCount), _failures);

    /// <summary>Begins to follow.</summary>
    /// <param name="address">The root of the DICOMweb service, for the Endpoint.</param>
    public void Start(string address)
    {
        _address.TrySetResult(address);
        _running = Task.Run(() => RunAsync(_stop.Token));
    }

    /// <summary>Links a study to a Patient, or to nobody, because somebody says so.</summary>
    /// <param name="uid">Study Instance UID.</param>
    /// <param name="patient">The Patient; null to take the link away.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>The ImagingStudy; null if the archive has no such study.</returns>
    public async Task<StoredVersion?> DecideAsync(string uid, StoredVersion? patient, CancellationToken cancel)
    {
        await _gate.WaitAsync(cancel);
        try
        {
            await PrepareAsync(cancel);
            var synced = await _sync.SyncAsync(uid, new LinkDecision(patient), mayDelete: false, cancel);
            if (synced.Study is null)
                return null;
            await NoteAsync(new Dictionary<string, string?>(StringComparer.Ordinal) { [uid] = synced.Patient }, cancel);
            Remember(synced.Study);
            return synced.Study;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
        _gate.Dispose();
    }

    private async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var begun = Stopwatch.GetTimestamp();
                var hasFollowed = await StepAsync(stop);
                _failures = 0;

                // Studies that grow for long, or that are long, must not take more than a small part of the machine; a slow minute of it
                // must not keep FHIR waiting for long either.
                if (hasFollowed)
                    await Task.Delay(Rest(Stopwatch.GetElapsedTime(begun)), stop);
                await WaitAsync(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                _failures++;
                var wait = TimeSpan.FromSeconds(Math.Min(s_longestWait.TotalSeconds, Math.Pow(2, Math.Min(_failures, 10) - 1)));
                _log.LogError(failure, "FHIR could not be brought in step with the images; it is tried again in {Seconds} seconds.", wait.TotalSeconds);
                await Task.Delay(wait, stop).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }
    }

    private static TimeSpan Rest(TimeSpan round) => TimeSpan.FromTicks(Math.Clamp(round.Ticks * 4, (s_interval - s_settling).Ticks, s_longestRest.Ticks));

    // Ends early for images; changes of records are looked for each time.
    private async Task WaitAsync(CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(s_patience);
        try
        {
            await _archive.WaitForChangeAsync(_archive.FollowedTo(Name), patience.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return;
        }

        await Task.Delay(s_settling, stop);
    }

    private async Task<bool> StepAsync(CancellationToken cancel)
    {
        // A server without images has nothing to keep in step.
        if (_archive.LastChange == 0)
            return false;
        await _gate.WaitAsync(cancel);
        try
        {
            await PrepareAsync(cancel);
            var hasFollowed = await FollowImagesAsync(cancel);
            await FollowRecordsAsync(cancel);
            await RetryAsync(cancel);
            return hasFollowed;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task PrepareAsync(CancellationToken cancel)
    {
        if (_isPrepared)
            return;
        var endpoint = await _records.ReadAsync(ImageEndpoint.Key.Type, ImageEndpoint.Key.Id, cancel);
        var followed = _archive.FollowedTo(Name);
        if (endpoint is null || _records.Root(endpoint).ChildValue("status") == "suspended")
            _replay = followed;
        await BeginRecordsAsync(cancel);
        var address = await _address.Task.WaitAsync(cancel);
        await _sync.WriteEndpointAsync(address, isComplete: _replay == 0, cancel);
        if (_replay > 0)
        {
            _log.LogInformation("The store does not know the images of the archive; they are made known to it.");
            await FollowChangesAsync(0, cancel);
            await _sync.WriteEndpointAsync(address, isComplete: true, cancel);
            _replay = 0;
        }

        await foreach (var task in _records.WalkAsync("Task", cancel, ("code", $"{ReconciliationReason.System}|{ReconciliationTask.Code}"), ("status", ReconciliationTask.Failed)))
            _failing[task.Key.Id] = new Retry(0, 0);
        _isPrepared = true;
    }

    private Task<bool> FollowImagesAsync(CancellationToken cancel) => FollowChangesAsync(_archive.FollowedTo(Name), cancel);

    private async Task<bool> FollowChangesAsync(long after, CancellationToken cancel)
    {
        var hasFollowed = false;
        while (true)
        {
            var changes = await _archive.ChangesAsync(ImageScope.Full, after, MostChanges, cancel);
            if (changes.Count == 0)
                return hasFollowed;
            var patients = new Dictionary<string, string?>(StringComparer.Ordinal);
            foreach (var uid in changes.Select(static change => change.Path.Study).Distinct(StringComparer.Ordinal))
                await FollowAsync(uid, mayDelete: true, patients, cancel);
            after = changes[^1].Sequence;
            await _archive.FollowAsync(Name, Math.Max(after, _replay), patients, cancel);
            hasFollowed = true;
        }
    }

    private Task NoteAsync(Dictionary<string, string?> patients, CancellationToken cancel) =>
        patients.Count == 0 ? Task.CompletedTask : _archive.FollowAsync(Name, _archive.FollowedTo(Name), patients, cancel);

    // What is wrong with one study must not keep the others waiting: it goes to the queue, and is tried again.
    private async Task FollowAsync(string uid, bool mayDelete, Dictionary<string, string?> patients, CancellationToken cancel)
    {
        try
        {
            var synced = await _sync.SyncAsync(uid, null, mayDelete, cancel);
            patients[uid] = synced.Patient;
            if (synced.Study is not null)
                Remember(synced.Study);
            if (_failing.Remove(uid))
                Volatile.Write(ref _failingCount, _failing.Count);
        }
        catch (StudyException failure)
        {
            var times = _failing.TryGetValue(uid, out var former) ? former.Times + 1 : 1;
            _failing[uid] = new Retry(times, Environment.TickCount64 + (long)TimeSpan.FromMinutes(Math.Min(60, Math.Pow(2, Math.Min(times, 7) - 1))).TotalMilliseconds);
            Volatile.Write(ref _failingCount, _failing.Count);
            _log.LogWarning("A study could not be read ({Kind}); a Task with the status 'failed' tells which, and it is tried again.", failure.InnerException!.GetType().Name);
            try
            {
                await _sync.WriteFailureAsync(uid, failure.InnerException, cancel);
            }
            catch (InvalidDataException unwritable)
            {
                _log.LogError(unwritable, "The Task of a study that could not be read can't be written.");
            }
        }
    }

    private async Task RetryAsync(CancellationToken cancel)
    {
        var due = _failing.Where(static failed => failed.Value.Due <= Environment.TickCount64).Select(static failed => failed.Key).ToList();
        if (due.Count == 0)
            return;
        var patients = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var uid in due)
            await FollowAsync(uid, mayDelete: true, patients, cancel);
        await NoteAsync(patients, cancel);
    }
}
