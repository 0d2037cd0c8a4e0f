// $lookup, $subsumes and $find-matches over HTTP: what a code means and what it includes.

using System.Text.Json.Nodes;

namespace FhirHub.Server.Tests.Terminology;

public sealed class LookupTests(TerminologyFixture server) : IClassFixture<TerminologyFixture>
{
    private const string Lab = TerminologyFixture.Lab;

    [Theory]
    [InlineData("2016", "1.0")]
    [InlineData("2020-05-31", "1.0")]
    [InlineData("2020-06-15T08:00:00Z", "2.0")]
    [InlineData("2024-01-01", "2.0")]
    public async Task A_day_chooses_the_version_that_was_there(string date, string version)
    {
        Assert.Equal(version, (await server.AskAsync($"CodeSystem/$lookup?system={Lab}&code=glu&date={date}")).Text("version"));
        Assert.Equal(version, (await server.AskAsync($"CodeSystem/$validate-code?url={Lab}&code=glu&date={date}")).Text("version"));
    }

    [Fact]
    public async Task A_day_before_the_first_version_finds_none()
    {
        var refused = await (await server.Client.GetAsync($"CodeSystem/$lookup?system={Lab}&code=glu&date=2014-12-31")).FailsAsync(404, "not-found");
        Assert.Contains("2014-12-31 yet; it is known in 2.0, 1.0", refused.ToString(), StringComparison.Ordinal);
        Assert.Equal("1.0", (await server.AskAsync($"CodeSystem/$lookup?system={Lab}&version=1.0&code=glu&date=2014-12-31")).Text("version"));
    }

    [Fact]
    public async Task A_code_is_told_with_its_system_names_and_properties()
    {
        var answer = await server.AskAsync($"CodeSystem/$lookup?system={Lab}&code=glu");
        Assert.Equal("Laboratory items", answer.Text("name"));
        Assert.Equal("2.0", answer.Text("version"));
        Assert.Equal("Glucose", answer.Text("display"));
        Assert.Equal("Glucose in serum or plasma", answer.Text("definition"));
        Assert.Equal(["葡萄糖 zh-CN", "Glukose de"], answer.All("designation").Select(d => $"{ParametersAnswer.Part(d, "value")} {ParametersAnswer.Part(d, "language")}"));
        var properties = answer.All("property").Select(p => $"{ParametersAnswer.Part(p, "code")}={ParametersAnswer.Part(p, "value")}").ToList();
        Assert.Contains("unit=mmol/L", properties);
        Assert.Contains("panel=false", properties);
        Assert.Contains("inactive=false", properties);
        Assert.Contains("parent=chem", properties);
        Assert.Contains("child=glu-f", properties);
        var parent = answer.All("property").Single(p => ParametersAnswer.Part(p, "code") == "parent");
        Assert.Equal("Chemistry", ParametersAnswer.Part(parent, "description"));
    }

    [Fact]
    public async Task Only_the_properties_asked_for_are_told()
    {
        var answer = await server.AskAsync($"CodeSystem/$lookup?system={Lab}&code=glu&property=unit&property=lang.de");
        Assert.Equal(["unit"], answer.All("property").Select(p => ParametersAnswer.Part(p, "code")));
        Assert.Equal(["Glukose"], answer.All("designation").Select(d => ParametersAnswer.Part(d, "value")));
        Assert.Null(answer.Text("definition"));
    }

    [Theory]
    [InlineData("&displayLanguage=zh-CN", null, "葡萄糖")]
    [InlineData("&displayLanguage=zh", null, "葡萄糖")]
    [InlineData("&displayLanguage=de-AT", null, "Glukose")]
    [InlineData("&displayLanguage=fr", null, "Glucose")]
    [InlineData("", "zh-CN,zh;q=0.9,en;q=0.8", "葡萄糖")]
    [InlineData("", "*", "Glucose")]
    [InlineData("&displayLanguage=de", "zh-CN", "Glukose")]
    public async Task The_display_is_in_the_language_wished_for(string query, string? header, string display)
    {
        var answer = await server.AskAsync($"CodeSystem/$lookup?system={Lab}&code=glu{query}", null, header is null ? [] : [("Accept-Language", header)]);
        Assert.Equal(display, answer.Text("display"));
    }

    [Theory]
    [InlineData("version=1.0", "1.0")]
    [InlineData("version=1.x", "1.0")]
    [InlineData("system-version=http://hospital.example/lab%7C1.0", "1.0")]
    [InlineData("force-system-version=http://hospital.example/lab%7C1.0&version=2.0", "1.0")]
    [InlineData("", "2.0")]
    public async Task The_version_is_that_asked_for(string query, string version)
    {
        var answer = await server.AskAsync($"CodeSystem/$lookup?system={Lab}&code=glu&{query}");
        Assert.Equal(version, answer.Text("version"));
    }

    [Fact]
    public async Task A_coding_in_the_body_is_looked_up()
    {
        var answer = await server.AskAsync("CodeSystem/$lookup", $$$"""{"resourceType":"Parameters","parameter":[{"name":"coding","valueCoding":{"system":"{{{Lab}}}","version":"1.0","code":"glu"}}]}""");
        Assert.Equal("1.0", answer.Text("version"));
        Assert.Equal("Glucose", (await server.AskAsync($"CodeSystem/$lookup?coding={Lab}%7Cglu")).Text("display"));
    }

    [Fact]
    public async Task What_is_not_known_is_told_with_what_is()
    {
        var code = await (await server.Client.GetAsync($"CodeSystem/$lookup?system={Lab}&code=Glu")).FailsAsync(404, "not-found");
        Assert.Contains("'Glu'", (string)code["diagnostics"]!, StringComparison.Ordinal);
        Assert.Equal("not-found", (string?)code["details"]!["coding"]![0]!["code"]);
        var version = await (await server.Client.GetAsync($"CodeSystem/$lookup?system={Lab}&version=3.0&code=glu")).FailsAsync(404, "not-found");
        Assert.Contains("2.0, 1.0", (string)version["diagnostics"]!, StringComparison.Ordinal);
        await (await server.Client.GetAsync("CodeSystem/$lookup?system=http://hospital.example/nothing&code=x")).FailsAsync(404, "not-found");
        await (await server.Client.GetAsync($"CodeSystem/$lookup?code=glu")).FailsAsync(400, "required");
        var unknown = await (await server.Client.GetAsync($"CodeSystem/$lookup?system={Lab}&code=glu&colour=red")).FailsAsync(400, "not-supported");
        Assert.Contains("displayLanguage, property, system-version", (string)unknown["diagnostics"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_system_sent_along_is_used_for_that_request_alone()
    {
        const string Ask = """
            {"resourceType":"Parameters","parameter":[{"name":"system","valueUri":"urn:sent"},{"name":"code","valueCode":"a"},
            {"name":"tx-resource","resource":{"resourceType":"CodeSystem","url":"urn:sent","status":"active","content":"complete","concept":[{"code":"a","display":"Sent along"}]}}]}
            """;
        Assert.Equal("Sent along", (await server.AskAsync("CodeSystem/$lookup", Ask)).Text("display"));
        await (await server.Client.GetAsync("CodeSystem/$lookup?system=urn:sent&code=a")).FailsAsync(404, "not-found");
        Assert.Equal("Sent along", (await server.AskAsync("CodeSystem/$lookup", Ask)).Text("display"));
    }

    [Fact]
    public async Task A_supplement_adds_names_where_it_is_asked_for()
    {
        const string Supplement = """
            {"resourceType":"CodeSystem","url":"urn:lab-fr","status":"active","content":"supplement","supplements":"http://hospital.example/lab",
            "concept":[{"code":"glu","designation":[{"language":"fr","value":"Glucose sanguin"}]}]}
            """;
        var body = $$$"""
            {"resourceType":"Parameters","parameter":[{"name":"system","valueUri":"{{{Lab}}}"},{"name":"code","valueCode":"glu"},{"name":"displayLanguage","valueCode":"fr"},
            {"name":"useSupplement","valueCanonical":"urn:lab-fr"},{"name":"tx-resource","resource":{{{Supplement}}}}]}
            """;
        Assert.Equal("Glucose sanguin", (await server.AskAsync("CodeSystem/$lookup", body)).Text("display"));
        await (await server.Client.GetAsync($"CodeSystem/$lookup?system={Lab}&code=glu&useSupplement=urn:lab-fr")).FailsAsync(404, "not-found");
    }

    [Fact]
    public async Task The_answer_comes_in_XML_too()
    {
        var xml = await server.Client.GetStringAsync($"CodeSystem/$lookup?system={Lab}&code=glu&_format=xml");
        Assert.Contains("<valueString value=\"Glucose\"/>", xml, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("chem", "glu-f", "subsumes")]
    [InlineData("glu-f", "chem", "subsumed-by")]
    [InlineData("glu", "glu", "equivalent")]
    [InlineData("glu", "urea", "not-subsumed")]
    public async Task Subsumption_is_told_either_way(string a, string b, string outcome)
    {
        Assert.Equal(outcome, (await server.AskAsync($"CodeSystem/$subsumes?system={Lab}&codeA={a}&codeB={b}")).Text("outcome"));
        Assert.Equal(outcome, (await server.AskAsync($"CodeSystem/lab-2/$subsumes?codeA={a}&codeB={b}")).Text("outcome"));
        Assert.Equal(outcome, (await server.AskAsync("CodeSystem/$subsumes", $$$"""
            {"resourceType":"Parameters","parameter":[{"name":"codingA","valueCoding":{"system":"{{{Lab}}}","code":"{{{a}}}"}},{"name":"codingB","valueCoding":{"system":"{{{Lab}}}","code":"{{{b}}}"}}]}
            """)).Text("outcome"));
    }

    [Fact]
    public async Task Codes_of_two_systems_are_not_compared()
    {
        await (await server.Client.SendAsync("POST", "CodeSystem/$subsumes", $$$"""
            {"resourceType":"Parameters","parameter":[{"name":"codingA","valueCoding":{"system":"{{{Lab}}}","code":"glu"}},{"name":"codingB","valueCoding":{"system":"urn:other","code":"glu"}}]}
            """)).FailsAsync(400, "invalid");
        await (await server.Client.GetAsync($"CodeSystem/$subsumes?system={Lab}&codeA=glu&codeB=none")).FailsAsync(404, "not-found");
    }

    [Fact]
    public async Task Codes_are_found_by_their_properties()
    {
        var exact = await FindAsync(exact: true, ("unit", "mmol/L"), ("parent", "chem"));
        Assert.Equal(["glu ", "urea ", "glu-f parent"], exact);
        Assert.Equal(["glu-f "], await FindAsync(exact: false, ("display", "glucose fasting")));
        Assert.Empty(await FindAsync(exact: true, ("display", "glucose fasting")));
        var unknown = await (await PostMatchesAsync(true, ("colour", "red"))).FailsAsync(422, "not-supported");
        Assert.Contains("unit, loinc, panel", (string)unknown["diagnostics"]!, StringComparison.Ordinal);
        await (await server.Client.SendAsync("POST", "CodeSystem/$find-matches", $$$"""
            {"resourceType":"Parameters","parameter":[{"name":"system","valueUri":"{{{Lab}}}"},{"name":"exact","valueBoolean":true},{"name":"property","part":[{"name":"value","valueString":"x"}]}]}
            """)).FailsAsync(400, "required");
    }

    private async Task<IReadOnlyList<string>> FindAsync(bool exact, params (string Code, string Value)[] properties)
    {
        var answer = new ParametersAnswer(JsonNode.Parse(await (await PostMatchesAsync(exact, properties)).Content.ReadAsStringAsync())!);
        return [.. answer.All("match").Select(match =>
        {
            var parts = match["part"]!.AsArray();
            var code = parts.Single(p => (string?)p!["name"] == "code")!["valueCoding"]!["code"];
            var unmatched = parts.Where(p => (string?)p!["name"] == "unmatched").Select(p => ParametersAnswer.Part(p!, "code"));
            return $"{code} {string.Join(',', unmatched)}";
        })];
    }

    private Task<HttpResponseMessage> PostMatchesAsync(bool exact, params (string Code, string Value)[] properties)
    {
        var parameters = properties.Select(p => $$$"""{"name":"property","part":[{"name":"code","valueCode":"{{{p.Code}}}"},{"name":"value","valueString":"{{{p.Value}}}"}]}""");
        return server.Client.SendAsync("POST", "CodeSystem/$find-matches", $$$"""
            {"resourceType":"Parameters","parameter":[{"name":"system","valueUri":"{{{Lab}}}"},{"name":"exact","valueBoolean":{{{(exact ? "true" : "false")}}}},{{{string.Join(',', parameters)}}}]}
            """);
    }
}
