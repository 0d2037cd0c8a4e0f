// The process that decodes: frames come in by standard input, pixels go out by standard output, until there is no more input.

using System.Runtime.InteropServices;
using System.Text;

namespace FhirHub.Dicom.Pixels.Native;

/// <summary>What a pixel worker does.</summary>
public static class PixelWorkerLoop
{
    // Buffers up to here are kept from frame to frame.
    private const int KeptBytes = 16 * 1024 * 1024;

    /// <summary>Decodes what is asked for until the asking process ends; the value is the exit code.</summary>
    public static int Run()
    {
        // An interrupt at a terminal goes to all processes there; the server says when it is time.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, static signal => signal.Cancel = true);
        using var input = Console.OpenStandardInput();
        using var output = Console.OpenStandardOutput();
        return Serve(input, output);
    }

    private static int Serve(Stream input, Stream output)
    {
        Span<byte> head = stackalloc byte[WorkerMessage.RequestSize];
        Span<byte> start = stackalloc byte[WorkerMessage.StartSize];
        if (input.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length || !WorkerMessage.TryReadStart(start, out var maxMemory))
            return 1;
        var codecs = PixelCodecs.Create();
        ProcessLimits.Apply(maxMemory);
        output.Write(start);
        output.Flush();

        byte[] frame = [], pixels = [];
        while (input.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length)
        {
            if (!WorkerMessage.TryReadRequest(head, out var syntax, out var description, out var length))
                return 1;
            if (frame.Length < length)
                frame = GC.AllocateUninitializedArray<byte>(length);
            input.ReadExactly(frame, 0, length);
            Answer(codecs, syntax!, description!, frame.AsMemory(0, length), ref pixels, output);
            output.Flush();
            if (frame.Length > KeptBytes)
                frame = [];
            if (pixels.Length > KeptBytes)
                pixels = [];
        }

        return 0;
    }

    private static void Answer(PixelCodecs codecs, TransferSyntax syntax, PixelDescription description, ReadOnlyMemory<byte> frame, ref byte[] pixels, Stream output)
    {
        Span<byte> head = stackalloc byte[WorkerMessage.AnswerSize];
        try
        {
            var size = description.Check().FrameBytes;
            if (pixels.Length < size)
                pixels = GC.AllocateUninitializedArray<byte>(size);

            // Libraries run where they are called, and never wait.
            var decoded = codecs.Decoder(syntax).DecodeAsync(frame, syntax, description, pixels.AsMemory(0, size), CancellationToken.None).AsTask().GetAwaiter().GetResult();
            WorkerMessage.WriteAnswer(head, null, decoded.Photometric, size);
            output.Write(head);
            output.Write(pixels, 0, size);
        }
        catch (DicomException fault)
        {
            Refuse(fault.Fault, fault.Reason, output);
        }
        catch (OutOfMemoryException)
        {
            Refuse(DicomFault.LimitExceeded, "a frame takes more memory than it may", output);
        }
    }

    private static void Refuse(DicomFault fault, string reason, Stream output)
    {
        var words = Encoding.UTF8.GetBytes(reason);
        var length = Math.Min(words.Length, WorkerMessage.MaxWords);
        Span<byte> head = stackalloc byte[WorkerMessage.AnswerSize];
        WorkerMessage.WriteAnswer(head, fault, default, length);
        output.Write(head);
        output.Write(words, 0, length);
    }
}
