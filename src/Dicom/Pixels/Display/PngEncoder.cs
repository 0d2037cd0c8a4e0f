// PNG (ISO 15948): gray of 8 and 16 bits, and RGB; the zlib of the runtime compresses.

using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;

namespace FhirHub.Dicom.Pixels;

/// <summary>Encodes images as PNG.</summary>
public static class PngEncoder
{
    private const byte FilterUp = 2;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Encodes a rendered image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="output">Where it goes.</param>
    /// <param name="level">How hard is tried to make it small.</param>
    /// <param name="iccProfile">The ICC profile of its colours (iCCP); none if empty.</param>
    public static void Encode(RenderedImage image, IBufferWriter<byte> output, CompressionLevel level = CompressionLevel.Fastest, ReadOnlySpan<byte> iccProfile = default) =>
        Encode(image.Samples.Span, image.Width, image.Height, image.Channels, bits: 8, output, level, iccProfile);

    /// <summary>Encodes gray samples of 16 bits, which have their least significant byte first.</summary>
    public static void EncodeGray16(ReadOnlySpan<byte> samples, int width, int height, IBufferWriter<byte> output, CompressionLevel level = CompressionLevel.Fastest)
    {
        var swapped = ArrayPool<byte>.Shared.Rent(2 * width * height);
        try
        {
            samples[..(2 * width * height)].CopyTo(swapped);
            ByteOrder.Swap(swapped.AsSpan(0, 2 * width * height), 2);
            Encode(swapped.AsSpan(0, 2 * width * height), width, height, channels: 1, bits: 16, output, level, iccProfile: default);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(swapped);
        }
    }

    private static void Encode(
        ReadOnlySpan<byte> samples, int width, int height, int channels, int bits, IBufferWriter<byte> output, CompressionLevel level, ReadOnlySpan<byte> iccProfile)
    {
        output.Write(Signature);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        (header[8], header[9], header[10], header[11], header[12]) = ((byte)bits, channels == 1 ? (byte)0 : (byte)2, 0, 0, 0);
        PngChunk.Write("IHDR"u8, header, output);
        if (!iccProfile.IsEmpty)
            WriteProfile(iccProfile, output);

        // What the compressor gives becomes a chunk each time.
        using (var deflater = new ZLibStream(new DataChunks(output), level))
            WriteRows(samples, width * channels * bits / 8, height, deflater);
        PngChunk.Write("IEND"u8, [], output);
    }

    private static void WriteProfile(ReadOnlySpan<byte> profile, IBufferWriter<byte> output)
    {
        using var body = new MemoryStream();
        body.Write("ICC\0\0"u8);
        using (var deflater = new ZLibStream(body, CompressionLevel.Fastest, leaveOpen: true))
            deflater.Write(profile);
        PngChunk.Write("iCCP"u8, body.GetBuffer().AsSpan(0, (int)body.Length), output);
    }

    // The difference to the row above is the one filter that vectors make at the speed of memory, and scans of bodies compress well with it.
    private static void WriteRows(ReadOnlySpan<byte> samples, int stride, int height, ZLibStream deflater)
    {
        // Some rows at once: each call into the compressor costs.
        var lines = Math.Clamp(64 * 1024 / (stride + 1), 1, height);
        var buffer = ArrayPool<byte>.Shared.Rent(lines * (stride + 1));
        try
        {
            for (var top = 0; top < height; top += lines)
            {
                var count = Math.Min(lines, height - top);
                for (var y = top; y < top + count; y++)
                {
                    var row = samples.Slice(y * stride, stride);
                    var line = buffer.AsSpan((y - top) * (stride + 1), stride + 1);
                    line[0] = y == 0 ? (byte)0 : FilterUp;
                    if (y == 0)
                        row.CopyTo(line[1..]);
                    else
                        Subtract(row, samples.Slice((y - 1) * stride, stride), line[1..]);
                }

                deflater.Write(buffer, 0, count * (stride + 1));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void Subtract(ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, Span<byte> target)
    {
        var x = 0;
        for (; x <= row.Length - Vector<byte>.Count; x += Vector<byte>.Count)
            (new Vector<byte>(row[x..]) - new Vector<byte>(above[x..])).CopyTo(target[x..]);
        for (; x < row.Length; x++)
            target[x] = (byte)(row[x] - above[x]);
    }

    private sealed class DataChunks(IBufferWriter<byte> output) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer) => PngChunk.Write("IDAT"u8, buffer, output);

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
