// Which media types frames of which transfer syntax have (PS3.18 8.7.3.3).

using FhirHub.Dicom;

namespace FhirHub.Dicomweb;

/// <summary>The media types of frames.</summary>
internal static class PixelMedia
{
    /// <summary>The media type of frames that are not compressed.</summary>
    public const string OctetStream = "application/octet-stream";

    // The first transfer syntax of a media type is the one that it has where none is asked for (PS3.18 table 8.7.3-4).
    private static readonly (string MediaType, string[] Syntaxes)[] Table =
    [
        ("image/jpeg", ["1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.57"]),
        ("image/jls", ["1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"]),
        ("image/jp2", ["1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91"]),
        ("image/jpx", ["1.2.840.10008.1.2.4.92", "1.2.840.10008.1.2.4.93"]),
        ("image/jphc", ["1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.202", "1.2.840.10008.1.2.4.203"]),
        ("image/jxl", ["1.2.840.10008.1.2.4.110", "1.2.840.10008.1.2.4.111", "1.2.840.10008.1.2.4.112"]),
        ("image/dicom-rle", ["1.2.840.10008.1.2.5"]),

        // Names from before the types were registered, which viewers still ask for.
        ("image/x-jls", ["1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"]),
        ("image/x-dicom-rle", ["1.2.840.10008.1.2.5"]),
    ];

    /// <summary>The media types of compressed images, the older names last.</summary>
    public static IEnumerable<string> Images => Table.Select(row => row.MediaType);

    /// <summary>The media type of a frame as it is in a transfer syntax.</summary>
    public static string Of(TransferSyntax syntax) => syntax.Pixels switch
    {
        PixelEncoding.Jpeg => "image/jpeg",
        PixelEncoding.JpegLs => "image/jls",
        PixelEncoding.Jpeg2000 => syntax.Uid[^2..] is "92" or "93" ? "image/jpx" : "image/jp2",
        PixelEncoding.Htj2k => "image/jphc",
        PixelEncoding.JpegXl => "image/jxl",
        PixelEncoding.Rle => "image/dicom-rle",
        PixelEncoding.Video => OfVideo(syntax.Uid["1.2.840.10008.1.2.4.".Length..]),
        _ => OctetStream,
    };

    /// <summary>The transfer syntaxes that frames of a media type may have, the default first; none for those of video.</summary>
    public static IEnumerable<TransferSyntax> SyntaxesOf(string mediaType) =>
        (Table.FirstOrDefault(row => row.MediaType == mediaType).Syntaxes ?? []).Select(uid => TransferSyntax.Find(uid)!);

    private static string OfVideo(string process) => process[..3] switch
    {
        "100" or "101" => "video/mpeg",
        "107" or "108" => "video/H265",
        _ => "video/mp4",
    };
}
