// Which profiles a resource is checked against, alone and within others.

using FhirHub.Model;

namespace FhirHub.Validation.Tests.Walk;

public sealed class ProfileTests
{
    private const string Named = """{"id":"Patient.name","path":"Patient.name","min":1}""";

    private static string Claiming(string profile, string members = "\"active\":true") => $$"""{"resourceType":"Patient","meta":{"profile":["{{profile}}"]},{{members}} }""";

    [Fact]
    public async Task A_profile_that_the_resource_claims_is_checked_unless_that_is_not_wanted()
    {
        var validator = new Validator(TestResources.Of(ProfileText.Of("Patient", Named)));
        var patient = TestResources.Parse(Claiming(Issues.Profile)).Root;

        var claimed = await validator.ValidateAsync(patient, ValidationRequest.Default, CancellationToken.None);
        var ignored = await validator.ValidateAsync(patient, ValidationRequest.Default with { HonorsMetaProfile = false }, CancellationToken.None);

        Issues.AssertOne(Issues.Errors(claimed), "Patient.name", "required");
        Issues.AssertNone(Issues.Errors(ignored));
    }

    [Fact]
    public async Task A_profile_that_is_claimed_and_asked_for_is_checked_once()
    {
        var issues = await TestResources.Of(ProfileText.Of("Patient", Named)).ValidateAsync(Claiming(Issues.Profile), Issues.Profile, Issues.Profile + "|1.0");

        Assert.Single(Issues.Errors(issues), static issue => issue.Expression == "Patient.name");
    }

    [Fact]
    public async Task A_claimed_profile_that_is_unknown_is_a_warning_and_one_that_was_asked_for_is_an_error()
    {
        var claimed = await TestResources.R4.ValidateAsync(Claiming("http://example.org/StructureDefinition/unknown"));
        var asked = await TestResources.R4.ValidateAsync("""{"resourceType":"Patient","active":true}""", "http://example.org/StructureDefinition/unknown");

        Assert.Contains(claimed, static issue => issue is { Severity: IssueSeverity.Warning, Code: "not-found", Expression: "Patient.meta.profile[0]" });
        Issues.AssertOne(Issues.Errors(asked), "Patient", "not-found", "http://example.org/StructureDefinition/unknown");
    }

    [Fact]
    public async Task A_version_that_is_unknown_is_told_with_the_one_that_is_known()
    {
        var resources = TestResources.Of(ProfileText.Of("Patient", Named));

        var other = await resources.ValidateAsync(Claiming(Issues.Profile + "|2.0"));
        var right = await resources.ValidateAsync(Claiming(Issues.Profile + "|1.0"));

        var issue = Assert.Single(other, static issue => issue.Detail?.Code == "profile-other-version");
        Assert.Contains("1.0", issue.Diagnostics, StringComparison.Ordinal);
        Issues.AssertOne(Issues.Errors(right), "Patient.name", "required");
    }

    [Fact]
    public async Task A_profile_for_another_type_is_an_error()
    {
        var issues = await TestResources.Of(ProfileText.Of("Observation", """{"id":"Observation.value[x]","path":"Observation.value[x]","min":1}""")).ValidateAsync(Claiming(Issues.Profile));

        Issues.AssertOne(Issues.Errors(issues), "Patient.meta.profile[0]", "structure");
    }

    [Fact]
    public async Task A_profile_of_an_abstract_type_is_checked_on_all_its_types()
    {
        var resources = TestResources.Of(ProfileText.Of("DomainResource", """{"id":"DomainResource.language","path":"DomainResource.language","min":1}"""));

        Issues.AssertOne(Issues.Errors(await resources.ValidateAsync(Claiming(Issues.Profile))), "Patient.language", "required");
        Issues.AssertNone(Issues.Errors(await resources.ValidateAsync(Claiming(Issues.Profile, "\"language\":\"zh\""))));
    }

    [Theory]
    [InlineData("draft", "profile-draft")]
    [InlineData("retired", "profile-retired")]
    public async Task A_draft_or_a_retired_profile_is_told_of(string status, string id)
    {
        var issues = await TestResources.Of(ProfileText.Of("Patient", Named, status: status)).ValidateAsync(Claiming(Issues.Profile, "\"name\":[{\"text\":\"x\"}]"));

        Assert.Contains(issues, issue => issue.Severity == IssueSeverity.Information && issue.Detail?.Code == id);
    }

    [Fact]
    public async Task An_abstract_profile_is_a_warning()
    {
        var text = ProfileText.Of("Patient", Named).Replace("\"abstract\":false", "\"abstract\":true", StringComparison.Ordinal);

        var issues = await TestResources.Of(text).ValidateAsync(Claiming(Issues.Profile, "\"name\":[{\"text\":\"x\"}]"));

        Assert.Contains(issues, static issue => issue is { Severity: IssueSeverity.Warning, Detail.Code: "profile-abstract" });
    }

    [Fact]
    public async Task Contained_resources_entries_and_parameters_have_rules_of_their_own()
    {
        var resources = TestResources.Of(ProfileText.Of("Patient", Named));
        var patient = Claiming(Issues.Profile, "\"id\":\"p\"");

        var contained = await resources.ValidateAsync($$"""{"resourceType":"Basic","contained":[{{patient}}],"code":{"text":"x"},"subject":{"reference":"#p"} }""");
        var entry = await resources.ValidateAsync($$"""{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"http://example.org/fhir/Patient/p","resource":{{patient}} }]}""");
        var parameter = await resources.ValidateAsync($$"""{"resourceType":"Parameters","parameter":[{"name":"a","part":[{"name":"b","resource":{{patient}} }]}]}""");

        Assert.Contains(Issues.Errors(contained), static issue => issue.Expression == "Basic.contained[0].name");
        Assert.Contains(Issues.Errors(entry), static issue => issue.Expression == "Bundle.entry[0].resource.name");
        Assert.Contains(Issues.Errors(parameter), static issue => issue.Expression == "Parameters.parameter[0].part[0].resource.name");
    }

    [Fact]
    public async Task The_profile_of_an_element_holds_for_its_value()
    {
        var quantity = ProfileText.Of("Quantity", """{"id":"Quantity.unit","path":"Quantity.unit","min":1}""", "q");
        const string element = """{"id":"Observation.value[x]","path":"Observation.value[x]","type":[{"code":"Quantity","profile":["http://example.org/StructureDefinition/q"]}]}""";

        Issues.AssertOne(await Issues.ErrorsAsync("Observation", element, Observation("1"), quantity), "Observation.value.unit", "required", "http://example.org/StructureDefinition/q");
        Issues.AssertNone(await Issues.ErrorsAsync("Observation", element, Observation("1,\"unit\":\"m\""), quantity));

        static string Observation(string value) => $$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":{{value}} } }""";
    }

    [Fact]
    public async Task One_of_several_profiles_of_an_element_is_enough_and_else_the_nearest_is_told()
    {
        string[] alternatives =
        [
            ProfileText.Of("Quantity", """{"id":"Quantity.unit","path":"Quantity.unit","min":1}""", "one"),
            ProfileText.Of("Quantity", """{"id":"Quantity.system","path":"Quantity.system","min":1},{"id":"Quantity.code","path":"Quantity.code","min":1}""", "two"),
        ];
        const string element = """
            {"id":"Observation.value[x]","path":"Observation.value[x]","type":[{"code":"Quantity","profile":["http://example.org/StructureDefinition/two","http://example.org/StructureDefinition/one"]}]}
            """;

        Issues.AssertNone(await Issues.ErrorsAsync("Observation", element, Observation("\"unit\":\"m\""), alternatives));
        Issues.AssertNone(await Issues.ErrorsAsync("Observation", element, Observation("\"system\":\"http://unitsofmeasure.org\",\"code\":\"m\""), alternatives));
        var errors = await Issues.ErrorsAsync("Observation", element, Observation("\"value\":1"), alternatives);
        Assert.Equal(["Observation.value", "Observation.value.unit"], errors.Select(static issue => issue.Expression));
        Assert.Contains("http://example.org/StructureDefinition/one", errors[0].Diagnostics, StringComparison.Ordinal);

        static string Observation(string quantity) => $$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{ {{quantity}} } }""";
    }

    [Fact]
    public async Task Profiles_of_an_element_that_are_not_known_are_told_of()
    {
        var issues = await TestResources.Of(ProfileText.Of("Patient", """
            {"id":"Patient.name","path":"Patient.name","type":[{"code":"HumanName","profile":["http://example.org/none","http://example.org/nothing"]}]}
            """)).ValidateAsync("""{"resourceType":"Patient","name":[{"text":"x"}]}""", Issues.Profile);

        Assert.Contains(issues, static issue => issue is { Code: "not-found", Expression: "Patient.name[0]" } && issue.Message!.Arguments[0] == "http://example.org/none");
    }

    [Fact]
    public async Task The_resources_of_entries_meet_the_profile_that_the_bundle_names()
    {
        const string element = """
            {"id":"Bundle.entry.resource","path":"Bundle.entry.resource","type":[{"code":"Patient","profile":["http://example.org/StructureDefinition/named"]}]}
            """;

        var errors = await Issues.ErrorsAsync(
            "Bundle", element,
            """{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"http://example.org/fhir/Patient/p","resource":{"resourceType":"Patient","id":"p","active":true}}]}""",
            ProfileText.Of("Patient", Named, "named"));

        Issues.AssertOne(errors, "Bundle.entry[0].resource.name", "required", "http://example.org/StructureDefinition/named");
    }

    [Fact]
    public async Task Messages_are_said_in_Chinese_too()
    {
        var issues = await TestResources.Of(ProfileText.Of("Patient", Named)).ValidateAsync(Claiming(Issues.Profile));

        Assert.Contains("缺少 Patient.name", Issues.Errors(issues)[0].Message!.In(MessageLanguage.Chinese), StringComparison.Ordinal);
    }
}
