// What the samples of a pixel mean (PS3.3 C.7.6.3.1.2).

namespace FhirHub.Dicom.Pixels;

/// <summary>The photometric interpretations of PS3.3 C.7.6.3.1.2.</summary>
public enum PhotometricInterpretation
{
    /// <summary>One sample; the least value is white.</summary>
    Monochrome1,

    /// <summary>One sample; the least value is black.</summary>
    Monochrome2,

    /// <summary>One sample that is an index into the palette.</summary>
    PaletteColor,

    /// <summary>Red, green, blue.</summary>
    Rgb,

    /// <summary>Luminance and two chrominances, full range, one of each for a pixel.</summary>
    YbrFull,

    /// <summary>As <see cref="YbrFull"/>; two pixels of a row share their chrominances.</summary>
    YbrFull422,

    /// <summary>Luminance and chrominance of ITU-R BT.601 with its reduced range; two pixels of a row share their chrominances.</summary>
    YbrPartial422,

    /// <summary>As <see cref="YbrPartial422"/>; four pixels share their chrominances, which only video does.</summary>
    YbrPartial420,

    /// <summary>The irreversible transform of JPEG 2000.</summary>
    YbrIct,

    /// <summary>The reversible transform of JPEG 2000.</summary>
    YbrRct,

    /// <summary>Hue, saturation, value; retired.</summary>
    Hsv,

    /// <summary>An index or a red, a green and a blue; retired.</summary>
    Argb,

    /// <summary>Inks; retired.</summary>
    Cmyk,

    /// <summary>The parameters of JPEG XL's own transform.</summary>
    Xyb,
}

/// <summary>Facts about photometric interpretations.</summary>
public static class PhotometricInterpretationFacts
{
    private static readonly string[] Terms =
    [
        "MONOCHROME1", "MONOCHROME2", "PALETTE COLOR", "RGB", "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_422", "YBR_PARTIAL_420", "YBR_ICT", "YBR_RCT",
        "HSV", "ARGB", "CMYK", "XYB",
    ];

    /// <summary>The defined term.</summary>
    public static string Term(this PhotometricInterpretation interpretation) => Terms[(int)interpretation];

    /// <summary>Reads a defined term; null if it is none.</summary>
    public static PhotometricInterpretation? Parse(string term) =>
        Array.IndexOf(Terms, term) is >= 0 and var index ? (PhotometricInterpretation)index : null;

    /// <summary>Whether a pixel has one sample that is shown in shades of gray.</summary>
    public static bool IsMonochrome(this PhotometricInterpretation interpretation) =>
        interpretation is PhotometricInterpretation.Monochrome1 or PhotometricInterpretation.Monochrome2;

    /// <summary>Whether pixels share chrominances where Pixel Data is native.</summary>
    public static bool IsSubsampled(this PhotometricInterpretation interpretation) =>
        interpretation is PhotometricInterpretation.YbrFull422 or PhotometricInterpretation.YbrPartial422 or PhotometricInterpretation.YbrPartial420;

    /// <summary>How many samples a pixel of it has.</summary>
    public static int Samples(this PhotometricInterpretation interpretation) => interpretation switch
    {
        PhotometricInterpretation.Monochrome1 or PhotometricInterpretation.Monochrome2 or PhotometricInterpretation.PaletteColor => 1,
        PhotometricInterpretation.Argb or PhotometricInterpretation.Cmyk => 4,
        _ => 3,
    };
}
