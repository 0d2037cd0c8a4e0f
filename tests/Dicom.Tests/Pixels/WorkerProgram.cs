// The processes that tests of workers start: one that decodes, and ones that go wrong.

using FhirHub.Dicom.Pixels;
using FhirHub.Dicom.Pixels.Native;

namespace FhirHub.Dicom.Tests.Pixels;

/// <summary>The entry point of this assembly, where it is started and not loaded by a test host.</summary>
public static class WorkerProgram
{
    private static readonly byte[] Head = new byte[WorkerMessage.RequestSize];

    /// <summary>Options for a worker of this assembly.</summary>
    internal static PixelWorkerOptions Options(string verb = "decode") => PixelWorkerOptions.For(typeof(WorkerProgram).Assembly, verb) with { MaxWorkers = 2 };

    public static int Main(string[] args)
    {
        if (args is not [var verb])
            return 2;
        if (verb == "decode")
            return PixelWorkerLoop.Run();

        using var input = Console.OpenStandardInput();
        using var output = Console.OpenStandardOutput();
        input.ReadExactly(Head, 0, WorkerMessage.StartSize);
        if (verb == "mute")
            return 0;
        output.Write(Head, 0, WorkerMessage.StartSize);
        input.ReadExactly(Head, 0, WorkerMessage.RequestSize);
        switch (verb)
        {
            case "hang":
                Thread.Sleep(Timeout.Infinite);
                break;
            case "exit":
                return 3;
            case "babble":
                for (var i = 0; i < 100; i++)
                    output.Write("I decode nothing, and say so at length. "u8);
                Thread.Sleep(Timeout.Infinite);
                break;
            case "short":
                WorkerMessage.WriteAnswer(Head, null, PhotometricInterpretation.Monochrome2, 1);
                output.Write(Head, 0, WorkerMessage.AnswerSize + 1);
                Thread.Sleep(Timeout.Infinite);
                break;
            case "greedy":
                ProcessLimits.Apply(64 * 1024 * 1024);
                GC.KeepAlive(Fill(1024 * 1024 * 1024));
                break;
            default:
                return 2;
        }

        return 0;
    }

    private static byte[] Fill(int length)
    {
        var bytes = new byte[length];
        Array.Fill(bytes, (byte)1);
        return bytes;
    }
}
