// Values in messages: quoted, on one line, and no longer than people read.

using System.Text;

namespace FhirHub.Conformance;

/// <summary>How values of scripts and servers stand in messages.</summary>
internal static class Excerpt
{
    private const int MaxCharacters = 200;

    private const int MaxValues = 5;

    /// <summary>The value in quotes, shortened where it is long, with what would break a line shown as a blank.</summary>
    public static string Of(string value)
    {
        var text = new StringBuilder(Math.Min(value.Length, MaxCharacters) + 2).Append('\'');
        var taken = 0;
        foreach (var rune in value.EnumerateRunes())
        {
            if (taken++ == MaxCharacters)
                return text.Append("…' (").Append(value.Length).Append(" characters)").ToString();
            if (Rune.IsControl(rune) || rune.Value is 0x2028 or 0x2029)
                text.Append(' ');
            else
                text.Append(rune);
        }

        return text.Append('\'').ToString();
    }

    /// <summary>Several values, of which the first few are shown.</summary>
    public static string Of(IReadOnlyList<string> values) => values.Count switch
    {
        0 => "nothing",
        1 => Of(values[0]),
        <= MaxValues => string.Join(", ", values.Select(Of)),
        _ => $"{string.Join(", ", values.Take(MaxValues).Select(Of))} and {values.Count - MaxValues} more",
    };
}
