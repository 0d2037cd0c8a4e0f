// What a process that decodes takes from itself before it sees a frame.

using System.Globalization;
using System.Runtime.InteropServices;

namespace FhirHub.Dicom.Pixels.Native;

/// <summary>Limits that the system holds this process to. Those of Linux; elsewhere there are none.</summary>
internal static partial class ProcessLimits
{
    private const int DataLimit = 2;
    private const int CoreLimit = 4;
    private const int DieWithParent = 1;
    private const int NoNewPrivileges = 38;
    private const int Killed = 9;
    private const int SetPipeSize = 1031;
    private const int PipeSize = 1024 * 1024;

    /// <summary>
    /// No memory beyond what it has now and <paramref name="maxMemory"/> bytes, no dump of its memory, which has pixels of patients, no
    /// privileges, and no life after the thread that started it.
    /// </summary>
    public static void Apply(long maxMemory)
    {
        if (!OperatingSystem.IsLinux())
            return;
        _ = Control(DieWithParent, Killed, 0, 0, 0);
        _ = Control(NoNewPrivileges, 1, 0, 0, 0);
        Set(CoreLimit, 0);
        Set(DataLimit, Data() + maxMemory);

        // Where this is not allowed pipes stay as they are, and frames take more turns to pass.
        _ = FileControl(0, SetPipeSize, PipeSize);
        _ = FileControl(1, SetPipeSize, PipeSize);
    }

    private static void Set(int resource, long bytes)
    {
        var limit = new Limit { Soft = (nuint)bytes, Hard = (nuint)bytes };
        if (SetLimit(resource, in limit) != 0)
            throw new InvalidOperationException($"The system does not let a pixel worker limit itself (resource {resource}, error {Marshal.GetLastPInvokeError()}).");
    }

    // Bytes that the process can write to and shares with nobody, which is what the limit counts.
    private static long Data()
    {
        foreach (var line in File.ReadLines("/proc/self/status"))
        {
            if (line.StartsWith("VmData:", StringComparison.Ordinal))
                return 1024 * long.Parse(line.AsSpan(7).Trim().TrimEnd("kB").Trim(), NumberStyles.None, CultureInfo.InvariantCulture);
        }

        return 0;
    }

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, in Limit limit);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nuint second, nuint third, nuint fourth, nuint fifth);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int FileControl(int file, int command, int argument);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public nuint Soft;
        public nuint Hard;
    }
}
