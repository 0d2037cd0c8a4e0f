// R4 and the resources that a test gives as JSON, as the host would give them to a validator.

using System.Text;
using FhirHub.Model;
using FhirHub.Terminology;

namespace FhirHub.Validation.Tests;

/// <summary>Definitions and codes for tests.</summary>
internal static class TestResources
{
    /// <summary>R4 alone.</summary>
    public static IConformanceResources R4 { get; } = Of();

    /// <summary>R4 and these resources, each a StructureDefinition, ValueSet, CodeSystem, Questionnaire, … in JSON.</summary>
    public static IConformanceResources Of(params IEnumerable<string> json) => Of(json.Select(Parse));

    /// <summary>R4 and these resources.</summary>
    public static IConformanceResources Of(IEnumerable<ResourceTree> resources) =>
        new LocalConformanceResources(new TerminologyLibrary([new GivenTerminologySource("given", resources), new R4TerminologySource()], [new StandardSystems()]));

    /// <summary>R4 and the resources of a folder with one resource a file, such as the <c>package</c> folder of a FHIR package.</summary>
    public static IConformanceResources OfFolder(string folder) => Of(Directory.EnumerateFiles(folder, "*.json")
        .Select(static file => ResourceParser.ParseJson(File.ReadAllBytes(file)).Tree)
        .OfType<ResourceTree>().Where(static tree => tree.Root.Type.FindElement("url") is not null && tree.Root.ChildValue("url") is not null));

    /// <summary>Parses a resource that has no faults of structure.</summary>
    public static ResourceTree Parse(string json)
    {
        var parsed = ResourceParser.ParseJson(Encoding.UTF8.GetBytes(json));
        Assert.True(parsed.IsValid, string.Join(' ', parsed.Issues.Select(static issue => issue.Diagnostics)));
        return parsed.Tree!;
    }

    /// <summary>What a validator over these resources says of a resource.</summary>
    public static async Task<IReadOnlyList<Issue>> ValidateAsync(this IConformanceResources resources, string json, params IReadOnlyList<string> profiles) =>
        await new Validator(resources).ValidateAsync(Parse(json).Root, ValidationRequest.Default with { Profiles = profiles }, CancellationToken.None);
}
