// What a name in Chinese characters is found by beside itself: its pinyin, whole and by initials.

using System.Text;

namespace FhirHub.Search;

/// <summary>
/// The forms of a name's reading. For 王小明: <c>wang xiao ming</c>, <c>wangxiaoming</c>, <c>wang xiaoming</c>, <c>wxm</c>. All
/// readings of a surname are among them, of everything else the likeliest. The first form is the one to sort by: syllables apart, so
/// that the order is that of a Chinese register. Names without Chinese characters, and those with kana or Hangul, have none.
/// </summary>
internal static class NameReadings
{
    // What lies beyond is longer than anyone types.
    private const int MaxSyllables = 40;

    private const int MaxSequences = 8;

    private static readonly Rune[] NoSurname = [];

    /// <summary>A person's whole name.</summary>
    /// <param name="name">Folded.</param>
    /// <param name="surname">The surname that the name starts with, folded, if it is known.</param>
    public static IReadOnlyList<string> OfPerson(string name, string? surname)
    {
        if (Characters(name) is not { } characters)
            return [];
        var length = surname is { Length: > 0 } && name.StartsWith(surname, StringComparison.Ordinal)
            ? Characters(surname)?.Length ?? 0
            : SurnameLength(name, characters);
        return Forms(characters.AsSpan(0, length), characters.AsSpan(length), initials: true);
    }

    /// <summary>A surname by itself; folded.</summary>
    public static IReadOnlyList<string> OfSurname(string surname) =>
        Characters(surname) is { } characters ? Forms(characters, NoSurname, initials: true) : [];

    /// <summary>A given name, or the name of an organization or a place; folded.</summary>
    /// <param name="name">The name.</param>
    /// <param name="initials">Whether its initials count: not where it is but a part of a name.</param>
    public static IReadOnlyList<string> Of(string name, bool initials = true) =>
        Characters(name) is { } characters ? Forms(NoSurname, characters, initials) : [];

    // Letters and digits of any script; what parts words plays no role in a reading.
    private static Rune[]? Characters(string name)
    {
        if (!Pinyin.HasHan(name))
            return null;
        var characters = new List<Rune>(name.Length);
        foreach (var rune in name.EnumerateRunes())
        {
            if (IsOfOtherReading(rune))
                return null;
            if (Rune.IsLetterOrDigit(rune) && characters.Count < MaxSyllables)
                characters.Add(rune);
        }

        // There are signs between the characters, and numbers that are of none yet.
        return characters.Count > 0 ? [.. characters] : null;
    }

    // Kana and Hangul: the Chinese characters beside them are read in Japanese or Korean.
    private static bool IsOfOtherReading(Rune rune) => rune.Value is (>= 0x3041 and <= 0x30FA) or (>= 0x1100 and <= 0x11FF) or (>= 0xAC00 and <= 0xD7A3);

    // Names of other peoples, whose parts a dot parts, do not start with a surname.
    private static int SurnameLength(string name, Rune[] characters)
    {
        if (name.AsSpan().ContainsAny('·', '•', '.'))
            return 0;
        return characters.Length > 2 && Pinyin.OfSurname(Pinyin.Text(characters.AsSpan(0, 2))) is not null ? 2 : 1;
    }

    private static List<string> Forms(ReadOnlySpan<Rune> surname, ReadOnlySpan<Rune> rest, bool initials)
    {
        var given = new List<string>();
        Pinyin.AddLikeliest(rest, given);
        var forms = new List<string>();
        var restSpellings = Spellings(given);
        foreach (var first in SurnameReadings(surname))
        {
            foreach (var second in restSpellings)
                AddForms(first, second, initials, forms);
        }

        // A search finds what starts with its text, so a form with which a longer one starts adds nothing.
        for (var i = forms.Count - 1; i > 0; i--)
        {
            var form = forms[i];
            if (forms.FindIndex(other => other.StartsWith(form, StringComparison.Ordinal)) < i
                || forms.FindLastIndex(other => other.Length > form.Length && other.StartsWith(form, StringComparison.Ordinal)) > i)
            {
                forms.RemoveAt(i);
            }
        }

        return forms;
    }

    private static void AddForms(string[] first, string[] second, bool initials, List<string> forms)
    {
        string[] all = [.. first, .. second];
        forms.Add(string.Join(' ', all));
        forms.Add(string.Concat(all));
        if (first.Length > 0 && second.Length > 0)
            forms.Add($"{string.Concat(first)} {string.Concat(second)}");
        if (initials)
            forms.Add(string.Concat(all.Select(static syllable => char.IsHighSurrogate(syllable[0]) ? syllable : syllable[..1])));
    }

    // The way that it is read as a surname first, then all that its characters allow.
    private static List<string[]> SurnameReadings(ReadOnlySpan<Rune> surname)
    {
        if (surname.IsEmpty)
            return [[]];
        var readings = new List<string[]>();
        if (Pinyin.OfSurname(Pinyin.Text(surname)) is { } known)
            readings.AddRange(Spellings([.. known]));

        List<string[]> sequences = [[]];
        foreach (var character in surname)
        {
            IReadOnlyList<string> ofCharacter = Pinyin.Of(character) is { Count: > 0 } several ? several : [character.ToString()];
            sequences = [.. sequences.SelectMany(sequence => ofCharacter.Select(reading => (string[])[.. sequence, reading])).Take(MaxSequences)];
        }

        foreach (var sequence in sequences.SelectMany(static sequence => Spellings([.. sequence])))
        {
            if (readings.Count < MaxSequences && !readings.Exists(reading => reading.AsSpan().SequenceEqual(sequence)))
                readings.Add(sequence);
        }

        return readings;
    }

    // People write the ü of 吕 as v, as u (which is what the letter itself folds to) and, in passports, as yu.
    private static List<string[]> Spellings(List<string> syllables)
    {
        List<string[]> spellings = [[.. syllables]];
        if (syllables.Exists(static syllable => syllable is ['l' or 'n', 'v', ..]))
        {
            spellings.Add([.. syllables.Select(static syllable => Respelled(syllable, "u"))]);
            spellings.Add([.. syllables.Select(static syllable => Respelled(syllable, "yu"))]);
        }

        return spellings;
    }

    private static string Respelled(string syllable, string vowel) => syllable is [var initial and ('l' or 'n'), 'v', ..] ? $"{initial}{vowel}{syllable[2..]}" : syllable;
}
