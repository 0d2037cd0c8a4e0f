// The snapshot cases of the official suite that need nothing later than R4 (fhir-test-cases, snapshot-generation).

using System.Text.RegularExpressions;
using System.Xml.Linq;
using FhirHub.Model;
using FhirHub.Model.FhirPath;
using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Validation.Tests;

public sealed partial class SnapshotSuiteTests(ITestOutputHelper output)
{
    // docs/conformance.md says why each of them differs.
    private static readonly Dictionary<string, string[]> Different = new()
    {
        ["r4b"] =
        [
            "au3", "ca-patient", "ccda-problem-section", "choice_min_1", "dv1", "eob-nested", "ihe2", "medstmt-nsw", "obs-2-2",
            "obs-ms-bad", "slice23", "sushi2", "t11", "t13", "t15", "t16", "t22", "t23a", "t31", "t32", "t34a", "t44a", "t6",
        ],
        ["r5"] =
        [
            "au3", "ca-patient", "ccda-problem-section", "dv1", "ihe2", "medstmt-au", "mr-type-support", "multi-profile",
            "obs-2-2", "obs-ms-bad", "on-questionnaire", "org2a", "org2b", "pattern-ext-1", "sd-nested-ext", "t13", "t14",
            "t15a", "t16", "t22", "t23a", "t29", "t34a", "t44a", "t6", "t9", "ts-case2", "uk-core-composition", "us-cat",
        ],
    };

    [Theory]
    [InlineData("r4b", 102, 24)]
    [InlineData("r5", 130, 45)]
    public void Official_cases_end_as_expected_but_for_those_that_are_listed(string edition, int cases, int declared)
    {
        if (SharedMaterial.Folder("suites") is not { } suites)
        {
            output.WriteLine("The suites are not at hand.");
            return;
        }

        var folder = Path.Combine(suites, "suites", "fhir-test-cases", edition, "snapshot-generation");
        var report = new SnapshotReport();
        var saying = new List<string>();
        var byUrl = Directory.EnumerateFiles(folder, "*-input.*").Select(file => Open(folder, Path.GetFileNameWithoutExtension(file))!)
            .Where(tree => tree.ResourceType == "StructureDefinition").GroupBy(tree => tree.Root.ChildValue("url")!).ToDictionary(group => group.Key, group => group.First());
        foreach (var test in XDocument.Load(Path.Combine(folder, "manifest.xml")).Descendants("test"))
        {
            var id = test.Attribute("id")!.Value;
            if (test.Attribute("gen")?.Value != "true" || Open(folder, id + "-input") is not { } input || !NeedsOnlyR4(input))
                continue;
            if (input.Root.ChildValue("fhirVersion") == "4.0.1")
                saying.Add(id);
            Run(folder, test, id, input, byUrl, report);
        }

        output.WriteLine($"{saying.Count} declare R4, {saying.Count(id => !report.Different.Contains(id))} of them equal");
        output.WriteLine(report.ToString());
        Assert.Equal((cases, declared), (report.Definitions, saying.Count));
        Assert.Equal(Different[edition].Order(StringComparer.Ordinal), report.Different);
    }

    private static void Run(string folder, XElement test, string id, ResourceTree input, Dictionary<string, ResourceTree> others, SnapshotReport report)
    {
        var registered = ((test.Attribute("register") ?? test.Attribute("include"))?.Value ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(name => Open(folder, name) ?? Open(folder, name + "-input")).OfType<ResourceTree>().ToList();
        var generator = new SnapshotGenerator(url =>
            registered.Find(tree => tree.Root.ChildValue("url") == url.Split('|')[0]) ?? R4StructureDefinitions.Find(url) ?? UsCore(url)
            ?? others.GetValueOrDefault(url.Split('|')[0]));
        if (test.Attribute("fail")?.Value == "true")
        {
            report.MustFail(id, () => generator.Generate(input));
            return;
        }

        report.Case(id, input, registered, Open(folder, id + "-expected"), () => generator.Generate(input).Definition, made =>
        {
            var broken = new List<string>();
            foreach (var rule in test.Elements("rule").Select(rule => rule.Attribute("fhirpath")!.Value))
            {
                // defineVariable and check are functions of the tool that the suite was made for; narratives are none of ours.
                if (rule.Contains("defineVariable", StringComparison.Ordinal) || rule.Contains(".text.div", StringComparison.Ordinal))
                    continue;
                var fixtures = new Dictionary<string, IReadOnlyList<FhirPathValue>>();
                var expression = Fixture().Replace(Check().Replace(rule, ""), match =>
                {
                    var name = match.Groups[1].Value;
                    var tree = name == id + "-output" ? made : name == id ? input : Fixture(name, id, folder, generator, registered);
                    fixtures[name] = [FhirPathValue.Of(tree.Root)];
                    return $"%`{name}`";
                });
                if (!FhirPathExpression.Compile(expression).EvaluateToBoolean(made.Root, new FhirPathContext { Variables = fixtures }))
                    broken.Add(rule);
            }

            return broken;
        });
    }

    private static ResourceTree Fixture(string name, string id, string folder, SnapshotGenerator generator, List<ResourceTree> registered)
    {
        if (name == id + "-include")
            return generator.Open(registered[0]).Definition;
        if (name.EndsWith("-output", StringComparison.Ordinal))
            return generator.Generate(Open(folder, name.Replace("-output", "-input", StringComparison.Ordinal))!).Definition;
        var type = name switch
        {
            "valueset" => "ValueSet",
            "operationoutcome" => "OperationOutcome",
            _ => char.ToUpperInvariant(name[0]) + name[1..],
        };
        return R4StructureDefinitions.Find("http://hl7.org/fhir/StructureDefinition/" + type)!;
    }

    private static bool NeedsOnlyR4(ResourceTree input) =>
        input.Root.ChildValue("fhirVersion") is null or "4.0.0" or "4.0.1";

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

    [GeneratedRegex(@"fixture\('([^']+)'\)", RegexOptions.NonBacktracking)]
    private static partial Regex Fixture();

    [GeneratedRegex(@"\.check\(exists\(\), '[^']*'\)", RegexOptions.NonBacktracking)]
    private static partial Regex Check();
}
