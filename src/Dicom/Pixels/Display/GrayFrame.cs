// Frames of one sample to shades of gray, by a table where samples are few enough.

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FhirHub.Dicom.Pixels;

/// <summary>Shows monochrome frames.</summary>
internal static class GrayFrame
{
    /// <summary>Makes a byte of each sample.</summary>
    public static void Show(ReadOnlySpan<byte> frame, PixelDescription description, DicomDataset dataset, GrayTransform transform, Span<byte> gray)
    {
        if (description.BitsAllocated == 1)
        {
            ShowBits(frame, transform.IsInverse, gray);
            return;
        }

        if (description is { Kind: SampleKind.Integer, BitsAllocated: 8 or 16 })
            ShowByTable(frame, description, dataset, transform, gray);
        else
            ShowWide(frame, description, dataset, transform, gray);
    }

    private static void ShowBits(ReadOnlySpan<byte> frame, bool isInverse, Span<byte> gray)
    {
        byte set = isInverse ? (byte)0 : (byte)255, unset = isInverse ? (byte)255 : (byte)0;
        for (var i = 0; i < gray.Length; i++)
            gray[i] = ((frame[i >> 3] >> (i & 7)) & 1) != 0 ? set : unset;
    }

    private static void ShowByTable(ReadOnlySpan<byte> frame, PixelDescription description, DicomDataset dataset, GrayTransform transform, Span<byte> gray)
    {
        int size = 1 << description.BitsStored, mask = size - 1, shift = description.HighBit + 1 - description.BitsStored;
        var sign = description.IsSigned ? size / 2 : size;
        var words = description.BitsAllocated == 16 ? MemoryMarshal.Cast<byte, ushort>(frame) : default;
        if (!transform.IsComplete)
        {
            var padding = Padding.Of(dataset, description);
            int least = int.MaxValue, greatest = int.MinValue;
            for (var i = 0; i < gray.Length; i++)
            {
                var value = ((words.IsEmpty ? frame[i] : words[i]) >> shift) & mask;
                value = value >= sign ? value - size : value;
                if (padding.Covers(value))
                    continue;
                least = Math.Min(least, value);
                greatest = Math.Max(greatest, value);
            }

            // Bytes without a window are shades already.
            transform = description is { BitsStored: 8, IsSigned: false } ? transform.Over(0, 255)
                : least <= greatest ? transform.Over(least, greatest) : transform.Over(0, 1);
        }

        var table = new byte[size];
        transform.Fill(table, description.IsSigned);
        if (words.IsEmpty)
        {
            for (var i = 0; i < gray.Length; i++)
                gray[i] = table[(frame[i] >> shift) & mask];
            return;
        }

        words = words[..gray.Length];
        if (size == ushort.MaxValue + 1)
        {
            // Each word is a place of the table, which the runtime can't know: its check would cost as much as the look-up.
            ref var shades = ref MemoryMarshal.GetArrayDataReference(table);
            for (var i = 0; i < words.Length; i++)
                gray[i] = Unsafe.Add(ref shades, words[i]);
            return;
        }

        for (var i = 0; i < words.Length; i++)
            gray[i] = table[(words[i] >> shift) & mask];
    }

    private static void ShowWide(ReadOnlySpan<byte> frame, PixelDescription description, DicomDataset dataset, GrayTransform transform, Span<byte> gray)
    {
        if (!transform.IsComplete)
        {
            var padding = Padding.Of(dataset, description);
            double least = double.PositiveInfinity, greatest = double.NegativeInfinity;
            for (var i = 0; i < gray.Length; i++)
            {
                var value = Wide(frame, description, i);
                if (!double.IsFinite(value) || padding.Covers(value))
                    continue;
                least = Math.Min(least, value);
                greatest = Math.Max(greatest, value);
            }

            transform = least <= greatest ? transform.Over(least, greatest) : transform.Over(0, 1);
        }

        for (var i = 0; i < gray.Length; i++)
            gray[i] = (byte)((transform.Map(Wide(frame, description, i)) * 255) + 0.5);
    }

    private static double Wide(ReadOnlySpan<byte> frame, PixelDescription description, int index)
    {
        if (description.Kind == SampleKind.Float)
            return MemoryMarshal.Cast<byte, float>(frame)[index];
        if (description.Kind == SampleKind.Double)
            return MemoryMarshal.Cast<byte, double>(frame)[index];
        var raw = description.BitsAllocated == 32 ? MemoryMarshal.Cast<byte, uint>(frame)[index] : MemoryMarshal.Cast<byte, ulong>(frame)[index];
        raw <<= 63 - description.HighBit;
        return description.IsSigned ? (long)raw >> (64 - description.BitsStored) : raw >> (64 - description.BitsStored);
    }

    // Values that fill where the scanner saw nothing (PS3.3 C.7.5.1.1.2); they must not widen the window.
    private readonly record struct Padding(double Least, double Greatest)
    {
        public static Padding Of(DicomDataset dataset, PixelDescription description)
        {
            if (description.Kind != SampleKind.Integer || dataset.GetDouble(PixelTags.PixelPaddingValue) is not { } value)
                return new(1, 0);
            var limit = Signed(dataset.GetDouble(PixelTags.PixelPaddingRangeLimit) ?? value, description);
            value = Signed(value, description);
            return new(Math.Min(value, limit), Math.Max(value, limit));
        }

        public bool Covers(double value) => value >= Least && value <= Greatest;

        // The value has the sign of the samples, which some writers leave out.
        private static double Signed(double value, PixelDescription description) =>
            description.IsSigned && description.BitsAllocated == 16 && value > short.MaxValue ? value - (ushort.MaxValue + 1) : value;
    }
}
