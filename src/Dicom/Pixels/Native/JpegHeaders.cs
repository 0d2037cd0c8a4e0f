// What a JPEG stream says of itself before its first scan (ISO 10918-1 B).

using System.Buffers.Binary;

namespace FhirHub.Dicom.Pixels.Native;

/// <summary>The headers of a JPEG stream up to its first scan.</summary>
internal sealed class JpegHeaders
{
    private readonly List<int> _colorMarkers = [];

    private JpegHeaders()
    {
    }

    /// <summary>The frame header.</summary>
    public JpegFrameHeader Frame { get; private set; } = null!;

    /// <summary>What an Adobe marker says of the colours; null without one.</summary>
    public int? AdobeTransform { get; private set; }

    /// <summary>Whether the number of lines is told behind the first scan.</summary>
    public bool IsHeightOpen { get; private set; }

    /// <summary>Where the codes of those markers are that tell other decoders of colours.</summary>
    public IReadOnlyList<int> ColorMarkers => _colorMarkers;

    /// <summary>Reads them, and refuses a stream that is not of the image that the data set describes.</summary>
    /// <exception cref="DicomException">It is refused.</exception>
    public static JpegHeaders Read(ReadOnlySpan<byte> stream, PixelDescription description)
    {
        if (stream.Length < 4 || stream[0] != 0xFF || stream[1] != 0xD8)
            throw JpegFrameHeader.Malformed("does not begin as one");
        var headers = new JpegHeaders();
        var position = 2;
        while (true)
        {
            var marker = JpegDecoder.NextMarker(stream, ref position);
            if (marker is 0 or 0xD9)
                throw JpegFrameHeader.Malformed("has no scan");
            if (marker is (>= 0xD0 and <= 0xD7) or 0x01 or 0xD8)
                continue;
            var at = position - 1;
            var segment = JpegDecoder.Segment(stream, ref position);
            switch (marker)
            {
                case 0xDA:
                    return headers.Frame is null ? throw JpegFrameHeader.Malformed("has a scan before its frame header") : headers;
                case 0xE0:
                    headers._colorMarkers.Add(at);
                    break;
                case 0xEE:
                    headers._colorMarkers.Add(at);
                    if (segment.Length >= 12 && segment[..5].SequenceEqual("Adobe"u8))
                        headers.AdobeTransform = segment[11];
                    break;
                case >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC):
                    if (headers.Frame is not null)
                        throw JpegFrameHeader.Malformed("has two frame headers");
                    headers.Frame = JpegFrameHeader.Read(segment, marker switch { 0xC0 or 0xC1 => JpegProcess.Sequential, 0xC3 => JpegProcess.Lossless, _ => JpegProcess.Progressive }, description);
                    headers.IsHeightOpen = BinaryPrimitives.ReadUInt16BigEndian(segment[1..]) == 0;
                    break;
                default:
                    break;
            }
        }
    }
}
