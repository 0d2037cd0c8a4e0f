// The official cases of the three patch languages.

using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Model.Tests;

public class OfficialPatchTests(ITestOutputHelper output)
{
    private string? Find(string name)
    {
        if (SharedMaterial.Folder("suites") is { } folder)
            return Path.Combine(folder, "suites", "fhir-test-cases", "r4", "patch", name);
        output.WriteLine("../shared is not there; nothing to check.");
        return null;
    }

    [Fact]
    public void FHIRPath_Patch_in_XML_and_JSON()
    {
        if (Find("fhir-patch-tests.xml") is not { } file)
            return;
        var cases = XDocument.Load(file, LoadOptions.PreserveWhitespace).Root!.Elements("case").ToList();
        var failed = new List<string>();
        foreach (var test in cases)
        {
            var input = ResourceParser.ParseXml(Bytes(test, "input"));
            var diff = Bytes(test, "diff");
            var inXml = ResourcePatch.Apply(input.Tree!, PatchFormat.FhirPathInXml, diff);
            var inJson = ResourcePatch.Apply(input.Tree!, PatchFormat.FhirPathInJson, ResourceParser.ParseXml(diff).Tree!.Json);
            Assert.Equal(inXml.Failure, inJson.Failure);
            var expected = test.Element("output") is null ? null : ResourceParser.ParseXml(Bytes(test, "output")).Tree;
            var problem = (expected, inXml.Tree) switch
            {
                (null, null) => inXml.Failure == PatchFailure.NotApplicable ? null : inXml.Failure.ToString(),
                (null, _) => "should fail",
                (_, null) => inXml.Issues[0].ToString(),
                _ => JsonEquality.Difference(expected.Json, inXml.Tree.Json) ?? JsonEquality.Difference(expected.Json, inJson.Tree!.Json),
            };
            if (problem is not null)
                failed.Add($"{test.Attribute("name")!.Value}: {problem}");
        }

        output.WriteLine($"{cases.Count - failed.Count} of {cases.Count} pass");
        Assert.Empty(failed);
        Assert.Equal(33, cases.Count);
    }

    [Fact]
    public void XML_Patch()
    {
        if (Find("xml-patch-tests.xml") is not { } file)
            return;
        var cases = XDocument.Load(file).Root!.Elements("case").ToList();
        var failed = new List<string>();
        foreach (var test in cases)
        {
            var target = new XDocument(test.Element("target")!.Elements().FirstOrDefault());
            string? error = null;
            try
            {
                XmlPatch.Apply(target, new XDocument(test.Elements().Single(e => e.Name.LocalName == "patch")));
            }
            catch (PatchException refused)
            {
                error = refused.Issues[0].Diagnostics;
            }

            var expected = test.Element("patched")?.Elements().Single();
            if (expected is null ? error is null : error is not null || !XNode.DeepEquals(Plain(expected), Plain(target.Root!)))
                failed.Add($"{test.Attribute("name")!.Value}: {error ?? target.ToString()}");
        }

        output.WriteLine($"{cases.Count - failed.Count} of {cases.Count} pass");
        Assert.Empty(failed);
        Assert.Equal(29, cases.Count);
    }

    [Fact]
    public void JSON_Patch()
    {
        if (Find("json-patch-tests.json") is not { } file)
            return;
        var cases = JsonNode.Parse(File.ReadAllBytes(file))!.AsArray();
        var failed = new List<string>();
        foreach (var test in cases)
        {
            string? error = null;
            JsonNode? result = null;
            try
            {
                result = JsonPatch.Apply(test!["doc"]!.DeepClone(), test["patch"]);
            }
            catch (PatchException refused)
            {
                error = refused.Issues[0].Diagnostics;
            }

            var expected = test!["expected"];
            if (expected is null ? error is null : !JsonNode.DeepEquals(expected, result))
                failed.Add($"{test["comment"]}: {error ?? result?.ToJsonString()}");
        }

        output.WriteLine($"{cases.Count - failed.Count} of {cases.Count} pass");
        Assert.Empty(failed);
        Assert.Equal(16, cases.Count);
    }

    private static byte[] Bytes(XElement test, string name) =>
        Encoding.UTF8.GetBytes(test.Element(name)!.Elements().Single().ToString(SaveOptions.DisableFormatting));

    // White space between elements, the order of attributes and the way to write a default namespace mean nothing.
    private static XElement Plain(XElement element) => new(
        element.Name,
        element.Attributes().Where(a => a.Name != "xmlns").OrderBy(a => a.Name.ToString(), StringComparer.Ordinal),
        element.Nodes().Where(n => n is not XText text || !string.IsNullOrWhiteSpace(text.Value)).Select(n => n is XElement child ? Plain(child) : n));
}
