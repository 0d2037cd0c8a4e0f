// How operations take their parameters, whichever way they come.

using System.Text.Json.Nodes;

namespace FhirHub.Server.Tests.Operations;

public class OperationInputTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task An_unknown_parameter_is_refused_with_the_list_of_those_there_are()
    {
        await server.Client.SendAsync("PUT", "Patient/known", """{"resourceType":"Patient","id":"known"}""");
        var issue = await (await server.Client.GetAsync("Patient/known/$everything?from=2020")).FailsAsync(400, "not-supported");
        Assert.Contains("start, end, _since, _type, _count", (string)issue["diagnostics"]!, StringComparison.Ordinal);
        var lenient = await server.Client.SendAsync("GET", "Patient/known/$everything?from=2020", headers: ("Prefer", "handling=lenient"));
        Assert.Equal(200, (int)lenient.StatusCode);
    }

    [Theory]
    [InlineData("Patient/known/$everything?_since=yesterday")]
    [InlineData("Patient/known/$everything?_count=many")]
    [InlineData("Patient/known/$everything?_count=0")]
    [InlineData("Patient/known/$everything?_type=Person,Nobody")]
    [InlineData("Patient/known/$everything?start=2020&start=2021")]
    public async Task A_malformed_value_is_refused(string url)
    {
        await server.Client.SendAsync("PUT", "Patient/known", """{"resourceType":"Patient","id":"known"}""");
        Assert.Equal(400, (int)(await server.Client.GetAsync(url)).StatusCode);
    }

    [Fact]
    public async Task The_query_the_body_and_a_form_mean_the_same()
    {
        await server.Client.SendAsync("PUT", "Patient/same", """{"resourceType":"Patient","id":"same"}""");
        await server.Client.SendAsync("PUT", "Flag/same", """{"resourceType":"Flag","id":"same","status":"active","code":{"text":"c"},"subject":{"reference":"Patient/same"}}""");
        var query = await server.Client.GetAsync("Patient/same/$everything?_type=Flag");
        var body = await server.Client.SendAsync(
            "POST", "Patient/same/$everything", """{"resourceType":"Parameters","parameter":[{"name":"_type","valueCode":"Flag"}]}""");
        var form = await server.Client.SendAsync("POST", "Patient/same/$everything", "_type=Flag", "application/x-www-form-urlencoded");
        foreach (var answer in new[] { query, body, form })
        {
            var entries = (await answer.JsonAsync())["entry"]!.AsArray();
            Assert.Equal("Flag", (string?)Assert.Single(entries)!["resource"]!["resourceType"]);
        }
    }

    [Fact]
    public async Task A_body_that_is_no_Parameters_is_refused()
    {
        await server.Client.SendAsync("PUT", "Patient/known", """{"resourceType":"Patient","id":"known"}""");
        await (await server.Client.SendAsync("POST", "Patient/known/$everything", """{"resourceType":"Patient"}""")).FailsAsync(400, "invalid");
    }

    [Fact]
    public async Task Metadata_names_each_operation_under_its_types_and_our_definitions_can_be_read()
    {
        var statement = JsonNode.Parse(await server.Client.GetStringAsync("metadata"))!;
        var rest = statement["rest"]![0]!;
        var patient = rest["resource"]!.AsArray().Single(r => (string?)r!["type"] == "Patient")!;
        Assert.Contains(patient["operation"]!.AsArray(), o => (string?)o!["definition"] == "http://hl7.org/fhir/OperationDefinition/Patient-everything");
        foreach (var operation in rest["operation"]!.AsArray())
        {
            var definition = (string)operation!["definition"]!;
            if (definition.StartsWith("http://hl7.org/fhir/", StringComparison.Ordinal))
                continue;
            var read = await server.Client.GetAsync(definition);
            Assert.Equal(200, (int)read.StatusCode);
            var json = await read.JsonAsync();
            Assert.Equal((string?)operation["name"], (string?)json["code"]);
            Assert.Equal(definition, (string?)json["url"]);
        }
    }

    [Fact]
    public async Task Every_own_definition_is_valid()
    {
        var statement = JsonNode.Parse(await server.Client.GetStringAsync("metadata"))!;
        var own = statement["rest"]![0]!["resource"]!.AsArray().Append(statement["rest"]![0]!)
            .SelectMany(r => r!["operation"]?.AsArray() ?? [])
            .Select(o => (string)o!["definition"]!)
            .Where(d => d.StartsWith(server.Base, StringComparison.Ordinal))
            .Distinct()
            .ToList();
        Assert.NotEmpty(own);
        foreach (var definition in own)
        {
            var parsed = FhirHub.Model.ResourceParser.ParseJson(await server.Client.GetByteArrayAsync(definition));
            Assert.True(parsed.IsValid, string.Join("; ", parsed.Issues.Select(i => i.Diagnostics)));
        }
    }
}
