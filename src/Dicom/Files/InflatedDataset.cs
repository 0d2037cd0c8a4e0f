// Inflates a deflated data set (PS3.5 A.5), and stops before it fills the memory.

using System.IO.Compression;

namespace FhirHub.Dicom;

/// <summary>Inflates what is behind the file meta information of a deflated file.</summary>
internal static class InflatedDataset
{
    private const int FreelyInflated = 16 * 1024 * 1024;

    /// <summary>Reads the rest of a window and inflates it.</summary>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(ByteWindow window, long start, DicomReadOptions options, CancellationToken cancellationToken)
    {
        var deflated = new Remainder(window, start);
        await using var inflater = new DeflateStream(deflated, CompressionMode.Decompress, leaveOpen: true);
        var buffer = new byte[32 * 1024];
        var length = 0;
        try
        {
            while (true)
            {
                if (length == buffer.Length)
                    Array.Resize(ref buffer, (int)Math.Min(Array.MaxLength, buffer.Length * 2L));
                var count = await inflater.ReadAsync(buffer.AsMemory(length), cancellationToken);
                if (count == 0)
                    return buffer.AsMemory(0, length);
                length += count;
                if (length > options.MaxInflatedBytes || (length > FreelyInflated && length > deflated.Passed * options.MaxInflation))
                {
                    throw new DicomException(
                        DicomFault.LimitExceeded,
                        $"{deflated.Passed:N0} bytes of the deflated data set inflate to {length:N0} and more",
                        null,
                        start);
                }
            }
        }
        catch (InvalidDataException fault)
        {
            throw new DicomException(DicomFault.Malformed, "the data set is not deflated as its transfer syntax says", null, start, fault);
        }
    }

    /// <summary>A window as a stream.</summary>
    private sealed class Remainder(ByteWindow window, long start) : Stream
    {
        public long Passed { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (window.From(start + Passed).IsEmpty)
                await window.FillAsync(start + Passed, 1, cancellationToken);
            var available = window.From(start + Passed);
            var count = Math.Min(available.Length, buffer.Length);
            available[..count].CopyTo(buffer);
            Passed += count;
            return count;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
