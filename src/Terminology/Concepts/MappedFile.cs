// A file of a concept table, mapped to memory.

using System.Collections.Concurrent;
using System.IO.MemoryMappedFiles;

namespace FhirHub.Terminology;

/// <summary>
/// A file that is read where it lies. It stays mapped while the process lives, so no span into it ever dangles: what is not used costs
/// addresses, not memory, since its pages are clean and the kernel may drop them.
/// </summary>
internal sealed unsafe class MappedFile
{
    // Held for good: a view that is collected is unmapped.
    private static readonly ConcurrentBag<MemoryMappedViewAccessor> Views = [];

    private MappedFile(byte* start, long length)
    {
        Start = start;
        Length = length;
    }

    public byte* Start { get; }

    public long Length { get; }

    /// <exception cref="IOException">The file can't be read.</exception>
    /// <exception cref="InvalidDataException">It is empty.</exception>
    public static MappedFile Open(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        var length = stream.Length;
        if (length < TableImage.HeaderLength)
            throw new InvalidDataException("It is no concept table.");
        using var file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        var view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        Views.Add(view);
        return new MappedFile(start + view.PointerOffset, length);
    }
}
