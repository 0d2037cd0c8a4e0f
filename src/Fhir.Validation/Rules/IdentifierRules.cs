// What the value of an Identifier must look like by its system.

using System.Collections.Frozen;
using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>The rules of identifiers by the system that they are of (R4 datatypes.html#Identifier, identifier-registry.html).</summary>
internal static class IdentifierRules
{
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> SocialCreditNames =
        FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "uscc", "uscid", "social-credit-code", "unified-social-credit-code", "tyshxydm")
            .GetAlternateLookup<ReadOnlySpan<char>>();

    private delegate MessageTemplate? ValueRule(string value, out IssueSeverity severity);

    private static readonly FrozenDictionary<string, ValueRule> BySystem = new Dictionary<string, ValueRule>(StringComparer.Ordinal)
    {
        ["urn:ietf:rfc:3986"] = Uri,
        ["urn:dicom:uid"] = Uri,
        ["http://hl7.org/fhir/sid/us-npi"] = NationalProvider,
        ["urn:oid:2.16.840.1.113883.4.6"] = NationalProvider,
        ["http://hl7.org/fhir/sid/us-ssn"] = SocialSecurity,
        ["urn:oid:2.16.840.1.113883.4.1"] = SocialSecurity,
        ["https://fhir.nhs.uk/Id/nhs-number"] = NhsNumber,
        ["urn:oid:2.16.840.1.113883.2.1.4.1"] = NhsNumber,
        ["http://ns.electronichealth.net.au/id/hi/ihi/1.0"] = AustralianIndividual,
        ["https://doi.org"] = DigitalObject,
        ["http://doi.org"] = DigitalObject,
    }.Concat(ResidentId.Systems.Select(system => KeyValuePair.Create(system, (ValueRule)Resident))).ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Checks system and value of an Identifier.</summary>
    public static void Check(ValidationWalk walk, ElementNode identifier)
    {
        var system = identifier.Child("system");
        var name = system.Exists ? system.GetString() : null;
        if (name is not null && !UriRules.IsAbsolute(name))
            walk.Report(system, IssueSeverity.Error, "value", ValueMessages.IdentifierSystem, name);
        var value = identifier.Child("value");
        if (!value.Exists || value.GetString() is not { } text)
            return;
        if (RuleOf(identifier, name) is { } rule && rule(text, out var severity) is { } fault)
            walk.Report(value, severity, "value", fault, text);
    }

    private static ValueRule? RuleOf(ElementNode identifier, string? system)
    {
        if (system is not null && BySystem.TryGetValue(system, out var rule))
            return rule;
        // No one system is agreed on for the code of organizations in China, so the last step of the system's address tells.
        if (system is not null && SocialCreditNames.Contains(system.AsSpan()[(system.AsSpan().LastIndexOfAny('/', ':') + 1)..]))
            return SocialCredit;
        foreach (var coding in identifier.Child("type").ChildrenOf("coding"))
        {
            if (coding.Child("code") is { Exists: true } code && code.ValueEquals("NNCHN"u8))
                return Resident;
        }

        return null;
    }

    private static MessageTemplate? Resident(string value, out IssueSeverity severity)
    {
        severity = IssueSeverity.Error;
        return ResidentId.TryParse(value, allowOldForm: true, out _) ? null : ValueMessages.ResidentId;
    }

    private static MessageTemplate? Uri(string value, out IssueSeverity severity)
    {
        severity = IssueSeverity.Error;
        if (!UriRules.IsAbsolute(value))
            return ValueMessages.IdentifierUri;
        if (UriRules.IsFaultyOid(value))
            return ValueMessages.Oid;
        if (UriRules.IsFaultyUuid(value))
            return ValueMessages.Uuid;
        return value.StartsWith("urn:isbn:", StringComparison.OrdinalIgnoreCase) && !CheckDigits.IsIsbn(value[9..]) ? ValueMessages.Isbn : null;
    }

    private static MessageTemplate? SocialCredit(string value, out IssueSeverity severity)
    {
        severity = IssueSeverity.Error;
        return CheckDigits.IsSocialCreditCode(value) ? null : ValueMessages.SocialCreditCode;
    }

    // The issuer has given out numbers of ten digits that start with 1 or 2; others are made up, as test data are on purpose.
    private static MessageTemplate? NationalProvider(string value, out IssueSeverity severity)
    {
        var isAssigned = value.Length == 10 && CheckDigits.IsDigits(value) && value[0] is '1' or '2';
        severity = isAssigned ? IssueSeverity.Error : IssueSeverity.Warning;
        return !isAssigned ? ValueMessages.NationalProviderRange : CheckDigits.IsLuhn("80840", value) ? null : ValueMessages.NationalProvider;
    }

    // There is no check digit, and forms with hidden digits are in use, so a misfit is no proof of a mistake.
    private static MessageTemplate? SocialSecurity(string value, out IssueSeverity severity)
    {
        severity = IssueSeverity.Warning;
        var digits = value.Length == 11 && value[3] == '-' && value[6] == '-' ? value.Remove(6, 1).Remove(3, 1) : value;
        var isAssigned = digits.Length == 9 && CheckDigits.IsDigits(digits) && digits.AsSpan(0, 3) is not ("000" or "666")
            && digits.AsSpan(3, 2) is not "00" && digits.AsSpan(5) is not "0000";
        return isAssigned ? null : ValueMessages.SocialSecurity;
    }

    private static MessageTemplate? NhsNumber(string value, out IssueSeverity severity)
    {
        severity = IssueSeverity.Error;
        return CheckDigits.IsNhsNumber(value) ? null : ValueMessages.NhsNumber;
    }

    private static MessageTemplate? AustralianIndividual(string value, out IssueSeverity severity)
    {
        severity = IssueSeverity.Error;
        var isValid = value.Length == 16 && CheckDigits.IsDigits(value) && value.StartsWith("800360", StringComparison.Ordinal) && CheckDigits.IsLuhn("", value);
        return isValid ? null : ValueMessages.AustralianIndividual;
    }

    private static MessageTemplate? DigitalObject(string value, out IssueSeverity severity)
    {
        severity = IssueSeverity.Warning;
        return value.StartsWith("10.", StringComparison.Ordinal) && value.IndexOf('/', StringComparison.Ordinal) > 3 ? null : ValueMessages.DigitalObject;
    }
}
