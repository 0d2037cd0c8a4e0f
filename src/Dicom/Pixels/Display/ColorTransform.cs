// From the samples of a pixel to red, green and blue of eight bits (PS3.3 C.7.6.3.1.2, C.7.6.3.1.5).

using System.Runtime.InteropServices;

namespace FhirHub.Dicom.Pixels;

/// <summary>Colour transformations.</summary>
internal static class ColorTransform
{
    private const int FractionBits = 16;
    private const int Half = 1 << (FractionBits - 1);

    /// <summary>Makes pixels of three bytes of a decoded frame.</summary>
    public static void ToRgb(ReadOnlySpan<byte> frame, PixelDescription description, Span<byte> rgb)
    {
        ToBytes(frame, description, rgb);
        switch (description.Photometric)
        {
            case PhotometricInterpretation.Rgb:
                break;
            case PhotometricInterpretation.YbrFull or PhotometricInterpretation.YbrFull422 or PhotometricInterpretation.YbrIct:
                FromYbrFull(rgb);
                break;
            case PhotometricInterpretation.YbrPartial422 or PhotometricInterpretation.YbrPartial420:
                FromYbrPartial(rgb);
                break;
            default:
                throw new DicomException(DicomFault.Unsupported, $"{description.Photometric.Term()} can't be shown", DicomTags.PhotometricInterpretation);
        }
    }

    /// <summary>Whether shades are supplemented by the colours of a palette (PS3.3 C.7.6.23, C.8.16.2.1.1.1).</summary>
    public static bool HasSupplementalPalette(DicomDataset dataset, PixelDescription description) =>
        description.Photometric == PhotometricInterpretation.Monochrome2
        && description is { Kind: SampleKind.Integer, BitsAllocated: 8 or 16 }
        && dataset.GetString(PixelTags.PixelPresentation) is "COLOR" or "MIXED"
        && dataset.Find(PixelTags.RedPaletteDescriptor) is { IsEmpty: false };

    /// <summary>Makes pixels of three bytes of indices into the palette of a data set.</summary>
    /// <param name="frame">The indices.</param>
    /// <param name="description">What they are.</param>
    /// <param name="dataset">Where the palette is.</param>
    /// <param name="rgb">Takes the colours.</param>
    /// <param name="isSupplemental">Whether values below the first of the palette are left as they are.</param>
    public static void FromPalette(ReadOnlySpan<byte> frame, PixelDescription description, DicomDataset dataset, Span<byte> rgb, bool isSupplemental = false)
    {
        if (description.BitsAllocated is not (8 or 16))
            throw new DicomException(DicomFault.Unsupported, $"indices of {description.BitsAllocated} bits into a palette can't be shown", DicomTags.BitsAllocated);
        var size = 1 << description.BitsStored;
        var colors = new byte[3 * size];
        var first = int.MinValue;
        for (uint color = 0; color < 3; color++)
        {
            var table = LookupTable.Read(
                dataset,
                new(PixelTags.RedPaletteDescriptor.Value + color),
                new(PixelTags.RedPaletteData.Value + color),
                new(PixelTags.SegmentedRedPaletteData.Value + color),
                description.IsSigned)
                ?? throw new DicomException(DicomFault.InvalidValue, "is missing, and without it there are no colours", new(PixelTags.RedPaletteDescriptor.Value + color));
            first = isSupplemental ? table.First : first;
            for (var index = 0; index < size; index++)
                colors[(3 * index) + (int)color] = (byte)(table[Value(index)] >> (table.Bits - 8));
        }

        int shift = description.HighBit + 1 - description.BitsStored, mask = size - 1;
        var words = description.BitsAllocated == 16 ? MemoryMarshal.Cast<byte, ushort>(frame) : default;
        for (int i = 0, at = 0; at + 2 < rgb.Length; i++, at += 3)
        {
            var index = ((words.IsEmpty ? frame[i] : words[i]) >> shift) & mask;
            if (Value(index) >= first)
                colors.AsSpan(3 * index, 3).CopyTo(rgb[at..]);
        }

        int Value(int index) => description.IsSigned && index >= size / 2 ? index - size : index;
    }

    /// <summary>YBR_FULL to RGB in place, in the whole numbers of libjpeg.</summary>
    public static void FromYbrFull(Span<byte> pixels)
    {
        for (var at = 0; at + 2 < pixels.Length; at += 3)
        {
            int y = pixels[at], blue = pixels[at + 1] - 128, red = pixels[at + 2] - 128;
            pixels[at] = Clamp(y + (((91881 * red) + Half) >> FractionBits));
            pixels[at + 1] = Clamp(y + (((-22554 * blue) - (46802 * red) + Half) >> FractionBits));
            pixels[at + 2] = Clamp(y + (((116130 * blue) + Half) >> FractionBits));
        }
    }

    // ITU-R BT.601 with luminance from 16 to 235 and chrominance from 16 to 240.
    private static void FromYbrPartial(Span<byte> pixels)
    {
        for (var at = 0; at + 2 < pixels.Length; at += 3)
        {
            int y = 76309 * (pixels[at] - 16), blue = pixels[at + 1] - 128, red = pixels[at + 2] - 128;
            pixels[at] = Clamp((y + (104597 * red) + Half) >> FractionBits);
            pixels[at + 1] = Clamp((y - (25675 * blue) - (53279 * red) + Half) >> FractionBits);
            pixels[at + 2] = Clamp((y + (132201 * blue) + Half) >> FractionBits);
        }
    }

    private static byte Clamp(int value) => (byte)Math.Clamp(value, 0, 255);

    private static void ToBytes(ReadOnlySpan<byte> frame, PixelDescription description, Span<byte> bytes)
    {
        int shift = description.HighBit + 1 - description.BitsStored, mask = (int)((1L << Math.Min(description.BitsStored, 31)) - 1);
        switch (description.BitsAllocated)
        {
            case 8 when description.BitsStored == 8:
                frame[..bytes.Length].CopyTo(bytes);
                break;
            case 8:
                for (var i = 0; i < bytes.Length; i++)
                    bytes[i] = (byte)(((frame[i] >> shift) & mask) * 255 / mask);
                break;
            case 16:
                var words = MemoryMarshal.Cast<byte, ushort>(frame);
                for (var i = 0; i < bytes.Length; i++)
                    bytes[i] = (byte)(((words[i] >> shift) & mask) * 255 / mask);
                break;
            case 32:
                var whole = (1UL << description.BitsStored) - 1;
                var wide = MemoryMarshal.Cast<byte, uint>(frame);
                for (var i = 0; i < bytes.Length; i++)
                    bytes[i] = (byte)(((wide[i] >> shift) & whole) * 255UL / whole);
                break;
            default:
                throw new DicomException(DicomFault.Unsupported, $"colours of {description.BitsAllocated} bits can't be shown", DicomTags.BitsAllocated);
        }
    }
}
