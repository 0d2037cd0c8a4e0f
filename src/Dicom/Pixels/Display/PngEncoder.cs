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
    private static readonly uint[] CrcTable = MakeCrcTable();

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Encodes a rendered image.</summary>
    public static void Encode(RenderedImage image, IBufferWriter<byte> output, CompressionLevel level = CompressionLevel.Fastest) =>
        Encode(image.Samples, image.Width, image.Height, image.Channels, bits: 8, output, level);

    /// <summary>Encodes gray samples of 16 bits, which have their least significant byte first.</summary>
    public static void EncodeGray16(ReadOnlySpan<byte> samples, int width, int height, IBufferWriter<byte> output, CompressionLevel level = CompressionLevel.Fastest)
    {
        var swapped = ArrayPool<byte>.Shared.Rent(2 * width * height);
        try
        {
            samples[..(2 * width * height)].CopyTo(swapped);
            ByteOrder.Swap(swapped.AsSpan(0, 2 * width * height), 2);
            Encode(swapped.AsSpan(0, 2 * width * height), width, height, channels: 1, bits: 16, output, level);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(swapped);
        }
    }

    private static void Encode(ReadOnlySpan<byte> samples, int width, int height, int channels, int bits, IBufferWriter<byte> output, CompressionLevel level)
    {
        output.Write(Signature);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        (header[8], header[9], header[10], header[11], header[12]) = ((byte)bits, channels == 1 ? (byte)0 : (byte)2, 0, 0, 0);
        Chunk("IHDR"u8, header, output);

        using var compressed = new MemoryStream(Math.Max(256, samples.Length / 2));
        using (var deflater = new ZLibStream(compressed, level, leaveOpen: true))
            WriteRows(samples, width * channels * bits / 8, height, deflater);
        Chunk("IDAT"u8, compressed.GetBuffer().AsSpan(0, (int)compressed.Length), output);
        Chunk("IEND"u8, [], output);
    }

    // The difference to the row above is the one filter that vectors make at the speed of memory, and scans of bodies compress well with it.
    private static void WriteRows(ReadOnlySpan<byte> samples, int stride, int height, ZLibStream deflater)
    {
        var line = ArrayPool<byte>.Shared.Rent(stride + 1);
        try
        {
            for (var y = 0; y < height; y++)
            {
                var row = samples.Slice(y * stride, stride);
                line[0] = y == 0 ? (byte)0 : FilterUp;
                var filtered = line.AsSpan(1, stride);
                if (y == 0)
                    row.CopyTo(filtered);
                else
                    Subtract(row, samples.Slice((y - 1) * stride, stride), filtered);
                deflater.Write(line, 0, stride + 1);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(line);
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

    private static void Chunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> content, IBufferWriter<byte> output)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        output.Write(number);
        output.Write(type);
        output.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(content, Crc(type, uint.MaxValue)));
        output.Write(number);
    }

    private static uint Crc(ReadOnlySpan<byte> bytes, uint crc)
    {
        foreach (var value in bytes)
            crc = CrcTable[(byte)(crc ^ value)] ^ (crc >> 8);
        return crc;
    }

    private static uint[] MakeCrcTable()
    {
        var table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            var value = i;
            for (var bit = 0; bit < 8; bit++)
                value = (value & 1) != 0 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1;
            table[i] = value;
        }

        return table;
    }
}
