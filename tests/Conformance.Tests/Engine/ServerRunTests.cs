// A whole script against a real server.

using FhirHub.Server.Tests;

namespace FhirHub.Conformance.Tests.Engine;

public sealed class ServerRunTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Theory]
    [InlineData("json")]
    [InlineData("xml")]
    public async Task A_script_creates_changes_finds_and_deletes_on_a_server(string format)
    {
        var options = new EngineRun().Options with { Handler = null, Destinations = [new Destination(new Uri(server.Base))] };
        var patch = Convert.ToBase64String("""[{"op":"replace","path":"/active","value":false}]"""u8);
        var script = EngineRun.Script($$$"""
            "contained":[
              {"resourceType":"Patient","id":"p","identifier":[{"system":"urn:example","value":"${$uuid:identifier}"}],"name":[{"family":"王 & Co"}],"active":true},
              {"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/${patient}"}},
              {"resourceType":"Binary","id":"b","contentType":"application/json-patch+json","data":"{{{patch}}}"}],
            "fixture":[
              {"id":"patient","resource":{"reference":"#p"},"autodelete":true},
              {"id":"observation","resource":{"reference":"#o"},"autodelete":true},
              {"id":"patch","resource":{"reference":"#b"}}],
            "variable":[{"name":"patient","expression":"Patient.id","sourceId":"created"},{"name":"tag","headerField":"ETag","sourceId":"created"}],
            "setup":{"action":[
              {{{Operation("create", "\"sourceId\":\"patient\",\"responseId\":\"created\"")}}},{{{Status(201)}}},
              {{{Operation("create", "\"sourceId\":\"observation\"")}}},{{{Status(201)}}}]},
            "test":[
              {"name":"Finds","action":[
                {{{Operation("search", "\"resource\":\"Observation\",\"params\":\"?subject=Patient/${patient}\"")}}},{{{Status(200)}}},
                {"assert":{"expression":"Bundle.entry.where(search.mode = 'match').count()","value":"1","warningOnly":false}},
                {{{Operation("search", "\"resource\":\"Patient\",\"method\":\"post\",\"params\":\"?identifier=urn:example|${$uuid:identifier}\"")}}},{{{Status(200)}}},
                {"assert":{"expression":"Bundle.entry.resource.id","value":"${patient}","warningOnly":false}}]},
              {"name":"Patches","action":[
                {{{Operation("patch", "\"targetId\":\"patient\",\"sourceId\":\"patch\",\"requestHeader\":[{\"field\":\"If-Match\",\"value\":\"${tag}\"}]")}}},{{{Status(200)}}},
                {{{Operation("patch", "\"targetId\":\"patient\",\"sourceId\":\"patch\",\"requestHeader\":[{\"field\":\"If-Match\",\"value\":\"${tag}\"}]")}}},{{{Status(412)}}},
                {{{Operation("vread", "\"targetId\":\"created\"")}}},{{{Status(200)}}},
                {"assert":{"expression":"Patient.active","value":"true","warningOnly":false}},
                {{{Operation("history", "\"targetId\":\"patient\"")}}},{{{Status(200)}}},
                {"assert":{"expression":"Bundle.entry.resource.active","operator":"contains","value":"false","warningOnly":false}}]}]
            """);

        var report = await new TestScriptEngine(options).RunAsync(script, null, CancellationToken.None);

        Assert.Empty(report.Setup.Concat(report.Tests.SelectMany(static test => test.Steps)).Concat(report.Teardown).Where(static step => step.Result != StepResult.Pass).Select(static step => step.Message));
        Assert.Equal(["Delete the fixture 'observation'", "Delete the fixture 'patient'"], report.Teardown.Select(static step => step.Name));

        string Operation(string code, string members) =>
            $$$"""{"operation":{"encodeRequestUrl":true,"type":{"code":"{{{code}}}"},"accept":"{{{format}}}"{{{(code == "create" ? $",\"contentType\":\"{format}\"" : "")}}},{{{members}}}}}""";

        static string Status(int status) => $$$"""{"assert":{"responseCode":"{{{status}}}","warningOnly":false}}""";
    }
}
