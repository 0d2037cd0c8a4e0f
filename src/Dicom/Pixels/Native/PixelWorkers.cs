// Processes that decode frames by native libraries, so that a frame which breaks a library breaks nothing else.

namespace FhirHub.Dicom.Pixels.Native;

/// <summary>
/// A pool of decoding processes. They start when they are needed, and end when they are not. One that crashes, hangs, takes too much memory or
/// answers nonsense is killed; that fails the frame which it had, and the next frame gets a new one.
/// </summary>
public sealed class PixelWorkers : IDisposable
{
    private readonly PixelWorkerOptions _options;
    private readonly SemaphoreSlim _free;
    private readonly List<PixelWorker> _idle = [];
    private readonly Timer _sweep;
    private bool _isDisposed;

    /// <summary>A pool that has no process yet.</summary>
    public PixelWorkers(PixelWorkerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _free = new(options.MaxWorkers);
        _sweep = new(_ => Sweep(), null, options.IdleTimeout, options.IdleTimeout);
    }

    /// <summary>Has a frame decoded; as <see cref="IPixelCodec.DecodeAsync"/>.</summary>
    /// <exception cref="DicomException">It can't be decoded, or ended its process.</exception>
    public async ValueTask<PixelDescription> DecodeAsync(
        ReadOnlyMemory<byte> frame, TransferSyntax syntax, PixelDescription description, Memory<byte> output, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            var worker = Take();
            try
            {
                return await worker.DecodeAsync(frame, syntax, description, output[..description.FrameBytes], cancellationToken);
            }
            finally
            {
                Return(worker);
            }
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>Ends all processes; frames that are being decoded fail.</summary>
    public void Dispose()
    {
        lock (_idle)
        {
            _isDisposed = true;
            foreach (var worker in _idle)
                worker.Dispose();
            _idle.Clear();
        }

        _sweep.Dispose();
    }

    // The one that was used last, so that those that nobody needs grow old.
    private PixelWorker Take()
    {
        lock (_idle)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            while (_idle.Count > 0)
            {
                var worker = _idle[^1];
                _idle.RemoveAt(_idle.Count - 1);
                if (worker.IsAlive)
                    return worker;
                worker.Dispose();
            }

            return new(_options);
        }
    }

    private void Return(PixelWorker worker)
    {
        lock (_idle)
        {
            if (worker.IsAlive && !_isDisposed)
                _idle.Add(worker);
            else
                worker.Dispose();
        }
    }

    private void Sweep()
    {
        var oldest = Environment.TickCount64 - (long)_options.IdleTimeout.TotalMilliseconds;
        lock (_idle)
        {
            foreach (var worker in _idle.FindAll(worker => worker.LastUse <= oldest))
            {
                worker.Dispose();
                _idle.Remove(worker);
            }
        }
    }
}
