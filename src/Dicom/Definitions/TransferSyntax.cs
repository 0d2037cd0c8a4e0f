// Transfer syntaxes: how a data set is encoded, and how its pixels are (PS3.5 10, PS3.6 A).

using System.Collections.Frozen;

namespace FhirHub.Dicom;

/// <summary>How Pixel Data is compressed (PS3.5 8.2, 10).</summary>
public enum PixelEncoding
{
    /// <summary>Not at all.</summary>
    Native,

    /// <summary>Not at all, but in fragments (1.2.840.10008.1.2.1.98).</summary>
    Encapsulated,

    /// <summary>JPEG (ISO 10918-1), all processes.</summary>
    Jpeg,

    /// <summary>JPEG-LS (ISO 14495-1).</summary>
    JpegLs,

    /// <summary>JPEG 2000 (ISO 15444-1 and -2).</summary>
    Jpeg2000,

    /// <summary>High-Throughput JPEG 2000 (ISO 15444-15).</summary>
    Htj2k,

    /// <summary>JPEG XL (ISO 18181-1).</summary>
    JpegXl,

    /// <summary>Run lengths (PS3.5 G).</summary>
    Rle,

    /// <summary>Each frame deflated (PS3.5 8.2.16).</summary>
    DeflatedFrames,

    /// <summary>A video stream.</summary>
    Video,

    /// <summary>Elsewhere, by JPIP.</summary>
    Referenced,
}

/// <summary>A transfer syntax (PS3.5 10).</summary>
public sealed partial class TransferSyntax
{
    private static readonly FrozenDictionary<string, TransferSyntax> ByUid = Table().ToFrozenDictionary(syntax => syntax.Uid, StringComparer.Ordinal);

    private TransferSyntax(string uid, string name, PixelEncoding pixels = PixelEncoding.Native, bool lossy = false, bool retired = false)
    {
        Uid = uid;
        Name = name;
        Pixels = pixels;
        IsLossy = lossy;
        IsRetired = retired;
    }

    /// <summary>The default of DICOM, 1.2.840.10008.1.2.</summary>
    public static TransferSyntax ImplicitVRLittleEndian { get; } = ByUid["1.2.840.10008.1.2"];

    /// <summary>1.2.840.10008.1.2.1.</summary>
    public static TransferSyntax ExplicitVRLittleEndian { get; } = ByUid["1.2.840.10008.1.2.1"];

    /// <summary>1.2.840.10008.1.2.1.99.</summary>
    public static TransferSyntax DeflatedExplicitVRLittleEndian { get; } = ByUid["1.2.840.10008.1.2.1.99"];

    /// <summary>1.2.840.10008.1.2.2, retired.</summary>
    public static TransferSyntax ExplicitVRBigEndian { get; } = ByUid["1.2.840.10008.1.2.2"];

    /// <summary>All of PS3.6 that encode a data set.</summary>
    public static IReadOnlyCollection<TransferSyntax> All => ByUid.Values;

    /// <summary>The UID.</summary>
    public string Uid { get; }

    /// <summary>The name in PS3.6.</summary>
    public string Name { get; }

    /// <summary>How Pixel Data is compressed.</summary>
    public PixelEncoding Pixels { get; }

    /// <summary>Whether the compression may lose something.</summary>
    public bool IsLossy { get; }

    /// <summary>Whether the standard has retired it.</summary>
    public bool IsRetired { get; }

    /// <summary>Whether each element says its VR.</summary>
    public bool IsExplicitVR { get; private init; } = true;

    /// <summary>Whether numbers have their most significant byte first.</summary>
    public bool IsBigEndian { get; private init; }

    /// <summary>Whether the data set behind the file meta information is deflated as a whole (PS3.5 A.5).</summary>
    public bool IsDeflated { get; private init; }

    /// <summary>Whether Pixel Data is in fragments (PS3.5 A.4).</summary>
    public bool IsEncapsulated => Pixels is not (PixelEncoding.Native or PixelEncoding.Referenced);

    /// <summary>The one with a UID, null if PS3.6 has none.</summary>
    public static TransferSyntax? Find(string uid) => ByUid.GetValueOrDefault(uid);

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Uid})";
}
