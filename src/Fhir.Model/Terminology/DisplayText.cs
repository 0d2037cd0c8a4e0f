// When two names of a concept are the same for people.

namespace FhirHub.Model;

/// <summary>Compares displays: people and systems differ in capitals and in blanks without meaning anything by it.</summary>
public static class DisplayText
{
    /// <summary>True if the two differ in case and white space at most.</summary>
    public static bool AreSame(ReadOnlySpan<char> text, ReadOnlySpan<char> other)
    {
        if (text.Equals(other, StringComparison.OrdinalIgnoreCase))
            return true;
        int left = 0, right = 0;
        text = text.Trim();
        other = other.Trim();
        while (left < text.Length && right < other.Length)
        {
            var blank = char.IsWhiteSpace(text[left]);
            if (blank != char.IsWhiteSpace(other[right]) || (!blank && char.ToUpperInvariant(text[left]) != char.ToUpperInvariant(other[right])))
                return false;
            Skip(text, ref left);
            Skip(other, ref right);
        }

        return left == text.Length && right == other.Length;
    }

    // To the next character, or over a run of blanks.
    private static void Skip(ReadOnlySpan<char> text, ref int at)
    {
        var blank = char.IsWhiteSpace(text[at++]);
        while (blank && at < text.Length && char.IsWhiteSpace(text[at]))
            at++;
    }
}
