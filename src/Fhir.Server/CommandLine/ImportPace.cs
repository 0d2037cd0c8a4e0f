// How many commits of an import are under way at once: as many as the store takes.

using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>
/// Finds the number of commits side by side that a store can take: each that is done lets a little more through, one that the store is too busy
/// for halves it and is tried again. Additive increase and multiplicative decrease share a store fairly between all that use it.
/// </summary>
/// <param name="most">Commits at once at most, and at the start.</param>
/// <param name="patience">Time without any commit after which the store is given up.</param>
internal sealed class ImportPace(int most, TimeSpan patience)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private double _window = most;
    private int _underWay;
    private long _cuts;
    private long _lastDone = Environment.TickCount64;

    /// <summary>Commits that may be under way at once now.</summary>
    public double Window
    {
        get
        {
            lock (_lock)
                return _window;
        }
    }

    /// <summary>How often the store was too busy.</summary>
    public long Busy { get; private set; }

    /// <summary>Does a commit when it has room, again and again while the store is too busy.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="isRepeatable">True if it changes nothing where it was done already.</param>
    /// <exception cref="StoreBusyException">
    /// The store took nothing for longer than the patience lasts, or it is not known whether a commit is done that must not be done twice.
    /// </exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> commit, bool isRepeatable = true)
    {
        while (true)
        {
            await EnterAsync();
            long cuts;
            lock (_lock)
                cuts = _cuts;
            TimeSpan pause;
            try
            {
                var result = await commit();
                Grow();
                return result;
            }
            catch (StoreBusyException busy) when ((isRepeatable || !busy.IsOutcomeUnknown) && Cut(cuts))
            {
                pause = busy.RetryAfter ?? s_pause;
            }
            finally
            {
                Leave();
            }

            await Task.Delay(pause);
        }
    }

    private Task EnterAsync()
    {
        lock (_lock)
        {
            if (_underWay < Math.Floor(_window))
            {
                _underWay++;
                return Task.CompletedTask;
            }

            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(turn);
            return turn.Task;
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
            _underWay--;
            while (_underWay < Math.Floor(_window) && _waiting.TryDequeue(out var next))
            {
                _underWay++;
                next.SetResult();
            }
        }
    }

    private void Grow()
    {
        lock (_lock)
        {
            _window = Math.Min(most, _window + (1 / _window));
            _lastDone = Environment.TickCount64;
        }
    }

    // Those that were under way together are refused together, and count once. False if it has lasted too long.
    private bool Cut(long cuts)
    {
        lock (_lock)
        {
            Busy++;
            if (Environment.TickCount64 - _lastDone > patience.TotalMilliseconds)
                return false;
            if (cuts == _cuts)
            {
                _window = Math.Max(1, _window / 2);
                _cuts++;
            }

            return true;
        }
    }
}
