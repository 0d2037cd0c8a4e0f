// Snapshots of US Core's profiles, made from their differentials, against those that were published with them.

using FhirHub.Model;
using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Validation.Tests;

public sealed class UsCoreSnapshotTests(ITestOutputHelper output)
{
    [Fact]
    public void Snapshots_of_US_Core_equal_the_published_ones_but_for_those_that_are_listed()
    {
        if (SharedMaterial.Folder("us-core") is not { } folder)
            return;
        var profiles = Directory.EnumerateFiles(folder, "StructureDefinition-*.json", SearchOption.AllDirectories)
            .Select(file => ResourceParser.ParseJson(File.ReadAllBytes(file)).Tree!)
            .OrderBy(tree => tree.Root.ChildValue("url"), StringComparer.Ordinal).ToList();
        var byUrl = profiles.ToDictionary(tree => tree.Root.ChildValue("url")!);
        var generator = new SnapshotGenerator(url => byUrl.GetValueOrDefault(url.Split('|')[0]) ?? R4StructureDefinitions.Find(url));
        var report = new SnapshotReport();
        foreach (var published in profiles)
            report.Compare(published, () => generator.Generate(published).Definition);
        output.WriteLine(report.ToString());
        Assert.Equal((27, 0, 0), (report.Definitions, report.Equal, report.Errors));
    }
}
