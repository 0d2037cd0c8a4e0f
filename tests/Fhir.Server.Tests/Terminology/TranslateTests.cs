// $translate over HTTP: the parameters of R4 and of R5, by GET and POST, on the type and on a map.

using System.Text.Json.Nodes;

namespace FhirHub.Server.Tests.Terminology;

public sealed class TranslateTests(TerminologyFixture server) : IClassFixture<TerminologyFixture>
{
    private const string Lab = TerminologyFixture.Lab;
    private const string Map = "http://hospital.example/map";

    [Theory]
    [InlineData($"ConceptMap/$translate?url={Map}&code=glu&system={Lab}")]
    [InlineData($"ConceptMap/$translate?url={Map}&conceptMapVersion=1&coding={Lab}|glu")]
    [InlineData($"ConceptMap/lab-loinc/$translate?code=glu&system={Lab}")]
    [InlineData("ConceptMap/lab-loinc/$translate?code=glu")]
    [InlineData($"ConceptMap/$translate?code=glu&system={Lab}&target=http://loinc.org/vs")]
    [InlineData($"ConceptMap/$translate?code=glu&system={Lab}&source=http://hospital.example/vs/all&targetsystem=urn:oid:2.16.840.1.113883.6.1")]
    [InlineData($"ConceptMap/$translate?sourceCode=glu&sourceSystem={Lab}&targetSystem=http://loinc.org")]
    [InlineData($"ConceptMap/$translate?code=glu&system={Lab}&source=ValueSet/all")]
    [InlineData($"ConceptMap/$translate?sourceCoding={Lab}|glu&sourceScope=http://hospital.example/vs/all&targetScope=http://loinc.org/vs")]
    public async Task A_local_code_is_translated_however_it_is_asked(string url)
    {
        var answer = await server.AskAsync(url);
        Assert.True(answer.Result);
        var match = answer.All("match").Single();
        Assert.Equal("equivalent", ParametersAnswer.Part(match, "equivalence"));
        var concept = JsonNode.Parse(ParametersAnswer.Part(match, "concept")!)!;
        Assert.Equal("http://loinc.org 2345-7 Glucose [Mass/volume] in Serum or Plasma", $"{concept["system"]} {concept["code"]} {concept["display"]}");
        Assert.Equal($"{Map}|1", ParametersAnswer.Part(match, "source"));
        Assert.Equal(url.Contains("sourceCod", StringComparison.Ordinal) ? "equivalent" : null, ParametersAnswer.Part(match, "relationship"));
    }

    [Theory]
    [InlineData("ConceptMap/lab-loinc/$translate?code=3094-0&system=http://loinc.org&reverse=true")]
    [InlineData("ConceptMap/$translate?targetCode=3094-0&targetSystem=http://loinc.org&sourceSystem=http://hospital.example/lab")]
    [InlineData("ConceptMap/$translate?code=3094-0&system=http://loinc.org&reverse=true&source=http://hospital.example/vs/all&target=http://loinc.org/vs")]
    public async Task What_maps_to_a_code_is_told(string url)
    {
        var match = (await server.AskAsync(url)).All("match").Single();
        Assert.Equal("narrower", ParametersAnswer.Part(match, "equivalence"));
        Assert.Equal("urea Urea", Concept(match));
    }

    [Fact]
    public async Task A_concept_a_map_and_dependencies_come_in_the_body()
    {
        const string body = """
            {"resourceType":"Parameters","parameter":[
            {"name":"conceptMap","resource":{"resourceType":"ConceptMap","status":"active","group":[{"source":"urn:a","target":"urn:b","element":[
              {"code":"k","target":[{"code":"s","equivalence":"equal","comment":"By the manual.","dependsOn":[{"property":"urn:specimen","system":"urn:sp","value":"serum"}],"product":[{"property":"urn:method","value":"ise"}]}]}]}]}},
            {"name":"codeableConcept","valueCodeableConcept":{"coding":[{"system":"urn:x","code":"k"},{"system":"urn:a","code":"k"}]}},
            {"name":"dependency","part":[{"name":"element","valueUri":"urn:specimen"},{"name":"concept","valueCodeableConcept":{"coding":[{"system":"urn:sp","code":"serum"}]}}]}]}
            """;
        var match = (await server.AskAsync("ConceptMap/$translate", body)).All("match").Single();
        Assert.Equal("s ", Concept(match));
        Assert.Equal("By the manual.", ParametersAnswer.Part(match, "comment"));
        Assert.Contains("\"urn:method\"", match.ToJsonString(), StringComparison.Ordinal);
        var without = await server.AskAsync("ConceptMap/$translate", body.Replace("serum\"}]}}]}", "urine\"}]}}]}", StringComparison.Ordinal));
        Assert.False(without.Result);
        Assert.Contains("urn:specimen = urn:sp|serum", without.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_map_that_was_changed_answers_anew()
    {
        await PutAsync("one");
        Assert.Equal("one ", Concept((await server.AskAsync("ConceptMap/$translate?code=a&system=urn:changing")).All("match").Single()));
        await PutAsync("two");
        Assert.Equal("two ", Concept((await server.AskAsync("ConceptMap/$translate?code=a&system=urn:changing")).All("match").Single()));
        await server.Client.SendAsync("DELETE", "ConceptMap/changing");
        Assert.False((await server.AskAsync("ConceptMap/$translate?code=a&system=urn:changing")).Result);

        async Task PutAsync(string target) => await server.Client.SendAsync("PUT", "ConceptMap/changing", $$"""
            {"resourceType":"ConceptMap","id":"changing","url":"http://hospital.example/changing","status":"active",
            "group":[{"source":"urn:changing","target":"urn:t","element":[{"code":"a","target":[{"code":"{{target}}","equivalence":"equal"}]}]}]}
            """);
    }

    [Theory]
    [InlineData("ConceptMap/$translate?system=urn:x", 400, "needs a code")]
    [InlineData("ConceptMap/$translate?code=a&sourceCode=a&system=urn:x", 400, "takes one code")]
    [InlineData("ConceptMap/$translate?url=http://nowhere.example&code=a&system=urn:x", 404, "http://nowhere.example is not known here")]
    [InlineData("ConceptMap/none/$translate?code=a&system=urn:x", 404, "none")]
    public async Task A_question_without_an_answer_is_refused_with_a_sentence(string url, int status, string part)
    {
        var response = await server.Client.SendAsync("GET", url);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains(part, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Units_and_languages_are_there_without_a_resource()
    {
        var unit = await server.AskAsync("CodeSystem/$lookup?system=http://unitsofmeasure.org&code=mg/dL&displayLanguage=zh-CN");
        Assert.Equal("毫克每分升", unit.Text("display"));
        Assert.True((await server.AskAsync("CodeSystem/$validate-code?url=urn:oid:2.16.840.1.113883.6.8&code=mmol/L")).Result);
        Assert.False((await server.AskAsync("CodeSystem/$validate-code?url=urn:ietf:bcp:47&code=xx")).Result);
        Assert.True((await server.AskAsync("ValueSet/$validate-code?url=http://hl7.org/fhir/ValueSet/all-distance-units&system=http://unitsofmeasure.org&code=km")).Result);
        Assert.False((await server.AskAsync("ValueSet/$validate-code?url=http://hl7.org/fhir/ValueSet/all-distance-units&system=http://unitsofmeasure.org&code=kg")).Result);
        Assert.True((await server.AskAsync("ValueSet/$validate-code?url=http://hl7.org/fhir/ValueSet/currencies&system=urn:iso:std:iso:4217&code=CNY")).Result);
    }

    [Fact]
    public async Task The_names_of_a_system_mean_the_same_in_every_operation()
    {
        await server.Client.SendAsync("PUT", "CodeSystem/wards-oid", """
            {"resourceType":"CodeSystem","id":"wards-oid","url":"http://hospital.example/beds","identifier":[{"system":"urn:ietf:rfc:3986","value":"urn:oid:1.2.3.4.5"}],"status":"active","content":"complete",
            "hierarchyMeaning":"is-a","concept":[{"code":"all","concept":[{"code":"icu","display":"Intensive care"}]}]}
            """);
        await server.Client.SendAsync("PUT", "NamingSystem/beds", """
            {"resourceType":"NamingSystem","id":"beds","name":"Beds","status":"active","kind":"codesystem","date":"2026-01-01","uniqueId":[{"type":"oid","value":"1.2.3.4.5"},{"type":"uri","value":"http://old.example/beds"}]}
            """);
        await server.Client.SendAsync("PUT", "ValueSet/beds", """
            {"resourceType":"ValueSet","id":"beds","url":"http://hospital.example/vs/beds","status":"active","compose":{"include":[{"system":"urn:oid:1.2.3.4.5","filter":[{"property":"concept","op":"is-a","value":"all"}]}]}}
            """);
        foreach (var name in new[] { "http://hospital.example/beds", "urn:oid:1.2.3.4.5", "http://old.example/beds" })
        {
            Assert.Equal("Intensive care", (await server.AskAsync($"CodeSystem/$lookup?system={name}&code=icu")).Text("display"));
            Assert.True((await server.AskAsync($"CodeSystem/$validate-code?url=http://hospital.example/beds&coding={name}|icu")).Result);
            Assert.True((await server.AskAsync($"ValueSet/$validate-code?url=http://hospital.example/vs/beds&system={name}&code=icu")).Result);
            Assert.Equal("subsumes", (await server.AskAsync($"CodeSystem/$subsumes?codingA={name}|all&codingB=urn:oid:1.2.3.4.5|icu")).Text("outcome"));

            var id = Guid.NewGuid().ToString("N");
            await server.Client.SendAsync("PUT", $"Observation/{id}", $$$"""
                {"resourceType":"Observation","id":"{{{id}}}","status":"final","code":{"coding":[{"system":"{{{name}}}","code":"icu"}]}}
                """);
            foreach (var search in new[] { "code:in=http://hospital.example/vs/beds", "code:below=http://hospital.example/beds|all" })
            {
                var found = JsonNode.Parse(await server.Client.GetStringAsync($"Observation?_id={id}&{search}"))!;
                Assert.True(found["entry"] is { }, $"{search} does not find a code of {name}.");
            }
        }
    }

    private static string Concept(JsonNode match)
    {
        var concept = JsonNode.Parse(ParametersAnswer.Part(match, "concept")!)!;
        return $"{concept["code"]} {concept["display"]}";
    }
}
