// Composition/$document.

using System.Text.Json.Nodes;

namespace FhirHub.Server.Tests.Operations;

public class CompositionDocumentTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task A_document_has_the_composition_first_and_all_that_it_needs()
    {
        await ComposeAsync("d1");
        var answer = await server.Client.GetAsync("Composition/d1/$document");
        var bundle = await answer.JsonAsync();
        Assert.Equal("document", (string?)bundle["type"]);
        Assert.StartsWith("urn:uuid:", (string?)bundle["identifier"]!["value"], StringComparison.Ordinal);
        Assert.NotNull(bundle["timestamp"]);
        Assert.Equal($"{server.Base}/Composition/d1", (string?)bundle["entry"]![0]!["fullUrl"]);
        Assert.Equal(
            ["Composition/d1", "Observation/d1", "Organization/d1", "Patient/d1", "Practitioner/d1"],
            bundle["entry"]!.AsArray().Select(e => $"{e!["resource"]!["resourceType"]}/{e["resource"]!["id"]}").Order());
        var parsed = FhirHub.Model.ResourceParser.ParseJson(await answer.Content.ReadAsByteArrayAsync());
        Assert.True(parsed.IsValid);

        var byType = await server.Client.GetAsync("Composition/$document?id=d1");
        Assert.Equal(5, (await byType.JsonAsync())["entry"]!.AsArray().Count);
        var byUrl = await server.Client.GetAsync($"Composition/$document?id={server.Base}/Composition/d1");
        Assert.Equal(200, (int)byUrl.StatusCode);
    }

    [Fact]
    public async Task A_persisted_document_is_where_Location_says()
    {
        await ComposeAsync("d2");
        var answer = await server.Client.SendAsync(
            "POST", "Composition/d2/$document", """{"resourceType":"Parameters","parameter":[{"name":"persist","valueBoolean":true}]}""");
        Assert.Equal(201, (int)answer.StatusCode);
        var id = (string)(await answer.JsonAsync())["id"]!;
        Assert.Contains($"/Bundle/{id}", answer.Headers.Location!.ToString(), StringComparison.Ordinal);
        var stored = await (await server.Client.GetAsync($"Bundle/{id}")).JsonAsync();
        Assert.Equal("document", (string?)stored["type"]);
        await (await server.Client.GetAsync("Composition/d2/$document?persist=true")).FailsAsync(405, "not-supported");
    }

    [Fact]
    public async Task What_can_t_be_made_is_refused()
    {
        await ComposeAsync("d3");
        await (await server.Client.GetAsync("Composition/d3/$document?graph=urn:g")).FailsAsync(400, "not-supported");
        await (await server.Client.GetAsync("Composition/d3/$document?id=d3")).FailsAsync(400, "invalid");
        await (await server.Client.GetAsync("Composition/$document")).FailsAsync(400, "required");
        await (await server.Client.GetAsync("Composition/$document?id=http://elsewhere/Composition/1")).FailsAsync(400, "not-supported");
        await (await server.Client.GetAsync("Composition/nothing/$document")).FailsAsync(404, "not-found");
        await server.Client.DeleteAsync("Observation/d3");
        var issue = await (await server.Client.GetAsync("Composition/d3/$document")).FailsAsync(422, "not-found");
        Assert.Contains("Observation/d3", (string)issue["diagnostics"]!, StringComparison.Ordinal);
    }

    private async Task ComposeAsync(string id)
    {
        await PutAsync("Organization", id, "{}");
        await PutAsync("Practitioner", id, "{}");
        await PutAsync("Patient", id, $$$"""{"managingOrganization":{"reference":"Organization/{{{id}}}"}}""");
        await PutAsync("Observation", id, $$$"""{"status":"final","code":{"text":"c"},"performer":[{"reference":"Practitioner/{{{id}}}"}]}""");
        await PutAsync("Composition", id, $$$"""
            {"status":"final","type":{"text":"t"},"date":"2020-01-01","title":"T","author":[{"reference":"Practitioner/{{{id}}}"},{"reference":"#c"}],
            "contained":[{"resourceType":"Practitioner","id":"c"}],
            "subject":{"reference":"Patient/{{{id}}}"},"relatesTo":[{"code":"replaces","targetReference":{"reference":"Composition/old"}}],
            "section":[{"entry":[{"reference":"Observation/{{{id}}}"},{"identifier":{"value":"logical"}}]}]}
            """);
    }

    private async Task PutAsync(string type, string id, string content)
    {
        var json = JsonNode.Parse(content)!.AsObject();
        json["resourceType"] = type;
        json["id"] = id;
        var answer = await server.Client.SendAsync("PUT", $"{type}/{id}", json.ToJsonString());
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}
