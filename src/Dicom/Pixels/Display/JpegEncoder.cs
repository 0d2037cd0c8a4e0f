// Baseline JPEG (ISO 10918-1 F.1, JFIF): gray, and luminance with chrominances, with the tables of the standard's annex K.

using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FhirHub.Dicom.Pixels;

/// <summary>Encodes images as baseline JPEG.</summary>
public static class JpegEncoder
{
    // From this quality on, chrominances have the resolution of the image: they carry what colour Doppler and stains mean.
    internal const int FullChrominanceQuality = 90;
    private const int IccChunk = 65_519;

    private static readonly Tables LuminanceCodes = new(JpegTables.DcLuminanceCounts, JpegTables.DcSymbols, JpegTables.AcLuminanceCounts, JpegTables.AcLuminanceSymbols);
    private static readonly Tables ChrominanceCodes = new(JpegTables.DcChrominanceCounts, JpegTables.DcSymbols, JpegTables.AcChrominanceCounts, JpegTables.AcChrominanceSymbols);

    /// <summary>Encodes a rendered image.</summary>
    /// <param name="image">The image; no side is longer than 65,535.</param>
    /// <param name="quality">1 to 100.</param>
    /// <param name="output">Where it goes.</param>
    /// <param name="iccProfile">The ICC profile of its colours (ICC.1 B.4); none if empty.</param>
    public static void Encode(RenderedImage image, int quality, IBufferWriter<byte> output, ReadOnlySpan<byte> iccProfile = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Math.Max(image.Width, image.Height), ushort.MaxValue);
        quality = Math.Clamp(quality, 1, 100);
        var scale = quality < 50 ? 5000 / quality : 200 - (2 * quality);
        Span<byte> luminance = stackalloc byte[64];
        Span<byte> chrominance = stackalloc byte[64];
        JpegTables.Scale(JpegTables.Luminance, scale, luminance);
        JpegTables.Scale(JpegTables.Chrominance, scale, chrominance);
        var isColor = image.Channels == 3;
        var factor = isColor && quality < FullChrominanceQuality ? 2 : 1;

        output.Write<byte>([0xFF, 0xD8]);
        Segment(output, 0xE0, [(byte)'J', (byte)'F', (byte)'I', (byte)'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]);
        WriteProfile(output, iccProfile);
        WriteQuantization(output, 0, luminance);
        if (isColor)
            WriteQuantization(output, 1, chrominance);
        WriteFrame(output, image, factor);
        WriteHuffman(output, 0x00, JpegTables.DcLuminanceCounts, JpegTables.DcSymbols);
        WriteHuffman(output, 0x10, JpegTables.AcLuminanceCounts, JpegTables.AcLuminanceSymbols);
        if (isColor)
        {
            WriteHuffman(output, 0x01, JpegTables.DcChrominanceCounts, JpegTables.DcSymbols);
            WriteHuffman(output, 0x11, JpegTables.AcChrominanceCounts, JpegTables.AcChrominanceSymbols);
        }

        Segment(output, 0xDA, isColor ? [3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0] : [1, 1, 0x00, 0, 63, 0]);
        if (isColor)
            WriteColor(image, factor, JpegForwardTransform.Reciprocals(luminance), JpegForwardTransform.Reciprocals(chrominance), output);
        else
            WriteGray(image, JpegForwardTransform.Reciprocals(luminance), output);
        output.Write<byte>([0xFF, 0xD9]);
    }

    private static void WriteGray(RenderedImage image, float[] reciprocals, IBufferWriter<byte> output)
    {
        var stride = (image.Width + 7) / 8 * 8;
        var band = ArrayPool<byte>.Shared.Rent(8 * stride);
        try
        {
            var bits = new JpegBitWriter(output);
            var dc = 0;
            for (var top = 0; top < image.Height; top += 8)
            {
                for (var y = 0; y < 8; y++)
                {
                    var row = image.Samples.Span.Slice(Math.Min(top + y, image.Height - 1) * image.Width, image.Width);
                    var line = band.AsSpan(y * stride, stride);
                    row.CopyTo(line);
                    line[row.Length..].Fill(row[^1]);
                }

                for (var x = 0; x < stride; x += 8)
                    WriteBlock(ref bits, band.AsSpan(x), stride, reciprocals, LuminanceCodes, ref dc);
            }

            bits.Finish();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(band);
        }
    }

    private static void WriteColor(RenderedImage image, int factor, float[] luminance, float[] chrominance, IBufferWriter<byte> output)
    {
        var side = 8 * factor;
        var stride = (image.Width + side - 1) / side * side;
        var size = side * stride;
        var band = ArrayPool<byte>.Shared.Rent(3 * size);
        try
        {
            var bits = new JpegBitWriter(output);
            int dc = 0, dcBlue = 0, dcRed = 0;
            Span<byte> y = band.AsSpan(0, size), blue = band.AsSpan(size, size), red = band.AsSpan(2 * size, size);
            for (var top = 0; top < image.Height; top += side)
            {
                for (var line = 0; line < side; line++)
                {
                    var row = image.Samples.Span.Slice(Math.Min(top + line, image.Height - 1) * image.Width * 3, image.Width * 3);
                    ToYbr(row, y.Slice(line * stride, stride), blue.Slice(line * stride, stride), red.Slice(line * stride, stride));
                }

                if (factor == 2)
                {
                    Halve(blue, stride, side);
                    Halve(red, stride, side);
                }

                for (var x = 0; x < stride; x += side)
                {
                    for (var down = 0; down < factor; down++)
                    {
                        for (var across = 0; across < factor; across++)
                            WriteBlock(ref bits, y[((down * 8 * stride) + x + (8 * across))..], stride, luminance, LuminanceCodes, ref dc);
                    }

                    WriteBlock(ref bits, blue[(x / factor)..], stride, chrominance, ChrominanceCodes, ref dcBlue);
                    WriteBlock(ref bits, red[(x / factor)..], stride, chrominance, ChrominanceCodes, ref dcRed);
                }
            }

            bits.Finish();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(band);
        }
    }

    private static void ToYbr(ReadOnlySpan<byte> row, Span<byte> y, Span<byte> blue, Span<byte> red)
    {
        var width = row.Length / 3;
        for (int x = 0, at = 0; x < width && at + 2 < row.Length; x++, at += 3)
        {
            int r = row[at], g = row[at + 1], b = row[at + 2];
            y[x] = (byte)(((19595 * r) + (38470 * g) + (7471 * b) + 32768) >> 16);
            blue[x] = (byte)(((-11059 * r) - (21709 * g) + (32768 * b) + (128 << 16) + 32767) >> 16);
            red[x] = (byte)(((32768 * r) - (27439 * g) - (5329 * b) + (128 << 16) + 32767) >> 16);
        }

        y[width..].Fill(y[width - 1]);
        blue[width..].Fill(blue[width - 1]);
        red[width..].Fill(red[width - 1]);
    }

    // The mean of four, alternately rounded up and down so that nothing drifts; the half band stays where the whole one was.
    private static void Halve(Span<byte> band, int stride, int lines)
    {
        for (var line = 0; line < lines / 2; line++)
        {
            ReadOnlySpan<byte> upper = band.Slice(2 * line * stride, stride), lower = band.Slice(((2 * line) + 1) * stride, stride);
            var target = band[(line * stride)..];
            for (var x = 0; x < stride / 2; x++)
                target[x] = (byte)((upper[2 * x] + upper[(2 * x) + 1] + lower[2 * x] + lower[(2 * x) + 1] + 1 + (x & 1)) >> 2);
        }
    }

    private static void WriteBlock(ref JpegBitWriter bits, ReadOnlySpan<byte> samples, int stride, float[] reciprocals, Tables codes, ref int dc)
    {
        // The reach of the block, checked once for all 64.
        _ = samples[(7 * stride) + 7];
        Span<short> coefficients = stackalloc short[64];
        var set = JpegForwardTransform.Transform(ref MemoryMarshal.GetReference(samples), stride, reciprocals, coefficients);
        bits.Reserve();
        var first = coefficients[0];
        var difference = first - dc;
        dc = first;
        Put(ref bits, codes.Dc, 0, difference);

        var places = 0UL;
        for (set &= ~1UL; set != 0; set &= set - 1)
            places |= 1UL << JpegTables.ZigzagOf[BitOperations.TrailingZeroCount(set)];
        var last = 0;
        for (; places != 0; places &= places - 1)
        {
            var place = BitOperations.TrailingZeroCount(places);
            var zeros = place - last - 1;
            for (; zeros > 15; zeros -= 16)
                bits.Put(codes.Ac[0xF0] & 0xFFFF, (int)(codes.Ac[0xF0] >> 16));
            Put(ref bits, codes.Ac, zeros << 4, coefficients[JpegTables.PlaceOf[place]]);
            last = place;
        }

        if (last < 63)
            bits.Put(codes.Ac[0] & 0xFFFF, (int)(codes.Ac[0] >> 16));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(ref JpegBitWriter bits, uint[] codes, int zeros, int value)
    {
        var sign = value >> 31;
        var size = 32 - BitOperations.LeadingZeroCount((uint)((value ^ sign) - sign));
        var code = codes[zeros | size];
        bits.Put(((code & 0xFFFF) << size) | ((uint)(value + sign) & ((1u << size) - 1)), (int)(code >> 16) + size);
    }

    /// <summary>Writes a profile in as many segments as it takes (ICC.1 B.4).</summary>
    internal static void WriteProfile(IBufferWriter<byte> output, ReadOnlySpan<byte> profile)
    {
        var count = (profile.Length + IccChunk - 1) / IccChunk;
        if (count > byte.MaxValue)
            return;
        for (var i = 0; i < count; i++)
        {
            var chunk = profile[(i * IccChunk)..Math.Min(profile.Length, (i + 1) * IccChunk)];
            Segment(output, 0xE2, [.. "ICC_PROFILE\0"u8, (byte)(i + 1), (byte)count, .. chunk]);
        }
    }

    private static void WriteQuantization(IBufferWriter<byte> output, byte id, ReadOnlySpan<byte> factors)
    {
        Span<byte> body = stackalloc byte[65];
        body[0] = id;
        for (var i = 0; i < 64; i++)
            body[i + 1] = factors[JpegTables.Natural[i]];
        Segment(output, 0xDB, body);
    }

    private static void WriteFrame(IBufferWriter<byte> output, RenderedImage image, int factor)
    {
        Span<byte> size = [8, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(size[1..], (ushort)image.Height);
        BinaryPrimitives.WriteUInt16BigEndian(size[3..], (ushort)image.Width);
        var sampling = (byte)((factor << 4) | factor);
        Segment(output, 0xC0, image.Channels == 3 ? [.. size, 3, 1, sampling, 0, 2, 0x11, 1, 3, 0x11, 1] : [.. size, 1, 1, 0x11, 0]);
    }

    private static void WriteHuffman(IBufferWriter<byte> output, byte id, ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols) =>
        Segment(output, 0xC4, [id, .. counts, .. symbols]);

    private static void Segment(IBufferWriter<byte> output, byte marker, ReadOnlySpan<byte> body)
    {
        Span<byte> head = [0xFF, marker, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(head[2..], (ushort)(body.Length + 2));
        output.Write(head);
        output.Write(body);
    }

    // Code and length of each symbol, the length in the upper half.
    private sealed class Tables(ReadOnlySpan<byte> dcCounts, ReadOnlySpan<byte> dcSymbols, ReadOnlySpan<byte> acCounts, ReadOnlySpan<byte> acSymbols)
    {
        public uint[] Dc { get; } = Codes(dcCounts, dcSymbols);

        public uint[] Ac { get; } = Codes(acCounts, acSymbols);

        private static uint[] Codes(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols)
        {
            var codes = new uint[256];
            uint code = 0;
            var place = 0;
            for (var length = 1; length <= 16; length++, code <<= 1)
            {
                for (var i = 0; i < counts[length - 1]; i++)
                    codes[symbols[place++]] = ((uint)length << 16) | code++;
            }

            return codes;
        }
    }
}
