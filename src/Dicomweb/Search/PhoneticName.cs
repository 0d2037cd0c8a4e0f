// How names sound: what fuzzy matching compares (PS3.18 8.3.4.2). Latin names by their consonants, Chinese ones by their pinyin.

using System.Collections.Frozen;
using System.Text;

namespace FhirHub.Dicomweb;

/// <summary>Brings names into forms that are equal for names which sound alike.</summary>
internal static class PhoneticName
{
    // Letters with marks, by the letters that they are read as; the runtime has no tables of its own for that in invariant mode.
    private static readonly FrozenDictionary<char, string> Plain = PlainLetters().ToFrozenDictionary();

    /// <summary>The words of a name: its components, parted where a hyphen or a space does.</summary>
    public static IEnumerable<string> Words(string name) =>
        name.Split(['^', '=', ' ', '-', ',', '.', '\''], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>How a word of Latin letters sounds; empty for others.</summary>
    public static string CodeOf(string word)
    {
        var letters = Letters(word);
        if (letters.Length == 0)
            return "";
        var code = new StringBuilder(letters.Length);
        for (var at = 0; at < letters.Length; at++)
        {
            var sound = Sound(letters, ref at);
            foreach (var one in sound)
            {
                // A vowel counts at the beginning only, and what is doubled sounds once.
                if ((one != 'A' || code.Length == 0) && (code.Length == 0 || code[^1] != one))
                    code.Append(one);
            }
        }

        return code.ToString();
    }

    /// <summary>A word without marks and case.</summary>
    public static string Letters(string word)
    {
        var letters = new StringBuilder(word.Length);
        foreach (var character in word)
        {
            var upper = char.ToUpperInvariant(character);
            if (upper is >= 'A' and <= 'Z')
                letters.Append(upper);
            else if (Plain.TryGetValue(upper, out var plain))
                letters.Append(plain);
            else if (char.IsLetter(character))
                return "";
        }

        return letters.ToString();
    }

    // One sound, or two; A stands for all vowels.
    private static string Sound(string letters, ref int at)
    {
        var letter = letters[at];
        var next = at + 1 < letters.Length ? letters[at + 1] : '\0';
        var atStart = at == 0;
        switch (letter)
        {
            case 'A' or 'E' or 'I' or 'O' or 'U' or 'Y':
                return "A";
            case 'B' when at == letters.Length - 1 && at > 0 && letters[at - 1] == 'M':
                return "";
            case 'C':
                if (next == 'H')
                {
                    at++;
                    return at + 1 < letters.Length && letters[at + 1] is 'R' or 'L' ? "K" : "X";
                }

                return next is 'E' or 'I' or 'Y' ? "S" : Twice(ref at, next, "K", 'K');
            case 'D':
                return next is 'T' ? Skip(ref at, "T") : "T";
            case 'G':
                if (next == 'H')
                {
                    at++;
                    return atStart ? "K" : "";
                }

                return next == 'N' && atStart ? "" : next is 'E' or 'I' or 'Y' ? "J" : "K";
            case 'H':
                return atStart ? "H" : "";
            case 'J':
                return "J";
            case 'K':
                return next == 'N' && atStart ? "" : "K";
            case 'P':
                return next == 'H' ? Skip(ref at, "F") : "P";
            case 'Q':
                return "K";
            case 'S':
                if (next == 'C' && at + 2 < letters.Length && letters[at + 2] == 'H')
                {
                    at += 2;
                    return "X";
                }

                return next == 'H' ? Skip(ref at, "X") : next == 'Z' ? Skip(ref at, "S") : "S";
            case 'T':
                return next == 'H' ? Skip(ref at, "T") : next == 'Z' ? Skip(ref at, "S") : "T";
            case 'V':
                return "F";
            case 'W':
                return next is 'A' or 'E' or 'I' or 'O' or 'U' or 'Y' ? "F" : "";
            case 'X':
                return atStart ? "S" : "KS";
            case 'Z':
                return "S";
            default:
                return letter.ToString();
        }
    }

    private static string Skip(ref int at, string sound)
    {
        at++;
        return sound;
    }

    private static string Twice(ref int at, char next, string sound, char other) => next == other ? Skip(ref at, sound) : sound;

    private static IEnumerable<KeyValuePair<char, string>> PlainLetters()
    {
        const string Marked = "ÀÁÂÃÅĀĂĄÇĆĈĊČĎĐÈÉÊËĒĔĖĘĚĜĞĠĢĤĦÌÍÎÏĨĪĬĮİĴĶĹĻĽĿŁÑŃŅŇÒÓÔÕŌŎŐŔŖŘŚŜŞŠȘŢŤŦȚÙÚÛŨŪŬŮŰŲŴÝŶŸŹŻŽ";
        const string Unmarked = "AAAAAAAACCCCCDDEEEEEEEEEGGGGHHIIIIIIIIIJKLLLLLNNNNOOOOOOORRRSSSSSTTTTUUUUUUUUUWYYYZZZ";
        for (var i = 0; i < Marked.Length; i++)
            yield return new(Marked[i], Unmarked[i].ToString());
        yield return new('Ä', "AE");
        yield return new('Ö', "OE");
        yield return new('Ü', "UE");
        yield return new('Æ', "AE");
        yield return new('Ø', "OE");
        yield return new('Œ', "OE");
        yield return new('ß', "SS");
        yield return new('ẞ', "SS");
        yield return new('Þ', "TH");
        yield return new('Ð', "D");
    }
}
