// Specific Character Set (0008,0005): which bytes are which characters in a data set (PS3.3 C.12.1.1.2, PS3.5 6.1).

using System.Text;

namespace FhirHub.Dicom;

/// <summary>The character sets that hold for the text of a data set.</summary>
public sealed partial class SpecificCharacterSet
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Encoding? _whole;
    private readonly CodedSet _g0;
    private readonly CodedSet? _g1;
    private readonly IReadOnlyList<CodedSet> _invocable;

    private SpecificCharacterSet(IReadOnlyList<string> terms, IReadOnlyList<string> unknown, Encoding? whole, CodedSet g0, CodedSet? g1, IReadOnlyList<CodedSet> invocable)
    {
        Terms = terms;
        UnknownTerms = unknown;
        _whole = whole;
        _g0 = g0;
        _g1 = g1;
        _invocable = invocable;
    }

    /// <summary>The default repertoire, ISO-IR 6.</summary>
    public static SpecificCharacterSet Default { get; } = new([], [], null, CodedSet.Ascii, null, []);

    /// <summary>UTF-8, <c>ISO_IR 192</c>.</summary>
    public static SpecificCharacterSet Utf8 { get; } = Parse(["ISO_IR 192"]);

    /// <summary>The values of the attribute.</summary>
    public IReadOnlyList<string> Terms { get; }

    /// <summary>Those of them that PS3.3 does not define.</summary>
    public IReadOnlyList<string> UnknownTerms { get; }

    /// <summary>Whether it is UTF-8.</summary>
    public bool IsUtf8 => _whole?.CodePage == 65001;

    /// <summary>The character sets of the attribute's values; those that nobody defined count as the default repertoire.</summary>
    public static SpecificCharacterSet Parse(IReadOnlyList<string> terms)
    {
        if (terms.Count == 0 || (terms.Count == 1 && terms[0].Length == 0))
            return Default;
        var unknown = new List<string>();
        var invocable = new List<CodedSet>();
        Encoding? whole = null;
        var g0 = CodedSet.Ascii;
        CodedSet? g1 = null;
        for (var i = 0; i < terms.Count; i++)
        {
            var term = Normalize(terms[i]);
            if (WholeEncoding(term) is { } encoding)
            {
                // These allow no code extension, and are only read as the first value (PS3.3 C.12.1.1.2).
                if (i == 0)
                    whole = encoding;
                continue;
            }

            if (Sets(term) is not { } sets)
            {
                unknown.Add(terms[i]);
                continue;
            }

            invocable.AddRange(sets);
            if (i > 0)
                continue;
            foreach (var set in sets.Where(set => set.Width == 1))
            {
                if (set.IsG1)
                    g1 = set;
                else
                    g0 = set;
            }
        }

        // Some writers declare a set of two bytes and forget to invoke it.
        g1 ??= invocable.Find(set => set.IsG1);
        return new([.. terms], unknown, whole, g0, g1, invocable);
    }

    /// <summary>The characters of bytes; what can't be one becomes U+FFFD.</summary>
    public string Decode(ReadOnlySpan<byte> bytes, DicomVR vr)
    {
        if (_whole is not null)
            return _whole.GetString(bytes);
        if (!bytes.ContainsAnyInRange((byte)0x80, (byte)0xFF) && bytes.IndexOf(Escape) < 0 && _g0 == CodedSet.Ascii)
            return Encoding.ASCII.GetString(bytes);
        if (_g1 is null && _invocable.Count == 0)
            return DecodeUndeclared(bytes);
        return DecodeExtended(bytes, vr);
    }

    /// <summary>The bytes of characters.</summary>
    /// <exception cref="DicomException">A character is in none of the sets.</exception>
    public byte[] Encode(string text, DicomVR vr)
    {
        if (_whole is not null)
        {
            try
            {
                return _whole.GetBytes(text);
            }
            catch (EncoderFallbackException)
            {
                throw Lacks("a character");
            }
        }

        return Ascii.IsValid(text) && _g0 == CodedSet.Ascii ? Encoding.ASCII.GetBytes(text) : EncodeExtended(text, vr);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join('\\', Terms);

    // Many writers declare no character set and use one all the same: what is UTF-8 is unlikely to be anything else.
    private static string DecodeUndeclared(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(bytes);
        }
    }

    // Writers misspell the terms as ISO-IR 100, ISO IR 100 and ISO_IR_100.
    private static string Normalize(string term)
    {
        var normal = term.Trim().ToUpperInvariant().Replace('-', ' ').Replace('_', ' ').Replace("ISO2022", "ISO 2022", StringComparison.Ordinal);
        return normal.StartsWith("ISO 2022 IR ", StringComparison.Ordinal) ? normal[12..]
            : normal.StartsWith("ISO IR ", StringComparison.Ordinal) ? normal[7..]
            : normal;
    }

    private static Encoding? WholeEncoding(string term) => term switch
    {
        "192" => CodedSet.CodePage(65001),
        "GB18030" => CodedSet.CodePage(54936),
        "GBK" => CodedSet.CodePage(936),
        _ => null,
    };

    private static CodedSet[]? Sets(string term) => term switch
    {
        "" or "6" => [CodedSet.Ascii],
        "13" => [CodedSet.Romaji, CodedSet.Katakana],
        "87" => [CodedSet.Kanji],
        "159" => [CodedSet.SupplementaryKanji],
        "149" => [CodedSet.Korean],
        "58" => [CodedSet.Chinese],
        _ => int.TryParse(term, out var number) && CodedSet.RightHalves.TryGetValue(number, out var half) ? [CodedSet.Ascii, half] : null,
    };

    private DicomException Lacks(string what) => new(
        DicomFault.InvalidValue,
        Terms.Count == 0 ? $"{what} is not in the default repertoire; name a Specific Character Set" : $"{what} is in none of the character sets {this}");
}
