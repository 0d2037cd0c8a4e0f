// The full-text index beside the store: filled in the background, so that no write waits for it, and waited for by those who search it.

using System.Diagnostics;

namespace FhirHub.Storage.Sqlite;

/// <summary>
/// Follows the store's versions on a thread and a file of its own. It works when no commits come, a little while they come, and at full
/// speed while a search waits for it.
/// </summary>
internal sealed class TextIndex : IDisposable
{
    private const int VersionsPerBatch = 500;

    // Commits that come closer to each other than this are one piece of work, such as an import.
    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_afterFailure = TimeSpan.FromSeconds(5);

    // While commits come, the index takes this part of a processor at most.
    private const int BusyShare = 10;

    private readonly SqliteStoreOptions _options;
    private readonly ReaderPool _readers;
    private readonly Func<long> _commits;
    private readonly Thread _thread;
    private readonly object _lock = new();
    private readonly List<(long Seq, TaskCompletionSource Reached)> _waiting = [];
    private readonly Connection _store;
    private Connection _text;
    private TextBatch _batch;
    private long _position;
    private bool _damaged;
    private bool _closing;

    /// <param name="options">The store's options; they say how texts are read.</param>
    /// <param name="readers">The readers, which have the file attached.</param>
    /// <param name="commits">Counts commits.</param>
    public TextIndex(SqliteStoreOptions options, ReaderPool readers, Func<long> commits)
    {
        _options = options;
        _readers = readers;
        _commits = commits;
        Path = PathOf(options.Path);
        _store = new Connection(options.Path, readOnly: true, cacheMegabytes: 2);
        (_text, _batch) = Open();
        _thread = new Thread(Run) { IsBackground = true, Name = "FhirHub text index", Priority = ThreadPriority.BelowNormal };
        _thread.Start();
    }

    /// <summary>The file of the index.</summary>
    public string Path { get; }

    /// <summary>The file of the full-text index of a store: <c>text.db</c> beside it.</summary>
    public static string PathOf(string store) =>
        System.IO.Path.Combine(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(store))!, "text.db");

    /// <summary>Waits until the index has taken in a version.</summary>
    /// <exception cref="SearchNotReadyException">It does not get there in time.</exception>
    /// <param name="seq">The version.</param>
    /// <param name="time">How long to wait.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async Task ReachAsync(long seq, TimeSpan time, CancellationToken cancel)
    {
        if (Volatile.Read(ref _position) >= seq)
            return;
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closing, this);
            if (_damaged)
                throw Rebuilding();
            if (_position >= seq)
                return;
            _waiting.Add((seq, reached));
            Monitor.PulseAll(_lock);
        }

        try
        {
            await reached.Task.WaitAsync(time, cancel);
        }
        catch (TimeoutException)
        {
            throw new SearchNotReadyException(
                $"The full-text index, which _text and _content need, is {seq - Volatile.Read(ref _position)} changes behind; it goes on, so ask again later.");
        }
        finally
        {
            lock (_lock)
                _waiting.RemoveAll(waiting => waiting.Reached == reached);
        }
    }

    /// <summary>Tells that a reader found the file damaged; it is made anew.</summary>
    public void Report()
    {
        lock (_lock)
        {
            _damaged = true;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Ends the work; the readers may then be closed, and after them the file, whose last connection must be one that writes.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _closing = true;
            Monitor.PulseAll(_lock);
        }

        _thread.Join();
    }

    public void Dispose()
    {
        _text.Dispose();
        _store.Dispose();
    }

    private (Connection Text, TextBatch Batch) Open()
    {
        var text = TextLayout.Open(Path, _store);
        var batch = new TextBatch(text, _store, _options.Text!);
        Advance(batch.Position);
        return (text, batch);
    }

    private void Run()
    {
        var (done, before) = (-1L, -1L);
        var worked = TimeSpan.Zero;
        while (true)
        {
            var commits = _commits();
            var pause = commits == done ? s_idle : commits == before ? TimeSpan.Zero : Longer(s_quiet, worked * (BusyShare - 1));
            before = commits;
            if (!Pause(pause, out var isAsked))
                return;
            if (commits == done && !isAsked)
                continue;

            var start = Stopwatch.GetTimestamp();
            try
            {
                if (IsDamaged)
                    MakeAnew();
                if (!_batch.Run(VersionsPerBatch))
                    done = commits;
                Advance(_batch.Position);
            }
            catch (Exception exception)
            {
                if (!Fail(exception))
                    return;
            }

            worked = Stopwatch.GetElapsedTime(start);
        }
    }

    private bool IsDamaged
    {
        get
        {
            lock (_lock)
                return _damaged;
        }
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    // False if the store is closing. A search that waits ends the pause.
    private bool Pause(TimeSpan time, out bool isAsked)
    {
        lock (_lock)
        {
            if (time > TimeSpan.Zero && !_closing && _waiting.Count == 0 && !_damaged)
                Monitor.Wait(_lock, time);
            isAsked = _waiting.Count > 0 || _damaged;
            return !_closing;
        }
    }

    private void Advance(long position)
    {
        List<TaskCompletionSource>? reached = null;
        lock (_lock)
        {
            _position = position;
            foreach (var (seq, waiting) in _waiting)
            {
                if (seq <= position)
                    (reached ??= []).Add(waiting);
            }

            _waiting.RemoveAll(waiting => waiting.Seq <= position);
        }

        reached?.ForEach(static waiting => waiting.TrySetResult());
    }

    // Those who wait hear of it; the index tries again after a while, or at once to make anew what was just found damaged. False if the
    // store is closing.
    private bool Fail(Exception exception)
    {
        lock (_lock)
        {
            foreach (var (_, waiting) in _waiting)
                waiting.TrySetException(exception);
            _waiting.Clear();
            var wasDamaged = _damaged;
            _damaged |= exception is StoreException failure && TextLayout.IsDamage(failure);
            var until = Environment.TickCount64 + (long)s_afterFailure.TotalMilliseconds;
            while (!_closing && (wasDamaged || !_damaged) && Environment.TickCount64 < until)
                Monitor.Wait(_lock, s_afterFailure);
            return !_closing;
        }
    }

    // No reader may hold the file while it goes, and those who wait for it would wait for each other.
    private void MakeAnew()
    {
        lock (_lock)
        {
            foreach (var (_, waiting) in _waiting)
                waiting.TrySetException(Rebuilding());
            _waiting.Clear();
            _position = 0;
        }

        _text.Dispose();
        _readers.CloseAll(() => TextLayout.Delete(Path));
        (_text, _batch) = Open();
        lock (_lock)
            _damaged = false;
    }

    private static SearchNotReadyException Rebuilding() =>
        new("The full-text index, which _text and _content need, was damaged and is being made anew; ask again later.");
}
