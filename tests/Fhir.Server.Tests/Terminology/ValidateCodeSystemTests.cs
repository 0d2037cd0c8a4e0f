// CodeSystem $validate-code over HTTP.

namespace FhirHub.Server.Tests.Terminology;

public sealed class ValidateCodeSystemTests(TerminologyFixture server) : IClassFixture<TerminologyFixture>
{
    private const string Lab = TerminologyFixture.Lab;

    [Fact]
    public async Task A_code_of_the_system_is_valid()
    {
        var answer = await server.AskAsync($"CodeSystem/$validate-code?url={Lab}&code=glu&display=Glucose");
        Assert.True(answer.Result);
        Assert.Equal(("glu", Lab, "2.0", "Glucose"), (answer.Text("code"), answer.Text("system"), answer.Text("version"), answer.Text("display")));
        Assert.Null(answer.Text("message"));
        Assert.Empty(answer.Issues);
        Assert.Empty(answer.All("inactive"));
    }

    [Fact]
    public async Task It_is_asked_in_each_form_and_on_an_instance()
    {
        Assert.True((await server.AskAsync("CodeSystem/lab-2/$validate-code?code=hb")).Result);
        Assert.False((await server.AskAsync("CodeSystem/lab-1/$validate-code?code=hb")).Result);
        Assert.True((await server.AskAsync("CodeSystem/$validate-code", $$$"""{"resourceType":"Parameters","parameter":[{"name":"coding","valueCoding":{"system":"{{{Lab}}}","code":"hb"}}]}""")).Result);
        var concept = await server.AskAsync("CodeSystem/$validate-code", $$$"""
            {"resourceType":"Parameters","parameter":[{"name":"url","valueUri":"{{{Lab}}}"},{"name":"codeableConcept","valueCodeableConcept":{"coding":[{"system":"urn:other","code":"x"},{"system":"{{{Lab}}}","code":"hb"}],"text":"Hb"}}]}
            """);
        Assert.True(concept.Result);
        Assert.Equal("hb", concept.Text("code"));
        Assert.Equal("Hb", (string?)concept.Value("codeableConcept")!["text"]);
        var inline = await server.AskAsync("CodeSystem/$validate-code", """
            {"resourceType":"Parameters","parameter":[{"name":"code","valueCode":"a"},{"name":"codeSystem","resource":{"resourceType":"CodeSystem","url":"urn:inline","status":"active","content":"complete","concept":[{"code":"a"}]}}]}
            """);
        Assert.True(inline.Result);
        Assert.Equal("urn:inline", inline.Text("system"));
    }

    [Fact]
    public async Task An_unknown_code_is_told_with_its_system_and_version()
    {
        var answer = await server.AskAsync($"CodeSystem/$validate-code?url={Lab}&code=GLU");
        Assert.False(answer.Result);
        Assert.Equal(["error code-invalid invalid-code code"], answer.Issues);
        foreach (var named in new[] { "'GLU'", $"{Lab}|2.0", "'glu'" })
            Assert.Contains(named, answer.Text("message")!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_system_or_version_is_told_with_those_that_are_known()
    {
        var unknown = await server.AskAsync("CodeSystem/$validate-code?url=http://hospital.example/nothing&code=a");
        Assert.False(unknown.Result);
        Assert.Equal(["error not-found not-found system"], unknown.Issues);
        Assert.Equal("http://hospital.example/nothing", unknown.Text("x-caused-by-unknown-system"));
        var version = await server.AskAsync($"CodeSystem/$validate-code?url={Lab}&version=7&code=glu");
        Assert.Equal($"{Lab}|7", version.Text("x-caused-by-unknown-system"));
        Assert.Contains("2.0, 1.0", version.Text("message")!, StringComparison.Ordinal);
        var valueSet = await server.AskAsync("CodeSystem/$validate-code?url=http://hospital.example/vs/all&code=a");
        Assert.Equal(["error invalid invalid-data system"], valueSet.Issues);
    }

    [Theory]
    [InlineData("display=Sugar", false, "error invalid invalid-display display")]
    [InlineData("display=Sugar&lenient-display-validation=true", true, "warning invalid invalid-display display")]
    [InlineData("display=GLUCOSE", true, null)]
    [InlineData("display=%E8%91%A1%E8%90%84%E7%B3%96", true, null)]
    [InlineData("display=Glukose&displayLanguage=de", true, null)]
    [InlineData("display=Glukose&displayLanguage=zh-CN", false, "error invalid invalid-display display")]
    [InlineData("display=Glucose&displayLanguage=fr", true, "information invalid display-comment display")]
    public async Task A_display_is_checked_in_the_language_wished_for(string query, bool result, string? issue)
    {
        var answer = await server.AskAsync($"CodeSystem/$validate-code?url={Lab}&code=glu&{query}");
        Assert.Equal(result, answer.Result);
        Assert.Equal(issue is null ? [] : [issue], answer.Issues);
    }

    [Fact]
    public async Task A_wrong_display_is_told_with_the_right_ones_and_their_languages()
    {
        var answer = await server.AskAsync($"CodeSystem/$validate-code?url={Lab}&code=glu&display=Sugar");
        foreach (var right in new[] { "'Sugar'", "'Glucose' (en)", "'葡萄糖' (zh-CN)", "'Glukose' (de)" })
            Assert.Contains(right, answer.Text("message")!, StringComparison.Ordinal);
        Assert.Equal("Glucose", answer.Text("display"));
    }

    [Fact]
    public async Task An_inactive_code_is_valid_with_a_warning()
    {
        var answer = await server.AskAsync($"CodeSystem/$validate-code?url={Lab}&code=esr-old");
        Assert.True(answer.Result);
        Assert.Equal("true", answer.Text("inactive"));
        Assert.Equal("retired", answer.Text("status"));
        Assert.Equal(["warning business-rule code-comment code"], answer.Issues);
    }

    [Fact]
    public async Task An_abstract_code_is_valid_unless_it_is_to_be_chosen()
    {
        Assert.True((await server.AskAsync($"CodeSystem/$validate-code?url={Lab}&code=chem")).Result);
        var answer = await server.AskAsync($"CodeSystem/$validate-code?url={Lab}&code=chem&abstract=false");
        Assert.False(answer.Result);
        Assert.Equal(["error business-rule code-rule code"], answer.Issues);
    }

    [Fact]
    public async Task A_fragment_without_case_warns_and_normalizes()
    {
        const string Wards = "http://hospital.example/wards";
        var answer = await server.AskAsync($"CodeSystem/$validate-code?url={Wards}&code=icu");
        Assert.True(answer.Result);
        Assert.Equal("ICU", answer.Text("normalized-code"));
        Assert.Equal(["information business-rule code-rule code", "information business-rule status-check -"], answer.Issues);
        var unknown = await server.AskAsync($"CodeSystem/$validate-code?url={Wards}&code=OR");
        Assert.True(unknown.Result);
        Assert.Contains("warning code-invalid invalid-code code", unknown.Issues);
    }

    [Fact]
    public async Task Another_version_than_the_one_to_check_is_an_error()
    {
        var answer = await server.AskAsync($"CodeSystem/$validate-code?url={Lab}&version=1.0&code=glu&check-system-version={Lab}%7C2.0");
        Assert.False(answer.Result);
        Assert.Equal(["error exception version-error version"], answer.Issues);
    }

    [Theory]
    [InlineData("CodeSystem/$validate-code?code=a", "required")]
    [InlineData("CodeSystem/$validate-code?url=http://hospital.example/lab", "required")]
    [InlineData("CodeSystem/$validate-code?url=http://hospital.example/lab&code=a&coding=urn:x%7Ca", "invalid")]
    [InlineData("CodeSystem/$validate-code?url=http://hospital.example/lab&code=a&abstract=perhaps", "value")]
    [InlineData("CodeSystem/$validate-code?url=http://hospital.example/lab&code=a&codeableConcept=b", "value")]
    [InlineData("CodeSystem/$validate-code?url=http://hospital.example/lab&code=a&date=yesterday", "value")]
    [InlineData("CodeSystem/$validate-code?url=http://hospital.example/lab&code=a&system-version=http://hospital.example/lab", "value")]
    [InlineData("CodeSystem/$validate-code?url=http://hospital.example/lab&code=a&lang=de", "not-supported")]
    public async Task What_can_not_be_asked_is_refused(string url, string code) =>
        await (await server.Client.GetAsync(url)).FailsAsync(400, code);

    [Fact]
    public async Task An_address_means_that_resource_whatever_else_has_its_name()
    {
        foreach (var (id, display) in new[] { ("twin-a", "A"), ("twin-b", "B") })
        {
            await server.Client.SendAsync("PUT", $"CodeSystem/{id}", $$$"""
                {"resourceType":"CodeSystem","id":"{{{id}}}","url":"http://hospital.example/twin","version":"1","status":"active","content":"complete","concept":[{"code":"c","display":"{{{display}}}"}]}
                """);
        }

        Assert.Equal("A", (await server.AskAsync("CodeSystem/twin-a/$validate-code?code=c")).Text("display"));
        Assert.Equal("B", (await server.AskAsync("CodeSystem/twin-b/$validate-code?code=c")).Text("display"));
        var sent = await server.AskAsync("CodeSystem/twin-b/$validate-code", """
            {"resourceType":"Parameters","parameter":[{"name":"code","valueCode":"c"},{"name":"tx-resource","resource":
            {"resourceType":"CodeSystem","url":"http://hospital.example/twin","version":"1","status":"active","content":"complete","concept":[{"code":"c","display":"sent"}]}}]}
            """);
        Assert.Equal("B", sent.Text("display"));
    }

    [Fact]
    public async Task A_batch_validates_many_codes_at_once()
    {
        var response = await server.Client.SendAsync("POST", "", $$$"""
            {"resourceType":"Bundle","type":"batch","entry":[
            {"request":{"method":"GET","url":"CodeSystem/$validate-code?url={{{Lab}}}&code=glu"}},
            {"request":{"method":"POST","url":"CodeSystem/$validate-code"},"resource":{"resourceType":"Parameters","parameter":[{"name":"coding","valueCoding":{"system":"{{{Lab}}}","code":"none"}}]}},
            {"request":{"method":"GET","url":"CodeSystem/$lookup?system={{{Lab}}}&code=none"}}]}
            """);
        var entries = (await response.JsonAsync())["entry"]!.AsArray();
        Assert.True(new ParametersAnswer(entries[0]!["resource"]!).Result);
        Assert.False(new ParametersAnswer(entries[1]!["resource"]!).Result);
        Assert.StartsWith("404", (string)entries[2]!["response"]!["status"]!, StringComparison.Ordinal);
    }
}
