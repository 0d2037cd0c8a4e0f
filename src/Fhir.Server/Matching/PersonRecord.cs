// What of a Patient takes part in a match, normalised once.

using FhirHub.Model;

namespace FhirHub.Server.Matching;

/// <summary>An identifier.</summary>
/// <param name="System">Its system, or null.</param>
/// <param name="Value">The value without spaces, in capitals.</param>
/// <param name="Raw">The value as stored.</param>
internal sealed record PersonIdentifier(string? System, string Value, string Raw);

/// <summary>A date of birth: month and day are 0 where they are not known.</summary>
internal readonly record struct PersonBirthDate(int Year, int Month, int Day)
{
    /// <summary>Reads an R4 date; null if it is none.</summary>
    public static PersonBirthDate? Parse(string? text)
    {
        if (text is null || text.Length < 4 || !int.TryParse(text.AsSpan(0, 4), out var year))
            return null;
        var month = text.Length >= 7 && int.TryParse(text.AsSpan(5, 2), out var m) ? m : 0;
        var day = text.Length >= 10 && int.TryParse(text.AsSpan(8, 2), out var d) ? d : 0;
        return new PersonBirthDate(year, month, day);
    }

    /// <summary>True if the day is known.</summary>
    public bool IsFull => Day > 0;
}

/// <summary>The data of a Patient that a match compares.</summary>
internal sealed record PersonRecord
{
    private const int MaxRepetitions = 20;

    /// <summary>Identifiers that are no resident's numbers.</summary>
    public IReadOnlyList<PersonIdentifier> Identifiers { get; private init; } = [];

    /// <summary>Resident identity numbers whose check character fits.</summary>
    public IReadOnlyList<ResidentId> ResidentIds { get; private init; } = [];

    /// <summary>Texts of 18 characters that would be such numbers but for a slip.</summary>
    public IReadOnlyList<string> FaultyResidentIds { get; private init; } = [];

    /// <summary>The names.</summary>
    public IReadOnlyList<PersonName> Names { get; private init; } = [];

    /// <summary>The date of birth, or null.</summary>
    public PersonBirthDate? BirthDate { get; private init; }

    /// <summary>True if the date of birth is that of the resident's number, for want of one of its own.</summary>
    public bool IsBirthDateDerived { get; private init; }

    /// <summary><c>male</c> or <c>female</c>; null for anything else, which says nothing.</summary>
    public string? Gender { get; private init; }

    /// <summary>Telephone numbers: digits, without the prefix of China.</summary>
    public IReadOnlyList<string> Phones { get; private init; } = [];

    /// <summary>Addresses of e-mail.</summary>
    public IReadOnlyList<string> Emails { get; private init; } = [];

    /// <summary>Postal addresses.</summary>
    public IReadOnlyList<PersonAddress> Addresses { get; private init; } = [];

    /// <summary>The telecom values as stored, for searches.</summary>
    public IReadOnlyList<string> RawTelecoms { get; private init; } = [];

    /// <summary>True if the person is known to be dead, false if known to live.</summary>
    public bool? IsDeceased { get; private init; }

    /// <summary>The date of death as far as it is known.</summary>
    public string? DeathDate { get; private init; }

    /// <summary>True for one of twins or more.</summary>
    public bool IsMultipleBirth { get; private init; }

    /// <summary>The place in the order of birth of twins; 0 if unknown.</summary>
    public int BirthOrder { get; private init; }

    /// <summary>False if the record is said not to be in use.</summary>
    public bool IsActive { get; private init; } = true;

    /// <summary>References to the records that take this one's place.</summary>
    public IReadOnlyList<string> ReplacedBy { get; private init; } = [];

    /// <summary>True if there is something that a search can start from.</summary>
    public bool CanBeSearched =>
        Identifiers.Count > 0 || ResidentIds.Count > 0 || FaultyResidentIds.Count > 0 || Names.Count > 0 || BirthDate is { IsFull: true } || RawTelecoms.Count > 0;

    /// <summary>Reads a Patient.</summary>
    public static PersonRecord Of(ElementNode patient)
    {
        var identifiers = new List<PersonIdentifier>();
        var residents = new List<ResidentId>();
        var faulty = new List<string>();
        foreach (var identifier in Some(patient, "identifier"))
            ReadIdentifier(identifier, identifiers, residents, faulty);

        var phones = new List<string>();
        var emails = new List<string>();
        var raw = new List<string>();
        foreach (var telecom in Some(patient, "telecom"))
        {
            if (telecom.ChildValue("value") is not { } value || telecom.ChildValue("use") == "old")
                continue;
            raw.Add(value);
            if (telecom.ChildValue("system") == "email" || value.Contains('@', StringComparison.Ordinal))
                emails.Add(value.Trim().ToLowerInvariant());
            else if (DigitsOf(value) is { Length: >= 7 } digits)
                phones.Add(digits);
        }

        var birth = PersonBirthDate.Parse(patient.ChildValue("birthDate"));
        var derived = birth is null && residents.Count > 0;
        if (derived)
            birth = new PersonBirthDate(residents[0].BirthDate.Year, residents[0].BirthDate.Month, residents[0].BirthDate.Day);
        var deceased = patient.Child("deceased");
        var multiple = patient.Child("multipleBirth");
        return new PersonRecord
        {
            Identifiers = identifiers,
            ResidentIds = residents,
            FaultyResidentIds = faulty,
            Names = [.. Some(patient, "name").Select(PersonName.Of).OfType<PersonName>()],
            BirthDate = birth,
            IsBirthDateDerived = derived,
            Gender = patient.ChildValue("gender") is "male" or "female" ? patient.ChildValue("gender") : residents.Count > 0 ? residents[0].Gender : null,
            Phones = phones,
            Emails = emails,
            RawTelecoms = raw,
            Addresses = [.. Some(patient, "address").Take(5).Where(a => a.ChildValue("use") != "old").Select(PersonAddress.Of)],
            IsDeceased = !deceased.Exists ? null : deceased.GetBoolean() ?? true,
            DeathDate = deceased.Exists && deceased.GetBoolean() is null ? deceased.GetString() : null,
            IsMultipleBirth = multiple.Exists && multiple.GetBoolean() != false,
            BirthOrder = multiple.Exists && multiple.GetBoolean() is null && multiple.GetDecimal() is { } order and > 0 and < 20 ? (int)order : 0,
            IsActive = !patient.Child("active").Exists || patient.Child("active").GetBoolean() != false,
            ReplacedBy = [.. Some(patient, "link")
                .Where(l => l.ChildValue("type") == "replaced-by")
                .Select(l => l.Child("other").ChildValue("reference")).OfType<string>()],
        };
    }

    /// <summary>The digits of a telephone number as they are dialled within China.</summary>
    public static string DigitsOf(string phone)
    {
        var digits = string.Concat(phone.Where(char.IsAsciiDigit));
        if (digits.StartsWith("0086", StringComparison.Ordinal))
            digits = digits[4..];
        else if (digits.StartsWith("86", StringComparison.Ordinal) && digits.Length > 11)
            digits = digits[2..];
        return digits.Length > 11 ? digits.TrimStart('0') : digits;
    }

    private static void ReadIdentifier(ElementNode identifier, List<PersonIdentifier> identifiers, List<ResidentId> residents, List<string> faulty)
    {
        if (identifier.ChildValue("value") is not { } raw || identifier.ChildValue("use") == "old")
            return;
        var value = string.Concat(raw.Where(c => !char.IsWhiteSpace(c))).ToUpperInvariant();
        if (value.Length == 0)
            return;
        var system = identifier.ChildValue("system");
        // Where an identifier is said to be a resident's number, its old form of 15 digits is read too.
        var isResident = (system is not null && ResidentId.Systems.Contains(system, StringComparer.Ordinal)) || IsNational(identifier);
        if (ResidentId.TryParse(value, isResident, out var resident))
            residents.Add(resident);
        else if (isResident && value.Length == 18)
            faulty.Add(value);
        else
            identifiers.Add(new PersonIdentifier(system, value, raw));
    }

    // R4 v2-0203: NI is a national identifier, NNCHN that of China.
    private static bool IsNational(ElementNode identifier)
    {
        foreach (var coding in identifier.Child("type").ChildrenOf("coding"))
        {
            if (coding.ChildValue("code") is "NI" or "NNCHN")
                return true;
        }

        return false;
    }

    private static IEnumerable<ElementNode> Some(ElementNode patient, string name) => patient.ChildrenOf(name).ToList().Take(MaxRepetitions);
}
