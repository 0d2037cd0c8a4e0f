// Published profiles become plans that can be walked.

using FhirHub.Model;
using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Validation.Tests.Walk;

public sealed class PublishedProfileTests(ITestOutputHelper output)
{
    [Fact]
    public async Task All_profiles_of_R4_can_be_used() =>
        await AssertUsableAsync(TestResources.R4, [.. R4Definitions.All("StructureDefinition").Select(static json => ResourceParser.ParseJson(json).Tree!)]);

    [Fact]
    public async Task All_profiles_of_US_Core_can_be_used()
    {
        if (SharedMaterial.Folder("us-core") is not { } folder)
        {
            output.WriteLine("US Core is not here; nothing was checked.");
            return;
        }

        List<ResourceTree> resources =
        [
            .. Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories)
                .Select(static file => ResourceParser.ParseJson(File.ReadAllBytes(file)).Tree).OfType<ResourceTree>()
                .Where(static tree => tree.Root.Type.FindElement("url") is not null && tree.Root.ChildValue("url") is not null),
        ];
        await AssertUsableAsync(TestResources.Of(resources), resources.FindAll(static tree => tree.ResourceType == "StructureDefinition"));
    }

    // A resource that asks for all of them says which can't be used.
    private async Task AssertUsableAsync(IConformanceResources resources, List<ResourceTree> definitions)
    {
        var validator = new Validator(resources, ValidationSettings.Default with { MaxProfiles = 1_000, MaxIssues = 5_000 });
        var issues = await validator.ValidateAsync(
            TestResources.Parse("""{"resourceType":"Basic","code":{"text":"x"}}""").Root,
            ValidationRequest.Default with { Profiles = [.. definitions.Select(static tree => tree.Root.ChildValue("url")!)] },
            CancellationToken.None);
        output.WriteLine($"{definitions.Count} profiles");
        Assert.Empty(issues.Where(static issue => issue.Detail?.Code is "profile-unusable" or "profile-unknown" or "too-many-needs").Select(static issue => issue.Diagnostics));
    }
}
