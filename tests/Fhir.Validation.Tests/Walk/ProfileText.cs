// Profiles for tests, written by their differential.

namespace FhirHub.Validation.Tests.Walk;

/// <summary>Makes StructureDefinitions in JSON.</summary>
internal static class ProfileText
{
    /// <summary>A profile with the URL <c>http://example.org/StructureDefinition/NAME</c>.</summary>
    /// <param name="type">The type that it constrains.</param>
    /// <param name="elements">ElementDefinitions, separated by commas.</param>
    /// <param name="name">The last step of the URL.</param>
    /// <param name="more">Further members of the StructureDefinition, each followed by a comma.</param>
    /// <param name="status">The publication status.</param>
    public static string Of(string type, string elements, string name = "p", string more = "", string status = "active") => $$"""
        {"resourceType":"StructureDefinition","url":"http://example.org/StructureDefinition/{{name}}","version":"1.0","name":"{{name}}",
        "status":"{{status}}","kind":"{{(char.IsLower(type[0]) ? "primitive-type" : type is "Extension" or "Quantity" or "Identifier" or "CodeableConcept" or "Coding" ? "complex-type" : "resource")}}",
        "abstract":false,"type":"{{type}}",{{more}}"baseDefinition":"http://hl7.org/fhir/StructureDefinition/{{type}}","derivation":"constraint",
        "differential":{"element":[{"id":"{{type}}","path":"{{type}}"},{{elements}}]} }
        """;
}
