// Distinct values of a study in one text, in their order, with a backslash between them.

namespace FhirHub.Dicomweb;

/// <summary>The form of <c>modalities</c> and <c>classes</c> in the index.</summary>
internal static class DistinctText
{
    private const char Separator = '\\';

    /// <summary>The values.</summary>
    public static IReadOnlyList<string> Split(string text) => text.Length == 0 ? [] : text.Split(Separator);

    /// <summary>The text of values that are distinct and in their order.</summary>
    public static string Join(IEnumerable<string> values) => string.Join(Separator, values);

    /// <summary>The text with one more value; null if it is there.</summary>
    public static string? With(string text, string value)
    {
        var values = Split(text);
        return value.Length == 0 || values.Contains(value, StringComparer.Ordinal) ? null : Join(values.Append(value).Order(StringComparer.Ordinal));
    }
}
