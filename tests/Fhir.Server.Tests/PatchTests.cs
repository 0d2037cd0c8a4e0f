using System.Net;

namespace FhirHub.Server.Tests;

public class PatchTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string JsonPatch = """[{"op":"test","path":"/active","value":true},{"op":"replace","path":"/active","value":false}]""";

    private const string FhirPathPatch = """
        {"resourceType":"Parameters","parameter":[{"name":"operation","part":[
          {"name":"type","valueCode":"replace"},{"name":"path","valueString":"Patient.active"},{"name":"value","valueBoolean":false}]}]}
        """;

    private const string XmlPatch = """<diff><replace sel="f:Patient/f:active/@value" xmlns:f="http://hl7.org/fhir">false</replace></diff>""";

    private const string FhirPathPatchInXml = """
        <Parameters xmlns="http://hl7.org/fhir"><parameter><name value="operation"/>
        <part><name value="type"/><valueCode value="replace"/></part>
        <part><name value="path"/><valueString value="Patient.active"/></part>
        <part><name value="value"/><valueBoolean value="false"/></part></parameter></Parameters>
        """;

    public static TheoryData<string, string> Patches => new()
    {
        { "application/json-patch+json", JsonPatch },
        { "application/fhir+json", FhirPathPatch },
        { "application/json", FhirPathPatch },
        { "application/xml-patch+xml", XmlPatch },
        { "application/fhir+xml", FhirPathPatchInXml },
    };

    [Theory]
    [MemberData(nameof(Patches))]
    public async Task A_patch_makes_a_version(string contentType, string patch)
    {
        var (id, _) = await server.Client.CreateAsync("Patient", """{"resourceType":"Patient","active":true}""");
        var response = await server.Client.SendAsync("PATCH", $"Patient/{id}", patch, contentType);
        Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        Assert.Equal("W/\"2\"", response.Headers.ETag!.ToString());
        Assert.False((bool)(await response.JsonAsync())["active"]!);
        var history = await (await server.Client.GetAsync($"Patient/{id}/_history")).JsonAsync();
        Assert.Equal("PATCH", (string?)history["entry"]![0]!["request"]!["method"]);
    }

    [Fact]
    public async Task A_patch_that_does_not_fit_changes_nothing()
    {
        var (id, _) = await server.Client.CreateAsync("Patient", """{"resourceType":"Patient","active":false}""");
        Assert.Equal(422, (int)(await Send(JsonPatch)).StatusCode);
        Assert.Equal(422, (int)(await Send("""[{"op":"add","path":"/nam","value":[]}]""")).StatusCode);
        Assert.Equal(422, (int)(await Send("""[{"op":"replace","path":"/id","value":"other"}]""")).StatusCode);
        Assert.Equal(400, (int)(await Send("""[{"op":"fly","path":"/id"}]""")).StatusCode);
        Assert.Equal(400, (int)(await Send("""{"op""")).StatusCode);
        Assert.Equal("W/\"1\"", (await server.Client.GetAsync($"Patient/{id}")).Headers.ETag!.ToString());
        await (await server.Client.SendAsync("PATCH", "Patient/none", JsonPatch, "application/json-patch+json")).FailsAsync(404, "not-found");
        await server.Client.DeleteAsync($"Patient/{id}");
        await (await Send(JsonPatch)).FailsAsync(410, "deleted");

        Task<HttpResponseMessage> Send(string patch) => server.Client.SendAsync("PATCH", $"Patient/{id}", patch, "application/json-patch+json");
    }

    [Fact]
    public async Task A_conditional_patch_finds_its_resource()
    {
        var value = Guid.NewGuid().ToString("N");
        var url = $"Patient?identifier={value}";
        await (await server.Client.SendAsync("PATCH", url, JsonPatch, "application/json-patch+json")).FailsAsync(404, "not-found");
        await server.Client.CreateAsync("Patient", $$$"""{"resourceType":"Patient","active":true,"identifier":[{"value":"{{{value}}}"}]}""");
        await (await server.Client.SendAsync("PATCH", url, JsonPatch, "application/json-patch+json", ("If-Match", "W/\"9\""))).FailsAsync(412, "conflict");
        var patched = await server.Client.SendAsync("PATCH", url, JsonPatch, "application/json-patch+json", ("If-Match", "W/\"1\""));
        Assert.False((bool)(await patched.JsonAsync())["active"]!);
    }

    [Fact]
    public async Task Concurrent_patches_without_If_Match_all_take_effect()
    {
        var (id, _) = await server.Client.CreateAsync("Patient", """{"resourceType":"Patient","name":[{"family":"first"}]}""");
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => server.Client.SendAsync(
            "PATCH", $"Patient/{id}", $$$"""[{"op":"add","path":"/name/-","value":{"family":"n{{{i}}}"}}]""", "application/json-patch+json")));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.StatusCode));
        Assert.Equal(21, (await (await server.Client.GetAsync($"Patient/{id}")).JsonAsync())["name"]!.AsArray().Count);
    }
}
