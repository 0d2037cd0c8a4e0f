// Every official R4 example and Synthea's records in JSON are read without a complaint and written back with the same content.

using System.Buffers;
using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Model.Tests.Json;

public sealed class OfficialExampleTests(ITestOutputHelper output)
{
    // The official files that break R4's own rules (docs/conformance.md says how), with the code of their issues.
    private static readonly Dictionary<string, string> Faulty = new(StringComparer.Ordinal)
    {
        ["ActivityDefinition-blood-tubes-supply.json"] = "invariant",
        ["ActivityDefinition-heart-valve-replacement.json"] = "invariant",
        ["EventDefinition-example.json"] = "invariant",
        ["ImplementationGuide-fhir.json"] = "required",
        ["Questionnaire-qs1.json"] = "required",
        ["Questionnaire-zika-virus-exposure-assessment.json"] = "invariant",
        ["SearchParameter-codesystem-extensions-CodeSystem-author.json"] = "required",
        ["SearchParameter-codesystem-extensions-CodeSystem-effective.json"] = "required",
        ["SearchParameter-codesystem-extensions-CodeSystem-end.json"] = "required",
        ["SearchParameter-codesystem-extensions-CodeSystem-keyword.json"] = "required",
        ["SearchParameter-codesystem-extensions-CodeSystem-workflow.json"] = "required",
        ["SearchParameter-questionnaireresponse-extensions-QuestionnaireResponse-item-subject.json"] = "value",
        ["SearchParameter-valueset-extensions-ValueSet-author.json"] = "required",
        ["SearchParameter-valueset-extensions-ValueSet-effective.json"] = "required",
        ["SearchParameter-valueset-extensions-ValueSet-end.json"] = "required",
        ["SearchParameter-valueset-extensions-ValueSet-keyword.json"] = "required",
        ["SearchParameter-valueset-extensions-ValueSet-workflow.json"] = "required",
        ["ig-r4.json"] = "required",
        ["package.json"] = "structure",
    };

    [Fact]
    public void Every_official_example_is_read_and_written_back_with_equal_content()
    {
        if (SharedMaterial.Folder("r4-examples") is not { } folder)
        {
            output.WriteLine("../shared has no r4-examples: nothing was tested.");
            return;
        }

        var wrong = new List<string>();
        var files = Directory.GetFiles(Path.Combine(folder, "r4-json"), "*.json");
        foreach (var file in files)
        {
            var name = Path.GetFileName(file);
            var result = Check(file, wrong);
            var code = Faulty.GetValueOrDefault(name);
            if (code is not null && result.Issues.Count == 0)
                wrong.Add($"{name}: no issue was found");
            wrong.AddRange(result.Issues.Where(issue => issue.Code != code).Select(issue => $"{name}: {issue.Expression}: {issue.Diagnostics}"));
        }

        output.WriteLine($"{files.Length} examples, {files.Length - Faulty.Count} of them valid.");
        Assert.Empty(wrong);
        Assert.Equal(5299, files.Length);
    }

    [Fact]
    public void Synthea_records_are_read_and_written_back_with_equal_content()
    {
        if (SharedMaterial.Folder("synthea-smart") is not { } folder)
        {
            output.WriteLine("../shared has no synthea-smart: nothing was tested.");
            return;
        }

        var wrong = new List<string>();
        var files = Directory.GetFiles(folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        // All 617 take half a minute; a sample of them keeps the suite quick.
        foreach (var file in files.Where((_, i) => i % 40 == 0))
            wrong.AddRange(Check(file, wrong).Issues.Select(issue => $"{Path.GetFileName(file)}: {issue.Expression}: {issue.Diagnostics}"));
        Assert.Empty(wrong);
        Assert.Equal(617, files.Count);
    }

    private static ParseResult Check(string file, List<string> wrong)
    {
        var json = File.ReadAllBytes(file);
        var result = ResourceParser.ParseJson(json);
        if (result.Tree is { } tree)
        {
            var written = new ArrayBufferWriter<byte>(json.Length);
            ResourceWriter.WriteJson(tree.Root, written);
            if (JsonContent.FirstDifference(json, written.WrittenMemory) is { } difference)
                wrong.Add($"{Path.GetFileName(file)}: {difference}");
        }

        return result;
    }
}
