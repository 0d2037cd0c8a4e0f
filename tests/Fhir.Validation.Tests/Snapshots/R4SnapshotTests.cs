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
        Assert.Equal((649, 621, 0), (report.Definitions, report.Equal, report.Errors));
        Assert.Equal((12_927, 12_867), (report.Elements, report.EqualElements));
        Assert.Equal(Different.Order(StringComparer.Ordinal), report.Different);
    }

    [Fact]
    public void No_rule_is_lost_or_said_twice()
    {
        var generator = new SnapshotGenerator(R4StructureDefinitions.Find);
        foreach (var json in R4Definitions.All("StructureDefinition"))
        {
            var published = ResourceParser.ParseJson(json).Tree!;
            if (!published.Root.Child("differential").Exists)
                continue;
            var snapshot = generator.Generate(published);
            foreach (var element in snapshot.Elements)
            {
                var keys = element.Node.ChildrenOf("constraint").ToList().ConvertAll(rule => rule.ChildValue("key"));
                Assert.True(keys.Count == keys.Distinct().Count(), $"{snapshot.Url} {element.Id} has a rule twice");
            }

            var said = published.Root.Child("differential").ChildrenOf("element").ToList().SelectMany(element => element.ChildrenOf("constraint").ToList()).Select(rule => rule.ChildValue("key"));
            var made = snapshot.Elements.SelectMany(element => element.Node.ChildrenOf("constraint").ToList()).Select(rule => rule.ChildValue("key"));
            Assert.Empty(said.Except(made));
        }
    }

    private static readonly string[] Different =
    [
        // Primitive types: their published snapshots have other words, types and bounds than their own differentials and Element.
        "base64Binary", "boolean", "canonical", "code", "date", "dateTime", "decimal", "id", "instant", "integer", "markdown", "oid",
        "positiveInt", "string", "time", "unsignedInt", "uri", "url", "uuid", "xhtml",

        // A mapping and a rule of Element.
        "Age", "Count", "Distance", "Duration", "MetadataResource",

        // The greatest number of an extension; slices; extensions opened though nothing below them is constrained.
        "clinicaldocument", "provenance-relevant-history", "elementdefinition-de",
    ];
}
