// One coded character set of DICOM: how its bytes become characters and back, and by which escape sequence it is invoked (PS3.3 C.12.1.1.2).

using System.Text;

namespace FhirHub.Dicom;

/// <summary>A coded character set that code extension switches to, or that stands alone.</summary>
internal sealed class CodedSet
{
    private readonly Encoding _encoding;
    private readonly Encoding _strict;
    private readonly Func<Encoding, byte, byte, string>? _decodePair;

    private CodedSet(string name, int codePage, string escape, bool isG1, int width, Func<Encoding, byte, byte, string>? decodePair = null)
    {
        Name = name;
        Escape = Encoding.Latin1.GetBytes(escape);
        IsG1 = isG1;
        Width = width;
        _encoding = CodePage(codePage, DecoderFallback.ReplacementFallback);
        _strict = CodePage(codePage, DecoderFallback.ExceptionFallback);
        _decodePair = decodePair;
    }

    /// <summary>ISO-IR 6, the default repertoire.</summary>
    public static CodedSet Ascii { get; } = new("ISO-IR 6", 20127, "\u001B(B", isG1: false, 1);

    /// <summary>ISO-IR 14, JIS X 0201 romaji: ASCII but for the yen sign and the overline.</summary>
    public static CodedSet Romaji { get; } = new("ISO-IR 14", 20127, "\u001B(J", isG1: false, 1);

    /// <summary>ISO-IR 13, JIS X 0201 katakana.</summary>
    public static CodedSet Katakana { get; } = new("ISO-IR 13", 932, "\u001B)I", isG1: true, 1);

    /// <summary>ISO-IR 87, JIS X 0208 kanji.</summary>
    public static CodedSet Kanji { get; } = new("ISO-IR 87", 20932, "\u001B$B", isG1: false, 2, static (eucJp, first, second) => eucJp.GetString([(byte)(first | 0x80), (byte)(second | 0x80)]));

    /// <summary>ISO-IR 159, JIS X 0212 supplementary kanji; the code page has them with the second byte below 80.</summary>
    public static CodedSet SupplementaryKanji { get; } = new("ISO-IR 159", 20932, "\u001B$(D", isG1: false, 2, static (eucJp, first, second) => eucJp.GetString([(byte)(first | 0x80), (byte)(second & 0x7F)]));

    /// <summary>ISO-IR 149, KS X 1001 hangul and hanja.</summary>
    public static CodedSet Korean { get; } = new("ISO-IR 149", 949, "\u001B$)C", isG1: true, 2, static (euc, first, second) => euc.GetString([(byte)(first | 0x80), (byte)(second | 0x80)]));

    /// <summary>ISO-IR 58, GB 2312 hanzi.</summary>
    public static CodedSet Chinese { get; } = new("ISO-IR 58", 936, "\u001B$)A", isG1: true, 2, static (euc, first, second) => euc.GetString([(byte)(first | 0x80), (byte)(second | 0x80)]));

    /// <summary>The right halves of the ISO 8859 family and of TIS 620, by the number of their registration.</summary>
    public static IReadOnlyDictionary<int, CodedSet> RightHalves { get; } = new Dictionary<int, CodedSet>
    {
        [100] = new("ISO-IR 100", 28591, "\u001B-A", isG1: true, 1),
        [101] = new("ISO-IR 101", 28592, "\u001B-B", isG1: true, 1),
        [109] = new("ISO-IR 109", 28593, "\u001B-C", isG1: true, 1),
        [110] = new("ISO-IR 110", 28594, "\u001B-D", isG1: true, 1),
        [126] = new("ISO-IR 126", 28597, "\u001B-F", isG1: true, 1),
        [127] = new("ISO-IR 127", 28596, "\u001B-G", isG1: true, 1),
        [138] = new("ISO-IR 138", 28598, "\u001B-H", isG1: true, 1),
        [144] = new("ISO-IR 144", 28595, "\u001B-L", isG1: true, 1),
        [148] = new("ISO-IR 148", 28599, "\u001B-M", isG1: true, 1),
        [166] = new("ISO-IR 166", 874, "\u001B-T", isG1: true, 1),
        [203] = new("ISO-IR 203", 28605, "\u001B-b", isG1: true, 1),
    };

    /// <summary>All that an escape sequence can invoke.</summary>
    public static IReadOnlyList<CodedSet> All { get; } = [Ascii, Romaji, Katakana, Kanji, SupplementaryKanji, Korean, Chinese, .. RightHalves.Values];

    /// <summary>The name of its registration.</summary>
    public string Name { get; }

    /// <summary>The escape sequence that invokes it.</summary>
    public ReadOnlyMemory<byte> Escape { get; }

    /// <summary>Whether its bytes are 80 and above.</summary>
    public bool IsG1 { get; }

    /// <summary>Bytes of a character.</summary>
    public int Width { get; }

    /// <summary>An encoding of the framework that refuses characters that it lacks.</summary>
    public static Encoding CodePage(int number, DecoderFallback decoding) =>
        CodePagesEncodingProvider.Instance.GetEncoding(number, EncoderFallback.ExceptionFallback, decoding)
        ?? Encoding.GetEncoding(number, EncoderFallback.ExceptionFallback, decoding);

    /// <summary>The set whose escape sequence the bytes begin with; null if none is.</summary>
    public static CodedSet? Invoked(ReadOnlySpan<byte> bytes)
    {
        foreach (var set in All)
        {
            if (bytes.StartsWith(set.Escape.Span))
                return set;
        }

        return null;
    }

    /// <summary>The character of one byte.</summary>
    public char Decode(byte value)
    {
        if (this == Romaji)
            return value switch { 0x5C => '¥', 0x7E => '‾', _ => (char)value };
        if (value < 0x80)
            return (char)value;
        if (this == Katakana)
            return value is >= 0xA1 and <= 0xDF ? (char)(0xFF61 + value - 0xA1) : '\uFFFD';
        Span<char> character = stackalloc char[2];
        return _encoding.GetChars([value], character) == 1 && character[0] is not ('?' or (>= '\u0080' and <= '\u009F')) ? character[0] : '\uFFFD';
    }

    /// <summary>The character of two bytes.</summary>
    public string Decode(byte first, byte second)
    {
        if ((first & 0x7F) is < 0x21 or > 0x7E || (second & 0x7F) is < 0x21 or > 0x7E)
            return "\uFFFD";
        var text = _decodePair!(_encoding, first, second);
        return text.Length == 1 && text[0] is not ('?' or '\u30FB' or '\u003F') || (text == "\u30FB" && (first & 0x7F, second & 0x7F) == (0x21, 0x26)) ? text : "\uFFFD";
    }

    /// <summary>The bytes of a character; none if the set lacks it.</summary>
    public int Encode(Rune character, Span<byte> bytes)
    {
        if (character.Value < 0x80 && (Width == 2 || IsG1))
            return 0;
        if (this == Ascii || this == Romaji)
            return EncodeLeftHalf(character, bytes);
        if (this == Katakana)
        {
            if (character.Value is < 0xFF61 or > 0xFF9F)
                return 0;
            bytes[0] = (byte)(character.Value - 0xFF61 + 0xA1);
            return 1;
        }

        Span<char> text = stackalloc char[2];
        var length = character.EncodeToUtf16(text);
        try
        {
            if (_strict.GetByteCount(text[..length]) != Width)
                return 0;
            _strict.GetBytes(text[..length], bytes);
        }
        catch (EncoderFallbackException)
        {
            return 0;
        }

        if (Width == 1)
            return bytes[0] >= 0xA0 && Decode(bytes[0]) == text[0] ? 1 : 0;
        // Both Japanese sets share a code page, which tells them apart by the second byte; the others have characters beyond the standard's.
        if (bytes[0] < 0xA1 || (this == SupplementaryKanji ? bytes[1] >= 0x80 : bytes[1] < 0xA1) || bytes[0] == 0xFF)
            return 0;
        if (!IsG1)
            (bytes[0], bytes[1]) = ((byte)(bytes[0] & 0x7F), (byte)(bytes[1] & 0x7F));
        return 2;
    }

    private int EncodeLeftHalf(Rune character, Span<byte> bytes)
    {
        var value = character.Value;
        if (this == Romaji)
            value = value switch { '¥' => 0x5C, '‾' => 0x7E, 0x7E => 0x100, _ => value };
        if (value >= 0x80)
            return 0;
        bytes[0] = (byte)value;
        return 1;
    }
}
