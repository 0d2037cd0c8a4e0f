// Data element tags: a group and an element number (PS3.5 7.1).

using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace FhirHub.Dicom;

/// <summary>The tag of a data element (PS3.5 7.1), ordered as data sets are.</summary>
/// <param name="Value">Group and element in one number, group first.</param>
public readonly record struct DicomTag(uint Value) : IComparable<DicomTag>
{
    /// <summary>A tag of a group and an element number.</summary>
    public DicomTag(ushort group, ushort element)
        : this(((uint)group << 16) | element)
    {
    }

    /// <summary>The group number.</summary>
    public ushort Group => (ushort)(Value >> 16);

    /// <summary>The element number.</summary>
    public ushort Element => (ushort)Value;

    /// <summary>Whether the group is odd (PS3.5 7.8); groups below 0009 and FFFF are nobody's.</summary>
    public bool IsPrivate => (Group & 1) != 0;

    /// <summary>Whether it names the owner of a block of private elements (PS3.5 7.8.1).</summary>
    public bool IsPrivateCreator => IsPrivate && Element is >= 0x10 and <= 0xFF;

    /// <summary>Whether it is a group length (PS3.5 7.2), retired but for the group of file meta information.</summary>
    public bool IsGroupLength => Element == 0;

    /// <summary>Whether it is an item or one of the delimiters (PS3.5 7.5).</summary>
    public bool IsDelimiter => Group == 0xFFFE;

    /// <summary>The tag of the creator of this element's private block.</summary>
    public DicomTag PrivateCreator => new(Group, (ushort)(Element >> 8));

    /// <summary>Whether <paramref name="left"/> comes first.</summary>
    public static bool operator <(DicomTag left, DicomTag right) => left.Value < right.Value;

    /// <summary>Whether <paramref name="left"/> comes last.</summary>
    public static bool operator >(DicomTag left, DicomTag right) => left.Value > right.Value;

    /// <summary>Whether <paramref name="left"/> comes not last.</summary>
    public static bool operator <=(DicomTag left, DicomTag right) => left.Value <= right.Value;

    /// <summary>Whether <paramref name="left"/> comes not first.</summary>
    public static bool operator >=(DicomTag left, DicomTag right) => left.Value >= right.Value;

    /// <summary>Reads <c>00100010</c>, <c>0010,0010</c> or <c>(0010,0010)</c>.</summary>
    public static bool TryParse(scoped ReadOnlySpan<char> text, out DicomTag tag)
    {
        tag = default;
        if (text.Length >= 2 && text[0] == '(' && text[^1] == ')')
            text = text[1..^1];
        Span<char> digits = stackalloc char[8];
        if (text.Length == 9 && text[4] == ',')
        {
            text[..4].CopyTo(digits);
            text[5..].CopyTo(digits[4..]);
            text = digits;
        }

        if (text.Length != 8)
            return false;
        foreach (var digit in text)
        {
            if (!char.IsAsciiHexDigit(digit))
                return false;
        }

        tag = new(uint.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
        return true;
    }

    /// <summary>Reads a tag in one of its notations or the keyword of an attribute (PS3.18 8.3.4).</summary>
    public static bool TryParseAttribute([NotNullWhen(true)] string? text, out DicomTag tag)
    {
        tag = default;
        if (text is null)
            return false;
        if (TryParse(text, out tag))
            return true;
        if (DicomDictionary.Find(text) is not { } entry)
            return false;
        tag = entry.Tag;
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(DicomTag other) => Value.CompareTo(other.Value);

    /// <summary>The eight digits of DICOM JSON and of URLs, such as <c>00100010</c>.</summary>
    public string ToHex() => Value.ToString("X8", CultureInfo.InvariantCulture);

    /// <summary>As the standard writes it: <c>(0010,0010)</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"({Group:X4},{Element:X4})");
}
