// One decoding process, and the thread that talks to it.

using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace FhirHub.Dicom.Pixels.Native;

/// <summary>
/// A process with a thread of its own that waits for it, so that the threads of requests never do. The process ends with that thread, whatever
/// becomes of this process.
/// </summary>
internal sealed class PixelWorker : IDisposable
{
    // A decoder mostly ends sooner than a new process starts, so that a client who goes away costs a frame and not a worker.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    // What the runtime and the libraries of a worker need to be found. Settings and secrets of a server are none of its business.
    private static readonly string[] KeptVariables = ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DOTNET_ROOT", "DOTNET_ROOT_X64", "DOTNET_ROOT_ARM64", "TMPDIR", "TEMP", "TMP", "SystemRoot"];

    private readonly PixelWorkerOptions _options;
    private readonly BlockingCollection<Job> _jobs = new(1);
    private readonly Process _process;
    private Stream _input = Stream.Null;
    private Stream _output = Stream.Null;
    private int _isKilled;
    private volatile bool _isStarted;

    /// <summary>A worker that starts with its first frame.</summary>
    public PixelWorker(PixelWorkerOptions options)
    {
        _options = options;
        _process = new() { StartInfo = StartInfo(options) };
        new Thread(Run) { IsBackground = true, Name = "pixel worker" }.Start();
    }

    /// <summary>Whether it can take another frame.</summary>
    public bool IsAlive => Volatile.Read(ref _isKilled) == 0 && !(_isStarted && _process.HasExited);

    /// <summary>When it last had something to do.</summary>
    public long LastUse { get; private set; } = Environment.TickCount64;

    /// <summary>Has a frame decoded. One at a time.</summary>
    public async Task<PixelDescription> DecodeAsync(
        ReadOnlyMemory<byte> frame, TransferSyntax syntax, PixelDescription description, Memory<byte> output, CancellationToken cancellationToken)
    {
        var job = new Job(frame, syntax, description, output);
        var isLate = false;
        var timeout = _options.TimeoutOf(description);
        using var deadline = new CancellationTokenSource();
        await using var kill = deadline.Token.UnsafeRegister(
            _ =>
            {
                isLate = true;
                Kill();
            },
            null);
        await using var left = cancellationToken.UnsafeRegister(_ => deadline.CancelAfter(Grace), null);
        job.Begin = () => deadline.CancelAfter(timeout);
        deadline.CancelAfter(_options.StartTimeout + timeout);
        _jobs.Add(job, CancellationToken.None);
        try
        {
            return await job.Done.Task;
        }
        catch (DicomException) when (isLate)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new DicomException(DicomFault.LimitExceeded, $"a frame took longer than the {timeout.TotalSeconds:N0} s that it may, and its decoder was stopped", DicomTags.PixelData);
        }
        finally
        {
            LastUse = Environment.TickCount64;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Kill();
        _jobs.CompleteAdding();
    }

    private static ProcessStartInfo StartInfo(PixelWorkerOptions options)
    {
        var info = new ProcessStartInfo(options.FileName, options.Arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        info.Environment.Clear();
        foreach (var name in KeptVariables)
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
                info.Environment[name] = value;
        }

        info.Environment["DOTNET_gcServer"] = "0";
        info.Environment["DOTNET_gcConcurrent"] = "0";
        info.Environment["DOTNET_GCgen0size"] = "0x1000000";
        info.Environment["DOTNET_EnableDiagnostics"] = "0";
        info.Environment["DOTNET_TieredPGO"] = "0";
        return info;
    }

    private void Kill()
    {
        if (Interlocked.Exchange(ref _isKilled, 1) != 0)
            return;
        try
        {
            _process.Kill();
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has not started, or has ended by itself.
        }
    }

    private void Run()
    {
        foreach (var job in _jobs.GetConsumingEnumerable())
        {
            try
            {
                if (!_isStarted)
                    Start();
                job.Begin();
                job.Done.SetResult(Exchange(job));
            }
            catch (DicomException refused) when (_isStarted && Volatile.Read(ref _isKilled) == 0)
            {
                job.Done.SetException(refused);
            }
            catch (Exception e) when (e is DicomException or IOException or InvalidOperationException or Win32Exception)
            {
                Kill();
                job.Done.SetException(_isStarted ? Died(e) : NotStarted(e));
            }
        }

        // A process leaves its pipes to the garbage collector, which may come after the last file that this one may open.
        _input.Dispose();
        _output.Dispose();
        _process.Dispose();
    }

    private void Start()
    {
        Span<byte> said = stackalloc byte[WorkerMessage.StartSize];
        Span<byte> answered = stackalloc byte[WorkerMessage.StartSize];
        said.Clear();
        WorkerMessage.WriteStart(said, _options.MaxMemory);
        _process.Start();
        (_input, _output) = (_process.StandardInput.BaseStream, _process.StandardOutput.BaseStream);
        if (Volatile.Read(ref _isKilled) != 0)
            _process.Kill();
        _input.Write(said);
        _input.Flush();
        if (_output.ReadAtLeast(answered, answered.Length, throwOnEndOfStream: false) < answered.Length || !answered.SequenceEqual(said))
            throw new IOException("it did not answer as a pixel worker does");
        _isStarted = true;
    }

    private PixelDescription Exchange(Job job)
    {
        Span<byte> head = stackalloc byte[WorkerMessage.RequestSize];
        WorkerMessage.WriteRequest(head, job.Syntax, job.Description, job.Frame.Length);
        _input.Write(head);
        _input.Write(job.Frame.Span);
        _input.Flush();

        head = head[..WorkerMessage.AnswerSize];
        _output.ReadExactly(head);
        if (!WorkerMessage.TryReadAnswer(head, out var fault, out var photometric, out var length))
            throw new IOException("its answer is none");
        if (fault is { } kind)
        {
            if (length > WorkerMessage.MaxWords)
                throw new IOException("its answer is none");
            var words = new byte[length];
            _output.ReadExactly(words);
            throw new DicomException(kind, Printable(words), DicomTags.PixelData);
        }

        if (length != job.Output.Length || photometric.Samples() != job.Description.SamplesPerPixel)
            throw new IOException("its answer is none");
        _output.ReadExactly(job.Output.Span);
        return job.Description.Decoded with { Photometric = photometric };
    }

    // The words of a library that saw a hostile frame go into answers and logs.
    private static string Printable(byte[] words) => new([.. Encoding.UTF8.GetString(words).Where(letter => !char.IsControl(letter))]);

    private static DicomException Died(Exception e) => new(
        DicomFault.Malformed, "a frame ended the process that was to decode it; other frames are decoded by a new one", DicomTags.PixelData, inner: e);

    // Clients read this, to whom the folders of a server are nothing.
    private static DicomException NotStarted(Exception e) => new(
        DicomFault.Unsupported, "the process that decodes frames can't be started here; the verb 'doctor' tells why", DicomTags.PixelData, inner: e);

    private sealed record Job(ReadOnlyMemory<byte> Frame, TransferSyntax Syntax, PixelDescription Description, Memory<byte> Output)
    {
        public TaskCompletionSource<PixelDescription> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Called when the frame is about to be decoded.</summary>
        public Action Begin { get; set; } = static () => { };
    }
}
