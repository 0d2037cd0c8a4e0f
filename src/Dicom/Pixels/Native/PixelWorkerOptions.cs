// How processes are started that decode frames, and what they may take.

using System.Reflection;

namespace FhirHub.Dicom.Pixels.Native;

/// <summary>The program that decodes, and its bounds.</summary>
public sealed record PixelWorkerOptions
{
    /// <summary>The executable.</summary>
    public required string FileName { get; init; }

    /// <summary>Its arguments, which have it call <see cref="PixelWorkerLoop.Run"/>.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>How many there are at most.</summary>
    public int MaxWorkers { get; init; } = Environment.ProcessorCount;

    /// <summary>How long one may take to start.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a frame may take, and a second more for every four megabytes of its pixels.</summary>
    public TimeSpan FrameTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one stays that has nothing to do.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Bytes that one may take beyond those that it starts with. Linux holds it to that.</summary>
    public long MaxMemory { get; init; } = 2L * 1024 * 1024 * 1024;

    /// <summary>How long a frame may take.</summary>
    internal TimeSpan TimeoutOf(PixelDescription description) => FrameTimeout + TimeSpan.FromSeconds(description.FrameBytes / 4_000_000);

    /// <summary>Workers that are the program itself, called in another way.</summary>
    /// <param name="program">The assembly that has the entry point.</param>
    /// <param name="arguments">The arguments that have it call <see cref="PixelWorkerLoop.Run"/>.</param>
    public static PixelWorkerOptions For(Assembly program, params IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(program);
        var running = Environment.ProcessPath ?? "dotnet";
        var name = Path.GetFileNameWithoutExtension(running);
        if (program.Location.Length == 0 || name.Equals(program.GetName().Name, StringComparison.OrdinalIgnoreCase))
            return new() { FileName = running, Arguments = arguments };

        // Under another host, as in tests, the program is started by that which starts assemblies.
        var host = name.Equals("dotnet", StringComparison.OrdinalIgnoreCase) ? running : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        return new() { FileName = host, Arguments = [program.Location, .. arguments] };
    }
}
