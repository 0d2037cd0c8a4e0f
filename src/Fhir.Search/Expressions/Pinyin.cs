// How Chinese characters are read in Mandarin, from the table that the build compiles (build/pinyin.mjs).

using System.Collections.Frozen;
using System.Reflection;
using System.Text;

namespace FhirHub.Search;

/// <summary>Readings in Hanyu Pinyin without tones, <c>v</c> standing for ü. The table is read when the first Chinese name comes by.</summary>
public static class Pinyin
{
    private static readonly Lazy<Tables> Table = new(Load);

    private sealed record Tables(
        FrozenDictionary<int, string[]> Characters, FrozenDictionary<string, string[]> Surnames, FrozenDictionary<string, string[]> Words, int LongestWord);

    /// <summary>True if there is a Chinese character in the text.</summary>
    public static bool HasHan(ReadOnlySpan<char> text) => text.ContainsAnyInRange('\u3400', '\u9FFF') || text.ContainsAnyInRange('\uD840', '\uD88F');

    /// <summary>The readings of a character, likeliest first; empty if it is none or none is known.</summary>
    public static IReadOnlyList<string> Of(Rune character) => Table.Value.Characters.GetValueOrDefault(character.Value, []);

    /// <summary>The syllables of a surname that is read in a way of its own, or has several characters; null for any other.</summary>
    public static IReadOnlyList<string>? OfSurname(string surname) => Table.Value.Surnames.GetValueOrDefault(surname);

    /// <summary>
    /// The likeliest reading of each of the characters: that of the word that they are in, such as the first of 重庆, or else the
    /// character's first. Characters without a reading stand for themselves.
    /// </summary>
    public static void AddLikeliest(ReadOnlySpan<Rune> characters, List<string> syllables)
    {
        var table = Table.Value;
        while (!characters.IsEmpty)
        {
            if (Word(table, characters) is { } word)
            {
                syllables.AddRange(word);
                characters = characters[word.Length..];
                continue;
            }

            syllables.Add(Of(characters[0]) is [var first, ..] ? first : characters[0].ToString());
            characters = characters[1..];
        }
    }

    private static string[]? Word(Tables table, ReadOnlySpan<Rune> characters)
    {
        for (var length = Math.Min(table.LongestWord, characters.Length); length > 1; length--)
        {
            if (table.Words.TryGetValue(Text(characters[..length]), out var word))
                return word;
        }

        return null;
    }

    /// <summary>The characters as a string.</summary>
    public static string Text(ReadOnlySpan<Rune> characters)
    {
        var text = new StringBuilder(characters.Length);
        foreach (var character in characters)
            text.Append(character);
        return text.ToString();
    }

    private static Tables Load()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("pinyin.tsv")
            ?? throw new InvalidOperationException("The assembly was built without pinyin.tsv.");
        using var reader = new StreamReader(stream);
        var characters = new Dictionary<int, string[]>();
        var surnames = new Dictionary<string, string[]>(StringComparer.Ordinal);
        var words = new Dictionary<string, string[]>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            var fields = line.Split('\t');
            switch (fields[0])
            {
                case "C":
                    var readings = fields[1].Split(',');
                    foreach (var character in fields[2].EnumerateRunes())
                        characters[character.Value] = readings;
                    break;
                case "S":
                    surnames[fields[1]] = fields[2].Split(' ');
                    break;
                default:
                    words[fields[1]] = fields[2].Split(' ');
                    break;
            }
        }

        return new Tables(
            characters.ToFrozenDictionary(),
            surnames.ToFrozenDictionary(StringComparer.Ordinal),
            words.ToFrozenDictionary(StringComparer.Ordinal),
            words.Values.Max(static word => word.Length));
    }
}
