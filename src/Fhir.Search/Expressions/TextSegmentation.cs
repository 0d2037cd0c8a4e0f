// Words of a text for full-text search: by letters and digits where a script parts its words, by pairs of characters where it does
// not, as in Chinese. A search by n characters is then a phrase of n - 1 pairs, which finds exactly the places that hold them.

using System.Globalization;
using System.Text;

namespace FhirHub.Search;

/// <summary>Cuts texts into the tokens that a full-text index holds (R4 search.html#content).</summary>
/// <remarks>
/// Texts are folded by <see cref="StringFolding"/> first. 高血压 2型 becomes 高血, 血压, 压, 2, 型: pairs that overlap, and the last
/// character of a run alone, so that every character starts a token of its run. Letters and digits of other scripts are words.
/// </remarks>
public static class TextSegmentation
{
    /// <summary>Characters of a token at most; a longer word goes on as the next token.</summary>
    public const int LongestToken = 64;

    private enum Script
    {
        None,
        Parted,
        Unparted,
    }

    /// <summary>Calls for each token of a passage, in order.</summary>
    public static void Read(string passage, Action<string> token)
    {
        ArgumentNullException.ThrowIfNull(passage);
        ArgumentNullException.ThrowIfNull(token);
        Read(passage, token, isQuery: false);
    }

    /// <summary>The tokens that stand behind one another where a passage holds the term; none if it has no letter or digit.</summary>
    /// <param name="term">The term.</param>
    /// <param name="isOpen">True if the last token may be the beginning of one in the passage.</param>
    public static IReadOnlyList<string> Phrase(TextTerm term, out bool isOpen)
    {
        ArgumentNullException.ThrowIfNull(term);
        var tokens = new List<string>();
        var (last, length) = Read(term.Text, tokens.Add, isQuery: true);

        // A single character is found as the first of a pair and alone; of two and more the last pair says all.
        isOpen = last == Script.Unparted ? length == 1 : term.IsPrefix;
        return tokens;
    }

    /// <summary>True if one of the passages holds the term.</summary>
    public static bool Holds(IEnumerable<string> passages, TextTerm term)
    {
        ArgumentNullException.ThrowIfNull(passages);
        var phrase = Phrase(term, out var isOpen);
        if (phrase.Count == 0)
            return false;
        var tokens = new List<string>();
        foreach (var passage in passages)
        {
            tokens.Clear();
            Read(passage, tokens.Add, isQuery: false);
            for (var at = 0; at + phrase.Count <= tokens.Count; at++)
            {
                if (StandsAt(tokens, at, phrase, isOpen))
                    return true;
            }
        }

        return false;
    }

    private static bool StandsAt(List<string> tokens, int at, IReadOnlyList<string> phrase, bool isOpen)
    {
        for (var i = 0; i < phrase.Count; i++)
        {
            var token = tokens[at + i];
            var matches = isOpen && i == phrase.Count - 1
                ? token.StartsWith(phrase[i], StringComparison.Ordinal)
                : token.Equals(phrase[i], StringComparison.Ordinal);
            if (!matches)
                return false;
        }

        return true;
    }

    // Returns the script and length of the last run.
    private static (Script Last, int Length) Read(string passage, Action<string> token, bool isQuery)
    {
        var text = StringFolding.Fold(passage);
        var (start, script, characters) = (0, Script.None, 0);
        var (last, lastLength) = (Script.None, 0);
        for (var at = 0; at <= text.Length;)
        {
            var (next, width) = at == text.Length ? (Script.None, 1) : ScriptAt(text, at);
            if (next != script || (script == Script.Parted && characters == LongestToken))
            {
                if (script == Script.Parted)
                    token(text[start..at]);
                else if (script == Script.Unparted)
                    ReadPairs(text.AsSpan(start, at - start), token, mayGoOn: isQuery && characters > 1 && IsEnd(text, at));
                if (script != Script.None)
                    (last, lastLength) = (script, characters);
                (start, script, characters) = (at, next, 0);
            }

            characters++;
            at += width;
        }

        return (last, lastLength);
    }

    // The last character alone is no token where the passage may go on behind it.
    private static void ReadPairs(ReadOnlySpan<char> run, Action<string> token, bool mayGoOn)
    {
        while (!run.IsEmpty)
        {
            Rune.DecodeFromUtf16(run, out _, out var first);
            var second = 0;
            if (run.Length > first)
                Rune.DecodeFromUtf16(run[first..], out _, out second);
            if (second > 0 || !mayGoOn)
                token(run[..(first + second)].ToString());
            run = run[first..];
        }
    }

    private static bool IsEnd(string text, int at)
    {
        while (at < text.Length)
        {
            var (script, width) = ScriptAt(text, at);
            if (script != Script.None)
                return false;
            at += width;
        }

        return true;
    }

    private static (Script Script, int Width) ScriptAt(string text, int at) =>
        Rune.TryGetRuneAt(text, at, out var rune) ? (ScriptOf(rune), rune.Utf16SequenceLength) : (Script.None, 1);

    private static Script ScriptOf(Rune rune)
    {
        var value = rune.Value;
        if (value < 0x80)
            return char.IsAsciiLetterOrDigit((char)value) ? Script.Parted : Script.None;

        var isUnparted = value switch
        {
            >= 0x0E00 and <= 0x0EFF => true, // Thai, Lao
            >= 0x1000 and <= 0x109F => true, // Myanmar
            >= 0x1100 and <= 0x11FF => true, // Hangul letters
            >= 0x1780 and <= 0x17FF => true, // Khmer
            >= 0x3005 and <= 0x3007 => true, // iteration mark, closing mark, ideographic zero
            >= 0x3040 and <= 0x31FF => true, // kana, bopomofo, Hangul letters
            >= 0x3400 and <= 0x4DBF => true, // ideographs
            >= 0x4E00 and <= 0xA4CF => true, // ideographs, Yi
            >= 0xAC00 and <= 0xD7FF => true, // Hangul syllables
            >= 0xE000 and <= 0xFAFF => true, // characters of one's own, for rare names; compatibility ideographs
            >= 0x1B000 and <= 0x1B2FF => true, // older kana
            >= 0x20000 and <= 0x3FFFF => true, // ideographs
            _ => false,
        };
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.DecimalDigitNumber
                or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber or UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.PrivateUse => isUnparted ? Script.Unparted : Script.Parted,
            UnicodeCategory.OtherNotAssigned when isUnparted => Script.Unparted,
            _ => Script.None,
        };
    }
}
