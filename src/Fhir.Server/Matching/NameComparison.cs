// How well two names agree (docs/match.md has the table).

using System.Collections.Frozen;

namespace FhirHub.Server.Matching;

/// <summary>What a comparison of names means for the rest of the match.</summary>
internal enum NameAgreement
{
    /// <summary>One of the records has no name.</summary>
    Unknown,

    /// <summary>It may well be one name.</summary>
    Agrees,

    /// <summary>Like the names of siblings: a character of the given name differs.</summary>
    Alike,

    /// <summary>Another name.</summary>
    Differs,
}

/// <summary>Compares names.</summary>
internal static class NameComparison
{
    private const double MostBits = 17;

    // Names by which others are called, each with its short forms.
    private static readonly FrozenDictionary<string, string> Nicknames = new[]
    {
        "william bill will billy liam", "robert bob rob bobby", "richard dick rick rich", "james jim jimmy jamie", "john jack johnny", "michael mike mick",
        "elizabeth liz beth betty eliza lizzy", "margaret maggie meg peggy greta", "katherine catherine kate katie kathy", "thomas tom tommy", "joseph joe joey",
        "edward ed eddie ted ned", "charles charlie chuck", "alexander alex sasha", "anthony tony", "daniel dan danny", "david dave", "susan sue susie",
        "patricia pat patty", "jennifer jen jenny", "christopher chris", "nicholas nick", "samuel sam", "benjamin ben", "matthew matt", "steven steve stephen",
    }.SelectMany(line => line.Split(' ').Select(name => (Name: name, Root: line[..line.IndexOf(' ', StringComparison.Ordinal)])))
        .DistinctBy(p => p.Name, StringComparer.Ordinal)
        .ToFrozenDictionary(p => p.Name, p => p.Root, StringComparer.Ordinal);

    /// <summary>The best agreement of two sets of names.</summary>
    public static (MatchField? Field, NameAgreement Agreement) Compare(IReadOnlyList<PersonName> left, IReadOnlyList<PersonName> right)
    {
        (MatchField? Field, NameAgreement Agreement) best = (null, NameAgreement.Unknown);
        foreach (var a in left)
        {
            foreach (var b in right)
            {
                var one = Compare(a, b);
                if (best.Field is null || one.Field.Weight > best.Field.Weight)
                    best = one;
            }
        }

        return best;
    }

    private static (MatchField Field, NameAgreement Agreement) Compare(PersonName a, PersonName b)
    {
        var bits = Math.Min(MostBits, Math.Min(NameFrequency.OfFamily(a) + NameFrequency.OfGiven(a), NameFrequency.OfFamily(b) + NameFrequency.OfGiven(b)));
        if (a.Full == b.Full)
            return Result(a.Given.Length > 0 ? "same" : "same, without given name", a.Given.Length > 0 ? bits - 0.2 : NameFrequency.OfFamily(a) - 0.5);
        if (a.Family == b.Given && a.Given == b.Family)
            return Result("same, parts swapped", bits - 1.5);
        if (a.IsChinese != b.IsChinese)
            return CompareReadings(a, b, bits);
        return a.IsChinese ? CompareChinese(a, b, bits) : CompareLetters(a, b, bits);
    }

    private static (MatchField, NameAgreement) CompareChinese(PersonName a, PersonName b, double bits)
    {
        if (a.Given.Length == 0 || b.Given.Length == 0)
            return a.Family == b.Family ? Result("same family name", NameFrequency.OfFamily(a) - 1) : Result("different", -6, NameAgreement.Differs);

        // One sound, other characters: the slip of every Chinese keyboard.
        if (a.Readings.Any(x => b.Readings.Any(y => x.Family + x.Given == y.Family + y.Given)))
            return Result("same sound", Math.Max(2, bits - 6));
        if (a.Family == b.Family)
        {
            return a.Given.EnumerateRunes().Intersect(b.Given.EnumerateRunes()).Any() ? Result("given name alike", 0.5, NameAgreement.Alike) : Result("other given name", -8, NameAgreement.Differs);
        }

        return a.Given == b.Given
            ? Result("other family name", -2, NameAgreement.Alike)
            : Result("different", -10, NameAgreement.Differs);
    }

    // Characters against letters: many names share a reading, and its parts may stand in either order.
    private static (MatchField, NameAgreement) CompareReadings(PersonName a, PersonName b, double bits)
    {
        if (a.Readings.Count == 0 || b.Readings.Count == 0)
            return (new MatchField("name", "in scripts that can't be compared", 0), NameAgreement.Unknown);
        foreach (var x in a.Readings)
        {
            foreach (var y in b.Readings)
            {
                if (x.Family + x.Given == y.Family + y.Given || x.Family + x.Given == y.Given + y.Family)
                    return Result("same by pinyin", Math.Max(3, bits - 3.5));
            }
        }

        var family = a.Readings.Any(x => b.Readings.Any(y => x.Family == y.Family || x.Family == y.Given));
        return family ? Result("other given name", -6, NameAgreement.Differs) : Result("different", -8, NameAgreement.Differs);
    }

    private static (MatchField, NameAgreement) CompareLetters(PersonName a, PersonName b, double bits)
    {
        var family = TextLikeness.JaroWinkler(a.Family, b.Family);
        if (a.Given.Length == 0 || b.Given.Length == 0)
            return family >= 0.93 ? Result("same family name", NameFrequency.OfFamily(a) - 2) : Result("different", -6, NameAgreement.Differs);
        var given = GivenLikeness(a.Given, b.Given);
        if (family >= 0.93 && given >= 0.93)
            return Result(given >= 1 && family >= 1 ? "same but for further given names" : "alike", bits - 3);
        if (family >= 0.93 && given >= 0.88)
            return Result("nickname or initial", bits - 5);
        if (family >= 0.93)
            return given >= 0.75 ? Result("given name alike", 0.5, NameAgreement.Alike) : Result("other given name", -7, NameAgreement.Differs);

        // Family names change with marriage.
        return given >= 0.93 ? Result("other family name", 0, NameAgreement.Alike) : Result("different", -9, NameAgreement.Differs);
    }

    private static double GivenLikeness(string left, string right)
    {
        var a = left.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var b = right.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (a.Length == 0 || b.Length == 0)
            return 0;
        var first = TextLikeness.JaroWinkler(a[0], b[0]);
        if (first >= 0.93)
            return first;
        if (Nicknames.GetValueOrDefault(a[0], a[0]) == Nicknames.GetValueOrDefault(b[0], b[0]))
            return 0.9;
        return (a[0].Length == 1 || b[0].Length == 1) && a[0][0] == b[0][0] ? 0.88 : first;
    }

    private static (MatchField, NameAgreement) Result(string level, double weight, NameAgreement agreement = NameAgreement.Agrees) =>
        (new MatchField("name", level, weight), agreement);
}
