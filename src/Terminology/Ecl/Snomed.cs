// The concepts of SNOMED CT's own metadata that importing and querying must know.

namespace FhirHub.Terminology;

/// <summary>Identifiers that are the same in every edition of SNOMED CT.</summary>
internal static class Snomed
{
    public const string System = "http://snomed.info/sct";

    /// <summary>In front of the identifier of an attribute, as the uri of its property.</summary>
    public const string Attribute = "http://snomed.info/id/";

    /// <summary>In front of the identifier of a reference set that says something of its members, as the uri of that property.</summary>
    public const string ReferenceSet = "http://snomed.info/sct?fhir_vs=refset/";

    public const string Root = "138875005";
    public const string IsA = "116680003";
    public const string CoreModule = "900000000000207008";
    public const string ModelModule = "900000000000012004";
    public const string Defined = "900000000000073002";
    public const string Primitive = "900000000000074008";
    public const string StatedRelationship = "900000000000010007";
    public const string FullySpecifiedName = "900000000000003001";
    public const string Synonym = "900000000000013009";
    public const string Definition = "900000000000550004";
    public const string Preferred = "900000000000548007";
    public const string Acceptable = "900000000000549004";

    /// <summary>Concepts by their part in history supplements (ECL 6.11).</summary>
    public const string SameAs = "900000000000527005";
    public const string ReplacedBy = "900000000000526001";
    public const string WasA = "900000000000528000";
    public const string PartiallyEquivalentTo = "1186924009";
    public const string HistoricalAssociations = "900000000000522004";

    /// <summary>Names of properties (R4 snomedct.html, and two more for ECL's filters).</summary>
    public const string Inactive = "inactive";
    public const string SufficientlyDefined = "sufficientlyDefined";
    public const string ModuleId = "moduleId";
    public const string EffectiveTime = "effectiveTime";

    // The language reference sets that have an alias in ECL's appendix C; the aliases are BCP-47 tags but for case.
    private static readonly (string Alias, long ReferenceSet)[] s_dialects =
    [
        ("da-dk", 554461000005103),
        ("de", 722130004),
        ("en-au", 32570271000036106),
        ("en-ca", 19491000087109),
        ("en-gb", 900000000000508004),
        ("en-ie", 21000220103),
        ("en-nz", 271000210107),
        ("en-us", 900000000000509007),
        ("es", 448879004),
        ("es-ar", 450828004),
        ("es-uy", 5641000179103),
        ("et-ee", 71000181105),
        ("fr", 722131000),
        ("fr-be", 21000172104),
        ("fr-ca", 20581000087109),
        ("ja", 722129009),
        ("nb-no", 61000202103),
        ("nl-be", 31000172101),
        ("nl-nl", 31000146106),
        ("nn-no", 91000202106),
        ("sv-se", 46011000052107),
        ("zh", 722128001),
    ];

    /// <summary>What descriptions are used for, as FHIR's designations have it.</summary>
    public static CodingValue FullySpecifiedNameUse { get; } = new(System, null, FullySpecifiedName, "Fully specified name");

    public static CodingValue SynonymUse { get; } = new(System, null, Synonym, "Synonym");

    public static CodingValue DefinitionUse { get; } = new(System, null, Definition, "Definition");

    public static CodingValue PreferredUse { get; } = new("http://terminology.hl7.org/CodeSystem/hl7TermMaintInfra", null, "preferredForLanguage", "Preferred For Language");

    /// <summary>The language tag of a language reference set: that of its dialect, or one that holds its identifier.</summary>
    public static string LanguageTag(string language, long referenceSet)
    {
        foreach (var (alias, known) in s_dialects)
        {
            if (known != referenceSet)
                continue;
            var hyphen = alias.IndexOf('-', StringComparison.Ordinal);
            return hyphen < 0 ? alias : alias[..hyphen] + alias[hyphen..].ToUpperInvariant();
        }

        // SNOMED on FHIR, "Language reference sets": parts of eight digits, which BCP-47 allows.
        var digits = referenceSet.ToString();
        return $"{language}-x-sctlang-{string.Join('-', digits.Chunk(8).Select(static part => new string(part)))}";
    }

    /// <summary>The identifier of the language reference set with an alias, or null.</summary>
    public static long? DialectOf(string alias)
    {
        foreach (var (known, referenceSet) in s_dialects)
        {
            if (known.Equals(alias, StringComparison.OrdinalIgnoreCase))
                return referenceSet;
        }

        return null;
    }
}
