// What a store needs of a file system and .NET has no name for: fdatasync, fsync of a folder, and giving back the middle of a file.

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FhirHub.Sqlite;

/// <summary>Files on disk.</summary>
public static partial class DiskFile
{
    private const int Interrupted = 4;
    private const int ReadOnlyFolder = 0x10000;
    private const int KeepSize = 1;
    private const int PunchHole = 2;

    /// <summary>Opens a file that other handles of this process read or write too.</summary>
    public static SafeFileHandle Open(string path, FileMode mode, FileAccess access) =>
        File.OpenHandle(path, mode, access, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Ends when the bytes of a file, and its length, are on disk.</summary>
    public static void Sync(SafeFileHandle file)
    {
        // fsync writes times as well, which costs a second write of the journal and is of no use here.
        if (!OperatingSystem.IsLinux())
            RandomAccess.FlushToDisk(file);
        else
            Check(() => DataSync(file), "write to disk");
    }

    /// <summary>Ends when the names in a folder are on disk.</summary>
    public static void SyncFolder(string path)
    {
        // Elsewhere a file's name is on disk with the file.
        if (!OperatingSystem.IsLinux())
            return;
        var folder = OpenFolder(path, ReadOnlyFolder, 0);
        if (folder < 0)
            throw Failure("open the folder");
        try
        {
            Check(() => Sync(folder), "write the folder to disk");
        }
        finally
        {
            _ = Close(folder);
        }
    }

    /// <summary>Gives a stretch back to the file system; what is read there is zero afterwards. False where it can't be done.</summary>
    public static bool TryFree(SafeFileHandle file, long offset, long length) =>
        length == 0 || (OperatingSystem.IsLinux() && Allocate(file, PunchHole | KeepSize, offset, length) == 0);

    private static void Check(Func<int> call, string what)
    {
        while (call() != 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
                throw Failure(what);
        }
    }

    private static IOException Failure(string what) =>
        new($"The file system can't {what}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int DataSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int folder);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFolder(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int folder);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int Allocate(SafeFileHandle file, int mode, long offset, long length);
}
