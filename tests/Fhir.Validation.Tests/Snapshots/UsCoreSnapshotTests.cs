// Snapshots of US Core's profiles, made from their differentials, against those that were published with them.

using FhirHub.Model;
using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Validation.Tests;

public sealed class UsCoreSnapshotTests(ITestOutputHelper output)
{
    // docs/conformance.md says what differs and why.
    private static readonly string[] Different =
    [
        "pediatric-bmi-for-age", "pediatric-weight-for-height", "us-core-ethnicity", "us-core-location", "us-core-organization",
        "us-core-patient", "us-core-practitioner", "us-core-provenance", "us-core-race",
    ];

    [Fact]
    public void Snapshots_of_US_Core_equal_the_published_ones_but_for_those_that_are_listed()
    {
        var profiles = Profiles();
        if (profiles.Count == 0)
            return;
        var generator = Generator(profiles);
        var report = new SnapshotReport();
        foreach (var published in profiles)
            report.Compare(published, () => generator.Generate(published).Definition);
        output.WriteLine(report.ToString());
        Assert.Equal((29, 20, 0), (report.Definitions, report.Equal, report.Errors));
        Assert.Equal((1_446, 1_405), (report.Elements, report.EqualElements));
        Assert.Equal(Different.Order(StringComparer.Ordinal), report.Different);
    }

    [Fact]
    public void US_Core_without_its_snapshots_gives_the_same_ones()
    {
        var profiles = Profiles();
        if (profiles.Count == 0)
            return;
        var bare = profiles.ConvertAll(TestProfiles.WithoutSnapshot);
        var (withThem, without) = (Generator(profiles), Generator(bare));
        foreach (var (published, stripped) in profiles.Zip(bare))
        {
            var (one, other) = (withThem.Generate(published), without.Open(stripped));
            Assert.Equal(one.Elements.Select(element => element.Id), other.Elements.Select(element => element.Id));
            foreach (var (element, same) in one.Elements.Zip(other.Elements))
                Assert.Equal((element.Min, element.Max), (same.Min, same.Max));
        }
    }

    private static SnapshotGenerator Generator(List<ResourceTree> profiles)
    {
        var byUrl = profiles.ToDictionary(tree => tree.Root.ChildValue("url")!);
        return new SnapshotGenerator(url => byUrl.GetValueOrDefault(url.Split('|')[0]) ?? R4StructureDefinitions.Find(url));
    }

    private List<ResourceTree> Profiles()
    {
        if (SharedMaterial.Folder("us-core") is { } folder)
        {
            return Directory.EnumerateFiles(folder, "StructureDefinition-*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                .Select(file => ResourceParser.ParseJson(File.ReadAllBytes(file)).Tree!).ToList();
        }

        output.WriteLine("US Core is not at hand.");
        return [];
    }
}
