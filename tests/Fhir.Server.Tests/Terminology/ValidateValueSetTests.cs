// ValueSet $validate-code over HTTP.

namespace FhirHub.Server.Tests.Terminology;

public sealed class ValidateValueSetTests(TerminologyFixture server) : IClassFixture<TerminologyFixture>
{
    private const string Lab = TerminologyFixture.Lab;
    private const string Chemistry = "http://hospital.example/vs/chemistry";
    private const string All = "http://hospital.example/vs/all";

    [Fact]
    public async Task A_code_of_the_value_set_is_valid_in_each_form_and_on_an_instance()
    {
        foreach (var answer in new[]
        {
            await server.AskAsync($"ValueSet/$validate-code?url={Chemistry}&system={Lab}&code=glu-f&display=Fasting%20glucose"),
            await server.AskAsync($"ValueSet/chemistry/$validate-code?system={Lab}&code=glu-f"),
            await server.AskAsync($"ValueSet/$validate-code?url={Chemistry}&valueSetVersion=3&coding={Lab}%7Cglu-f"),
            await PostAsync($$$"""{"name":"url","valueUri":"{{{Chemistry}}}"},{"name":"coding","valueCoding":{"system":"{{{Lab}}}","code":"glu-f"}}"""),
        })
        {
            Assert.True(answer.Result);
            Assert.Equal(("glu-f", Lab, "2.0", "Fasting glucose"), (answer.Text("code"), answer.Text("system"), answer.Text("version"), answer.Text("display")));
            Assert.Empty(answer.Issues);
        }
    }

    [Fact]
    public async Task A_code_that_is_not_in_it_is_told_with_what_is()
    {
        var answer = await server.AskAsync($"ValueSet/$validate-code?url={Chemistry}&system={Lab}&code=hb");
        Assert.False(answer.Result);
        Assert.Equal(["error code-invalid not-in-vs code"], answer.Issues);
        foreach (var named in new[] { $"{Lab}|2.0#hb", $"{Chemistry}|3", "'glu'", "'urea'" })
            Assert.Contains(named, answer.Text("message")!, StringComparison.Ordinal);
        Assert.Equal("Hemoglobin", answer.Text("display"));
    }

    [Fact]
    public async Task A_code_that_does_not_exist_is_told_as_such()
    {
        var answer = await PostAsync($$$"""{"name":"url","valueUri":"{{{Chemistry}}}"},{"name":"coding","valueCoding":{"system":"{{{Lab}}}","code":"none"}}""");
        Assert.Equal(["error code-invalid invalid-code Coding.code", "error code-invalid not-in-vs Coding.code"], answer.Issues);
    }

    [Fact]
    public async Task The_first_coding_of_a_concept_that_is_valid_counts()
    {
        var answer = await PostAsync($$$"""
            {"name":"url","valueUri":"{{{Chemistry}}}"},{"name":"codeableConcept","valueCodeableConcept":{"text":"kept","coding":[{"system":"urn:local","code":"1"},{"system":"{{{Lab}}}","code":"hb"},{"system":"{{{Lab}}}","code":"glu"}]}}
            """);
        Assert.True(answer.Result);
        Assert.Equal("glu", answer.Text("code"));
        Assert.Equal("kept", (string?)answer.Value("codeableConcept")!["text"]);
        Assert.Contains("information code-invalid this-code-not-in-vs CodeableConcept.coding[1].code", answer.Issues);
        Assert.Contains("warning not-found not-found CodeableConcept.coding[0].system", answer.Issues);

        var none = await PostAsync($$$"""{"name":"url","valueUri":"{{{Chemistry}}}"},{"name":"codeableConcept","valueCodeableConcept":{"coding":[{"system":"{{{Lab}}}","code":"hb"}]}}""");
        Assert.False(none.Result);
        Assert.Equal(["error code-invalid not-in-vs -", "information code-invalid this-code-not-in-vs CodeableConcept.coding[0].code"], none.Issues);
    }

    [Fact]
    public async Task The_system_is_inferred_from_the_value_set()
    {
        var answer = await server.AskAsync($"ValueSet/$validate-code?url={Chemistry}&code=glu&inferSystem=true");
        Assert.True(answer.Result);
        Assert.Equal(Lab, answer.Text("system"));
        Assert.True((await server.AskAsync($"ValueSet/$validate-code?url={Chemistry}&code=glu")).Result);
        Assert.False((await server.AskAsync($"ValueSet/$validate-code?url={Chemistry}&code=hb&inferSystem=true")).Result);
        var none = await server.AskAsync($"ValueSet/$validate-code?url={Chemistry}&code=glu&inferSystem=false");
        Assert.False(none.Result);
        Assert.Contains("warning invalid invalid-data code", none.Issues);
    }

    [Fact]
    public async Task An_unknown_system_is_told_apart_from_a_wrong_code()
    {
        var answer = await server.AskAsync("ValueSet/$validate-code?url=http://hospital.example/vs/elsewhere&system=http://hospital.example/unknown&code=a");
        Assert.False(answer.Result);
        Assert.Equal("http://hospital.example/unknown", answer.Text("x-caused-by-unknown-system"));
        Assert.Equal(["error not-found not-found system"], answer.Issues);
    }

    [Fact]
    public async Task A_listed_code_of_an_unknown_system_is_valid_with_a_warning()
    {
        var answer = await PostAsync("""
            {"name":"system","valueUri":"urn:far"},{"name":"code","valueCode":"a"},
            {"name":"valueSet","resource":{"resourceType":"ValueSet","status":"active","compose":{"include":[{"system":"urn:far","concept":[{"code":"a","display":"Far away"}]}]}}}
            """);
        Assert.True(answer.Result);
        Assert.Equal("Far away", answer.Text("display"));
        Assert.Equal(["warning not-found not-found system"], answer.Issues);
    }

    [Fact]
    public async Task Inactive_and_abstract_codes_are_taken_as_asked()
    {
        var inactive = await server.AskAsync($"ValueSet/$validate-code?url={All}&system={Lab}&code=esr-old");
        Assert.True(inactive.Result);
        Assert.Equal("true", inactive.Text("inactive"));
        Assert.False((await server.AskAsync($"ValueSet/$validate-code?url={All}&system={Lab}&code=esr-old&activeOnly=true")).Result);
        Assert.True((await server.AskAsync($"ValueSet/$validate-code?url={All}&system={Lab}&code=chem")).Result);
        Assert.False((await server.AskAsync($"ValueSet/$validate-code?url={All}&system={Lab}&code=chem&abstract=false")).Result);
    }

    [Fact]
    public async Task Displays_are_checked_with_those_that_the_value_set_gives()
    {
        const string Renamed = """{"resourceType":"ValueSet","status":"active","compose":{"include":[{"system":"http://hospital.example/lab","concept":[{"code":"glu","display":"Blood sugar"}]}]}}""";
        var answer = await PostAsync($$$"""{"name":"coding","valueCoding":{"system":"{{{Lab}}}","code":"glu","display":"Blood sugar"}},{"name":"valueSet","resource":{{{Renamed}}}}""");
        Assert.True(answer.Result);
        Assert.Equal("Blood sugar", answer.Text("display"));
        var wrong = await PostAsync($$$"""{"name":"coding","valueCoding":{"system":"{{{Lab}}}","code":"glu","display":"Sugar"}},{"name":"valueSet","resource":{{{Renamed}}}}""");
        Assert.Equal(["error invalid invalid-display Coding.display"], wrong.Issues);
        Assert.Contains("'Blood sugar'", wrong.Text("message")!, StringComparison.Ordinal);
        Assert.True((await PostAsync($$$"""{"name":"valueset-membership-only","valueBoolean":true},{"name":"coding","valueCoding":{"system":"{{{Lab}}}","code":"glu","display":"Sugar"}},{"name":"valueSet","resource":{{{Renamed}}}}""")).Result);
    }

    [Fact]
    public async Task A_version_that_the_value_set_does_not_have_is_told()
    {
        var answer = await server.AskAsync($"ValueSet/$validate-code?url={Chemistry}&system={Lab}&systemVersion=1.0&code=glu");
        Assert.False(answer.Result);
        Assert.Contains("error invalid vs-invalid version", answer.Issues);
        Assert.Contains("2.0", answer.Text("message")!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_system_is_known_by_its_oid_too()
    {
        const string Gender = "urn:oid:2.16.840.1.113883.4.642.4.2";
        Assert.True((await server.AskAsync($"ValueSet/$validate-code?url=http://hl7.org/fhir/ValueSet/administrative-gender&system={Gender}&code=female")).Result);
        Assert.True((await server.AskAsync($"CodeSystem/$validate-code?url={Gender}&code=female")).Result);
        var coding = await server.AskAsync("CodeSystem/$validate-code", $$$"""
            {"resourceType":"Parameters","parameter":[{"name":"url","valueUri":"http://hl7.org/fhir/administrative-gender"},{"name":"coding","valueCoding":{"system":"{{{Gender}}}","code":"female"}}]}
            """);
        Assert.True(coding.Result);
    }

    [Fact]
    public async Task What_validators_send_with_each_question_is_taken()
    {
        var answer = await PostAsync($$$"""
            {"name":"url","valueUri":"{{{Chemistry}}}"},{"name":"code","valueCode":"glu"},{"name":"display","valueString":"Sugar"},{"name":"implySystem","valueBoolean":true},
            {"name":"mode","valueCode":"lenient-display-validation"},{"name":"default-to-latest-version","valueBoolean":true},{"name":"diagnostics","valueBoolean":true}
            """);
        Assert.True(answer.Result);
        Assert.Equal(["warning invalid invalid-display display"], answer.Issues);
        Assert.Equal(200, (int)(await server.Client.GetAsync($"ValueSet/$expand?url={Chemistry}&_limit=1&incomplete-ok=true&default-to-latest-version=true")).StatusCode);
    }

    [Fact]
    public async Task A_binding_is_found_by_its_element()
    {
        Assert.True((await server.AskAsync("ValueSet/$validate-code?context=Observation.status&code=final")).Result);
        Assert.False((await server.AskAsync("ValueSet/$validate-code?context=http://hl7.org/fhir/StructureDefinition/Observation%23Observation.status&code=finished")).Result);
        await (await server.Client.GetAsync("ValueSet/$validate-code?context=Observation.issued&code=a")).FailsAsync(404, "not-found");
        await (await server.Client.GetAsync("ValueSet/$validate-code?context=Nothing.status&code=a")).FailsAsync(404, "not-found");
    }

    [Fact]
    public async Task A_value_set_sent_along_is_used_for_that_request_alone()
    {
        var resource = $$$"""{"resourceType":"ValueSet","url":"urn:sent-vs","status":"active","compose":{"include":[{"system":"{{{Lab}}}","concept":[{"code":"hb"}]}]}}""";
        var body = $$$"""{"name":"url","valueUri":"urn:sent-vs"},{"name":"coding","valueCoding":{"system":"{{{Lab}}}","code":"hb"}}""";
        Assert.True((await PostAsync($$$"""{{{body}}},{"name":"tx-resource","resource":{{{resource}}}}""")).Result);
        await (await server.Client.SendAsync("POST", "ValueSet/$validate-code", $$$"""{"resourceType":"Parameters","parameter":[{{{body}}}]}""")).FailsAsync(404, "not-found");
    }

    [Theory]
    [InlineData("ValueSet/$validate-code?code=a", 400, "required")]
    [InlineData("ValueSet/$validate-code?url=http://hospital.example/vs/all", 400, "required")]
    [InlineData("ValueSet/$validate-code?url=http://hospital.example/vs/nothing&code=a", 404, "not-found")]
    [InlineData("ValueSet/$validate-code?url=http://hospital.example/vs/chemistry%7C3&valueSetVersion=4&code=a", 400, "invalid")]
    [InlineData("ValueSet/chemistry/$validate-code?url=http://hospital.example/vs/all&code=a", 400, "invalid")]
    [InlineData("ValueSet/nothing/$validate-code?code=a", 404, "not-found")]
    [InlineData("ValueSet/$validate-code?url=http://hospital.example/vs/all&code=a&valueSet=b", 400, "value")]
    public async Task What_can_not_be_asked_is_refused(string url, int status, string code) =>
        await (await server.Client.GetAsync(url)).FailsAsync(status, code);

    private Task<ParametersAnswer> PostAsync(string parameters) =>
        server.AskAsync("ValueSet/$validate-code", $$$"""{"resourceType":"Parameters","parameter":[{{{parameters}}}]}""");
}
