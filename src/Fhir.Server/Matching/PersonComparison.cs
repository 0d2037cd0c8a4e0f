// Compares two records field by field and grades the sum (Fellegi and Sunter 1969; docs/match.md has fields, weights, thresholds).

using FhirHub.Model;

namespace FhirHub.Server.Matching;

/// <summary>Compares records.</summary>
internal static class PersonComparison
{
    /// <summary>Bits that say how unlikely it is that any two records are of one person, before anything is known of them.</summary>
    public const double Prior = -15.6;

    private const double CertainFrom = 0.99;
    private const double ProbableFrom = 0.9;
    private const double PossibleFrom = 0.01;

    // What the household shares says nothing where the person seems to be another member of it.
    private static readonly HashSet<string> Household = ["address", "phone"];

    /// <summary>How likely it is that both are of one person.</summary>
    public static MatchScore Compare(PersonRecord asked, PersonRecord found)
    {
        var fields = new List<MatchField>();
        var cautions = new List<string>();
        var identity = CompareIdentifiers(asked, found, fields);
        var (name, nameAgreement) = NameComparison.Compare(asked.Names, found.Names);
        Add(fields, name);
        var birth = asked.IsBirthDateDerived && found.IsBirthDateDerived ? null : CompareBirthDates(asked.BirthDate, found.BirthDate);
        Add(fields, birth);
        var gender = CompareGenders(asked, found);
        Add(fields, gender);
        Add(fields, ComparePhones(asked, found));
        Add(fields, CompareEmails(asked, found));
        Add(fields, PersonAddress.Compare(asked.Addresses, found.Addresses));
        Add(fields, CompareDeaths(asked, found));
        Add(fields, CompareBirthOrders(asked, found, nameAgreement));

        var isOtherBirth = birth is { Weight: < 0 };
        if (identity != Identity.Same && (nameAgreement is NameAgreement.Alike or NameAgreement.Differs || isOtherBirth))
            Discount(fields, nameAgreement == NameAgreement.Alike && !isOtherBirth ? 0.5 : 0);
        var probability = 1 / (1 + Math.Pow(2, -(Prior + fields.Sum(f => f.Weight))));
        var grade = probability >= CertainFrom ? MatchGrade.Certain
            : probability >= ProbableFrom ? MatchGrade.Probable
            : probability >= PossibleFrom ? MatchGrade.Possible : MatchGrade.CertainlyNot;

        if (identity != Identity.Same)
            Limit(MatchGrade.Probable, "No identifier agrees.");
        if (identity == Identity.Other)
            Limit(MatchGrade.Possible, "The resident identity numbers are of two people.");
        if (nameAgreement is NameAgreement.Alike or NameAgreement.Differs)
            Limit(identity == Identity.Same ? MatchGrade.Probable : MatchGrade.Possible, "The names are not the same; siblings and twins have such.");
        if (isOtherBirth)
            Limit(identity == Identity.Same ? MatchGrade.Probable : MatchGrade.Possible, "The dates of birth are not the same; parents and children may share a name.");
        if (gender is { Weight: < 0 })
            Limit(MatchGrade.Probable, "The genders are not the same.");
        if (nameAgreement == NameAgreement.Unknown && (birth is null || asked.IsBirthDateDerived))
            Limit(MatchGrade.Probable, "Only identifiers and contact data can be compared.");
        if (asked.BirthOrder > 0 && found.BirthOrder > 0 && asked.BirthOrder != found.BirthOrder)
            Limit(MatchGrade.Possible, "They are said to be twins.");
        if (!found.IsActive)
            Limit(MatchGrade.Probable, "The record is not in use (active is false).");
        return new MatchScore(Math.Round(Within(grade, probability), 4), grade, fields, cautions);

        void Limit(MatchGrade highest, string reason)
        {
            if (grade <= highest)
                return;
            grade = highest;
            cautions.Add(reason);
        }
    }

    private enum Identity
    {
        Unknown,
        Same,
        Other,
    }

    private static double Within(MatchGrade grade, double probability) => grade switch
    {
        MatchGrade.Certain => probability,
        MatchGrade.Probable => Math.Min(probability, CertainFrom - 0.001),
        MatchGrade.Possible => Math.Min(probability, ProbableFrom - 0.001),
        _ => Math.Min(probability, PossibleFrom),
    };

    private static void Add(List<MatchField> fields, MatchField? field)
    {
        if (field is not null)
            fields.Add(field);
    }

    private static void Discount(List<MatchField> fields, double share)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            if (Household.Contains(fields[i].Field) && fields[i].Weight > 0)
                fields[i] = fields[i] with { Level = fields[i].Level + ", as in a household", Weight = fields[i].Weight * share };
        }
    }

    private static Identity CompareIdentifiers(PersonRecord a, PersonRecord b, List<MatchField> fields)
    {
        var identity = Identity.Unknown;
        if (a.ResidentIds.Count > 0 && b.ResidentIds.Count > 0)
        {
            var isSame = a.ResidentIds.Any(x => b.ResidentIds.Any(y => x.Number == y.Number));
            identity = isSame ? Identity.Same : Identity.Other;
            fields.Add(isSame ? new MatchField("resident id", "same", 24) : new MatchField("resident id", "different", -12));
        }
        else if (a.FaultyResidentIds.Any(x => Numbers(b).Any(y => x == y || ResidentId.IsSlip(x, y))) || b.FaultyResidentIds.Any(x => Numbers(a).Any(y => ResidentId.IsSlip(x, y))))
        {
            fields.Add(new MatchField("resident id", "a slip apart", 9));
        }

        MatchField? other = null;
        foreach (var x in a.Identifiers)
        {
            foreach (var y in b.Identifiers)
            {
                var field = x.Value == y.Value && x.System == y.System && x.System is not null ? new MatchField("identifier", "same", 24)
                    : x.Value == y.Value && (x.System is null || y.System is null) ? new MatchField("identifier", "same value, without a system", 8)
                    : x.System == y.System && x.System is not null ? new MatchField("identifier", "different in one system", -2) : null;
                if (field is not null && (other is null || field.Weight > other.Weight))
                    other = field;
            }
        }

        Add(fields, other);
        return identity == Identity.Unknown && other is { Weight: > 20 } ? Identity.Same : identity;

        static IEnumerable<string> Numbers(PersonRecord record) => record.FaultyResidentIds.Concat(record.ResidentIds.Select(r => r.Number));
    }

    private static MatchField? CompareBirthDates(PersonBirthDate? left, PersonBirthDate? right)
    {
        if (left is not { } a || right is not { } b)
            return null;
        if (!a.IsFull || !b.IsFull)
        {
            if (a.Year != b.Year)
                return Field("different", -5);
            return a.Month == 0 || b.Month == 0 ? Field("same year", 5) : a.Month == b.Month ? Field("same month", 8.5) : Field("other month", -3);
        }

        if (a == b)
            return Field("same", 13.5);
        if (a.Year == b.Year && a.Month == b.Day && a.Day == b.Month)
            return Field("day and month swapped", 6);
        if (TextLikeness.IsOneSlip(Digits(a), Digits(b)))
            return Field("a slip apart", 4);

        // January the first is what systems write that know the year only.
        if (a.Year == b.Year && (a is { Month: 1, Day: 1 } || b is { Month: 1, Day: 1 }))
            return Field("same year", 3);
        return Field("different", -9);

        static MatchField Field(string level, double weight) => new("birth date", level, weight);
        static string Digits(PersonBirthDate date) => $"{date.Year:D4}{date.Month:D2}{date.Day:D2}";
    }

    private static MatchField? CompareGenders(PersonRecord a, PersonRecord b) =>
        a.Gender is null || b.Gender is null ? null
        : a.Gender == b.Gender ? new MatchField("gender", "same", 0.9) : new MatchField("gender", "different", -5);

    private static MatchField? ComparePhones(PersonRecord a, PersonRecord b) =>
        a.Phones.Count == 0 || b.Phones.Count == 0 ? null
        : a.Phones.Any(x => b.Phones.Contains(x)) ? new MatchField("phone", "same", 7)
        : a.Phones.Any(x => b.Phones.Any(y => x.Length >= 11 && TextLikeness.IsOneSlip(x, y))) ? new MatchField("phone", "a slip apart", 3.5)
        : new MatchField("phone", "different", -0.8);

    private static MatchField? CompareEmails(PersonRecord a, PersonRecord b) =>
        a.Emails.Count == 0 || b.Emails.Count == 0 ? null
        : a.Emails.Any(x => b.Emails.Contains(x)) ? new MatchField("e-mail", "same", 9) : new MatchField("e-mail", "different", -0.5);

    private static MatchField? CompareDeaths(PersonRecord a, PersonRecord b) =>
        a.DeathDate is { Length: >= 10 } x && b.DeathDate is { Length: >= 10 } y
            ? x[..10] == y[..10] ? new MatchField("date of death", "same", 6) : new MatchField("date of death", "different", -4)
        : a.IsDeceased is { } dead && b.IsDeceased is { } other && dead != other ? new MatchField("deceased", "different", -1)
        : null;

    private static MatchField? CompareBirthOrders(PersonRecord a, PersonRecord b, NameAgreement names)
    {
        if (a.BirthOrder > 0 && b.BirthOrder > 0)
            return a.BirthOrder == b.BirthOrder ? new MatchField("multiple birth", "same place", 1) : new MatchField("multiple birth", "other place", -10);

        // A twin whose name is not quite the same is more likely the other one.
        return (a.IsMultipleBirth || b.IsMultipleBirth) && (names is NameAgreement.Alike or NameAgreement.Differs)
            ? new MatchField("multiple birth", "a twin of another name", -5)
            : null;
    }
}
