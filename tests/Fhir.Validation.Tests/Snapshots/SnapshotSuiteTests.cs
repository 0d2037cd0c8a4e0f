// The snapshot cases of the official suite that declare R4 (fhir-test-cases, snapshot-generation).

using System.Xml.Linq;
using FhirHub.Model;
using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Validation.Tests;

public sealed class SnapshotSuiteTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("r4b", 24, 11, 0)]
    [InlineData("r5", 45, 10, 4)]
    public void Official_cases_that_declare_R4_end_as_counted(string edition, int cases, int equal, int refused)
    {
        if (SharedMaterial.Folder("suites") is not { } suites)
            return;
        var folder = Path.Combine(suites, "suites", "fhir-test-cases", edition, "snapshot-generation");
        var report = new SnapshotReport { MeaningOnly = true };
        foreach (var test in XDocument.Load(Path.Combine(folder, "manifest.xml")).Descendants("test"))
        {
            var id = test.Attribute("id")!.Value;
            if (Open(folder, id + "-input") is not { } input || input.Root.ChildValue("fhirVersion") != "4.0.1")
                continue;
            var registered = (test.Attribute("register")?.Value ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(name => Open(folder, name)).OfType<ResourceTree>().ToDictionary(tree => tree.Root.ChildValue("url")!);
            var generator = new SnapshotGenerator(url => registered.GetValueOrDefault(url.Split('|')[0]) ?? R4StructureDefinitions.Find(url) ?? UsCore(url));
            if (test.Attribute("fail")?.Value == "true")
                report.MustFail(id, () => generator.Generate(input));
            else if (Open(folder, id + "-expected") is { } expected)
                report.Compare(expected, () => generator.Generate(input).Definition, id);
        }

        output.WriteLine(report.ToString());

        // docs/conformance.md says what differs and why.
        Assert.Equal((cases, equal, refused), (report.Definitions, report.Equal, report.Errors));
    }

    // What the cases name without registering it comes with US Core.
    private static ResourceTree? UsCore(string url) =>
        SharedFolder.Value is { } folder && url.StartsWith("http://hl7.org/fhir/us/core/", StringComparison.Ordinal)
            && Directory.EnumerateFiles(folder, $"StructureDefinition-{url.Split('|')[0].Split('/')[^1]}.json", SearchOption.AllDirectories).FirstOrDefault() is { } file
            ? ResourceParser.ParseJson(File.ReadAllBytes(file)).Tree
            : null;

    private static readonly Lazy<string?> SharedFolder = new(() => SharedMaterial.Folder("us-core"));

    private static ResourceTree? Open(string folder, string name)
    {
        var xml = Path.Combine(folder, name + ".xml");
        var json = Path.Combine(folder, name + ".json");
        return File.Exists(xml) ? ResourceParser.ParseXml(File.ReadAllBytes(xml)).Tree
            : File.Exists(json) ? ResourceParser.ParseJson(File.ReadAllBytes(json)).Tree
            : null;
    }
}
