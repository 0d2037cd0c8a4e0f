// The URLs and object identifiers that code systems of other standards have: names that mean the same system.

using System.Collections.Frozen;
using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>Names of code systems that everybody knows under more than one (R4 terminologies-systems.html).</summary>
internal static class SystemNames
{
    private const string Oid = "urn:oid:";
    private const string Uuid = "urn:uuid:";

    private static readonly (string Url, string[] Urns)[] Known =
    [
        ("http://snomed.info/sct", ["urn:oid:2.16.840.1.113883.6.96"]),
        ("http://loinc.org", ["urn:oid:2.16.840.1.113883.6.1"]),
        ("http://unitsofmeasure.org", ["urn:oid:2.16.840.1.113883.6.8"]),
        ("http://www.nlm.nih.gov/research/umls/rxnorm", ["urn:oid:2.16.840.1.113883.6.88"]),
        ("http://www.whocc.no/atc", ["urn:oid:2.16.840.1.113883.6.73"]),
        ("http://hl7.org/fhir/sid/icd-10", ["urn:oid:2.16.840.1.113883.6.3"]),
        ("http://hl7.org/fhir/sid/icd-10-cm", ["urn:oid:2.16.840.1.113883.6.90"]),
        ("http://hl7.org/fhir/sid/icd-9-cm", ["urn:oid:2.16.840.1.113883.6.103"]),
        ("http://hl7.org/fhir/sid/icf", ["urn:oid:2.16.840.1.113883.6.254"]),
        ("http://hl7.org/fhir/sid/ndc", ["urn:oid:2.16.840.1.113883.6.69"]),
        ("http://hl7.org/fhir/sid/cvx", ["urn:oid:2.16.840.1.113883.12.292"]),
        ("http://hl7.org/fhir/ndfrt", ["urn:oid:2.16.840.1.113883.6.209"]),
        ("http://www.ama-assn.org/go/cpt", ["urn:oid:2.16.840.1.113883.6.12"]),
        ("http://fdasis.nlm.nih.gov", ["urn:oid:2.16.840.1.113883.4.9"]),
        ("http://ncimeta.nci.nih.gov", ["urn:oid:2.16.840.1.113883.3.26.1.2"]),
        ("http://www.radlex.org", ["urn:oid:2.16.840.1.113883.6.256"]),
        ("http://dicom.nema.org/resources/ontology/DCM", ["urn:oid:1.2.840.10008.2.16.4"]),
        ("http://www.genenames.org", ["urn:oid:2.16.840.1.113883.6.281"]),
        ("urn:ietf:bcp:47", ["urn:oid:2.16.840.1.113883.6.316", "urn:oid:2.16.840.1.113883.6.121"]),
        ("urn:ietf:bcp:13", ["urn:oid:2.16.840.1.113883.5.79"]),
        ("urn:iso:std:iso:3166", ["urn:oid:1.0.3166.1.2.2", "urn:oid:1.0.3166.1.2.3", "urn:oid:1.0.3166.1.2.1", "urn:iso:std:iso:3166:-1"]),
        ("urn:iso:std:iso:3166:-2", ["urn:oid:1.0.3166.2"]),
        ("urn:iso:std:iso:4217", ["urn:oid:2.16.840.1.113883.6.9"]),
        ("urn:iso:std:iso:639:-1", ["urn:oid:2.16.840.1.113883.6.99"]),
        ("urn:iso:std:iso:639:-2", ["urn:oid:2.16.840.1.113883.6.100"]),
        ("urn:iso:std:iso:11073:10101", ["urn:oid:2.16.840.1.113883.6.24"]),
    ];

    // Those of R4 terminologies-systems.html that have no second name.
    private static readonly FrozenSet<string> Others = FrozenSet.ToFrozenSet(
        [
            "urn:ietf:rfc:3986", "http://nucc.org/provider-taxonomy", "http://www.ensembl.org", "http://www.ncbi.nlm.nih.gov/nuccore", "http://www.ncbi.nlm.nih.gov/clinvar",
            "http://sequenceontology.org", "http://varnomen.hgvs.org", "http://www.ncbi.nlm.nih.gov/projects/SNP", "http://cancer.sanger.ac.uk/cancergenome/projects/cosmic",
            "http://www.lrg-sequence.org", "http://www.omim.org", "http://www.ncbi.nlm.nih.gov/pubmed", "http://www.pharmgkb.org", "http://clinicaltrials.gov",
            "http://www.ebi.ac.uk/ipd/imgt/hla", "http://ihe.net/fhir/ValueSet/IHE.FormatCode.codesystem", "http://hl7.org/fhir/sid/icpc-1", "http://hl7.org/fhir/sid/icpc-2",
        ],
        StringComparer.Ordinal);

    private static readonly Lazy<ILookup<string, string>> Names = new(static () => Known
        .SelectMany(static system => system.Urns.SelectMany(urn => new[] { (Name: system.Url, Other: urn), (Name: urn, Other: system.Url) }))
        .ToLookup(static pair => pair.Name, static pair => pair.Other, StringComparer.Ordinal));

    /// <summary>The other names of a code system that no resource has to say.</summary>
    public static IEnumerable<string> Find(string name) => Names.Value[name].Concat(CodeSystemNames.Find(name));

    /// <summary>True for the URL of a code system that everybody knows, whether or not its codes are at hand.</summary>
    public static bool IsKnown(string name) => Names.Value.Contains(name) || Others.Contains(name);

    /// <summary>The other names that a CodeSystem or a NamingSystem of a code system says; none for other resources.</summary>
    public static IReadOnlyList<string> Read(ElementNode resource)
    {
        List<string> names = [];
        if (resource.Type.Name == "CodeSystem")
        {
            foreach (var identifier in resource.ChildrenOf("identifier"))
            {
                if (identifier.ChildValue("value") is { } value && value.StartsWith("urn:", StringComparison.Ordinal))
                    names.Add(value);
            }
        }
        else if (resource.Type.Name == "NamingSystem" && resource.ChildValue("kind") == "codesystem")
        {
            foreach (var id in resource.ChildrenOf("uniqueId"))
            {
                if (id.ChildValue("value") is { } value)
                    names.Add(Urn(id.ChildValue("type"), value));
            }
        }

        return names;
    }

    /// <summary>A unique id without what a URN of its type begins with, as NamingSystems have them (R4 namingsystem.html).</summary>
    public static string Plain(string name) =>
        name.StartsWith(Oid, StringComparison.Ordinal) ? name[Oid.Length..] : name.StartsWith(Uuid, StringComparison.Ordinal) ? name[Uuid.Length..] : name;

    /// <summary>True for a name that is a number in a registry, not one that people read.</summary>
    public static bool IsNumber(string name) => Plain(name).Length < name.Length;

    private static string Urn(string? type, string value) => type switch
    {
        "oid" when !value.StartsWith("urn:", StringComparison.Ordinal) => Oid + value,
        "uuid" when !value.StartsWith("urn:", StringComparison.Ordinal) => Uuid + value,
        _ => value,
    };
}
