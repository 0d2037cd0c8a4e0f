// Profiles and resources that are made to keep a validator busy.

using System.Text;
using FhirHub.Model;

namespace FhirHub.Validation.Tests.Walk;

public sealed class HostileTests
{
    private static async Task<IReadOnlyList<Issue>> ValidateAsync(IConformanceResources resources, string json, ValidationSettings settings, params string[] profiles) =>
        await new Validator(resources, settings).ValidateAsync(TestResources.Parse(json).Root, ValidationRequest.Default with { Profiles = profiles }, CancellationToken.None);

    [Fact]
    public async Task An_extension_that_is_made_of_itself_ends_with_the_data()
    {
        var definition = ProfileText.Of("Extension", """
            {"id":"Extension.extension","path":"Extension.extension","slicing":{"discriminator":[{"type":"value","path":"url"}],"rules":"open"}},
            {"id":"Extension.extension:p","path":"Extension.extension","sliceName":"p","type":[{"code":"Extension","profile":["http://example.org/StructureDefinition/p"]}]},
            {"id":"Extension.url","path":"Extension.url","fixedUri":"http://example.org/StructureDefinition/p"}
            """, more: """ "context":[{"type":"element","expression":"Element"}], """);
        var extension = new StringBuilder("""{"url":"http://example.org/StructureDefinition/p","valueString":"x"}""");
        for (var i = 0; i < 40; i++)
            extension.Insert(0, """{"url":"http://example.org/StructureDefinition/p","extension":[""").Append("]}");

        var issues = await TestResources.Of(definition).ValidateAsync($$"""{"resourceType":"Patient","extension":[{{extension}}]}""");

        Issues.AssertNone(Issues.Errors(issues));
    }

    [Fact]
    public async Task Resources_whose_profiles_ask_for_each_other_meet_them()
    {
        var profile = ProfileText.Of("Patient", """
            {"id":"Patient.link.other","path":"Patient.link.other","type":[{"code":"Reference","targetProfile":["http://example.org/StructureDefinition/p"]}]},
            {"id":"Patient.name","path":"Patient.name","min":1}
            """);
        static string Entry(string id, string other) => $$"""
            {"fullUrl":"http://example.org/fhir/Patient/{{id}}","resource":{"resourceType":"Patient","id":"{{id}}","meta":{"profile":["http://example.org/StructureDefinition/p"]},"name":[{"text":"x"}],"link":[{"type":"seealso","other":{"reference":"Patient/{{other}}"} }]} }
            """;

        var issues = await TestResources.Of(profile).ValidateAsync($$"""{"resourceType":"Bundle","type":"collection","entry":[{{Entry("a", "b")}},{{Entry("b", "a")}}]}""");

        Issues.AssertNone(Issues.Errors(issues));
    }

    [Fact]
    public async Task A_long_chain_of_targets_that_ask_for_a_profile_is_not_followed_to_its_end()
    {
        var profile = ProfileText.Of("Patient", """
            {"id":"Patient.link.other","path":"Patient.link.other","type":[{"code":"Reference","targetProfile":["http://example.org/StructureDefinition/p"]}]}
            """);
        var entries = string.Join(',', Enumerable.Range(0, 3_000).Select(static i => $$"""
            {"fullUrl":"http://example.org/fhir/Patient/{{i}}","resource":{"resourceType":"Patient","id":"{{i}}","link":[{"type":"seealso","other":{"reference":"Patient/{{i + 1}}"} }]} }
            """));

        var issues = await TestResources.Of(profile).ValidateAsync(
            $$"""{"resourceType":"Bundle","type":"collection","entry":[{{entries}},{"fullUrl":"http://example.org/fhir/Patient/3000","resource":{"resourceType":"Patient","id":"3000","meta":{"profile":["http://example.org/StructureDefinition/p"]},"active":true} }]}""");

        Issues.AssertNone(Issues.Errors(issues));
    }

    [Fact]
    public async Task A_profile_whose_content_references_form_a_circle_is_walked()
    {
        var errors = await Issues.ErrorsAsync(
            "Questionnaire", """{"id":"Questionnaire.item.item","path":"Questionnaire.item.item","max":"1"}""",
            """{"resourceType":"Questionnaire","status":"draft","item":[{"linkId":"1","type":"group","item":[{"linkId":"2","type":"group","item":[{"linkId":"3","text":"x","type":"display"},{"linkId":"4","text":"x","type":"display"}]}]}]}""");

        Assert.Contains(errors, static issue => issue.Expression == "Questionnaire.item[0].item[0].item");
    }

    [Fact]
    public async Task A_hundred_thousand_elements_that_break_an_invariant_are_all_counted()
    {
        const int Count = 100_000;
        var contacts = string.Join(',', Enumerable.Repeat("""{"gender":"male"}""", Count));

        var issues = await TestResources.R4.ValidateAsync($$"""{"resourceType":"Patient","contact":[{{contacts}}]}""");

        Assert.Equal(ValidationSettings.Default.MaxIssues, Issues.Errors(issues).Count);
        Assert.Equal($"{Count - ValidationSettings.Default.MaxIssues + 1}", issues[^1].Message!.Arguments[0]);
    }

    [Fact]
    public async Task Slices_that_are_looked_for_count_and_what_was_not_looked_at_is_not_missed()
    {
        var slices = string.Join(',', Enumerable.Range(0, 300).Select(static i => $$"""
            {"id":"Observation.code.coding:s{{i}}","path":"Observation.code.coding","sliceName":"s{{i}}","min":1},
            {"id":"Observation.code.coding:s{{i}}.code","path":"Observation.code.coding.code","min":1,"fixedCode":"c{{i}}"}
            """));
        var profile = ProfileText.Of("Observation", $$"""
            {"id":"Observation.code.coding","path":"Observation.code.coding","slicing":{"discriminator":[{"type":"value","path":"code"}],"rules":"open"} },{{slices}}
            """);
        var codings = string.Join(',', Enumerable.Repeat("""{"system":"http://example.org/c","code":"none"}""", 1_000));

        var issues = await ValidateAsync(
            TestResources.Of(profile), $$"""{"resourceType":"Observation","status":"final","code":{"coding":[{{codings}}]} }""", ValidationSettings.Default with { MaxSteps = 100_000 }, Issues.Profile);

        Assert.Equal("too-costly", Assert.Single(Issues.Errors(issues)).Code);
    }

    [Fact]
    public async Task Thousands_of_invariants_of_two_profiles_are_each_checked_once()
    {
        static string Rules(string key, int count) => string.Join(',', Enumerable.Range(0, count).Select(i =>
            $$"""{"key":"{{key}}-{{i}}","severity":"error","human":"Rule {{key}}","expression":"text != '{{i}}'"}"""));
        var first = ProfileText.Of("Patient", $$"""{"id":"Patient.name","path":"Patient.name","constraint":[{{Rules("a", 50)}},{{Rules("b", 2_000)}}] }""");
        var second = ProfileText.Of("Patient", $$"""{"id":"Patient.name","path":"Patient.name","constraint":[{{Rules("a", 50)}},{{Rules("c", 2_000)}}] }""", name: "q");
        var names = string.Join(',', Enumerable.Repeat("""{"text":"x"}""", 500));

        var errors = Issues.Errors(await TestResources.Of(first, second).ValidateAsync(
            $$"""{"resourceType":"Patient","name":[{"text":"49"},{{names}}]}""", Issues.Profile, "http://example.org/StructureDefinition/q"));

        Assert.Equal(["a-49", "b-49", "c-49"], errors.Select(static issue => issue.Message!.Arguments[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Walks_that_take_too_long_together_are_not_made_again()
    {
        var profile = ProfileText.Of("Patient", """{"id":"Patient.name","path":"Patient.name","min":1}""");

        var issues = await ValidateAsync(TestResources.Of(profile), """{"resourceType":"Patient","active":true}""", ValidationSettings.Default with { MaxTime = TimeSpan.Zero }, Issues.Profile);

        Assert.Equal("too-costly", Assert.Single(Issues.Errors(issues)).Code);
    }

    [Fact]
    public async Task Names_that_no_definition_can_have_are_not_looked_for()
    {
        var counting = new CountingResources(TestResources.R4);
        var name = $"http://example.org/{new string('x', 10_000)}";

        var issues = await new Validator(counting).ValidateAsync(
            TestResources.Parse($$"""{"resourceType":"Observation","status":"final","meta":{"profile":["{{name}}"]},"extension":[{"url":"{{name}}","valueString":"x"}],"code":{"coding":[{"system":"{{name}}","code":"x"}]} }""").Root,
            ValidationRequest.Default, CancellationToken.None);

        Assert.Contains(issues, issue => issue.Detail?.Code == "profile-unknown");
        Assert.DoesNotContain(counting.Asked, asked => asked.Length > 10_000);
    }

    [Fact]
    public async Task A_validation_ends_after_its_steps_and_says_so()
    {
        var names = string.Join(',', Enumerable.Repeat("""{"text":"x"}""", 500));

        var issues = await ValidateAsync(TestResources.R4, $$"""{"resourceType":"Patient","name":[{{names}}]}""", ValidationSettings.Default with { MaxSteps = 100 });

        Assert.Contains(issues, static issue => issue is { Severity: IssueSeverity.Error, Code: "too-costly" });
    }

    [Fact]
    public async Task A_resource_that_names_definitions_without_end_is_not_followed()
    {
        var extensions = string.Join(',', Enumerable.Range(0, 200).Select(static i => $$"""{"url":"http://example.org/e/{{i}}","valueString":"x"}"""));

        var issues = await ValidateAsync(TestResources.R4, $$"""{"resourceType":"Patient","extension":[{{extensions}}]}""", ValidationSettings.Default with { MaxNeeds = 50 });

        Assert.Contains(issues, static issue => issue is { Severity: IssueSeverity.Error, Code: "too-costly" });
    }

    [Fact]
    public async Task A_resource_claims_so_many_profiles_only()
    {
        var profiles = string.Join(',', Enumerable.Range(0, 20).Select(static i => $"\"http://example.org/p/{i}\""));

        var issues = await ValidateAsync(TestResources.R4, $$"""{"resourceType":"Patient","meta":{"profile":[{{profiles}}]},"active":true}""", ValidationSettings.Default with { MaxProfiles = 5 });

        Assert.Contains(issues, static issue => issue is { Severity: IssueSeverity.Error, Code: "too-costly", Expression: "Patient.meta.profile[5]" });
        Assert.Equal(5, issues.Count(static issue => issue.Detail?.Code == "profile-unknown"));
    }

    [Fact]
    public async Task Hints_without_end_do_not_hide_an_error()
    {
        var extensions = string.Join(',', Enumerable.Range(0, 50).Select(static i => $$"""{"url":"http://example.org/e/{{i}}","valueString":"x"}"""));

        var issues = await ValidateAsync(
            TestResources.R4, $$"""{"resourceType":"Patient","extension":[{{extensions}}],"modifierExtension":[{"url":"http://example.org/m","valueString":"x"}]}""",
            ValidationSettings.Default with { MaxIssues = 20 });

        Assert.Single(Issues.Errors(issues), static issue => issue.Expression == "Patient.modifierExtension[0].url");
        Assert.Equal("further-issues", issues[^1].Detail?.Code);
        Assert.Equal(21, issues.Count);
    }

    [Fact]
    public async Task A_profile_with_elements_that_its_type_has_not_is_said_to_be_unusable()
    {
        const string snapshot = """
            {"resourceType":"StructureDefinition","url":"http://example.org/StructureDefinition/p","name":"p","status":"active","kind":"resource","abstract":false,"type":"Patient",
            "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint",
            "snapshot":{"element":[{"id":"Patient","path":"Patient"},{"id":"Patient.wings","path":"Patient.wings","min":1,"max":"1","type":[{"code":"string"}]}]} }
            """;

        var issues = await TestResources.Of(snapshot).ValidateAsync("""{"resourceType":"Patient","active":true}""", Issues.Profile);

        var issue = Assert.Single(Issues.Errors(issues));
        Assert.Equal("profile-unusable", issue.Detail?.Code);
        Assert.Contains("Patient.wings", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_invariant_may_ask_whether_an_element_conforms_to_a_profile()
    {
        const string elements = """
            {"id":"Bundle.entry","path":"Bundle.entry","constraint":[{"key":"e-1","severity":"error","human":"Patients have names","expression":"resource.conformsTo('http://example.org/StructureDefinition/named')"}]}
            """;
        var named = ProfileText.Of("Patient", """{"id":"Patient.name","path":"Patient.name","min":1}""", "named");

        Issues.AssertNone(await Issues.ErrorsAsync("Bundle", elements, Bundle("\"name\":[{\"text\":\"x\"}]"), named));
        Issues.AssertOne(await Issues.ErrorsAsync("Bundle", elements, Bundle("\"active\":true"), named), "Bundle.entry[0]", "invariant");

        static string Bundle(string members) =>
            $$"""{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"http://example.org/fhir/Patient/p","resource":{"resourceType":"Patient","id":"p",{{members}} } }]}""";
    }

    [Fact]
    public async Task A_validation_that_nobody_waits_for_any_more_ends()
    {
        using var stop = new CancellationTokenSource();
        var validator = new Validator(TestResources.R4);
        var patient = TestResources.Parse("""{"resourceType":"Patient","name":[{"family":"Wang"}]}""").Root;
        await validator.ValidateAsync(patient, ValidationRequest.Default, stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await validator.ValidateAsync(patient, ValidationRequest.Default, stop.Token));
    }

    // Notes what is looked for.
    private sealed class CountingResources(IConformanceResources resources) : IConformanceResources
    {
        public List<string> Asked { get; } = [];

        public async ValueTask<IConformanceScope> OpenAsync(CancellationToken cancel) => new Scope(await resources.OpenAsync(cancel), Asked);

        private sealed class Scope(IConformanceScope scope, List<string> asked) : IConformanceScope
        {
            public string State => scope.State;

            public ValueTask<ResourceTree?> FindAsync(string resourceType, string canonical, CancellationToken cancel)
            {
                asked.Add(canonical);
                return scope.FindAsync(resourceType, canonical, cancel);
            }

            public ValueTask<IOpenValueSet> OpenValueSetAsync(string canonical, CancellationToken cancel)
            {
                asked.Add(canonical);
                return scope.OpenValueSetAsync(canonical, cancel);
            }

            public ValueTask<IOpenCodeSystem?> OpenCodeSystemAsync(string system, string? version, CancellationToken cancel)
            {
                asked.Add(system);
                return scope.OpenCodeSystemAsync(system, version, cancel);
            }
        }
    }
}
