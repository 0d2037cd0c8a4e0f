// One coded character set of DICOM: how its bytes become characters and back, and by which escape sequence it is invoked (PS3.3 C.12.1.1.2).

using System.Collections.Frozen;
using System.Text;

namespace FhirHub.Dicom;

/// <summary>A coded character set that code extension switches to. Its table is made when it is first needed.</summary>
internal sealed class CodedSet
{
    private const char None = '\uFFFD';
    private const int RowLength = 94;

    private readonly Lazy<char[]> _characters;
    private readonly Lazy<FrozenDictionary<char, ushort>> _codes;

    private CodedSet(string name, string escape, bool isG1, int width, Func<char[]> characters)
    {
        Name = name;
        Escape = Encoding.Latin1.GetBytes(escape);
        IsG1 = isG1;
        Width = width;
        _characters = new(characters);
        _codes = new(Codes);
    }

    /// <summary>ISO-IR 6, the default repertoire.</summary>
    public static CodedSet Ascii { get; } = new("ISO-IR 6", "\u001B(B", isG1: false, 1, () => LeftHalf('\\', '~'));

    /// <summary>ISO-IR 14, JIS X 0201 romaji: ASCII but for the yen sign and the overline.</summary>
    public static CodedSet Romaji { get; } = new("ISO-IR 14", "\u001B(J", isG1: false, 1, () => LeftHalf('¥', '‾'));

    /// <summary>ISO-IR 13, JIS X 0201 katakana.</summary>
    public static CodedSet Katakana { get; } = new("ISO-IR 13", "\u001B)I", isG1: true, 1, HalfWidthKatakana);

    /// <summary>ISO-IR 87, JIS X 0208 kanji.</summary>
    public static CodedSet Kanji { get; } = new("ISO-IR 87", "\u001B$B", isG1: false, 2, () => Rows(20932, secondBit: 0x80));

    /// <summary>ISO-IR 159, JIS X 0212 supplementary kanji; the code page has them with the second byte below 80.</summary>
    public static CodedSet SupplementaryKanji { get; } = new("ISO-IR 159", "\u001B$(D", isG1: false, 2, () => Rows(20932, secondBit: 0));

    /// <summary>ISO-IR 149, KS X 1001 hangul and hanja.</summary>
    public static CodedSet Korean { get; } = new("ISO-IR 149", "\u001B$)C", isG1: true, 2, () => Rows(949, secondBit: 0x80));

    /// <summary>ISO-IR 58, GB 2312 hanzi.</summary>
    public static CodedSet Chinese { get; } = new("ISO-IR 58", "\u001B$)A", isG1: true, 2, () => Rows(936, secondBit: 0x80));

    /// <summary>The right halves of the ISO 8859 family and of TIS 620, by the number of their registration.</summary>
    public static IReadOnlyDictionary<int, CodedSet> RightHalves { get; } = new Dictionary<int, CodedSet>
    {
        [100] = RightHalf("ISO-IR 100", 28591, "\u001B-A"),
        [101] = RightHalf("ISO-IR 101", 28592, "\u001B-B"),
        [109] = RightHalf("ISO-IR 109", 28593, "\u001B-C"),
        [110] = RightHalf("ISO-IR 110", 28594, "\u001B-D"),
        [126] = RightHalf("ISO-IR 126", 28597, "\u001B-F"),
        [127] = RightHalf("ISO-IR 127", 28596, "\u001B-G"),
        [138] = RightHalf("ISO-IR 138", 28598, "\u001B-H"),
        [144] = RightHalf("ISO-IR 144", 28595, "\u001B-L"),
        [148] = RightHalf("ISO-IR 148", 28599, "\u001B-M"),
        [166] = RightHalf("ISO-IR 166", 874, "\u001B-T"),
        [203] = RightHalf("ISO-IR 203", 28605, "\u001B-b"),
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
    public static Encoding CodePage(int number) =>
        CodePagesEncodingProvider.Instance.GetEncoding(number, EncoderFallback.ExceptionFallback, DecoderFallback.ReplacementFallback)
        ?? Encoding.GetEncoding(number, EncoderFallback.ExceptionFallback, DecoderFallback.ReplacementFallback);

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
    public char Decode(byte value) => _characters.Value[value & 0x7F];

    /// <summary>The character of two bytes, U+FFFD if there is none.</summary>
    public char Decode(byte first, byte second)
    {
        var (row, cell) = ((first & 0x7F) - 0x21, (second & 0x7F) - 0x21);
        return row is >= 0 and < RowLength && cell is >= 0 and < RowLength ? _characters.Value[(row * RowLength) + cell] : None;
    }

    /// <summary>The bytes of a character; none if the set lacks it.</summary>
    public int Encode(Rune character, Span<byte> bytes)
    {
        if (!character.IsBmp || !_codes.Value.TryGetValue((char)character.Value, out var code))
            return 0;
        if (Width == 1)
        {
            bytes[0] = (byte)code;
            return 1;
        }

        (bytes[0], bytes[1]) = ((byte)(code >> 8), (byte)code);
        return 2;
    }

    private static CodedSet RightHalf(string name, int codePage, string escape) => new(name, escape, isG1: true, 1, () => RightHalf(codePage));

    private static char[] LeftHalf(char backslash, char tilde)
    {
        var characters = new char[0x80];
        for (var i = 0; i < characters.Length; i++)
            characters[i] = (char)i;
        (characters['\\'], characters['~']) = (backslash, tilde);
        return characters;
    }

    private static char[] HalfWidthKatakana()
    {
        var characters = new char[0x80];
        for (var i = 0; i < characters.Length; i++)
            characters[i] = i is >= 0x21 and <= 0x5F ? (char)(0xFF61 + i - 0x21) : None;
        return characters;
    }

    private static char[] RightHalf(int codePage)
    {
        var encoding = CodePage(codePage);
        var characters = new char[0x80];
        for (var i = 0; i < characters.Length; i++)
            characters[i] = Only(encoding.GetString([(byte)(i | 0x80)]));
        return characters;
    }

    private static char[] Rows(int codePage, int secondBit)
    {
        var encoding = CodePage(codePage);
        var characters = new char[RowLength * RowLength];
        for (var i = 0; i < characters.Length; i++)
            characters[i] = Only(encoding.GetString([(byte)(((i / RowLength) + 0x21) | 0x80), (byte)(((i % RowLength) + 0x21) | secondBit)]));
        return characters;
    }

    // What a code page lacks it gives as a question mark, a control character, or one of its private use.
    private static char Only(string text) => text.Length == 1 && text[0] is not ('?' or (>= '\u0080' and <= '\u009F') or (>= '\uE000' and <= '\uF8FF')) ? text[0] : None;

    private FrozenDictionary<char, ushort> Codes()
    {
        var characters = _characters.Value;
        var high = IsG1 ? 0x80 : 0;
        var codes = new Dictionary<char, ushort>(characters.Length);
        for (var i = 0; i < characters.Length; i++)
        {
            if (characters[i] != None)
                codes.TryAdd(characters[i], (ushort)(Width == 1 ? i | high : ((((i / RowLength) + 0x21) | high) << 8) | ((i % RowLength) + 0x21) | high));
        }

        return codes.ToFrozenDictionary();
    }
}
