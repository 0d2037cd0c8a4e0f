// How the samples of a frame lie: packed bits, planes, shared chrominances (PS3.5 8.1.1, PS3.3 C.7.6.3.1.2, C.7.6.3.1.3).

using System.Runtime.InteropServices;

namespace FhirHub.Dicom.Pixels;

/// <summary>Turns native frames into decoded ones, and back.</summary>
internal static class SampleLayout
{
    /// <summary>Copies the bits from <paramref name="firstBit"/> on, so that they begin with a byte; what is left of the last byte is zero.</summary>
    public static void CopyBits(ReadOnlySpan<byte> source, int firstBit, long count, Span<byte> target)
    {
        var bytes = (int)((count + 7) / 8);
        if (firstBit == 0)
        {
            source[..bytes].CopyTo(target);
        }
        else
        {
            for (var i = 0; i < bytes; i++)
            {
                var next = i + 1 < source.Length ? source[i + 1] : 0;
                target[i] = (byte)((source[i] >> firstBit) | (next << (8 - firstBit)));
            }
        }

        if (count % 8 != 0)
            target[bytes - 1] &= (byte)((1 << (int)(count % 8)) - 1);
    }

    /// <summary>Adds the bits of a frame behind those that are there, which end within a byte or with one.</summary>
    public static void AppendBits(ReadOnlySpan<byte> source, long count, Span<byte> target, long firstBit)
    {
        var shift = (int)(firstBit % 8);
        var at = (int)(firstBit / 8);
        var bytes = (int)((count + 7) / 8);
        for (var i = 0; i < bytes; i++)
        {
            target[at + i] |= (byte)(source[i] << shift);
            if (shift > 0 && at + i + 1 < target.Length)
                target[at + i + 1] |= (byte)(source[i] >> (8 - shift));
        }
    }

    /// <summary>Puts the samples of each pixel together that came in planes.</summary>
    public static void Interleave(ReadOnlySpan<byte> planes, Span<byte> pixels, int samples, int bytesPerSample)
    {
        switch (bytesPerSample)
        {
            case 1:
                Interleave(planes, pixels, samples);
                break;
            case 2:
                Interleave(MemoryMarshal.Cast<byte, ushort>(planes), MemoryMarshal.Cast<byte, ushort>(pixels), samples);
                break;
            case 4:
                Interleave(MemoryMarshal.Cast<byte, uint>(planes), MemoryMarshal.Cast<byte, uint>(pixels), samples);
                break;
            default:
                Interleave(MemoryMarshal.Cast<byte, ulong>(planes), MemoryMarshal.Cast<byte, ulong>(pixels), samples);
                break;
        }
    }

    /// <summary>Puts samples that are together by pixel into planes.</summary>
    public static void Separate(ReadOnlySpan<byte> pixels, Span<byte> planes, int samples, int bytesPerSample)
    {
        var count = pixels.Length / samples / bytesPerSample;
        for (var sample = 0; sample < samples; sample++)
        {
            var plane = planes[(sample * count * bytesPerSample)..];
            for (var i = 0; i < count; i++)
                pixels.Slice(((i * samples) + sample) * bytesPerSample, bytesPerSample).CopyTo(plane[(i * bytesPerSample)..]);
        }
    }

    /// <summary>Gives each pixel the chrominances that it shares with its neighbour: Y Y B R becomes Y B R Y B R.</summary>
    public static void Expand422(ReadOnlySpan<byte> source, Span<byte> target, int bytesPerSample)
    {
        if (bytesPerSample == 1)
            Expand422(source, target);
        else
            Expand422(MemoryMarshal.Cast<byte, ushort>(source), MemoryMarshal.Cast<byte, ushort>(target));
    }

    private static void Interleave<T>(ReadOnlySpan<T> planes, Span<T> pixels, int samples)
    {
        var count = pixels.Length / samples;
        if (samples == 3)
        {
            var first = planes[..count];
            var second = planes.Slice(count, count);
            var third = planes.Slice(2 * count, count);
            for (int i = 0, at = 0; i < first.Length && at + 2 < pixels.Length; i++, at += 3)
            {
                pixels[at] = first[i];
                pixels[at + 1] = second[i];
                pixels[at + 2] = third[i];
            }

            return;
        }

        for (var sample = 0; sample < samples; sample++)
        {
            var plane = planes.Slice(sample * count, count);
            for (int i = 0, at = sample; i < plane.Length; i++, at += samples)
                pixels[at] = plane[i];
        }
    }

    private static void Expand422<T>(ReadOnlySpan<T> source, Span<T> target)
    {
        for (int from = 0, to = 0; from + 3 < source.Length && to + 5 < target.Length; from += 4, to += 6)
        {
            target[to] = source[from];
            target[to + 3] = source[from + 1];
            target[to + 1] = target[to + 4] = source[from + 2];
            target[to + 2] = target[to + 5] = source[from + 3];
        }
    }
}
