// $expand over HTTP, and the statement of all that terminology can do.

using System.Text.Json.Nodes;

namespace FhirHub.Server.Tests.Terminology;

public sealed class ExpandTests(TerminologyFixture server) : IClassFixture<TerminologyFixture>
{
    private const string Lab = TerminologyFixture.Lab;
    private const string Chemistry = "http://hospital.example/vs/chemistry";

    [Fact]
    public async Task A_value_set_is_expanded_by_url_by_id_and_inline()
    {
        foreach (var response in new[]
        {
            await server.Client.GetAsync($"ValueSet/$expand?url={Chemistry}&excludeNested=true"),
            await server.Client.GetAsync("ValueSet/chemistry/$expand?excludeNested=true"),
            await server.Client.SendAsync("POST", "ValueSet/$expand", $$$"""
                {"resourceType":"Parameters","parameter":[{"name":"excludeNested","valueBoolean":true},
                {"name":"valueSet","resource":{"resourceType":"ValueSet","status":"active","compose":{"include":[{"valueSet":["{{{Chemistry}}}"]}]} } }]}
                """),
        })
        {
            Assert.Equal(["chem", "glu", "glu-f", "urea"], await CodesAsync(response));
        }
    }

    [Fact]
    public async Task Pages_and_texts_and_languages_are_taken_as_asked()
    {
        Assert.Equal(["glu", "glu-f"], await CodesAsync(await server.Client.GetAsync($"ValueSet/$expand?url={Chemistry}&offset=1&count=2")));
        Assert.Equal(["glu-f"], await CodesAsync(await server.Client.GetAsync($"ValueSet/$expand?url={Chemistry}&filter=gluc%20fast")));
        var german = await (await server.Client.SendAsync("GET", $"ValueSet/$expand?url={Chemistry}&filter=glu&count=1", headers: ("Accept-Language", "de"))).JsonAsync();
        Assert.Equal("Glukose", (string?)german["expansion"]!["contains"]![0]!["display"]);
    }

    [Fact]
    public async Task A_bound_value_set_is_expanded_by_its_element() =>
        Assert.Contains("final", await CodesAsync(await server.Client.GetAsync("ValueSet/$expand?context=Observation.status")));

    [Theory]
    [InlineData("ValueSet/$expand", 400, "required")]
    [InlineData("ValueSet/$expand?url=http://hospital.example/vs/nothing", 404, "not-found")]
    [InlineData("ValueSet/$expand?url=http://hospital.example/vs/chemistry&count=-1", 400, "value")]
    [InlineData("ValueSet/$expand?url=http://hospital.example/vs/chemistry&count=some", 400, "value")]
    [InlineData("ValueSet/$expand?url=http://hospital.example/vs/chemistry&date=the-day-before", 400, "value")]
    public async Task What_can_not_be_asked_is_refused(string url, int status, string code) =>
        await (await server.Client.GetAsync(url)).FailsAsync(status, code);

    [Fact]
    public async Task The_statement_lists_the_code_systems_that_are_there()
    {
        var statement = await (await server.Client.GetAsync("metadata?mode=terminology")).JsonAsync();
        var systems = statement["codeSystem"]!.AsArray();
        var lab = systems.Single(s => (string?)s!["uri"] == Lab)!;
        Assert.Equal(["2.0", "1.0"], lab["version"]!.AsArray().Select(v => (string?)v!["code"]));
        Assert.True((bool)lab["version"]![0]!["isDefault"]!);
        Assert.Contains(systems, s => (string?)s!["uri"] == "http://hl7.org/fhir/administrative-gender");
        Assert.Contains(systems, s => (string?)s!["uri"] == "http://unitsofmeasure.org");
        Assert.DoesNotContain(systems, s => (string?)s!["uri"] == "http://hospital.example/unknown");
        Assert.Contains(statement["expansion"]!["parameter"]!.AsArray(), p => (string?)p!["name"] == "displayLanguage");

        await server.Client.SendAsync("PUT", "CodeSystem/late", """{"resourceType":"CodeSystem","id":"late","url":"urn:late","status":"active","content":"complete"}""");
        statement = await (await server.Client.GetAsync("metadata?mode=terminology")).JsonAsync();
        Assert.Contains(statement["codeSystem"]!.AsArray(), s => (string?)s!["uri"] == "urn:late");
        await server.Client.SendAsync("DELETE", "CodeSystem/late");
    }

    [Fact]
    public async Task Each_operation_is_named_by_its_definition_under_its_type()
    {
        var rest = (await (await server.Client.GetAsync("metadata")).JsonAsync())["rest"]![0]!;
        foreach (var (type, names) in new[] { ("CodeSystem", "lookup validate-code subsumes find-matches"), ("ValueSet", "expand validate-code"), ("ConceptMap", "translate") })
        {
            var operations = rest["resource"]!.AsArray().Single(r => (string?)r!["type"] == type)!["operation"]!.AsArray();
            foreach (var name in names.Split(' '))
                Assert.Contains(operations, o => (string?)o!["definition"] == $"http://hl7.org/fhir/OperationDefinition/{type}-{name}");
        }

        Assert.Contains(rest["operation"]!.AsArray(), o => (string?)o!["definition"] == "http://hl7.org/fhir/OperationDefinition/ConceptMap-closure");
    }

    private static async Task<IReadOnlyList<string>> CodesAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return [.. JsonNode.Parse(text)!["expansion"]!["contains"]!.AsArray().Select(c => (string)c!["code"]!)];
    }
}
