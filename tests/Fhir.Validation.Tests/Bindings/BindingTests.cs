// Codes against the value sets that base definitions and profiles bind them to.

using FhirHub.Model;

namespace FhirHub.Validation.Tests;

public sealed class BindingTests
{
    private const string Here = "http://example.org/fhir";

    [Fact]
    public async Task A_code_outside_its_required_value_set_is_an_error_that_lists_the_codes()
    {
        var issue = Assert.Single(await CodesAsync("""{"resourceType":"Patient","gender":"man"}"""));

        Assert.Equal((IssueSeverity.Error, "code-invalid", "Patient.gender"), (issue.Severity, issue.Code, issue.Expression));
        Assert.Contains("http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1", issue.Diagnostics);
        Assert.Contains("http://hl7.org/fhir/StructureDefinition/Patient|4.0.1", issue.Diagnostics);
        Assert.Contains("male, female, other, unknown", issue.Diagnostics);
        Assert.Contains("male, female, other, unknown", issue.Message!.In(MessageLanguage.Chinese));
    }

    [Fact]
    public async Task One_coding_of_a_required_value_set_is_enough() =>
        Assert.Empty(await CodesAsync(Allergy("""
            {"coding":[{"system":"http://snomed.info/sct","code":"55561003"},{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]}
            """)));

    [Fact]
    public async Task A_required_concept_without_a_coding_of_the_value_set_is_an_error()
    {
        var issue = Assert.Single(await CodesAsync(Allergy("""{"coding":[{"system":"http://snomed.info/sct","code":"55561003"}]}""")));

        Assert.Equal((IssueSeverity.Error, "AllergyIntolerance.clinicalStatus"), (issue.Severity, issue.Expression));
        Assert.Contains("'http://snomed.info/sct#55561003'", issue.Diagnostics);
        Assert.Contains("active, inactive, resolved", issue.Diagnostics);
    }

    [Fact]
    public async Task A_message_names_the_system_that_was_meant()
    {
        var issue = Assert.Single(await CodesAsync(Allergy("""{"coding":[{"system":"http://snomed.info/sct","code":"active"}]}""")));

        Assert.Contains("in the system http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", issue.Diagnostics);
    }

    [Fact]
    public async Task Words_alone_are_an_error_where_a_code_is_required()
    {
        var issue = Assert.Single(await CodesAsync(Allergy("""{"text":"active"}""")));

        Assert.Equal((IssueSeverity.Error, "AllergyIntolerance.clinicalStatus"), (issue.Severity, issue.Expression));
        Assert.Contains("There is no code", issue.Diagnostics);
    }

    [Fact]
    public async Task Words_alone_do_for_an_extensible_binding() =>
        Assert.Empty(await CodesAsync("""{"resourceType":"Patient","maritalStatus":{"text":"newly in love"}}"""));

    [Fact]
    public async Task A_code_outside_an_extensible_value_set_is_a_warning()
    {
        var issue = Assert.Single(await CodesAsync("""{"resourceType":"Patient","maritalStatus":{"coding":[{"system":"http://snomed.info/sct","code":"87915002"}]}}"""));

        Assert.Equal((IssueSeverity.Warning, "code-invalid", "Patient.maritalStatus"), (issue.Severity, issue.Code, issue.Expression));
    }

    [Fact]
    public async Task A_code_outside_a_preferred_value_set_is_information()
    {
        var issue = Assert.Single(await CodesAsync(Language("gu")));

        Assert.Equal((IssueSeverity.Information, "Patient.communication[0].language"), (issue.Severity, issue.Expression));
    }

    [Fact]
    public async Task A_code_outside_the_greatest_value_set_is_an_error() =>
        Assert.Contains(
            await CodesAsync(Language("not a language")),
            static issue => issue is { Severity: IssueSeverity.Error, Expression: "Patient.communication[0].language" } && issue.Diagnostics.Contains("http://hl7.org/fhir/ValueSet/all-languages"));

    [Fact]
    public async Task Any_code_does_for_an_example_binding() =>
        Assert.Empty(await CodesAsync("""{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://snomed.info/sct","code":"1"}]},"bodySite":{"coding":[{"system":"http://loinc.org","code":"2"}]}}"""));

    [Fact]
    public async Task A_string_that_a_profile_binds_is_checked_as_a_code()
    {
        var resources = TestResources.Of(Profile("Patient", $$$"""{"id":"Patient.address.state","path":"Patient.address.state","binding":{"strength":"extensible","valueSet":"{{{Here}}}/ValueSet/colours"}}"""), Colours);

        Assert.Empty(await CodesAsync(resources, """{"resourceType":"Patient","address":[{"state":"red"}]}"""));
        var issue = Assert.Single(await CodesAsync(resources, """{"resourceType":"Patient","address":[{"state":"pink"}]}"""));
        Assert.Equal((IssueSeverity.Warning, "Patient.address[0].state"), (issue.Severity, issue.Expression));
    }

    [Fact]
    public async Task The_unit_of_a_quantity_is_checked()
    {
        var resources = TestResources.Of(Profile("Observation", """{"id":"Observation.value[x]","path":"Observation.value[x]","type":[{"code":"Quantity"}],"binding":{"strength":"required","valueSet":"http://unitsofmeasure.org/vs/mg"}}"""));

        Assert.Empty(await CodesAsync(resources, Weight("kg")));
        var issue = Assert.Single(await CodesAsync(resources, Weight("cm")));
        Assert.Equal((IssueSeverity.Error, "Observation.value"), (issue.Severity, issue.Expression));
        Assert.Contains("'http://unitsofmeasure.org#cm'", issue.Diagnostics);
    }

    [Fact]
    public async Task A_value_set_that_is_not_known_is_a_warning_once()
    {
        var resources = TestResources.Of(Profile("Patient", $$$"""{"id":"Patient.address.state","path":"Patient.address.state","binding":{"strength":"required","valueSet":"{{{Here}}}/ValueSet/none"}}"""));

        var issue = Assert.Single(await CodesAsync(resources, """{"resourceType":"Patient","address":[{"state":"red"},{"state":"pink"}]}"""));

        Assert.Equal((IssueSeverity.Warning, "not-found", "Patient.address[0].state"), (issue.Severity, issue.Code, issue.Expression));
        Assert.Contains($"{Here}/ValueSet/none", issue.Diagnostics);
        Assert.Contains($"{Here}/StructureDefinition/Patient", issue.Diagnostics);
    }

    [Fact]
    public async Task What_a_filter_selects_of_an_unknown_system_is_a_warning_not_an_error()
    {
        var resources = TestResources.Of(
            Profile("Observation", $$$"""{"id":"Observation.code","path":"Observation.code","binding":{"strength":"required","valueSet":"{{{Here}}}/ValueSet/findings"}}"""),
            $$$"""{"resourceType":"ValueSet","url":"{{{Here}}}/ValueSet/findings","status":"active","compose":{"include":[{"system":"http://snomed.info/sct","filter":[{"property":"concept","op":"is-a","value":"404684003"}]}]}}""");

        var issue = Assert.Single(await CodesAsync(resources, """{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://snomed.info/sct","code":"29857009"}]}}"""));

        Assert.Equal((IssueSeverity.Warning, "not-found"), (issue.Severity, issue.Code));
        Assert.Contains("'http://snomed.info/sct#29857009'", issue.Diagnostics);
    }

    [Fact]
    public async Task A_value_that_is_absent_for_a_reason_needs_no_code() =>
        Assert.Empty(await CodesAsync(Allergy("""{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]}""")));

    private static string Colours => $$$"""
        {"resourceType":"ValueSet","url":"{{{Here}}}/ValueSet/colours","status":"active","compose":{"include":[{"system":"{{{Here}}}/CodeSystem/colours","concept":[{"code":"red"},{"code":"blue"}]}]}}
        """;

    private static string Profile(string type, string element) => $$$"""
        {"resourceType":"StructureDefinition","url":"{{{Here}}}/StructureDefinition/{{{type}}}","name":"Test","status":"active","kind":"resource","abstract":false,"type":"{{{type}}}",
         "baseDefinition":"http://hl7.org/fhir/StructureDefinition/{{{type}}}","derivation":"constraint","differential":{"element":[{{{element}}}]}}
        """;

    private static string Allergy(string clinicalStatus) => $$$"""
        {"resourceType":"AllergyIntolerance","clinicalStatus":{{{clinicalStatus}}},"patient":{"reference":"Patient/1"}}
        """;

    private static string Language(string code) => $$$"""
        {"resourceType":"Patient","communication":[{"language":{"coding":[{"system":"urn:ietf:bcp:47","code":"{{{code}}}"}]}}]}
        """;

    private static string Weight(string unit) => $$$"""
        {"resourceType":"Observation","status":"final","code":{"text":"weight"},"valueQuantity":{"value":1,"system":"http://unitsofmeasure.org","code":"{{{unit}}}"}}
        """;

    private static Task<IReadOnlyList<Issue>> CodesAsync(string json) => CodesAsync(TestResources.R4, json);

    // Other families of rules have their own tests.
    private static async Task<IReadOnlyList<Issue>> CodesAsync(IConformanceResources resources, string json)
    {
        var type = TestResources.Parse(json).ResourceType;
        string[] profiles = resources == TestResources.R4 ? [] : [$"{Here}/StructureDefinition/{type}"];
        return [.. (await resources.ValidateAsync(json, profiles)).Where(static issue => issue.Message?.Template.Id is "code-not-in-value-set" or "code-missing" or "value-set-not-checked" or "binding-not-checked")];
    }
}
