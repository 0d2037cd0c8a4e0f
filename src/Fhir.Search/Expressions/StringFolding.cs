// How strings are made equal for search: case and accents go, Chinese and other scripts stay.

using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace FhirHub.Search;

/// <summary>Folding of strings for search (R4 search.html#string: case and combining characters are ignored).</summary>
public static class StringFolding
{
    // .NET has no normalization when globalization is invariant, and a table of our own folds alike on every machine.
    private static readonly Lazy<FrozenDictionary<int, string>> Table = new(Load);

    /// <summary>Lower case, no combining marks, compatibility forms as plain ones, runs of white space as one space, none at the ends.</summary>
    public static string Fold(string text)
    {
        if (Ascii.IsValid(text) && !text.AsSpan().ContainsAny("\t\r\n\f\v") && !text.Contains("  ", StringComparison.Ordinal))
            return text.Trim().ToLowerInvariant();

        var table = Table.Value;
        var folded = new StringBuilder(text.Length);
        var space = false;
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune))
            {
                space = folded.Length > 0;
                continue;
            }

            if (IsMark(rune))
                continue;
            if (space)
            {
                folded.Append(' ');
                space = false;
            }

            if (table.TryGetValue(rune.Value, out var plain))
                folded.Append(plain);
            else
                folded.Append(Rune.ToLowerInvariant(rune));
        }

        return folded.ToString();
    }

    // The marks of voiced kana make other letters of them.
    private static bool IsMark(Rune rune) =>
        !rune.IsAscii && rune.Value is not (0x3099 or 0x309A)
        && Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark;

    private static FrozenDictionary<int, string> Load()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("folding.tsv")
            ?? throw new InvalidOperationException("The assembly was built without folding.tsv.");
        using var reader = new StreamReader(stream);
        var table = new Dictionary<int, string>();
        while (reader.ReadLine() is { } line)
        {
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            table[int.Parse(line.AsSpan(0, tab), NumberStyles.HexNumber, CultureInfo.InvariantCulture)] = line[(tab + 1)..].ToLowerInvariant();
        }

        return table.ToFrozenDictionary();
    }
}
