// Snapshots of R4's own definitions, made from their differentials, against those that HL7 published.

using FhirHub.Model;
using Xunit.Abstractions;

namespace FhirHub.Validation.Tests;

public sealed class R4SnapshotTests(ITestOutputHelper output)
{
    [Fact]
    public void Snapshots_of_R4_equal_the_published_ones_but_for_those_that_are_listed()
    {
        var report = new SnapshotReport();
        var generator = new SnapshotGenerator(R4StructureDefinitions.Find);
        foreach (var json in R4Definitions.All("StructureDefinition"))
        {
            var published = ResourceParser.ParseJson(json).Tree!;
            if (!published.Root.Child("differential").Exists)
                continue;
            report.Compare(published, () => generator.Generate(published).Definition);
        }

        output.WriteLine(report.ToString());

        // docs/conformance.md says what differs and why.
        Assert.Equal((649, 599, 2), (report.Definitions, report.Equal, report.Errors));
        Assert.Equal((12_927, 12_704), (report.Elements, report.EqualElements));
        Assert.Equal(Different.Order(StringComparer.Ordinal), report.Different);
    }

    private static readonly string[] Different =
    [
        // Primitive types: their published snapshots have other words than their own differentials and Element.
        "base64Binary", "boolean", "canonical", "code", "date", "dateTime", "decimal", "id", "instant", "integer", "markdown", "oid",
        "positiveInt", "string", "time", "unsignedInt", "uri", "url", "uuid", "xhtml",

        // The root's condition, mapping or isModifier; a rule's text.
        "Age", "BackboneElement", "Count", "Distance", "DomainResource", "Dosage", "Duration", "Element", "ElementDefinition",
        "MarketingStatus", "MetadataResource", "Population", "ProdCharacteristic", "ProductShelfLife", "Resource", "SubstanceAmount", "Timing",

        // Rules of extension profiles, as HL7's tool took them or not.
        "cdshooksguidanceresponse", "cdshooksserviceplandefinition", "clinicaldocument", "cqf-questionnaire", "diagnosticreport-genetics",
        "hlaresult", "observation-genetics", "servicerequest-genetics",

        // Choices, a reference and extensions that were opened in another way.
        "bp", "elementdefinition-de", "provenance-relevant-history",

        // Slices of elements that nothing slices: refused.
        "catalog", "familymemberhistory-genetic",
    ];
}
