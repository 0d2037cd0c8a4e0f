// US Core 3.1.0 in force: its own resources, and Synthea's records that claim its profiles.

using FhirHub.Model;
using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Validation.Tests;

public sealed class UsCoreTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Resources_of_US_Core_have_no_errors_but_extensions_out_of_place()
    {
        if (IsMissing(UsCore.Folder))
            return;
        var report = await ReportAsync(UsCore.Validator!, Directory.EnumerateFiles(UsCore.Folder!, "*.json"));

        // docs/conformance.md says why.
        Assert.All(
            report.Errors,
            static kind => Assert.Matches("^extension-context (SearchParameter|CapabilityStatement)\\..*capabilitystatement-expectation|^expression-invalid StructureDefinition\\.", kind));
        Assert.Equal(145, report.Resources);
    }

    [Theory]
    [InlineData("0-hospitalInformation1625911868739.json", "")]
    [InlineData("0-practitionerInformation1625911868739.json", "")]
    [InlineData("0ef7a3b5-53ee-e765-10e2-c63a904ad0fd.json", "")]

    // Reports of the laboratory hold a pulse oximetry, which is a vital sign.
    [InlineData("057aa36e-b892-9964-75b9-ffb46b097e34.json", "reference-target-profile DiagnosticReport.result")]
    [InlineData("0696ac49-3128-87d3-7344-04510aa4f324.json", "reference-target-profile DiagnosticReport.result")]
    public async Task Synthea_records_have_no_false_errors_against_US_Core(string file, string known)
    {
        if (IsMissing(UsCore.Folder) || IsMissing(SharedMaterial.Folder("synthea-uscore")))
            return;
        var report = await ReportAsync(UsCore.Validator!, [Path.Combine(SharedMaterial.Folder("synthea-uscore")!, "blaze-R4-2021", file)]);

        Assert.Equal(known.Length == 0 ? [] : [known], report.Errors);
    }

    [Fact]
    public async Task Units_that_are_not_UCUM_are_the_errors_of_other_Synthea_records()
    {
        if (IsMissing(UsCore.Folder) || IsMissing(SharedMaterial.Folder("synthea-uscore")))
            return;
        var files = Directory.EnumerateFiles(Path.Combine(SharedMaterial.Folder("synthea-uscore")!, "google-hiv-R4-2021"), "*.json").Order(StringComparer.Ordinal);
        var report = await ReportAsync(UsCore.Validator!, files.Take(4));

        Assert.Equal(["ucum-code Observation.value.code"], report.Errors);
    }

    [Fact]
    public async Task Synthea_records_have_no_false_errors_against_R4()
    {
        if (IsMissing(SharedMaterial.Folder("synthea-smart")))
            return;
        var files = Directory.EnumerateFiles(SharedMaterial.Folder("synthea-smart")!, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
        var report = await ReportAsync(new Validator(TestResources.R4), files.Take(4));

        // A score whose unit is written in the wrong brackets.
        Assert.Equal(["ucum-code Observation.value.code"], report.Errors);
    }

    [Theory]
    [InlineData("Patient", "name", "", "Patient", "required")]
    [InlineData("Patient", "gender", "", "Patient", "required")]
    [InlineData("Patient", "identifier", """ "identifier":[{"value":"1"}] """, "Patient.identifier[0]", "required")]
    [InlineData("Patient", "extension", """ "extension":[{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-race","extension":[{"url":"ombCategory","valueCoding":{"system":"urn:oid:2.16.840.1.113883.6.238","code":"2106-3"}}]}] """, "Patient.extension[0]", "required")]
    [InlineData("Patient", "extension", """ "extension":[{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-race","extension":[{"url":"text","valueString":"x"},{"url":"ombCategory","valueCoding":{"system":"urn:oid:2.16.840.1.113883.6.238","code":"1002"}}]}] """, "Patient.extension[0].extension[1].value", "code-invalid")]
    [InlineData("Patient", "extension", """ "extension":[{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex","valueCode":"male"}] """, "Patient.extension[0].value", "code-invalid")]
    [InlineData("AllergyIntolerance", "code", "", "AllergyIntolerance", "required")]
    [InlineData("AllergyIntolerance", "patient", """ "patient":{"reference":"Practitioner/1"} """, "AllergyIntolerance.patient", "structure")]
    [InlineData("Procedure", "status", """ "status":"finished" """, "Procedure.status", "code-invalid")]
    [InlineData("Condition", "clinicalStatus", """ "clinicalStatus":{"coding":[{"system":"http://snomed.info/sct","code":"1"}]} """, "Condition.clinicalStatus", "code-invalid")]
    [InlineData("MedicationRequest", "requester", "", "MedicationRequest", "required")]
    [InlineData("Observation", "valueCodeableConcept", "", "Observation", "required")]
    public async Task A_record_that_breaks_a_rule_of_US_Core_is_told_so(string type, string element, string member, string expression, string code)
    {
        if (IsMissing(UsCore.Folder))
            return;
        var sound = Sound(type);
        Assert.Empty(Errors(await UsCore.ValidateAsync(TestResources.Parse(sound).Root)));
        var broken = Replace(sound, element, member);

        var errors = Errors(await UsCore.ValidateAsync(TestResources.Parse(broken).Root));

        Assert.Contains(errors, error => error.Expression!.StartsWith(expression, StringComparison.Ordinal) && error.Code == code);
    }

    private static string Sound(string type)
    {
        const string Person = "\"subject\":{\"reference\":\"Patient/1\"}";
        var (profile, members) = type switch
        {
            "Patient" => ("patient", """ "identifier":[{"system":"urn:oid:1.2.3","value":"1"}],"name":[{"family":"Li"}],"gender":"male","extension":[] """),
            "AllergyIntolerance" => ("allergyintolerance", """ "clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]},"verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-verification","code":"confirmed"}]},"code":{"text":"nuts"},"patient":{"reference":"Patient/1"} """),
            "Procedure" => ("procedure", $""" "status":"completed","code":{Text("x")},{Person},"performedDateTime":"2020" """),
            "Condition" => ("condition", $""" "clinicalStatus":{Coding("condition-clinical", "active")},"category":[{Coding("condition-category", "encounter-diagnosis")}],"code":{Text("x")},{Person} """),
            "MedicationRequest" => ("medicationrequest", $""" "status":"active","intent":"order","medicationCodeableConcept":{Text("x")},{Person},"authoredOn":"2020","requester":{Text("x").Replace("text", "display", StringComparison.Ordinal)} """),
            "Observation" => ("smokingstatus", $""" "status":"final","code":{Text("x")},{Person},"issued":"2020-01-01T00:00:00Z","valueCodeableConcept":{Text("x")} """),
            _ => throw new ArgumentOutOfRangeException(nameof(type)),
        };
        return $$"""{"resourceType":"{{type}}","meta":{"profile":["http://hl7.org/fhir/us/core/StructureDefinition/us-core-{{profile}}"]},{{members}}}""".Replace(",\"extension\":[]", "", StringComparison.Ordinal);
    }

    private static string Text(string text) => $$"""{"text":"{{text}}"}""";

    private static string Coding(string system, string code) => "{\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/" + system + "\",\"code\":\"" + code + "\"}]}";

    private static string Replace(string json, string element, string member)
    {
        var resource = System.Text.Json.Nodes.JsonNode.Parse(json)!.AsObject();
        resource.Remove(element);
        if (member.Length > 0)
            resource[element] = System.Text.Json.Nodes.JsonNode.Parse($"{{{member}}}")![element]!.DeepClone();
        return resource.ToJsonString();
    }

    private static List<Issue> Errors(IReadOnlyList<Issue> issues) => [.. issues.Where(static issue => issue.Severity <= IssueSeverity.Error)];

    private async Task<IssueReport> ReportAsync(Validator validator, IEnumerable<string> files)
    {
        var report = new IssueReport();
        foreach (var file in files)
        {
            // A package has files beside its resources.
            if (ResourceParser.ParseJson(await File.ReadAllBytesAsync(file)).Tree is { } tree)
                report.Add(Path.GetFileName(file), tree.Root, await validator.ValidateAsync(tree.Root, ValidationRequest.Default with { BestPractice = false }, CancellationToken.None));
        }

        output.WriteLine(report.ToString());
        return report;
    }

    private bool IsMissing(string? folder)
    {
        if (folder is null)
            output.WriteLine("The records or the package are not here; nothing was checked.");
        return folder is null;
    }
}
