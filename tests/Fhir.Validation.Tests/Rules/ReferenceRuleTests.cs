using FhirHub.Model;
using FhirHub.Validation.Tests.Walk;

namespace FhirHub.Validation.Tests.Rules;

public class ReferenceRuleTests
{
    [Theory]
    [InlineData("Patient/1")]
    [InlineData("Patient/1/_history/2")]
    [InlineData("http://example.org/fhir/Patient/1")]
    [InlineData("http://example.org/anything")]
    [InlineData("urn:uuid:c757873d-ec9a-4326-a141-556f43239520")]
    public async Task Forms_that_R4_knows_are_left_alone(string reference) =>
        Assert.DoesNotContain(await TestResources.R4.ValidateAsync(ObservationOf(reference)), issue => issue.Expression?.Contains("subject", StringComparison.Ordinal) == true);

    [Theory]
    [InlineData("Pacient/1", "reference-form")]
    [InlineData("patient/1", "reference-form")]
    [InlineData("Patient", "reference-form")]
    [InlineData("Patient/a b", "reference-form")]
    [InlineData("Patient?identifier=1", "reference-conditional")]
    [InlineData("#p", "reference-contained-missing")]
    [InlineData("urn:uuid:1", "uuid")]
    [InlineData("urn:oid:x", "oid")]
    public async Task Other_forms_are_errors(string reference, string kind)
    {
        var issue = await RuleCheck.OnlyAsync(kind, ObservationOf(reference));
        Assert.Equal((IssueSeverity.Error, "Observation.subject.reference"), (issue.Severity, issue.Expression));
    }

    [Theory]
    [InlineData("Practitioner/1")]
    [InlineData("http://example.org/fhir/Practitioner/1")]
    public async Task A_reference_to_a_type_that_the_base_definition_does_not_allow_is_an_error(string reference)
    {
        var issue = await RuleCheck.OnlyAsync("reference-target-type", ObservationOf(reference));
        Assert.Equal((IssueSeverity.Error, "Observation.subject"), (issue.Severity, issue.Expression));
        Assert.Contains("Patient, Group, Device, Location", issue.Diagnostics, StringComparison.Ordinal);
        Assert.Contains("StructureDefinition/Observation", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_target_that_neither_the_profile_nor_its_base_allows_is_told_of_once()
    {
        var profile = ProfileText.Of("Patient", """
            {"id":"Patient.managingOrganization","path":"Patient.managingOrganization","type":[{"code":"Reference","targetProfile":["http://example.org/StructureDefinition/o"]}]}
            """);
        var validator = new Validator(TestResources.Of(profile, ProfileText.Of("Organization", """{"id":"Organization.name","path":"Organization.name","min":1}""", name: "o")));
        const string Patient = """{"resourceType":"Patient",META "managingOrganization":{"reference":"Practitioner/1"}}""";
        foreach (var (meta, request) in ((string, ValidationRequest)[])[
            ("\"meta\":{\"profile\":[\"http://example.org/StructureDefinition/p\"]},", ValidationRequest.Default),
            ("", ValidationRequest.Default with { Profiles = ["http://example.org/StructureDefinition/p"] })])
        {
            var patient = TestResources.Parse(Patient.Replace("META", meta, StringComparison.Ordinal));
            var issue = Assert.Single(await validator.ValidateAsync(patient.Root, request, CancellationToken.None), static issue => issue.Detail?.Code == "reference-target-type");
            Assert.Equal("Patient.managingOrganization", issue.Expression);
        }
    }

    [Fact]
    public async Task The_type_that_a_reference_states_counts_where_the_literal_has_none()
    {
        Assert.Single(await RuleCheck.FindAsync("reference-target-type", Observation("""{"type":"Practitioner","identifier":{"value":"1"}}""")));
        Assert.Empty(await RuleCheck.FindAsync("reference-target-type", Observation("""{"identifier":{"value":"1"}}""")));
        Assert.Empty(await RuleCheck.FindAsync("reference-target-type", Observation("""{"display":"somebody"}""")));
        Assert.Single(await RuleCheck.FindAsync("reference-nothing", Observation("""{"type":"Patient"}""")));
    }

    [Fact]
    public async Task A_stated_type_other_than_that_of_the_literal_is_an_error()
    {
        var issue = await RuleCheck.OnlyAsync("reference-stated-type", Observation("""{"reference":"Patient/1","type":"Group"}"""));
        Assert.Equal((IssueSeverity.Error, "Observation.subject"), (issue.Severity, issue.Expression));
        Assert.Empty(await RuleCheck.FindAsync("reference-stated-type", Observation("""{"reference":"Patient/1","type":"Patient"}""")));
    }

    [Fact]
    public async Task The_type_of_a_contained_target_counts()
    {
        const string Json = """
            {"resourceType":"Observation","status":"final","code":{"text":"x"},"contained":[{"resourceType":"TYPE","id":"p"}],"subject":{"reference":"#p"}}
            """;
        Assert.Single(await RuleCheck.FindAsync("reference-target-type", Json.Replace("TYPE", "Practitioner", StringComparison.Ordinal)));
        Assert.Empty(await RuleCheck.FindAsync("reference-target-type", Json.Replace("TYPE", "Patient", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_contained_target_has_to_meet_the_profile_that_is_asked_for()
    {
        const string Json = """
            {"resourceType":"Observation","status":"final","code":{"text":"x"},"contained":[{"resourceType":"Patient","id":"p"NAME}],"subject":{"reference":"#p"}}
            """;
        string[] profiles = [NamedPatient, ProfileOfSubject("\"targetProfile\":[\"http://example.org/named\"]")];
        var resources = TestResources.Of(profiles);
        var issues = await resources.ValidateAsync(Json.Replace("NAME", "", StringComparison.Ordinal), "http://example.org/subject");
        var issue = Assert.Single(issues, i => i.Detail?.Code == "reference-target-profile");
        Assert.Equal((IssueSeverity.Error, "Observation.subject"), (issue.Severity, issue.Expression));
        Assert.Contains("http://example.org/named", issue.Diagnostics, StringComparison.Ordinal);
        issues = await resources.ValidateAsync(Json.Replace("NAME", ",\"name\":[{\"family\":\"Li\"}]", StringComparison.Ordinal), "http://example.org/subject");
        Assert.DoesNotContain(issues, i => i.Severity == IssueSeverity.Error);
    }

    [Fact]
    public async Task A_target_that_is_read_for_the_validation_and_misses_the_profile_is_a_warning()
    {
        var resources = TestResources.Of(NamedPatient, ProfileOfSubject("\"targetProfile\":[\"http://example.org/named\"]"));
        var request = ValidationRequest.Default with
        {
            Profiles = ["http://example.org/subject"],
            Resolve = (reference, _) => ValueTask.FromResult(reference == "Patient/1" ? TestResources.Parse("""{"resourceType":"Patient","id":"1"}""") : null),
        };
        foreach (var (reference, expected) in new[] { ("Patient/1", 1), ("Patient/2", 0) })
        {
            var issues = await new Validator(resources).ValidateAsync(TestResources.Parse(ObservationOf(reference)).Root, request, CancellationToken.None);
            var found = issues.Where(i => i.Detail?.Code == "reference-target-profile").ToList();
            Assert.Equal(expected, found.Count);
            Assert.All(found, issue => Assert.Equal(IssueSeverity.Warning, issue.Severity));
        }
    }

    [Theory]
    [InlineData("\"aggregation\":[\"contained\"]", "Patient/1", "reference-aggregation")]
    [InlineData("\"aggregation\":[\"referenced\"]", "Patient/1", null)]
    [InlineData("\"aggregation\":[\"bundled\"]", "Patient/1", null)]
    [InlineData("\"versioning\":\"specific\"", "Patient/1", "reference-version-needed")]
    [InlineData("\"versioning\":\"specific\"", "Patient/1/_history/1", null)]
    [InlineData("\"versioning\":\"independent\"", "Patient/1/_history/1", "reference-version-forbidden")]
    [InlineData("\"versioning\":\"either\"", "Patient/1/_history/1", null)]
    public async Task Aggregation_and_versioning_are_what_the_profile_says(string rule, string reference, string? kind)
    {
        var issues = await TestResources.Of(ProfileOfSubject(rule)).ValidateAsync(ObservationOf(reference), "http://example.org/subject");
        var issue = issues.SingleOrDefault(i => i.Severity == IssueSeverity.Error);
        Assert.Equal(kind, issue?.Detail?.Code);
        if (kind is not null)
            Assert.Equal("Observation.subject", issue?.Expression);
    }

    [Fact]
    public async Task A_contained_target_is_refused_where_the_profile_wants_another_resource()
    {
        const string Json = """
            {"resourceType":"Observation","status":"final","code":{"text":"x"},"contained":[{"resourceType":"Patient","id":"p"}],"subject":{"reference":"#p"}}
            """;
        var issues = await TestResources.Of(ProfileOfSubject("\"aggregation\":[\"referenced\"]")).ValidateAsync(Json, "http://example.org/subject");
        Assert.Single(issues, issue => issue.Detail?.Code == "reference-aggregation");
    }

    [Theory]
    [InlineData("http://hl7.org/fhir/ValueSet/administrative-gender", null, null)]
    [InlineData("http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1", null, null)]
    [InlineData("http://hl7.org/fhir/ValueSet/administrative-gender|9", "canonical-version", IssueSeverity.Warning)]
    [InlineData("http://example.org/ValueSet/nobody-knows", "canonical-unknown", IssueSeverity.Information)]
    [InlineData("http://hl7.org/fhir/StructureDefinition/Patient", "canonical-type", IssueSeverity.Error)]
    [InlineData("ValueSet/administrative-gender", "canonical-relative", IssueSeverity.Warning)]
    [InlineData("#nowhere", "reference-contained-missing", IssueSeverity.Error)]
    public async Task A_canonical_url_leads_to_a_resource_that_fits(string canonical, string? kind, IssueSeverity? severity)
    {
        var issues = await TestResources.R4.ValidateAsync(
            $$"""{"resourceType":"Questionnaire","status":"active","item":[{"linkId":"1","type":"choice","answerValueSet":"{{canonical}}"}]}""");
        var issue = issues.SingleOrDefault(i => i.Expression == "Questionnaire.item[0].answerValueSet");
        Assert.Equal(kind, issue?.Detail?.Code);
        Assert.Equal(severity, issue?.Severity);
    }

    private static string ObservationOf(string reference) => Observation($$"""{"reference":"{{reference}}"}""");

    private static string Observation(string subject) =>
        $$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{{subject}}}""";

    private static string ProfileOfSubject(string rule) => $$$"""
        {"resourceType":"StructureDefinition","url":"http://example.org/subject","name":"Subject","status":"active","kind":"resource","abstract":false,"type":"Observation",
        "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Observation","derivation":"constraint","differential":{"element":[
        {"id":"Observation","path":"Observation"},{"id":"Observation.subject","path":"Observation.subject","type":[{"code":"Reference",{{{rule}}}}]}]}}
        """;

    private const string NamedPatient = """
        {"resourceType":"StructureDefinition","url":"http://example.org/named","name":"Named","status":"active","kind":"resource","abstract":false,"type":"Patient",
        "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint","differential":{"element":[
        {"id":"Patient","path":"Patient"},{"id":"Patient.name","path":"Patient.name","min":1}]}}
        """;
}
