// How many frames are decoded, encoded and rendered at once: as many as there are processors, a few waiting, the rest told to come again.

using Microsoft.AspNetCore.Http;

namespace FhirHub.Dicomweb;

/// <summary>Bounds the processor time and memory that pixels take from the rest of the server.</summary>
internal sealed class PixelGate : IDisposable
{
    private const int WaitingPerProcessor = 64;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _free;
    private readonly int _maxWaiting;
    private int _waiting;

    /// <summary>A gate for a number of frames at once.</summary>
    public PixelGate(int concurrency, int? maxWaiting = null)
    {
        _free = new(concurrency);
        _maxWaiting = maxWaiting ?? concurrency * WaitingPerProcessor;
    }

    /// <summary>Waits for a turn, which ends when what is returned is disposed.</summary>
    /// <param name="hasBegun">Whether the answer has begun: then it waits as long as it takes, since there is no way left to refuse it.</param>
    /// <param name="cancel">Ends it early.</param>
    /// <exception cref="DicomwebException">503: too many wait, or it took too long.</exception>
    public async ValueTask<Turn> EnterAsync(bool hasBegun, CancellationToken cancel)
    {
        if (_free.Wait(0, CancellationToken.None))
            return new(_free);
        try
        {
            if (Interlocked.Increment(ref _waiting) > _maxWaiting && !hasBegun)
                throw Busy();
            if (!await _free.WaitAsync(hasBegun ? Timeout.InfiniteTimeSpan : LongestWait, cancel))
                throw Busy();
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        return new(_free);
    }

    /// <inheritdoc/>
    public void Dispose() => _free.Dispose();

    private static DicomwebException Busy() =>
        new(StatusCodes.Status503ServiceUnavailable, "Too many images are being decoded or rendered; ask again in a moment.") { RetryAfter = TimeSpan.FromSeconds(2) };

    /// <summary>A turn.</summary>
    public readonly struct Turn(SemaphoreSlim free) : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose() => free.Release();
    }
}
