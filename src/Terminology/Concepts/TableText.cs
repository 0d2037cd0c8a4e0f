// How texts of a table are read, and how a Coding is one text.

using System.Text;

namespace FhirHub.Terminology;

/// <summary>Texts of a table.</summary>
internal static class TableText
{
    // No text in FHIR holds this character (R4 datatypes.html#string).
    private const char Part = '\u001F';

    /// <summary>A Coding as one text, the code first.</summary>
    public static string OfCoding(CodingValue coding) => $"{coding.Code}{Part}{coding.System}{Part}{coding.Version}{Part}{coding.Display}";

    /// <summary>The Coding that <see cref="OfCoding"/> made a text of.</summary>
    public static CodingValue ToCoding(string text)
    {
        var parts = text.Split(Part, 4);
        return new CodingValue(At(parts, 1), At(parts, 2), parts[0], At(parts, 3));

        static string? At(string[] parts, int i) => parts.Length > i && parts[i].Length > 0 ? parts[i] : null;
    }

    /// <summary>The code of such a text.</summary>
    public static ReadOnlySpan<byte> CodeOf(ReadOnlySpan<byte> text) => text.IndexOf((byte)Part) is >= 0 and var end ? text[..end] : text;

    /// <summary>The text, or null if it has no length.</summary>
    public static string? OrNull(ReadOnlySpan<byte> text) => text.IsEmpty ? null : Encoding.UTF8.GetString(text);
}
