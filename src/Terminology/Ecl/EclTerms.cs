// Search terms of ECL: words by their beginnings in any order, wildcards, whole texts (ECL 6.8.1).

using FhirHub.Search;

namespace FhirHub.Terminology.Ecl;

/// <summary>Some terms, any of which may match; case does not matter.</summary>
internal sealed class EclTerms
{
    private readonly List<(EclMatch Match, string Text, string[] Words)> _terms;

    public EclTerms(IReadOnlyList<EclSearchTerm> terms) =>
        _terms = [.. terms.Select(static term => (term.Match, Fold(term.Text), Words(Fold(term.Text))))];

    public bool Match(ReadOnlySpan<char> text)
    {
        string? folded = null;
        foreach (var (match, term, words) in _terms)
        {
            // Most texts lack the first word, which is seen without making anything of them.
            if (match == EclMatch.Words && words.Length > 0 && System.Text.Ascii.IsValid(text) && !text.Contains(words[0], StringComparison.OrdinalIgnoreCase))
                continue;
            folded ??= Fold(text.ToString());
            var holds = match switch
            {
                EclMatch.Words => words.Length > 0 && HasAll(folded, words),
                EclMatch.Wildcard => HasShape(folded, term),
                _ => folded == term,
            };
            if (holds)
                return true;
        }

        return false;
    }

    private static string Fold(string text) => StringFolding.Fold(text);

    private static string[] Words(string text) =>
        new string([.. text.Select(static c => char.IsLetterOrDigit(c) ? c : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static bool HasAll(ReadOnlySpan<char> text, string[] words)
    {
        foreach (var word in words)
        {
            if (!HasWordFrom(text, word))
                return false;
        }

        return true;
    }

    private static bool HasWordFrom(ReadOnlySpan<char> text, string word)
    {
        for (var at = 0; at <= text.Length - word.Length; at++)
        {
            var next = text[at..].IndexOf(word, StringComparison.Ordinal);
            if (next < 0)
                return false;
            at += next;

            // Chinese has no spaces: a word begins at each of its characters.
            if (at == 0 || !char.IsLetterOrDigit(text[at - 1]) || text[at - 1] > 0x2E80)
                return true;
        }

        return false;
    }

    // One look back is enough, so no pattern takes more than the product of the two lengths.
    private static bool HasShape(ReadOnlySpan<char> text, ReadOnlySpan<char> shape)
    {
        var (at, in_, star, mark) = (0, 0, -1, 0);
        while (at < text.Length)
        {
            if (in_ < shape.Length && shape[in_] == '*')
                (star, mark, in_) = (in_, at, in_ + 1);
            else if (in_ < shape.Length && shape[in_] == text[at])
                (at, in_) = (at + 1, in_ + 1);
            else if (star >= 0)
                (in_, at, mark) = (star + 1, mark + 1, mark + 1);
            else
                return false;
        }

        while (in_ < shape.Length && shape[in_] == '*')
            in_++;
        return in_ == shape.Length;
    }
}
