// How strings are made equal for search: case and accents go, Chinese and other scripts stay.

using System.Globalization;
using System.Text;

namespace FhirHub.Search;

/// <summary>Folding of strings for search (R4 search.html#string: case and combining characters are ignored).</summary>
public static class StringFolding
{
    /// <summary>Lower case, no combining marks, runs of white space as one space, no white space at the ends.</summary>
    public static string Fold(string text)
    {
        if (Ascii.IsValid(text) && !text.AsSpan().ContainsAny("\t\r\n\f\v") && !text.Contains("  ", StringComparison.Ordinal))
            return text.Trim().ToLowerInvariant();

        var folded = new StringBuilder(text.Length);
        var space = false;
        foreach (var rune in text.Normalize(NormalizationForm.FormKD).EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune))
            {
                space = folded.Length > 0;
                continue;
            }

            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark)
                continue;
            if (space)
            {
                folded.Append(' ');
                space = false;
            }

            folded.Append(Rune.ToLowerInvariant(rune));
        }

        return folded.ToString();
    }
}
