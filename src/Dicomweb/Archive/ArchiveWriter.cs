// The one writer of the index: takes what waits, puts it on disk together, and answers.

using System.Diagnostics.CodeAnalysis;
using FhirHub.Sqlite;

namespace FhirHub.Dicomweb;

/// <summary>
/// Group commit: one transaction makes all instances known that wait, whose bytes are on disk already, so the wait for the disk is shared by all that
/// came meanwhile. <see cref="SegmentSyncs"/> does the same for their bytes.
/// </summary>
internal sealed class ArchiveWriter : IAsyncDisposable
{
    // Bounds how long the first of a group waits for the last.
    private const int RequestsPerGroup = 500;

    // The log is copied into the database beside the commits; only when that can't keep up does a commit wait for it.
    private const long PagesBetweenCheckpoints = 4_000;
    private const long LogPagesAtMost = 30_000;
    private const int CacheMegabytes = 32;

    private readonly Connection _connection;
    private readonly ArchiveSession _session;
    private readonly Checkpointer _checkpointer;
    private readonly Queue<ArchiveRequest> _waiting = new();
    private readonly Action<long> _committed;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _closing;
    private long _checkpointedAt;

    /// <summary>A writer on connections of its own.</summary>
    /// <param name="path">The index, whose layout is this program's.</param>
    /// <param name="catalog">What is indexed.</param>
    /// <param name="clock">The time of changes.</param>
    /// <param name="committed">Is told the number of the last change after each commit.</param>
    public ArchiveWriter(string path, AttributeCatalog catalog, TimeProvider clock, Action<long> committed)
    {
        _committed = committed;
        _connection = new Connection(path, readOnly: false, CacheMegabytes);
        try
        {
            _connection.Execute("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0");
            _session = new ArchiveSession(_connection, catalog, clock);
            _checkpointer = new Checkpointer(new Connection(path, readOnly: false, cacheMegabytes: 1));
        }
        catch
        {
            _connection.Dispose();
            throw;
        }

        new Thread(Run) { IsBackground = true, Name = "FhirHub image archive" }.Start();
    }

    /// <summary>Queues a request; its task ends when it is on disk or refused.</summary>
    public Task<T> DoAsync<T>(ArchiveRequest<T> request)
    {
        lock (_waiting)
        {
            ObjectDisposedException.ThrowIf(_closing, this);
            _waiting.Enqueue(request);
            if (_waiting.Count == 1)
                Monitor.Pulse(_waiting);
        }

        return request.Task;
    }

    /// <summary>Queues work on the index.</summary>
    public Task<T> DoAsync<T>(Func<ArchiveSession, T> work, CancellationToken cancel) => DoAsync(new ArchiveRequest<T>(work, cancel));

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
        var group = new List<ArchiveRequest>();
        while (Take(group))
        {
            try
            {
                Write(group);
            }
            catch (Exception failure)
            {
                // Whatever it was, those who wait must hear of it, and the writer must live on for the others.
                foreach (var request in group)
                    request.Fail(failure);
            }

            group.Clear();
        }

        _ended.SetResult();
    }

    private bool Take(List<ArchiveRequest> group)
    {
        lock (_waiting)
        {
            while (_waiting.Count == 0)
            {
                if (_closing)
                    return false;
                Monitor.Wait(_waiting);
            }

            while (group.Count < RequestsPerGroup && _waiting.TryDequeue(out var next))
                group.Add(next);
            return true;
        }
    }

    private void Write(List<ArchiveRequest> group)
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

        if (TryCommit(group, out var failure))
        {
            foreach (var request in group)
                request.Answer();
        }
        else if (group.Count == 1)
        {
            group[0].Fail(failure);
        }
        else
        {
            // The transaction of all is taken back for the sake of one, so they are written one by one.
            foreach (var request in group)
            {
                if (TryCommit([request], out failure))
                    request.Answer();
                else
                    request.Fail(failure);
            }
        }

        Checkpoint();
    }

    private bool TryCommit(IReadOnlyList<ArchiveRequest> group, [NotNullWhen(false)] out Exception? failure)
    {
        try
        {
            _connection.Execute("BEGIN IMMEDIATE");
            foreach (var request in group)
                request.Apply(_session);
            _connection.Execute("COMMIT");
            _connection.Trim();
            _committed(_session.LastChange);
            failure = null;
            return true;
        }
        catch (Exception exception)
        {
            failure = exception is DatabaseException broken ? new ArchiveException($"The archive can't write its index. {broken.Message}", broken) : exception;
            if (_connection.IsInTransaction)
                _connection.Execute("ROLLBACK");
            _session.Abandon();
            return false;
        }
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
