// How many images are rendered at once: as many as there are processors, a few waiting, the rest told to come again.

using Microsoft.AspNetCore.Http;

namespace FhirHub.Dicomweb;

/// <summary>Bounds the processor time and memory that rendering takes from the rest of the server.</summary>
internal sealed class RenderGate : IDisposable
{
    private const int WaitingPerProcessor = 64;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _free;
    private readonly int _maxWaiting;
    private int _waiting;

    /// <summary>A gate for a number of images at once.</summary>
    public RenderGate(int concurrency, int? maxWaiting = null)
    {
        _free = new(concurrency);
        _maxWaiting = maxWaiting ?? concurrency * WaitingPerProcessor;
    }

    /// <summary>Waits for a turn, which ends when what is returned is disposed.</summary>
    /// <param name="hasBegun">Whether a part of the answer is sent: then it waits for as long as it takes, as half an answer is worth nothing.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="DicomwebException">503: too many wait, or it took too long.</exception>
    public async ValueTask<Turn> EnterAsync(bool hasBegun, CancellationToken cancel)
    {
        if (_free.Wait(0, CancellationToken.None))
            return new(_free);
        if (hasBegun)
        {
            await _free.WaitAsync(cancel);
            return new(_free);
        }

        if (Interlocked.Increment(ref _waiting) > _maxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            throw Busy();
        }

        try
        {
            if (!await _free.WaitAsync(LongestWait, cancel))
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
        new(StatusCodes.Status503ServiceUnavailable, "Too many images are being rendered; ask again in a moment.") { RetryAfter = TimeSpan.FromSeconds(2) };

    /// <summary>A turn.</summary>
    public readonly struct Turn(SemaphoreSlim free) : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose() => free.Release();
    }
}
