// A person's name, in whatever way it was recorded: parts, or one text; Chinese characters, pinyin, or any other script.

using System.Text;
using FhirHub.Model;
using FhirHub.Search;

namespace FhirHub.Server.Matching;

/// <summary>A name.</summary>
/// <param name="Family">Family name, folded and simplified; empty if unknown.</param>
/// <param name="Given">Given names in the same form, one text without spaces for Chinese ones.</param>
/// <param name="IsChinese">True if it is written in Chinese characters.</param>
internal sealed record PersonName(string Family, string Given, bool IsChinese)
{
    private const int MaxLength = 100;

    private static readonly HashSet<string> DoubleSurnames =
        ["欧阳", "司马", "上官", "诸葛", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "司空", "东方", "南宫", "长孙", "宇文", "端木", "独孤", "轩辕", "呼延", "澹台", "申屠", "太史", "闻人", "钟离", "濮阳"];

    private PersonReading[]? _readings;

    /// <summary>Family and given name together.</summary>
    public string Full => IsChinese ? Family + Given : $"{Family} {Given}".Trim();

    /// <summary>The name's syllables in Latin letters: those of its pinyin, or the letters themselves.</summary>
    public IReadOnlyList<PersonReading> Readings => _readings ??= [.. PersonReading.Of(this)];

    /// <summary>Reads a HumanName; null if it says nothing.</summary>
    public static PersonName? Of(ElementNode name)
    {
        if (name.ChildValue("use") == "anonymous")
            return null;
        var family = Plain(name.ChildValue("family"));
        var given = Plain(string.Join(' ', name.ChildrenOf("given").ToList().Take(5).Select(g => g.GetString())));
        if (family.Length == 0 && given.Length == 0)
            return OfText(Plain(name.ChildValue("text")));

        // Some systems put the whole name into one of the parts.
        if (family.Length == 0 || given.Length == 0)
            return OfText(family + given);
        var isChinese = ChineseCharacters.IsIn(family + given);
        return new PersonName(isChinese ? Joined(family) : family, isChinese ? Joined(given) : given, isChinese);
    }

    // Chinese names have the family name first; other names in one text have it last, unless a comma says otherwise.
    private static PersonName? OfText(string text)
    {
        if (text.Length == 0)
            return null;
        if (ChineseCharacters.IsIn(text))
        {
            var joined = Joined(text);
            var length = joined.Length > 2 && DoubleSurnames.Contains(joined[..2]) ? 2 : Rune.GetRuneAt(joined, 0).Utf16SequenceLength;
            return joined.Length > length ? new PersonName(joined[..length], joined[length..], true) : new PersonName(joined, "", true);
        }

        var comma = text.IndexOf(',', StringComparison.Ordinal);
        if (comma > 0)
            return new PersonName(text[..comma].Trim(), text[(comma + 1)..].Trim(), false);
        var space = text.LastIndexOf(' ');
        return space > 0 ? new PersonName(text[(space + 1)..], text[..space], false) : new PersonName(text, "", false);
    }

    private static string Plain(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return "";
        var folded = StringFolding.Fold(text.Length <= MaxLength ? text : text[..MaxLength]).Where(static c => c is not ('\'' or '’'));
        return ChineseCharacters.Simplify(string.Concat(folded.Select(c => c is '·' or '•' or '.' or '-' ? ' ' : c))).Trim();
    }

    private static string Joined(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
}

/// <summary>A name in Latin letters without spaces.</summary>
/// <param name="Family">Family name.</param>
/// <param name="Given">Given names.</param>
internal sealed record PersonReading(string Family, string Given)
{
    private const int MaxReadings = 4;

    /// <summary>
    /// The readings of a name. Of a Chinese one they are the likeliest of the given name after each of the family name; people write
    /// the ü of 吕 as v, as u and, in passports, as yu.
    /// </summary>
    public static IEnumerable<PersonReading> Of(PersonName name)
    {
        if (!name.IsChinese)
            return [new PersonReading(Letters(name.Family), Letters(name.Given))];
        var given = new List<string>();
        Pinyin.AddLikeliest([.. name.Given.EnumerateRunes()], given);
        return Families(name.Family).SelectMany(family => Spellings(new PersonReading(family, Letters(string.Concat(given)))));
    }

    private static IEnumerable<string> Families(string family)
    {
        if (Pinyin.OfSurname(family) is { } known)
            yield return string.Concat(known);
        Rune[] runes = [.. family.EnumerateRunes()];
        if (runes is [var only])
        {
            foreach (var reading in Pinyin.Of(only).Take(MaxReadings))
                yield return reading;
            yield break;
        }

        var syllables = new List<string>();
        Pinyin.AddLikeliest(runes, syllables);
        yield return string.Concat(syllables);
    }

    private static IEnumerable<PersonReading> Spellings(PersonReading reading)
    {
        yield return reading;
        if (!reading.Family.Contains('v', StringComparison.Ordinal) && !reading.Given.Contains('v', StringComparison.Ordinal))
            yield break;
        foreach (var vowel in new[] { "u", "yu" })
            yield return new PersonReading(reading.Family.Replace("v", vowel, StringComparison.Ordinal), reading.Given.Replace("v", vowel, StringComparison.Ordinal));
    }

    private static string Letters(string text) => string.Concat(text.EnumerateRunes().Where(Rune.IsLetter));
}
