// Puts rows of components where the samples of pixels lie together.

using System.Runtime.InteropServices;

namespace FhirHub.Dicom.Pixels;

/// <summary>Stores rows of samples.</summary>
internal static class JpegOutput
{
    /// <summary>Stores a row of one component.</summary>
    public static void Store(ReadOnlySpan<ushort> row, Span<byte> output, PixelDescription description, int y, int component, int shift)
    {
        int samples = description.SamplesPerPixel, first = (y * row.Length * samples) + component;
        switch (description.BytesPerSample)
        {
            case 1:
                for (int x = 0, at = first; x < row.Length; x++, at += samples)
                    output[at] = (byte)(row[x] << shift);
                break;
            case 2:
                var words = MemoryMarshal.Cast<byte, ushort>(output);
                for (int x = 0, at = first; x < row.Length; x++, at += samples)
                    words[at] = (ushort)(row[x] << shift);
                break;
            default:
                var wide = MemoryMarshal.Cast<byte, uint>(output);
                for (int x = 0, at = first; x < row.Length; x++, at += samples)
                    wide[at] = (uint)(row[x] << shift);
                break;
        }
    }
}
