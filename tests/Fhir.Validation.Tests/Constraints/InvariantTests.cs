// Invariants of profiles: what they may ask for, what is said when they are broken, and what becomes of faulty or costly ones.

using System.Text.Json;
using FhirHub.Model;

namespace FhirHub.Validation.Tests.Constraints;

public class InvariantTests
{
    private const string Url = "https://example.org/fhir/StructureDefinition/tested";

    private const string Wards = """{"resourceType":"ValueSet","url":"https://example.org/fhir/ValueSet/wards","status":"active","compose":{"include":[{"system":"https://example.org/wards","concept":[{"code":"W1"}]}]}}""";

    private const string WardCodes = """{"resourceType":"CodeSystem","url":"https://example.org/wards","status":"active","content":"complete","caseSensitive":true,"concept":[{"code":"W1"},{"code":"X"}]}""";

    private static string Profile(string expression, string path = "Patient", string severity = "error", string more = "") => $$"""
        {"resourceType":"StructureDefinition","url":"{{Url}}","version":"1.2","name":"Tested","status":"active","kind":"resource","abstract":false,
         "type":"Patient","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint","differential":{"element":[
          {"id":"{{path}}","path":"{{path}}","constraint":[{"key":"tst-1","severity":"{{severity}}","human":"It must be so.","expression":{{JsonSerializer.Serialize(expression)}}{{more}} }]}]} }
        """;

    private static string Patient(string members) =>
        $$"""{"resourceType":"Patient","id":"p1","meta":{"profile":["{{Url}}"]},"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"},{{members}} }""";

    private static async Task<IReadOnlyList<Issue>> CheckAsync(
        string profile, string json, ValidationRequest? request = null, ValidationSettings? settings = null) =>
        await new Validator(TestResources.Of(profile, Wards, WardCodes), settings)
            .ValidateAsync(TestResources.Parse(json).Root, request ?? ValidationRequest.Default, CancellationToken.None);

    [Fact]
    public async Task A_broken_invariant_is_said_with_its_key_profile_words_and_expression()
    {
        var issue = Assert.Single(await CheckAsync(Profile("given.exists()", "Patient.name"), Patient("""
            "name":[{"family":"A","given":["B"]},{"family":"C"}]
            """)));
        Assert.Equal((IssueSeverity.Error, "invariant", "Patient.name[1]"), (issue.Severity, issue.Code, issue.Expression));
        Assert.Contains("tst-1", issue.Diagnostics);
        Assert.Contains($"{Url}|1.2", issue.Diagnostics);
        Assert.Contains("It must be so", issue.Diagnostics);
        Assert.Contains("given.exists()", issue.Diagnostics);
        Assert.Contains("不满足", issue.Message!.In(MessageLanguage.Chinese));
    }

    [Fact]
    public async Task The_words_of_an_invariant_are_said_in_Chinese_where_the_profile_has_them()
    {
        const string human = ""","_human":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/translation","extension":[{"url":"lang","valueCode":"zh-CN"},{"url":"content","valueString":"必须如此。"}]}]}""";
        var issue = Assert.Single(await CheckAsync(Profile("name.exists()", more: human), Patient("\"active\":true")));
        Assert.Contains("It must be so", issue.Diagnostics);
        Assert.DoesNotContain("It must be so", issue.Message!.In(MessageLanguage.Chinese));
        Assert.Contains("：必须如此。请修改", issue.Message!.In(MessageLanguage.Chinese));
    }

    [Fact]
    public async Task A_target_whose_broken_invariant_is_told_already_still_does_not_meet_the_profile()
    {
        const string linked = """
            {"resourceType":"StructureDefinition","url":"https://example.org/fhir/StructureDefinition/linked","name":"Linked","status":"active","kind":"resource","abstract":false,
             "type":"Patient","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint","differential":{"element":[
              {"id":"Patient.link.other","path":"Patient.link.other","type":[{"code":"Reference","targetProfile":["https://example.org/fhir/StructureDefinition/tested"]}]}]} }
            """;
        var bundle = $$"""
            {"resourceType":"Bundle","type":"collection","entry":[
              {"fullUrl":"https://example.org/fhir/Patient/p1","resource":{{Patient("\"active\":true")}} },
              {"fullUrl":"https://example.org/fhir/Patient/p2","resource":{"resourceType":"Patient","id":"p2","meta":{"profile":["https://example.org/fhir/StructureDefinition/linked"]},
               "text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"},"link":[{"type":"seealso","other":{"reference":"Patient/p1"} }]} }]}
            """;
        var issues = await new Validator(TestResources.Of(Profile("name.exists()"), linked)).ValidateAsync(TestResources.Parse(bundle).Root, ValidationRequest.Default, CancellationToken.None);
        Assert.Equal(["Bundle.entry[0].resource", "Bundle.entry[1].resource.link[0].other"], issues.Select(static issue => issue.Expression));
    }

    [Fact]
    public async Task A_warning_stays_a_warning() =>
        Assert.Equal(IssueSeverity.Warning, Assert.Single(await CheckAsync(Profile("name.exists()", severity: "warning"), Patient("\"active\":true"))).Severity);

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public async Task Best_practice_is_a_warning_and_can_be_switched_off(bool isOn, int expected)
    {
        const string practice = ""","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/elementdefinition-bestpractice","valueBoolean":true}]""";
        var issues = await CheckAsync(Profile("name.exists()", more: practice), Patient("\"active\":true"), ValidationRequest.Default with { BestPractice = isOn });
        Assert.Equal(expected, issues.Count);
        Assert.All(issues, issue => Assert.Equal(("invariant-best-practice", IssueSeverity.Warning), (issue.Detail?.Code, issue.Severity)));
    }

    [Fact]
    public async Task A_resource_without_a_narrative_is_warned_of_as_best_practice()
    {
        const string json = """{"resourceType":"Patient","active":true}""";
        Assert.Equal("invariant-best-practice", Assert.Single(await TestResources.R4.ValidateAsync(json)).Detail?.Code);
        Assert.Empty(await new Validator(TestResources.R4).ValidateAsync(
            TestResources.Parse(json).Root, ValidationRequest.Default with { BestPractice = false }, CancellationToken.None));
    }

    // As most invariants of R4 are written: what they ask for need not be there (ref-1 on a reference that has a display only).
    [Theory]
    [InlineData("name.family.startsWith('A')")]
    [InlineData("nonsense.low.matches('x')")]
    [InlineData("birthDate < @2020-01-01")]
    public async Task An_empty_answer_says_nothing_against_the_element(string expression) =>
        Assert.Empty(await CheckAsync(Profile(expression), Patient("\"active\":true")));

    [Theory]
    [InlineData("name.where(")]
    [InlineData("name.frobnicate()")]
    public async Task An_expression_that_is_no_FHIRPath_is_a_warning_that_names_the_profile(string expression)
    {
        var issue = Assert.Single(await CheckAsync(Profile(expression), Patient("\"active\":true")));
        Assert.Equal((IssueSeverity.Warning, "invariant-not-compiled"), (issue.Severity, issue.Detail?.Code));
        Assert.Contains(Url, issue.Diagnostics);
    }

    [Fact]
    public async Task An_expression_that_the_data_does_not_allow_is_a_warning()
    {
        var issue = Assert.Single(await CheckAsync(Profile("name.given.single() = 'A'"), Patient("""
            "name":[{"given":["A","B"]}]
            """)));
        Assert.Equal((IssueSeverity.Warning, "invariant-not-evaluated", "Patient"), (issue.Severity, issue.Detail?.Code, issue.Expression));
        Assert.Contains(Url, issue.Diagnostics);
    }

    [Theory]
    [InlineData("maritalStatus.memberOf('https://example.org/fhir/ValueSet/wards')", "W1", false)]
    [InlineData("maritalStatus.memberOf('https://example.org/fhir/ValueSet/wards')", "X", true)]
    [InlineData("maritalStatus.coding.first().memberOf('https://example.org/fhir/ValueSet/wards')", "X", true)]
    [InlineData("maritalStatus.coding.code.memberOf('https://example.org/fhir/ValueSet/wards')", "W1", false)]
    [InlineData("maritalStatus.memberOf('https://example.org/fhir/ValueSet/nobody-knows')", "X", false)]
    [InlineData("maritalStatus.memberOf('https://example.org/fhir/ValueSet/nobody-knows').not()", "X", false)]
    public async Task Value_sets_are_asked(string expression, string code, bool isBroken)
    {
        var issues = await CheckAsync(Profile(expression), Patient($$"""
            "maritalStatus":{"coding":[{"system":"https://example.org/wards","code":"{{code}}" }]}
            """));
        Assert.Equal(isBroken, issues.Any(issue => issue.Detail?.Code == "invariant-broken"));
    }

    [Theory]
    [InlineData("managingOrganization.resolve().name = 'Good'", "#o", false)]
    [InlineData("managingOrganization.resolve().name = 'Bad'", "#o", true)]
    [InlineData("managingOrganization.resolve().name = 'Outside'", "Organization/x", false)]
    [InlineData("managingOrganization.resolve().name = 'Good'", "Organization/x", true)]
    [InlineData("managingOrganization.resolve().name = 'Good'", "Organization/nowhere", false)]
    [InlineData("managingOrganization.resolve().exists()", "Organization/nowhere", true)]
    public async Task References_are_resolved_within_the_resource_and_by_the_host(string expression, string reference, bool isBroken)
    {
        var outside = TestResources.Parse("""{"resourceType":"Organization","id":"x","name":"Outside"}""");
        var request = ValidationRequest.Default with
        {
            Resolve = (wanted, _) => ValueTask.FromResult(wanted == "Organization/x" ? outside : null),
        };
        var contained = reference == "#o" ? "\"contained\":[{\"resourceType\":\"Organization\",\"id\":\"o\",\"name\":\"Good\"}]," : "";
        var issues = await CheckAsync(Profile(expression), Patient($$"""{{contained}}"managingOrganization":{"reference":"{{reference}}" }"""), request);
        Assert.Equal(isBroken, issues.Any(issue => issue.Detail?.Code == "invariant-broken"));
    }

    [Theory]
    [InlineData("%context.family = 'A' and %resource.active and %rootResource.id = 'p1'", false)]
    [InlineData("%resource.active = false", true)]
    public async Task Variables_are_the_element_and_its_resource(string expression, bool isBroken) =>
        Assert.Equal(isBroken ? 1 : 0, (await CheckAsync(Profile(expression, "Patient.name"), Patient("""
            "active":true,"name":[{"family":"A"}]
            """))).Count);

    [Theory]
    [InlineData("contact.name.conformsTo('http://hl7.org/fhir/StructureDefinition/HumanName')", false)]
    [InlineData("contact.name.conformsTo('http://hl7.org/fhir/StructureDefinition/Address')", true)]
    public async Task Profiles_are_asked(string expression, bool isBroken) =>
        Assert.Equal(isBroken ? 1 : 0, (await CheckAsync(Profile(expression), Patient("""
            "contact":[{"name":{"family":"A"}}]
            """))).Count);

    [Fact]
    public async Task An_invariant_that_costs_too_much_is_given_up_and_is_an_error()
    {
        var names = string.Join(',', Enumerable.Range(0, 300).Select(i => $$"""{"family":"F{{i}}"}"""));
        var settings = ValidationSettings.Default with { MaxInvariantSteps = 100_000 };
        var issues = await CheckAsync(
            Profile("name.all(%resource.name.all(%resource.name.all(family.exists())))"), Patient($"\"name\":[{names}]"), settings: settings);
        Assert.Contains(issues, issue => issue is { Severity: IssueSeverity.Error, Code: "too-costly" } && issue.Diagnostics.Contains("tst-1", StringComparison.Ordinal));
        Assert.True(issues.Count <= 2, "What was not checked any more is said once.");
    }

    [Fact]
    public async Task An_invariant_that_two_profiles_share_is_said_once()
    {
        var issues = await CheckAsync(Profile("active.exists()"), Patient("""
            "active":true,"name":[{"period":{"start":"2012","end":"2011"}}]
            """));
        Assert.Equal("Patient.name[0].period", Assert.Single(issues).Expression);
    }

    // que-7 asks for FHIRPath's Boolean and means FHIR's; an example of R4 shows it.
    [Theory]
    [InlineData("\"answerBoolean\":true", 0)]
    [InlineData("\"answerString\":\"yes\"", 1)]
    public async Task What_R4_means_is_checked_where_it_says_something_else(string answer, int expected)
    {
        var issues = await TestResources.R4.ValidateAsync($$"""
            {"resourceType":"Questionnaire","status":"draft","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"},
             "item":[{"linkId":"a","type":"boolean"},{"linkId":"b","type":"string","enableWhen":[{"question":"a","operator":"exists",{{answer}} }]}]}
            """);
        Assert.Equal(expected, issues.Count(issue => issue.Message?.Arguments[0] == "que-7"));
    }

    [Fact]
    public async Task A_reference_to_a_contained_resource_that_is_not_there_is_said_once()
    {
        var issues = await TestResources.R4.ValidateAsync("""
            {"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"},"managingOrganization":{"reference":"#o"}}
            """);
        Assert.Equal("Patient.managingOrganization.reference", Assert.Single(issues).Expression);
    }
}
