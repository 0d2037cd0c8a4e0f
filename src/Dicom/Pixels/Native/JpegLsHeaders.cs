// What a JPEG-LS stream says of itself before its first scan (ISO 14495-1 C).

using System.Buffers.Binary;

namespace FhirHub.Dicom.Pixels.Native;

/// <summary>The headers of a JPEG-LS stream up to its first scan.</summary>
internal static class JpegLsHeaders
{
    private const byte FrameMarker = 0xF7;
    private const byte ParametersMarker = 0xF8;
    private const byte ScanMarker = 0xDA;
    private const int OversizeDimensions = 4;

    /// <summary>Refuses a stream that is not of the image that the data set describes.</summary>
    /// <exception cref="DicomException">It is refused.</exception>
    public static void Check(ReadOnlySpan<byte> stream, PixelDescription description)
    {
        if (description.Kind != SampleKind.Integer || description.BitsAllocated is not (8 or 16))
            throw new DicomException(DicomFault.Unsupported, $"JPEG-LS has samples in 8 or 16 bits, and the data set allocates {description.BitsAllocated}", DicomTags.BitsAllocated);
        if (stream.Length < 4 || stream[0] != 0xFF || stream[1] != 0xD8)
            throw Malformed("does not begin as one");
        var position = 2;
        var hasFrame = false;
        while (true)
        {
            if (position + 4 > stream.Length)
                throw new DicomException(DicomFault.Truncated, "a JPEG-LS stream ends within its headers", DicomTags.PixelData);
            if (stream[position] != 0xFF)
                throw Malformed("has bytes between its markers");
            var marker = stream[position + 1];
            if (marker == 0xFF)
            {
                position++;
                continue;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(stream[(position + 2)..]);
            position += 4;
            if (length < 2 || position + length - 2 > stream.Length)
                throw new DicomException(DicomFault.Truncated, "a JPEG-LS stream has a marker segment that is longer than what follows", DicomTags.PixelData);
            var segment = stream.Slice(position, length - 2);
            position += length - 2;
            switch (marker)
            {
                case FrameMarker:
                    if (hasFrame)
                        throw Malformed("has two frame headers");
                    hasFrame = true;
                    CheckFrame(segment, description);
                    break;
                case ParametersMarker when segment.Length > 0 && segment[0] == OversizeDimensions:
                    throw Malformed("has dimensions that DICOM does not have");
                case ScanMarker:
                    if (!hasFrame)
                        throw Malformed("has a scan before its frame header");
                    return;
                default:
                    break;
            }
        }
    }

    private static void CheckFrame(ReadOnlySpan<byte> segment, PixelDescription description)
    {
        if (segment.Length < 6)
            throw Malformed("has a frame header that is too short");
        int precision = segment[0], components = segment[5];
        int rows = BinaryPrimitives.ReadUInt16BigEndian(segment[1..]), columns = BinaryPrimitives.ReadUInt16BigEndian(segment[3..]);
        if (rows != description.Rows || columns != description.Columns)
            throw Malformed($"is of {rows:N0} rows and {columns:N0} columns, and the data set says {description.Rows:N0} and {description.Columns:N0}");
        if (components != description.SamplesPerPixel)
            throw Malformed($"has {components} components, and the data set says {description.SamplesPerPixel}");
        if (precision < 2 || precision > description.BitsAllocated)
            throw Malformed($"has samples of {precision} bits, and the data set allocates {description.BitsAllocated}");
    }

    private static DicomException Malformed(string reason) => new(DicomFault.Malformed, $"a JPEG-LS stream {reason}", DicomTags.PixelData);
}
