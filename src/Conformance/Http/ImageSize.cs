// How large a rendered image is, by the head of its file.

using System.Buffers.Binary;

namespace FhirHub.Conformance;

/// <summary>Width and height of JPEG, PNG and GIF.</summary>
internal static class ImageSize
{
    /// <summary>The size; null if the bytes are none of these.</summary>
    public static (int Width, int Height)? Of(ReadOnlySpan<byte> bytes)
    {
        // PNG 11.2.2; GIF89a 18.
        if (bytes.Length >= 24 && bytes.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']))
            return (BinaryPrimitives.ReadInt32BigEndian(bytes[16..]), BinaryPrimitives.ReadInt32BigEndian(bytes[20..]));
        if (bytes.Length >= 10 && bytes.StartsWith("GIF8"u8))
            return (BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]), BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]));
        return bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8]) ? OfJpeg(bytes[2..]) : null;
    }

    // ITU T.81 B.1.1: segments, of which the frame header has the size.
    private static (int Width, int Height)? OfJpeg(ReadOnlySpan<byte> segments)
    {
        while (segments.Length >= 9 && segments[0] == 0xFF)
        {
            if (segments[1] is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
                return (BinaryPrimitives.ReadUInt16BigEndian(segments[7..]), BinaryPrimitives.ReadUInt16BigEndian(segments[5..]));
            var next = 2 + BinaryPrimitives.ReadUInt16BigEndian(segments[2..]);
            if (next >= segments.Length)
                return null;
            segments = segments[next..];
        }

        return null;
    }
}
