// A postal address, as far as two of them can be compared.

using FhirHub.Model;
using FhirHub.Search;

namespace FhirHub.Server.Matching;

/// <summary>An address.</summary>
/// <param name="PostalCode">The postal code, or null.</param>
/// <param name="City">City, folded, or null.</param>
/// <param name="District">District, folded, or null.</param>
/// <param name="Text">All of it as one folded text without spaces and signs.</param>
/// <param name="Street">Its lines in the same form; empty if there are none.</param>
internal sealed record PersonAddress(string? PostalCode, string? City, string? District, string Text, string Street)
{
    /// <summary>Reads an Address.</summary>
    public static PersonAddress Of(ElementNode address)
    {
        var lines = string.Concat(address.ChildrenOf("line").ToList().Take(5).Select(l => l.GetString()));
        var whole = string.Concat(address.ChildValue("state"), address.ChildValue("city"), address.ChildValue("district"), lines);
        if (address.ChildValue("text") is { } text && text.Length > whole.Length)
            whole = text;
        return new PersonAddress(
            address.ChildValue("postalCode")?.Trim(), Plain(address.ChildValue("city")), Plain(address.ChildValue("district")), Plain(whole) ?? "", Plain(lines) ?? "");
    }

    /// <summary>The best agreement of two sets of addresses; null if one of them has none.</summary>
    public static MatchField? Compare(IReadOnlyList<PersonAddress> left, IReadOnlyList<PersonAddress> right)
    {
        MatchField? best = null;
        foreach (var a in left)
        {
            foreach (var b in right)
            {
                if (Compare(a, b) is { } field && (best is null || field.Weight > best.Weight))
                    best = field;
            }
        }

        return best;
    }

    private static MatchField? Compare(PersonAddress a, PersonAddress b)
    {
        // Towns and districts are shared by many; only what is beside them tells people apart.
        var hasStreets = a.Street.Length >= 3 && b.Street.Length >= 3;
        var likeness = hasStreets ? TextLikeness.Dice(a.Street, b.Street) : TextLikeness.Dice(a.Text, b.Text);
        var isDetailed = hasStreets || (a.Text.Length >= 12 && b.Text.Length >= 12);
        if (isDetailed && likeness >= 0.85)
            return new MatchField("address", "same", 7);
        if (isDetailed && likeness >= 0.65)
            return new MatchField("address", "similar", 3.5);
        if (a.PostalCode is { Length: > 0 } && a.PostalCode == b.PostalCode)
            return new MatchField("address", "same postal code", 2.5);
        if (a.District is not null && a.District == b.District)
            return new MatchField("address", "same district", 2);
        if (a.City is not null && a.City == b.City)
            return new MatchField("address", "same city", 0.8);
        return a.Text.Length > 0 && b.Text.Length > 0 ? new MatchField("address", "different", -0.7) : null;
    }

    private static string? Plain(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        var plain = string.Concat(ChineseCharacters.Simplify(StringFolding.Fold(text.Length <= 500 ? text : text[..500])).Where(char.IsLetterOrDigit));
        return plain.Length > 0 ? plain : null;
    }
}
