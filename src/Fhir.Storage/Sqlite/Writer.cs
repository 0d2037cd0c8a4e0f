// The one writer: takes what waits, writes it in one transaction, and answers when it is on disk.

using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <summary>
/// Group commit. The cost of an fsync is shared by all that waited for it, and no two writers ever contend for a lock. A request
/// that fails in an unforeseen way takes the group's transaction back; the group is then written one by one, so that only the
/// failing one fails.
/// </summary>
internal sealed class Writer : IAsyncDisposable
{
    // Bounds how long the first of a group waits for the last.
    private const int WritesPerGroup = 1_000;

    // Some milliseconds for which a commit that comes meanwhile waits.
    private const int RowsPerSweep = 2_000;

    // The log is copied into the database beside the commits; only when that can't keep up does a commit wait for it.
    private const long PagesBetweenCheckpoints = 8_000;
    private const long LogPagesAtMost = 60_000;

    private readonly Connection _connection;
    private readonly WriteSession _session;
    private readonly Checkpointer _checkpointer;
    private readonly VersionCache _cache;
    private readonly Queue<WriterRequest> _waiting = new();
    private readonly Thread _thread;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _closing;
    private long _checkpointedAt;

    public Writer(SqliteStoreOptions options, VersionCache cache)
    {
        _cache = cache;
        _connection = new Connection(options.Path, readOnly: false, options.WriterCacheMegabytes);
        try
        {
            Layout.Migrate(_connection);
            _connection.Execute("PRAGMA wal_autocheckpoint = 0");
            _session = new WriteSession(_connection, options);
            NeedsReindex = _session.CompareFingerprint(options.IndexFingerprint);
        }
        catch
        {
            _connection.Dispose();
            throw;
        }

        _checkpointer = new Checkpointer(new Connection(options.Path, readOnly: false, cacheMegabytes: 1));
        _thread = new Thread(Run) { IsBackground = true, Name = "FhirHub store writer" };
        _thread.Start();
    }

    /// <summary>True if the index was made by another state of parameters and extraction.</summary>
    public bool NeedsReindex { get; set; }

    /// <summary>Queues a request; its task ends when it is on disk or refused.</summary>
    public Task<CommitResult> CommitAsync(CommitRequest request)
    {
        Enqueue(request);
        return request.Task;
    }

    /// <summary>Queues versions of another store; its task ends when they are on disk or refused.</summary>
    public Task<RestoreResult> RestoreAsync(RestoreRequest request)
    {
        Enqueue(request);
        return request.Task;
    }

    /// <summary>Queues work on the index; its task ends when it is on disk.</summary>
    public Task<T> IndexAsync<T>(Func<WriteSession, T> work, CancellationToken cancel, int size = 1, Action? committed = null)
    {
        var request = new IndexRequest<T>(work, committed, size, cancel);
        Enqueue(request);
        return request.Task;
    }

    private void Enqueue(WriterRequest request)
    {
        lock (_waiting)
        {
            ObjectDisposedException.ThrowIf(_closing, this);
            _waiting.Enqueue(request);
            if (_waiting.Count == 1)
                Monitor.Pulse(_waiting);
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_waiting)
        {
            if (_closing)
                return;
            _closing = true;
            Monitor.Pulse(_waiting);
        }

        await _ended.Task;
        await _checkpointer.DisposeAsync();
        _connection.Dispose();
    }

    private void Run()
    {
        var group = new List<WriterRequest>();
        while (Take(group))
        {
            try
            {
                if (group.Count == 0)
                    Sweep();
                else
                    Write(group);
            }
            catch (Exception exception)
            {
                // Whatever it was, those who wait must hear of it, and the writer must live on for the others.
                foreach (var request in group)
                    request.Fail(exception);
            }

            group.Clear();
        }

        _ended.SetResult();
    }

    // The group is empty when nothing waits and there is something to sweep.
    private bool Take(List<WriterRequest> group)
    {
        lock (_waiting)
        {
            while (_waiting.Count == 0)
            {
                if (_closing)
                    return false;
                if (_session.MaySweep)
                    return true;
                Monitor.Wait(_waiting);
            }

            var writes = 0;
            while (_waiting.TryPeek(out var next) && (group.Count == 0 || writes + next.Size <= WritesPerGroup))
            {
                group.Add(_waiting.Dequeue());
                writes += next.Size;
            }

            return true;
        }
    }

    private void Write(List<WriterRequest> group)
    {
        group.RemoveAll(static request =>
        {
            if (!request.Cancel.IsCancellationRequested)
                return false;
            request.Abandon();
            return true;
        });
        if (group.Count == 0)
            return;

        if (!TryWrite(group, out var failure))
        {
            if (group.Count == 1)
            {
                group[0].Fail(failure);
                return;
            }

            foreach (var request in group)
            {
                if (TryWrite([request], out failure))
                    request.Answer();
                else
                    request.Fail(failure);
            }

            return;
        }

        foreach (var request in group)
            request.Answer();
        Checkpoint();
    }

    private bool TryWrite(IReadOnlyList<WriterRequest> group, [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out Exception? failure)
    {
        try
        {
            _connection.Execute("BEGIN IMMEDIATE");
            foreach (var request in group)
                request.Apply(_session);
            _session.Finish();
            _connection.Execute("COMMIT");
            _cache.Forget(group);
            _connection.Trim();
            failure = null;
            return true;
        }
        catch (Exception exception)
        {
            failure = exception;
            _session.Abandon();
            return false;
        }
    }

    private void Sweep()
    {
        try
        {
            _connection.Execute("BEGIN IMMEDIATE");
            _session.Sweep(RowsPerSweep);
            _connection.Execute("COMMIT");
        }
        catch (StoreException)
        {
            // Nobody waits for it; a write that comes next will meet the same and tell.
            _session.Abandon();
            _session.MaySweep = false;
        }

        Checkpoint();
    }

    private void Checkpoint()
    {
        if (_connection.PagesWritten - _checkpointedAt < PagesBetweenCheckpoints)
            return;
        if (_checkpointer.LogPages > LogPagesAtMost)
        {
            _checkpointer.Wait();
            _connection.Execute("PRAGMA wal_checkpoint(RESTART)");
        }

        if (_checkpointer.TryStart())
            _checkpointedAt = _connection.PagesWritten;
    }
}
