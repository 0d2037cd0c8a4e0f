// How R4 writes elements in XML where that is not the plain rule.

namespace FhirHub.Model;

/// <summary>The exceptions of FHIR's XML representation (R4 xml.html).</summary>
internal static class XmlShape
{
    /// <summary>True for <c>id</c> of anything but a resource and for <c>Extension.url</c>, which XML has as attributes.</summary>
    public static bool IsAttribute(TypeDefinition owner, ElementDefinition element) =>
        !owner.IsResource && (element.Name == "id" || (element.Name == "url" && owner.Name == "Extension"));
}
