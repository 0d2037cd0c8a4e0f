// Where the standard's own pages are that a definition's types, value sets and code systems have.

using FhirHub.Model;
using FhirHub.Terminology;

namespace FhirHub.Server.Profiles;

/// <summary>Addresses of the pages of R4.</summary>
internal static class R4Pages
{
    public const string Root = "https://hl7.org/fhir/R4/";

    private const string Definitions = "http://hl7.org/fhir/StructureDefinition/";
    private const string ValueSets = "http://hl7.org/fhir/ValueSet/";
    private const string CodeSystems = "http://hl7.org/fhir/";
    private const string Thg = "http://terminology.hl7.org/";

    /// <summary>The page of a type.</summary>
    public static string OfType(string type) => type switch
    {
        "Reference" => $"{Root}references.html#Reference",
        "Extension" => $"{Root}extensibility.html#Extension",
        "Narrative" => $"{Root}narrative.html#Narrative",
        "xhtml" => $"{Root}narrative.html#xhtml",
        "Meta" or "Resource" => $"{Root}resource.html#{type}",
        "Element" or "BackboneElement" or "ElementDefinition" or "DomainResource" => $"{Root}{type.ToLowerInvariant()}.html",
        "Dosage" => $"{Root}dosage.html#Dosage",
        "ContactDetail" or "Contributor" or "DataRequirement" or "Expression" or "ParameterDefinition" or "RelatedArtifact" or "TriggerDefinition" or "UsageContext"
            => $"{Root}metadatatypes.html#{type}",
        _ => Schema.R4.FindResourceType(type) is not null ? $"{Root}{type.ToLowerInvariant()}.html" : $"{Root}datatypes.html#{type}",
    };

    /// <summary>The page of a canonical URL; null where the standard has none under a name that follows from the URL.</summary>
    public static string? OfCanonical(string resourceType, string canonical)
    {
        var url = TerminologyLibrary.Split(canonical).Url;
        if (R4Definitions.Find(resourceType, url) is null)
            return null;
        return resourceType switch
        {
            "StructureDefinition" when url.StartsWith(Definitions, StringComparison.Ordinal) => OfDefinition(url[Definitions.Length..]),
            "ValueSet" when url.StartsWith(ValueSets, StringComparison.Ordinal) => $"{Root}valueset-{url[ValueSets.Length..]}.html",
            "ValueSet" when url.StartsWith($"{Thg}ValueSet/", StringComparison.Ordinal) => OfVocabulary(url[(Thg.Length + 9)..], "valueset", "vs"),
            "CodeSystem" when url.StartsWith($"{Thg}CodeSystem/", StringComparison.Ordinal) => OfVocabulary(url[(Thg.Length + 11)..], "codesystem", "cs"),
            "CodeSystem" when url.StartsWith(CodeSystems, StringComparison.Ordinal) => $"{Root}codesystem-{url[CodeSystems.Length..]}.html",
            "SearchParameter" => $"{Root}searchparameter-registry.html",
            _ => null,
        };
    }

    private static string OfDefinition(string name)
    {
        if (Schema.R4.FindType(name) is not null || R4Definitions.Find("StructureDefinition", Definitions + name) is not { } json || ResourceParser.ParseJson(json).Tree is not { } tree)
            return OfType(name);
        return (tree.Root.ChildValue("type"), tree.Root.ChildValue("kind")) switch
        {
            ("Extension", _) => $"{Root}extension-{name.ToLowerInvariant()}.html",
            (_, "complex-type") => $"{Root}datatypes.html#{name}",
            _ => $"{Root}{name.ToLowerInvariant()}.html",
        };
    }

    private static string OfVocabulary(string name, string kind, string file) => name switch
    {
        ['v', '3', '-', .. var v3] => $"{Root}v3/{v3}/{file}.html",
        ['v', '2', '-', '2', '.', var minor, '-', .. var table] => $"{Root}v2/{table}/2.{minor}/index.html",
        ['v', '2', '-', .. var table] => $"{Root}v2/{table}/index.html",
        _ => $"{Root}{kind}-{name}.html",
    };
}
