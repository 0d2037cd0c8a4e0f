// Where the bytes of large values are: in memory, in a file, or behind a stream that can seek.

using Microsoft.Win32.SafeHandles;

namespace FhirHub.Dicom;

/// <summary>Bytes that can be read from any place. It does not own what it reads from.</summary>
public abstract class ByteSource
{
    /// <summary>How many bytes there are.</summary>
    public abstract long Length { get; }

    /// <summary>A source over memory.</summary>
    public static ByteSource Of(ReadOnlyMemory<byte> memory) => new MemorySource(memory);

    /// <summary>A source over an open file.</summary>
    public static ByteSource Of(SafeFileHandle file) => new FileSource(file, 0);

    /// <summary>A source over a stream that can seek, from where it is now; reads take turns.</summary>
    public static ByteSource Of(Stream stream) =>
        stream is FileStream file ? new FileSource(file.SafeFileHandle, file.Position) : new StreamSource(stream, stream.Position);

    /// <summary>Reads up to the length of <paramref name="buffer"/>; 0 at the end.</summary>
    public abstract int Read(long offset, Span<byte> buffer);

    /// <summary>Reads up to the length of <paramref name="buffer"/>; 0 at the end.</summary>
    public abstract ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Bytes that are in memory already, if they are.</summary>
    public virtual bool TryGetMemory(long offset, long length, out ReadOnlyMemory<byte> memory)
    {
        memory = default;
        return false;
    }

    private sealed class MemorySource(ReadOnlyMemory<byte> memory) : ByteSource
    {
        public override long Length => memory.Length;

        public override int Read(long offset, Span<byte> buffer)
        {
            if (offset >= memory.Length)
                return 0;
            var available = memory.Span[(int)offset..];
            var count = Math.Min(available.Length, buffer.Length);
            available[..count].CopyTo(buffer);
            return count;
        }

        public override ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) => new(Read(offset, buffer.Span));

        public override bool TryGetMemory(long offset, long length, out ReadOnlyMemory<byte> found)
        {
            var there = offset >= 0 && length >= 0 && offset + length <= memory.Length;
            found = there ? memory.Slice((int)offset, (int)length) : default;
            return there;
        }
    }

    private sealed class FileSource(SafeFileHandle file, long origin) : ByteSource
    {
        public override long Length => RandomAccess.GetLength(file) - origin;

        public override int Read(long offset, Span<byte> buffer) => RandomAccess.Read(file, buffer, origin + offset);

        public override ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
            RandomAccess.ReadAsync(file, buffer, origin + offset, cancellationToken);
    }

    // Streams that seek and are no files are memory under some other name, so that reading from them does not wait.
    private sealed class StreamSource(Stream stream, long origin) : ByteSource
    {
        private readonly Lock _turn = new();

        public override long Length => stream.Length - origin;

        public override int Read(long offset, Span<byte> buffer)
        {
            lock (_turn)
            {
                stream.Position = origin + offset;
                return stream.Read(buffer);
            }
        }

        public override ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) => new(Read(offset, buffer.Span));
    }
}
