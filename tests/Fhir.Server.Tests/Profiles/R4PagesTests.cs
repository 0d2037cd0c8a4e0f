// Links to the standard's own pages, which no test can follow.

using FhirHub.Server.Profiles;

namespace FhirHub.Server.Tests.Profiles;

public class R4PagesTests
{
    [Theory]
    [InlineData("StructureDefinition", "http://hl7.org/fhir/StructureDefinition/Patient", "patient.html")]
    [InlineData("StructureDefinition", "http://hl7.org/fhir/StructureDefinition/HumanName", "datatypes.html#HumanName")]
    [InlineData("StructureDefinition", "http://hl7.org/fhir/StructureDefinition/SimpleQuantity", "datatypes.html#SimpleQuantity")]
    [InlineData("StructureDefinition", "http://hl7.org/fhir/StructureDefinition/vitalsigns", "vitalsigns.html")]
    [InlineData("StructureDefinition", "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation", "extension-iso21090-en-representation.html")]
    [InlineData("ValueSet", "http://hl7.org/fhir/ValueSet/task-status|4.0.1", "valueset-task-status.html")]
    [InlineData("ValueSet", "http://terminology.hl7.org/ValueSet/v3-ActEncounterCode", "v3/ActEncounterCode/vs.html")]
    [InlineData("ValueSet", "http://terminology.hl7.org/ValueSet/v2-0116", "v2/0116/index.html")]
    [InlineData("ValueSet", "http://terminology.hl7.org/ValueSet/v2-2.7-0360", "v2/0360/2.7/index.html")]
    [InlineData("CodeSystem", "http://terminology.hl7.org/CodeSystem/v3-ActCode", "v3/ActCode/cs.html")]
    [InlineData("CodeSystem", "http://hl7.org/fhir/task-status", "codesystem-task-status.html")]
    [InlineData("ValueSet", "http://hl7.org/fhir/ValueSet/none", null)]
    [InlineData("StructureDefinition", "http://example.org/StructureDefinition/Patient", null)]
    public void A_canonical_of_the_standard_leads_to_its_page(string type, string canonical, string? page) =>
        Assert.Equal(page is null ? null : $"https://hl7.org/fhir/R4/{page}", R4Pages.OfCanonical(type, canonical));

    [Theory]
    [InlineData("string", "datatypes.html#string")]
    [InlineData("Reference", "references.html#Reference")]
    [InlineData("BackboneElement", "backboneelement.html")]
    [InlineData("Dosage", "dosage.html#Dosage")]
    [InlineData("RelatedArtifact", "metadatatypes.html#RelatedArtifact")]
    [InlineData("ServiceRequest", "servicerequest.html")]
    public void A_type_leads_to_its_page(string type, string page) => Assert.Equal($"https://hl7.org/fhir/R4/{page}", R4Pages.OfType(type));
}
