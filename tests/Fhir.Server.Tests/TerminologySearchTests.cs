// Searches that ask terminology: :in, :not-in, :above and :below by the standard's own value sets and by resources created here.

using System.Text.Json.Nodes;

namespace FhirHub.Server.Tests;

public sealed class TerminologySearchTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Kinds = """
        {"resourceType":"CodeSystem","url":"http://hospital.example/kinds","version":"1","status":"active","content":"complete","hierarchyMeaning":"is-a",
        "concept":[{"code":"heart","concept":[{"code":"valve"},{"code":"infarct","concept":[{"code":"stemi"}]}]},{"code":"lung"}]}
        """;

    [Fact]
    public async Task A_code_element_is_looked_for_by_a_value_set_of_the_standard()
    {
        await Ids("Patient", """{"resourceType":"Patient","id":"g1","gender":"female"}""", """{"resourceType":"Patient","id":"g2"}""");
        Assert.Equal("g1", await FoundAsync("Patient?_id=g1,g2&gender:in=http://hl7.org/fhir/ValueSet/administrative-gender"));
        Assert.Equal("g1", await FoundAsync("Patient?_id=g1,g2&gender:in=http://hl7.org/fhir/ValueSet/administrative-gender%7C4.0.1"));
        Assert.Equal("g2", await FoundAsync("Patient?_id=g1,g2&gender:not-in=http://hl7.org/fhir/ValueSet/administrative-gender"));
    }

    [Fact]
    public async Task A_hierarchy_created_here_is_searched_above_and_below()
    {
        await PostConditionsAsync("h");
        Assert.Equal("h-heart h-infarct h-stemi", await FoundAsync("Condition?identifier=h&code:below=http://hospital.example/kinds%7Cheart"));
        Assert.Equal("h-heart h-infarct", await FoundAsync("Condition?identifier=h&code:above=http://hospital.example/kinds%7Cinfarct"));
        Assert.Equal("h-heart h-infarct h-lung h-stemi", await FoundAsync("Condition?identifier=h&code:below=http://hospital.example/kinds%7Cheart,http://hospital.example/kinds%7Clung"));
    }

    [Fact]
    public async Task A_value_set_created_here_is_known_by_its_url_and_its_id_and_changes_at_once()
    {
        await PostConditionsAsync("v");
        await PutValueSetAsync("""{"include":[{"system":"http://hospital.example/kinds","filter":[{"property":"concept","op":"is-a","value":"infarct"}]}]}""");
        Assert.Equal("v-infarct v-stemi", await FoundAsync("Condition?identifier=v&code:in=http://hospital.example/attacks"));
        Assert.Equal("v-infarct v-stemi", await FoundAsync("Condition?identifier=v&code:in=ValueSet/attacks"));
        Assert.Equal("v-heart v-lung v-none", await FoundAsync("Condition?identifier=v&code:not-in=http://hospital.example/attacks"));

        await PutValueSetAsync("""{"include":[{"system":"http://hospital.example/kinds","concept":[{"code":"lung"}]}]}""");
        Assert.Equal("v-lung", await FoundAsync("Condition?identifier=v&code:in=http://hospital.example/attacks"));
        await server.Client.SendAsync("DELETE", "ValueSet/attacks");
        await (await server.Client.GetAsync("Condition?code:in=http://hospital.example/attacks")).FailsAsync(400, "not-found");
    }

    [Fact]
    public async Task The_latest_version_counts_unless_one_is_named()
    {
        foreach (var (id, version, code) in new[] { ("nine", "9.0", "n"), ("ten", "10.0", "t") })
        {
            await PutAsync("ValueSet", id, $$$"""
                {"resourceType":"ValueSet","id":"{{{id}}}","url":"urn:versions","version":"{{{version}}}","status":"active",
                "compose":{"include":[{"system":"urn:v","concept":[{"code":"{{{code}}}"}] } ] } }
                """);
            await Ids("Condition", $$$"""{"resourceType":"Condition","id":"of-{{{id}}}","subject":{"reference":"Patient/x"},"code":{"coding":[{"system":"urn:v","code":"{{{code}}}"}] } }""");
        }

        Assert.Equal("of-ten", await FoundAsync("Condition?code:in=urn:versions"));
        Assert.Equal("of-nine", await FoundAsync("Condition?code:in=urn:versions%7C9.0"));
        Assert.Equal("of-nine", await FoundAsync("Condition?code:in=ValueSet/nine"));
        var other = await (await server.Client.GetAsync("Condition?code:in=urn:versions%7C8")).FailsAsync(400, "not-found");
        Assert.Contains("10.0", (string?)other["diagnostics"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_supplement_does_not_stand_for_the_system_that_it_supplements()
    {
        await PutAsync("CodeSystem", "extra", """
            {"resourceType":"CodeSystem","id":"extra","url":"http://hl7.org/fhir/administrative-gender","version":"99","status":"active","content":"supplement",
            "supplements":"http://hl7.org/fhir/administrative-gender","concept":[{"code":"female","designation":[{"language":"zh","value":"女"}]}]}
            """);
        await Ids("Patient", """{"resourceType":"Patient","id":"s1","gender":"male"}""");
        Assert.Equal("s1", await FoundAsync("Patient?_id=s1&gender:in=http://hl7.org/fhir/ValueSet/administrative-gender"));
    }

    [Fact]
    public async Task A_changed_code_system_changes_what_is_below()
    {
        await PutAsync("CodeSystem", "moving", """{"resourceType":"CodeSystem","id":"moving","url":"urn:moving","status":"active","content":"complete","concept":[{"code":"a"},{"code":"b"}]}""");
        await Ids("Condition", """{"resourceType":"Condition","id":"m1","subject":{"reference":"Patient/x"},"code":{"coding":[{"system":"urn:moving","code":"b"}]}}""");
        Assert.Equal("", await FoundAsync("Condition?code:below=urn:moving%7Ca"));
        await PutAsync("CodeSystem", "moving", """{"resourceType":"CodeSystem","id":"moving","url":"urn:moving","status":"active","content":"complete","concept":[{"code":"a","concept":[{"code":"b"}]}]}""");
        Assert.Equal("m1", await FoundAsync("Condition?code:below=urn:moving%7Ca"));
    }

    [Fact]
    public async Task What_terminology_does_not_know_is_told()
    {
        var unknown = await (await server.Client.GetAsync("Patient?gender:in=http://hospital.example/nothing")).FailsAsync(400, "not-found");
        Assert.Contains("http://hospital.example/nothing", (string?)unknown["diagnostics"], StringComparison.Ordinal);
        await (await server.Client.GetAsync("Condition?code:below=http://snomed.info/sct%7C73211009")).FailsAsync(400, "not-found");
        var filtered = await (await server.Client.GetAsync("Condition?code:in=http://hl7.org/fhir/ValueSet/condition-code")).FailsAsync(400, "not-supported");
        Assert.Contains("http://snomed.info/sct", (string?)filtered["diagnostics"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chains_may_end_in_a_value_set()
    {
        await Ids("Patient", """{"resourceType":"Patient","id":"c1","gender":"other"}""");
        await Ids("Condition", """{"resourceType":"Condition","id":"c2","subject":{"reference":"Patient/c1"}}""");
        Assert.Equal("c2", await FoundAsync("Condition?_id=c2&subject:Patient.gender:in=http://hl7.org/fhir/ValueSet/administrative-gender"));
        Assert.Equal("c1", await FoundAsync("Patient?_id=c1&_has:Condition:subject:code:not-in=http://hl7.org/fhir/ValueSet/administrative-gender"));
    }

    private async Task PostConditionsAsync(string prefix)
    {
        await PutAsync("CodeSystem", "kinds", Kinds.Replace("\"url\"", "\"id\":\"kinds\",\"url\"", StringComparison.Ordinal));
        foreach (var code in new[] { "heart", "infarct", "stemi", "lung" })
        {
            await PutAsync("Condition", $"{prefix}-{code}", $$$"""
                {"resourceType":"Condition","id":"{{{prefix}}}-{{{code}}}","identifier":[{"value":"{{{prefix}}}"}],"subject":{"reference":"Patient/x"},
                "code":{"coding":[{"system":"urn:other","code":"zzz"},{"system":"http://hospital.example/kinds","code":"{{{code}}}"} ] } }
                """);
        }

        await PutAsync("Condition", $"{prefix}-none", $$$"""
            {"resourceType":"Condition","id":"{{{prefix}}}-none","identifier":[{"value":"{{{prefix}}}"}],"subject":{"reference":"Patient/x"},"code":{"text":"stemi"}}
            """);
    }

    private Task PutValueSetAsync(string compose) => PutAsync(
        "ValueSet", "attacks", $$"""{"resourceType":"ValueSet","id":"attacks","url":"http://hospital.example/attacks","status":"active","compose":{{compose}}}""");

    private async Task Ids(string type, params string[] resources)
    {
        foreach (var resource in resources)
            await PutAsync(type, (string)JsonNode.Parse(resource)!["id"]!, resource);
    }

    private async Task PutAsync(string type, string id, string resource)
    {
        var response = await server.Client.SendAsync("PUT", $"{type}/{id}", resource);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    private async Task<string> FoundAsync(string url)
    {
        var response = await server.Client.GetAsync(url);
        var bundle = await response.JsonAsync();
        Assert.True(response.IsSuccessStatusCode, bundle.ToJsonString());
        return string.Join(' ', (bundle["entry"]?.AsArray() ?? []).Select(entry => (string)entry!["resource"]!["id"]!).Order(StringComparer.Ordinal));
    }
}
