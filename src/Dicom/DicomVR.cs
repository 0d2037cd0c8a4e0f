// Value representations and what follows from each for encoding (PS3.5 6.2).

namespace FhirHub.Dicom;

/// <summary>A value representation (PS3.5 6.2); its number is its two letters.</summary>
public enum DicomVR : ushort
{
#pragma warning disable CS1591 // The names are the standard's.
    None = 0,
    AE = ('A' << 8) | 'E',
    AS = ('A' << 8) | 'S',
    AT = ('A' << 8) | 'T',
    CS = ('C' << 8) | 'S',
    DA = ('D' << 8) | 'A',
    DS = ('D' << 8) | 'S',
    DT = ('D' << 8) | 'T',
    FD = ('F' << 8) | 'D',
    FL = ('F' << 8) | 'L',
    IS = ('I' << 8) | 'S',
    LO = ('L' << 8) | 'O',
    LT = ('L' << 8) | 'T',
    OB = ('O' << 8) | 'B',
    OD = ('O' << 8) | 'D',
    OF = ('O' << 8) | 'F',
    OL = ('O' << 8) | 'L',
    OV = ('O' << 8) | 'V',
    OW = ('O' << 8) | 'W',
    PN = ('P' << 8) | 'N',
    SH = ('S' << 8) | 'H',
    SL = ('S' << 8) | 'L',
    SQ = ('S' << 8) | 'Q',
    SS = ('S' << 8) | 'S',
    ST = ('S' << 8) | 'T',
    SV = ('S' << 8) | 'V',
    TM = ('T' << 8) | 'M',
    UC = ('U' << 8) | 'C',
    UI = ('U' << 8) | 'I',
    UL = ('U' << 8) | 'L',
    UN = ('U' << 8) | 'N',
    UR = ('U' << 8) | 'R',
    US = ('U' << 8) | 'S',
    UT = ('U' << 8) | 'T',
    UV = ('U' << 8) | 'V',
#pragma warning restore CS1591
}

/// <summary>Facts about value representations.</summary>
public static class DicomVRFacts
{
    /// <summary>The two letters.</summary>
    public static string Code(this DicomVR vr) => vr == DicomVR.None ? "" : string.Create(2, (ushort)vr, static (span, code) =>
    {
        span[0] = (char)(code >> 8);
        span[1] = (char)(code & 0xFF);
    });

    /// <summary>Whether PS3.5 knows it.</summary>
    public static bool IsKnown(this DicomVR vr) => vr switch
    {
        DicomVR.AE or DicomVR.AS or DicomVR.AT or DicomVR.CS or DicomVR.DA or DicomVR.DS or DicomVR.DT or DicomVR.FD or DicomVR.FL => true,
        DicomVR.IS or DicomVR.LO or DicomVR.LT or DicomVR.OB or DicomVR.OD or DicomVR.OF or DicomVR.OL or DicomVR.OV or DicomVR.OW => true,
        DicomVR.PN or DicomVR.SH or DicomVR.SL or DicomVR.SQ or DicomVR.SS or DicomVR.ST or DicomVR.SV or DicomVR.TM or DicomVR.UC => true,
        DicomVR.UI or DicomVR.UL or DicomVR.UN or DicomVR.UR or DicomVR.US or DicomVR.UT or DicomVR.UV => true,
        _ => false,
    };

    /// <summary>
    /// Whether the length has four bytes in explicit VR (PS3.5 7.1.2). VRs that are not known yet have it too, as the standard promises.
    /// </summary>
    public static bool HasLongLength(this DicomVR vr) => vr switch
    {
        DicomVR.AE or DicomVR.AS or DicomVR.AT or DicomVR.CS or DicomVR.DA or DicomVR.DS or DicomVR.DT or DicomVR.FD or DicomVR.FL => false,
        DicomVR.IS or DicomVR.LO or DicomVR.LT or DicomVR.PN or DicomVR.SH or DicomVR.SL or DicomVR.SS or DicomVR.ST or DicomVR.TM => false,
        DicomVR.UI or DicomVR.UL or DicomVR.US => false,
        _ => true,
    };

    /// <summary>Bytes of one number, which change places between the byte orders; 1 where they don't.</summary>
    public static int UnitSize(this DicomVR vr) => vr switch
    {
        DicomVR.US or DicomVR.SS or DicomVR.OW or DicomVR.AT => 2,
        DicomVR.UL or DicomVR.SL or DicomVR.FL or DicomVR.OF or DicomVR.OL => 4,
        DicomVR.FD or DicomVR.OD or DicomVR.OV or DicomVR.SV or DicomVR.UV => 8,
        _ => 1,
    };

    /// <summary>Bytes of one value of a binary VR, 0 for all others.</summary>
    public static int BinaryValueSize(this DicomVR vr) => vr switch
    {
        DicomVR.US or DicomVR.SS => 2,
        DicomVR.UL or DicomVR.SL or DicomVR.FL or DicomVR.AT => 4,
        DicomVR.FD or DicomVR.SV or DicomVR.UV => 8,
        _ => 0,
    };

    /// <summary>Whether its value is bytes or words without further meaning here (<c>OB</c>, <c>UN</c> and the like).</summary>
    public static bool IsBulk(this DicomVR vr) => vr is DicomVR.OB or DicomVR.OD or DicomVR.OF or DicomVR.OL or DicomVR.OV or DicomVR.OW or DicomVR.UN;

    /// <summary>Whether its value is characters, of whatever repertoire.</summary>
    public static bool IsText(this DicomVR vr) => vr is not (DicomVR.SQ or DicomVR.None) && !vr.IsBulk() && vr.BinaryValueSize() == 0 && vr.IsKnown();

    /// <summary>Whether Specific Character Set applies to it (PS3.5 6.1.2.2).</summary>
    public static bool UsesSpecificCharacterSet(this DicomVR vr) =>
        vr is DicomVR.SH or DicomVR.LO or DicomVR.ST or DicomVR.LT or DicomVR.UC or DicomVR.UT or DicomVR.PN;

    /// <summary>Whether a backslash parts its values (PS3.5 6.4).</summary>
    public static bool IsMultiValuedText(this DicomVR vr) => vr.IsText() && vr is not (DicomVR.ST or DicomVR.LT or DicomVR.UT or DicomVR.UR);

    /// <summary>Whether leading spaces mean nothing either (PS3.5 6.2); trailing ones never do.</summary>
    public static bool IgnoresLeadingSpace(this DicomVR vr) =>
        vr is DicomVR.AE or DicomVR.CS or DicomVR.DS or DicomVR.IS or DicomVR.LO or DicomVR.SH;

    /// <summary>What fills a value up to an even length: a zero byte for UIDs and bytes, a space for other text.</summary>
    public static byte Padding(this DicomVR vr) => vr.IsText() && vr != DicomVR.UI ? (byte)' ' : (byte)0;

    /// <summary>Reads two letters; <see cref="DicomVR.None"/> if they are no known VR.</summary>
    public static DicomVR Parse(ReadOnlySpan<char> code)
    {
        if (code.Length != 2 || code[0] > 'Z' || code[1] > 'Z')
            return DicomVR.None;
        var vr = (DicomVR)((code[0] << 8) | code[1]);
        return vr.IsKnown() ? vr : DicomVR.None;
    }
}
