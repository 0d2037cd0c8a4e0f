// Names of the exchange's package that generated resources use.

namespace FhirHub.Samples.Region;

/// <summary>Canonical URLs and systems.</summary>
internal static class Exchange
{
    public const string Base = "https://fhirhub.dev/fhir";
    public const string Loinc = "http://loinc.org";
    public const string Ucum = "http://unitsofmeasure.org";
    public const string Icd10 = "http://hl7.org/fhir/sid/icd-10";
    public const string Atc = "http://www.whocc.no/atc";
    public const string Hl7 = "http://terminology.hl7.org/CodeSystem";

    public static string Profile(string id) => $"{Base}/StructureDefinition/{id}";

    public static string Extension(string name) => $"{Base}/StructureDefinition/{name}";

    public static string Sid(string name) => $"{Base}/sid/{name}";

    public static Coding Code(string system, string code) => new($"{Base}/CodeSystem/{system}", code);

    /// <summary>A code of one of HL7's own systems.</summary>
    public static Coding Hl7Code(string system, string code) => new($"{Hl7}/{system}", code);
}

/// <summary>A code in its system (R4 datatypes.html#Coding).</summary>
internal sealed record Coding(string System, string Code, string? Display = null);

/// <summary>Words and the codes for them (R4 datatypes.html#CodeableConcept).</summary>
internal sealed record Concept(string? Text, params Coding[] Codings);
