// pixel-worker: decodes frames for a server, which starts it.

using System.CommandLine;
using FhirHub.Dicom.Pixels.Native;

namespace FhirHub.Server;

/// <summary>The verb <c>pixel-worker</c>, which people have no use for.</summary>
internal static class PixelWorkerCommand
{
    private const string Verb = "pixel-worker";

    /// <summary>This program, called with the verb.</summary>
    public static PixelWorkerOptions Options { get; } = PixelWorkerOptions.For(typeof(PixelWorkerCommand).Assembly, Verb);

    /// <summary>The verb; help does not show it.</summary>
    public static Command Create()
    {
        var command = new Command(Verb, "Decode frames that a server sends") { Hidden = true };
        command.SetAction(static _ => PixelWorkerLoop.Run());
        return command;
    }
}
