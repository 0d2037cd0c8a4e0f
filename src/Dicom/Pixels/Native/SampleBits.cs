// Samples for codecs that know a precision and no bits allocated (PS3.5 8.1.1).

using System.Runtime.InteropServices;

namespace FhirHub.Dicom.Pixels.Native;

/// <summary>How many bits of the samples of a frame are in use.</summary>
internal static class SampleBits
{
    /// <summary>The least precision that loses nothing: the bits stored, or those allocated if something is in the others.</summary>
    public static int Precision(ReadOnlySpan<byte> frame, PixelDescription description)
    {
        var fits = (description.BitsAllocated, description.IsSigned) switch
        {
            (var allocated, _) when allocated == description.BitsStored => true,
            (8, false) => Fits(frame, description.BitsStored),
            (8, true) => Fits(MemoryMarshal.Cast<byte, sbyte>(frame), description.BitsStored),
            (_, false) => Fits(MemoryMarshal.Cast<byte, ushort>(frame), description.BitsStored),
            _ => Fits(MemoryMarshal.Cast<byte, short>(frame), description.BitsStored),
        };
        return fits ? description.BitsStored : description.BitsAllocated;
    }

    private static bool Fits(ReadOnlySpan<byte> samples, int bits)
    {
        var all = 0;
        foreach (var sample in samples)
            all |= sample;
        return all >> bits == 0;
    }

    private static bool Fits(ReadOnlySpan<ushort> samples, int bits)
    {
        var all = 0;
        foreach (var sample in samples)
            all |= sample;
        return all >> bits == 0;
    }

    // All bits from the sign on are equal in a number that fits.
    private static bool Fits(ReadOnlySpan<sbyte> samples, int bits)
    {
        var all = 0;
        foreach (var sample in samples)
            all |= sample ^ (sample >> 31);
        return all >> (bits - 1) == 0;
    }

    private static bool Fits(ReadOnlySpan<short> samples, int bits)
    {
        var all = 0;
        foreach (var sample in samples)
            all |= sample ^ (sample >> 31);
        return all >> (bits - 1) == 0;
    }
}
