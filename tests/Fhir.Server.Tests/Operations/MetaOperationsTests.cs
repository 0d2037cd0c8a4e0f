// $meta, $meta-add, $meta-delete.

using System.Text.Json.Nodes;

namespace FhirHub.Server.Tests.Operations;

public class MetaOperationsTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task Labels_are_sets_and_a_change_is_a_version()
    {
        await server.Client.SendAsync("PUT", "Patient/m1", """
            {"resourceType":"Patient","id":"m1","meta":{"tag":[{"system":"urn:t","code":"a","display":"A"}],"source":"urn:s"},"active":true}
            """);
        var added = await server.Client.SendAsync("POST", "Patient/m1/$meta-add", Labels(
            """{"tag":[{"system":"urn:t","code":"a","display":"other"},{"system":"urn:t","code":"b"},{"system":"urn:t","code":"b"}],"profile":["urn:p"],"security":[{"system":"urn:c","code":"R"}]}"""));
        var meta = (await added.JsonAsync())["parameter"]![0]!["valueMeta"]!;
        Assert.Equal(["a", "b"], meta["tag"]!.AsArray().Select(t => (string)t!["code"]!));
        Assert.Equal("A", (string?)meta["tag"]![0]!["display"]);
        Assert.Equal("2", (string?)meta["versionId"]);
        Assert.Equal("urn:s", (string?)meta["source"]);

        // What is there already makes no version.
        var again = await server.Client.SendAsync("POST", "Patient/m1/$meta-add", Labels("""{"tag":[{"system":"urn:t","code":"a"}]}"""));
        Assert.Equal("2", (string?)(await again.JsonAsync())["parameter"]![0]!["valueMeta"]!["versionId"]);

        var deleted = await server.Client.SendAsync(
            "POST", "Patient/m1/$meta-delete", Labels("""{"tag":[{"system":"urn:t","code":"a"},{"system":"urn:x","code":"b"}],"profile":["urn:p"],"security":[{"code":"R"}]}"""));
        meta = (await deleted.JsonAsync())["parameter"]![0]!["valueMeta"]!;
        Assert.Equal(["b"], meta["tag"]!.AsArray().Select(t => (string)t!["code"]!));
        Assert.Null(meta["profile"]);
        Assert.Equal("R", (string?)meta["security"]![0]!["code"]);

        var patient = await (await server.Client.GetAsync("Patient/m1")).JsonAsync();
        Assert.True((bool)patient["active"]!);
        Assert.Equal("3", (string?)patient["meta"]!["versionId"]);
        var found = await (await server.Client.GetAsync("Patient?_tag=urn:t|b&_id=m1")).JsonAsync();
        Assert.Single(found["entry"]!.AsArray());
    }

    [Fact]
    public async Task Meta_is_told_of_a_resource_a_version_a_type_and_the_system()
    {
        await server.Client.SendAsync("PUT", "Endpoint/m2", """{"resourceType":"Endpoint","id":"m2","meta":{"profile":["urn:old|1"],"tag":[{"system":"urn:t","code":"12"}]},"status":"active","connectionType":{"code":"x"},"payloadType":[{"text":"p"}],"address":"urn:a"}""");
        await server.Client.SendAsync("PUT", "Endpoint/m2", """{"resourceType":"Endpoint","id":"m2","meta":{"profile":["urn:new"],"tag":[{"code":"plain"},{"system":"urn:t","code":"x"}],"security":[{"system":"urn:c","code":"V"}]},"status":"active","connectionType":{"code":"x"},"payloadType":[{"text":"p"}],"address":"urn:a"}""");
        Assert.Equal("urn:new", (string?)await MetaAsync("Endpoint/m2/$meta", "profile"));
        Assert.Equal("urn:old|1", (string?)await MetaAsync("Endpoint/m2/_history/1/$meta", "profile"));
        var type = (await (await server.Client.GetAsync("Endpoint/$meta")).JsonAsync())["parameter"]![0]!["valueMeta"]!;
        Assert.Equal("""{"profile":["urn:new"],"security":[{"system":"urn:c","code":"V"}],"tag":[{"code":"plain"},{"system":"urn:t","code":"x"}]}""", type.ToJsonString());
        var system = (await (await server.Client.GetAsync("$meta")).JsonAsync())["parameter"]![0]!["valueMeta"]!;
        Assert.Contains(system["tag"]!.AsArray(), t => (string?)t!["code"] == "plain");
        var xml = await server.Client.SendAsync("GET", "Endpoint/m2/$meta", headers: ("Accept", "application/fhir+xml"));
        Assert.Contains("<valueMeta>", await xml.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Former_versions_don_t_change()
    {
        await server.Client.SendAsync("PUT", "Basic/m3", """{"resourceType":"Basic","id":"m3","code":{"text":"c"}}""");
        var labels = Labels("""{"tag":[{"system":"urn:t","code":"a"}]}""");
        Assert.Equal(200, (int)(await server.Client.SendAsync("POST", "Basic/m3/_history/1/$meta-add", labels)).StatusCode);
        await (await server.Client.SendAsync("POST", "Basic/m3/_history/1/$meta-delete", labels)).FailsAsync(409, "conflict");
    }

    [Fact]
    public async Task What_can_t_be_changed_is_told()
    {
        await server.Client.SendAsync("PUT", "Basic/m4", """{"resourceType":"Basic","id":"m4","code":{"text":"c"}}""");
        await (await server.Client.GetAsync("Basic/m4/$meta-add")).FailsAsync(405, "not-supported");
        await (await server.Client.SendAsync("POST", "Basic/m4/$meta-add", """{"resourceType":"Parameters"}""")).FailsAsync(400, "required");
        await (await server.Client.SendAsync("POST", "Basic/m4/$meta-add", """{"resourceType":"Parameters","parameter":[{"name":"meta","valueString":"x"}]}""")).FailsAsync(400, "value");
        await (await server.Client.SendAsync("POST", "Basic/nothing/$meta-add", Labels("""{"tag":[{"code":"a"}]}"""))).FailsAsync(404, "not-found");
    }

    [Fact]
    public async Task Labels_that_many_add_at_once_are_all_there()
    {
        await server.Client.SendAsync("PUT", "Basic/m5", """{"resourceType":"Basic","id":"m5","code":{"text":"c"}}""");
        await Parallel.ForAsync(0, 16, async (i, cancel) =>
            Assert.Equal(200, (int)(await server.Client.SendAsync("POST", "Basic/m5/$meta-add", Labels($$$"""{"tag":[{"system":"urn:n","code":"{{{i}}}"}]}"""))).StatusCode));
        var tags = (await (await server.Client.GetAsync("Basic/m5")).JsonAsync())["meta"]!["tag"]!.AsArray();
        Assert.Equal(16, tags.Count);
    }

    private async Task<JsonNode?> MetaAsync(string url, string label) =>
        (await (await server.Client.GetAsync(url)).JsonAsync())["parameter"]![0]!["valueMeta"]![label]![0];

    private static string Labels(string meta) => $$$"""{"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{{{meta}}}}]}""";
}
