// Cardinality, types and must-support of elements that a profile narrows.

using FhirHub.Model;

namespace FhirHub.Validation.Tests.Walk;

public sealed class CardinalityTests
{
    [Fact]
    public async Task A_resource_without_faults_has_no_errors() =>
        Issues.AssertNone(Issues.Errors(await TestResources.R4.ValidateAsync("""{"resourceType":"Patient","name":[{"family":"Wang"}],"gender":"male"}""")));

    [Fact]
    public async Task An_element_that_a_profile_requires_is_missed_where_it_should_be()
    {
        var errors = await Issues.ErrorsAsync("Patient", """{"id":"Patient.birthDate","path":"Patient.birthDate","min":1}""", """{"resourceType":"Patient","active":true}""");

        Issues.AssertOne(errors, "Patient.birthDate", "required");
    }

    [Fact]
    public async Task A_slice_name_on_what_nothing_slices_changes_nothing()
    {
        var errors = await Issues.ErrorsAsync(
            "Patient", """{"path":"Patient.name","sliceName":"legal","min":1},{"path":"Patient.name.family","min":1}""", """{"resourceType":"Patient","active":true}""");

        Issues.AssertOne(errors, "Patient.name", "required");
    }

    [Fact]
    public async Task A_required_part_of_a_data_type_is_missed_in_each_repetition()
    {
        var errors = await Issues.ErrorsAsync(
            "Patient", """{"id":"Patient.name.family","path":"Patient.name.family","min":1}""",
            """{"resourceType":"Patient","name":[{"family":"Wang"},{"text":"Lao Wang"}]}""");

        Issues.AssertOne(errors, "Patient.name[1].family", "required");
    }

    [Fact]
    public async Task A_required_part_of_an_element_that_is_not_there_is_not_missed() =>
        Issues.AssertNone(await Issues.ErrorsAsync(
            "Patient", """{"id":"Patient.name.family","path":"Patient.name.family","min":1}""", """{"resourceType":"Patient","active":true}"""));

    [Fact]
    public async Task Too_few_and_too_many_repetitions_are_errors()
    {
        const string elements = """{"id":"Patient.name","path":"Patient.name","min":2,"max":"3"}""";

        var few = await Issues.ErrorsAsync("Patient", elements, """{"resourceType":"Patient","name":[{"family":"a"}]}""");
        var many = await Issues.ErrorsAsync("Patient", elements, """{"resourceType":"Patient","name":[{"family":"a"},{"family":"b"},{"family":"c"},{"family":"d"}]}""");
        var right = await Issues.ErrorsAsync("Patient", elements, """{"resourceType":"Patient","name":[{"family":"a"},{"family":"b"}]}""");

        Issues.AssertOne(few, "Patient.name", "required");
        Issues.AssertOne(many, "Patient.name", "structure");
        Issues.AssertNone(right);
    }

    [Fact]
    public async Task An_element_that_a_profile_forbids_is_an_error_at_the_element()
    {
        var errors = await Issues.ErrorsAsync(
            "Patient", """{"id":"Patient.photo","path":"Patient.photo","max":"0"}""", """{"resourceType":"Patient","photo":[{"title":"me"}]}""");

        Issues.AssertOne(errors, "Patient.photo[0]", "structure");
    }

    [Fact]
    public async Task Rules_of_an_element_hold_where_another_one_refers_to_its_content()
    {
        var errors = await Issues.ErrorsAsync(
            "Questionnaire", """{"id":"Questionnaire.item.text","path":"Questionnaire.item.text","min":1}""",
            """{"resourceType":"Questionnaire","status":"draft","item":[{"linkId":"1","type":"group","text":"a","item":[{"linkId":"2","type":"group","text":"b","item":[{"linkId":"3","type":"display"}]}]}]}""");

        Assert.Contains(errors, static issue => issue is { Expression: "Questionnaire.item[0].item[0].item[0].text", Code: "required" });
    }

    [Fact]
    public async Task A_type_that_a_profile_leaves_out_is_an_error()
    {
        var errors = await Issues.ErrorsAsync(
            "Observation", """{"id":"Observation.value[x]","path":"Observation.value[x]","type":[{"code":"Quantity"},{"code":"string"}]}""",
            """{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueBoolean":true}""");

        var issue = Issues.AssertOne(errors, "Observation.value", "structure");
        Assert.Contains("Quantity, string", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_contained_resource_of_a_type_that_a_profile_leaves_out_is_an_error()
    {
        var errors = await Issues.ErrorsAsync(
            "Bundle", """{"id":"Bundle.entry.resource","path":"Bundle.entry.resource","type":[{"code":"Patient"}]}""",
            """{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","active":true}},{"resource":{"resourceType":"Basic","code":{"text":"x"}}}]}""");

        Assert.Contains(errors, static issue => issue is { Expression: "Bundle.entry[1].resource", Code: "structure" });
        Assert.DoesNotContain(errors, static issue => issue.Expression!.StartsWith("Bundle.entry[0].resource", StringComparison.Ordinal) && issue.Code == "structure");
    }

    [Fact]
    public async Task Elements_that_must_be_supported_are_told_of_when_asked_for()
    {
        var validator = new Validator(TestResources.Of(ProfileText.Of("Patient", """{"id":"Patient.telecom","path":"Patient.telecom","mustSupport":true},{"id":"Patient.name","path":"Patient.name","mustSupport":true}""")));
        var patient = TestResources.Parse("""{"resourceType":"Patient","name":[{"family":"Wang"}]}""").Root;
        var request = ValidationRequest.Default with { Profiles = [Issues.Profile] };

        var silent = await validator.ValidateAsync(patient, request, CancellationToken.None);
        var told = await validator.ValidateAsync(patient, request with { ReportsMustSupport = true }, CancellationToken.None);

        Assert.DoesNotContain(silent, static issue => issue.Expression == "Patient.telecom");
        var issue = Assert.Single(told, static issue => issue.Expression == "Patient.telecom");
        Assert.Equal(IssueSeverity.Information, issue.Severity);
        Assert.DoesNotContain(told, static issue => issue.Expression == "Patient.name");
    }

    [Fact]
    public async Task What_must_be_supported_in_a_slice_and_in_all_repetitions_is_told_once()
    {
        const string bp = "http://hl7.org/fhir/StructureDefinition/bp";
        var observation = TestResources.Parse(
            """{"resourceType":"Observation","status":"final","code":{"text":"bp"},"component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]}}]}""").Root;

        var told = await new Validator(TestResources.R4).ValidateAsync(
            observation, ValidationRequest.Default with { Profiles = [bp], ReportsMustSupport = true }, CancellationToken.None);

        foreach (var expression in (string[])["Observation.value", "Observation.component[0].dataAbsentReason"])
            Assert.Single(told, issue => issue.Expression == expression && issue.Severity == IssueSeverity.Information);
    }

    [Fact]
    public async Task An_element_with_an_id_alone_is_empty()
    {
        var issues = await TestResources.R4.ValidateAsync("""{"resourceType":"Patient","_birthDate":{"id":"b"},"maritalStatus":{"id":"m"}}""");

        Assert.Equal(["Patient.birthDate", "Patient.maritalStatus"], Issues.Errors(issues).Select(static issue => issue.Expression));
    }

    [Fact]
    public async Task An_issue_has_the_line_and_column_of_its_element()
    {
        var errors = await Issues.ErrorsAsync(
            "Patient", """{"id":"Patient.gender","path":"Patient.gender","max":"0"}""", "{\"resourceType\":\"Patient\",\n  \"gender\":\"male\"}");

        var issue = Issues.AssertOne(errors, "Patient.gender", "structure");
        Assert.Equal((2, 12), (issue.Line, issue.Column));
    }
}
