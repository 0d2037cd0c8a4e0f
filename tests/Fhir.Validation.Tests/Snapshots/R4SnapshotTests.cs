// Snapshots of R4's own definitions, made from their differentials, against those that HL7 published.

using FhirHub.Model;
using Xunit.Abstractions;

namespace FhirHub.Validation.Tests;

public sealed class R4SnapshotTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(true, 12_867)]
    [InlineData(false, 12_849)]
    public void Snapshots_of_R4_equal_the_published_ones_but_for_those_that_are_listed(bool onPublishedBases, int equalElements)
    {
        var report = new SnapshotReport();
        var bare = onPublishedBases ? [] : Definitions().Select(TestProfiles.WithoutSnapshot).ToDictionary(tree => tree.Root.ChildValue("url")!);
        var generator = new SnapshotGenerator(onPublishedBases ? R4StructureDefinitions.Find : bare.GetValueOrDefault);
        foreach (var published in Definitions())
            report.Compare(published, () => generator.Generate(published).Definition);
        output.WriteLine(report.ToString());

        // docs/conformance.md says what differs and why.
        Assert.Equal((649, 621, 0), (report.Definitions, report.Equal, report.Errors));
        Assert.Equal((12_927, equalElements), (report.Elements, report.EqualElements));
        Assert.Equal(Different.Order(StringComparer.Ordinal), report.Different);
    }

    [Fact]
    public void No_rule_is_lost_or_said_twice()
    {
        var generator = new SnapshotGenerator(R4StructureDefinitions.Find);
        foreach (var published in Definitions())
        {
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

    private static IEnumerable<ResourceTree> Definitions() => R4Definitions.All("StructureDefinition")
        .Select(json => ResourceParser.ParseJson(json).Tree!).Where(tree => tree.Root.Child("differential").Exists);

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
