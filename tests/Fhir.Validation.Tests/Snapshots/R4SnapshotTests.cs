// Snapshots of R4's own definitions, made from their differentials, against those that HL7 published.

using FhirHub.Model;

namespace FhirHub.Validation.Tests;

public sealed class R4SnapshotTests
{
    [Fact]
    public void Snapshots_of_R4_equal_the_published_ones()
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

        report.Save("r4");
        Assert.Equal(0, report.Errors);
    }
}
