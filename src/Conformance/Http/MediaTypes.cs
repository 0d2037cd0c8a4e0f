// Media types that scripts name by short words.

namespace FhirHub.Conformance;

/// <summary>The media types of FHIR (R4 http.html#mime-type) and what scripts call them.</summary>
internal static class MediaTypes
{
    public const string FhirJson = "application/fhir+json";

    public const string FhirXml = "application/fhir+xml";

    /// <summary>The media type for <c>json</c>, <c>xml</c> or <c>ttl</c>; anything else stands for itself.</summary>
    public static string Expand(string text) => text switch
    {
        "json" => FhirJson,
        "xml" => FhirXml,
        "ttl" => "application/fhir+turtle",
        _ => text,
    };

    /// <summary>True for a type that says a FHIR resource is sent, not just JSON or XML.</summary>
    public static bool IsFhir(string text) => Expand(text).Split(';')[0].Trim().ToLowerInvariant() is FhirJson or FhirXml or "application/json+fhir" or "application/xml+fhir" or "application/fhir+turtle";
}
