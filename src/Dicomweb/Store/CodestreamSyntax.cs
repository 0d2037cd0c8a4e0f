// The transfer syntax of compressed pixels that come with nothing but their media type (PS3.18 8.7.3.3).

using System.Buffers.Binary;
using FhirHub.Dicom;

namespace FhirHub.Dicomweb;

/// <summary>
/// Tells transfer syntaxes of codestreams. The media types are the standard's; where one stands for several syntaxes, the codestream tells by its
/// header which process it is of, since a default would call lossy pixels lossless.
/// </summary>
internal static class CodestreamSyntax
{
    /// <summary>How much of a codestream is looked at.</summary>
    public const int HeadLength = 64 * 1024;

    private const string Jpeg = "1.2.840.10008.1.2.4.";

    /// <summary>The transfer syntax of a codestream; null if its media type is none of compressed pixels.</summary>
    /// <param name="mediaType">Its media type.</param>
    /// <param name="head">How it begins.</param>
    public static TransferSyntax? Find(string mediaType, ReadOnlySpan<byte> head)
    {
        var uid = mediaType switch
        {
            "image/jpeg" => OfJpeg(head),
            "image/jls" => Jpeg + (NearOfJpegLs(head) is null or 0 ? "80" : "81"),
            "image/jp2" => Jpeg + (IsReversible(head) ? "90" : "91"),
            "image/jpx" => Jpeg + (IsReversible(head) ? "92" : "93"),
            "image/jphc" => Jpeg + (IsReversible(head) ? "201" : "203"),
            "image/jxl" => Jpeg + "112",
            "image/dicom-rle" => "1.2.840.10008.1.2.5",
            "video/mpeg" or "video/mpeg2" => Jpeg + "100",
            "video/mp4" => Jpeg + "102",
            "video/h265" => Jpeg + "107",
            _ => null,
        };
        return uid is null ? null : TransferSyntax.Find(uid);
    }

    // The marker of the frame names the process (ISO 10918-1 B.1.1.3); of the lossless ones the scan names the predictor.
    private static string OfJpeg(ReadOnlySpan<byte> head)
    {
        var isLossless = false;
        foreach (var segment in new Segments(head))
        {
            switch (segment.Marker)
            {
                case 0xC0:
                    return Jpeg + "50";
                case 0xC1:
                    return Jpeg + "51";
                case 0xC2:
                    return Jpeg + "55";
                case 0xC3:
                    isLossless = true;
                    break;
                case 0xF7:
                    return Jpeg + (NearOfJpegLs(head) is null or 0 ? "80" : "81");
                case 0xDA when isLossless && segment.Content.Length > 0:
                    var predictor = 1 + (2 * segment.Content[0]);
                    return Jpeg + (segment.Content.Length > predictor && segment.Content[predictor] == 1 ? "70" : "57");
                default:
                    break;
            }
        }

        return Jpeg + "50";
    }

    // How far a sample may be from its original (ISO 14495-1 C.2.3); null if there is no scan.
    private static int? NearOfJpegLs(ReadOnlySpan<byte> head)
    {
        foreach (var segment in new Segments(head))
        {
            if (segment.Marker == 0xDA && segment.Content.Length > 0)
                return 1 + (2 * segment.Content[0]) is var near && near < segment.Content.Length ? segment.Content[near] : null;
        }

        return null;
    }

    // The transformation of the coding style default (ISO 15444-1 A.6.1): 1 is the reversible 5-3 filter. A file around the codestream is passed over.
    private static bool IsReversible(ReadOnlySpan<byte> head)
    {
        var start = head.IndexOf((ReadOnlySpan<byte>)[0xFF, 0x4F, 0xFF, 0x51]);
        if (start < 0)
            return false;
        foreach (var segment in new Segments(head[start..]))
        {
            if (segment.Marker == 0x52)
                return segment.Content.Length > 9 && segment.Content[9] == 1;
        }

        return false;
    }

    /// <summary>The marker segments of a header.</summary>
    private ref struct Segments(ReadOnlySpan<byte> head)
    {
        private ReadOnlySpan<byte> _rest = head.Length > 2 ? head[2..] : default;

        public Segment Current { get; private set; }

        public readonly Segments GetEnumerator() => this;

        public bool MoveNext()
        {
            while (_rest.Length > 4 && _rest[0] == 0xFF && _rest[1] == 0xFF)
                _rest = _rest[1..];
            if (_rest.Length < 4 || _rest[0] != 0xFF)
                return false;
            var length = BinaryPrimitives.ReadUInt16BigEndian(_rest[2..]);
            if (length < 2 || length + 2 > _rest.Length)
                return false;
            Current = new(_rest[1], _rest[4..(2 + length)]);
            _rest = _rest[(2 + length)..];
            return true;
        }
    }

    private readonly ref struct Segment(byte marker, ReadOnlySpan<byte> content)
    {
        public byte Marker { get; } = marker;

        public ReadOnlySpan<byte> Content { get; } = content;
    }
}
