// TestScript/$run where nobody is asked who they are.

using System.Text.Json.Nodes;

namespace FhirHub.Server.Tests.Conformance;

public class RunTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task A_script_of_the_server_is_run_and_its_report_is_stored()
    {
        var (id, _) = await server.Client.CreateAsync("TestScript", Scripts.PatientScript("stored"));
        using var answer = await server.Client.SendAsync("POST", $"TestScript/{id}/$run");
        Assert.Equal(200, (int)answer.StatusCode);
        var report = await answer.JsonAsync();
        Assert.Equal("TestReport", (string?)report["resourceType"]);
        Assert.Equal($"TestScript/{id}", (string?)report["testScript"]!["reference"]);
        Assert.Equal("pass", (string?)report["result"]);
        Assert.Equal(["pass", "pass", "pass", "pass", "pass", "pass"], report.Results());
        Assert.Equal($"{server.Base}/TestReport/{report["id"]}/_history/1", answer.Headers.Location!.OriginalString);
        var stored = await (await server.Client.GetAsync($"TestReport/{report["id"]}")).JsonAsync();
        Assert.Equal(report.ToJsonString(), stored.ToJsonString());
    }

    [Fact]
    public async Task A_failure_says_what_was_expected_and_what_came()
    {
        var report = await server.Client.RunAsync(Scripts.PatientScript("failing", family: "Li"));
        Assert.Equal("fail", (string?)report["result"]);
        Assert.Equal(50, (int)report["score"]!);
        Assert.Equal(["pass", "pass", "pass", "pass", "pass", "fail"], report.Results());
        Assert.Contains("Li", report.Messages(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Variables_and_a_filter_come_with_the_call()
    {
        var script = JsonNode.Parse(Scripts.Script(
            "with-variables",
            """
            {"name": "Wanted", "action": [{"operation": {"method": "get", "url": "${$base}/${what}", "encodeRequestUrl": true}}, {"assert": {"responseCode": "200", "warningOnly": false}}]},
            {"name": "Other", "action": [{"operation": {"method": "get", "url": "${$base}/nonsense", "encodeRequestUrl": true}}, {"assert": {"responseCode": "200", "warningOnly": false}}]}
            """))!;
        script["variable"] = JsonNode.Parse("""[{"name": "what", "defaultValue": "nothing"}]""");
        var parameters = new JsonObject
        {
            ["resourceType"] = "Parameters",
            ["parameter"] = new JsonArray(
                new JsonObject { ["name"] = "testScript", ["resource"] = script },
                JsonNode.Parse("""{"name": "filter", "valueString": "want"}"""),
                JsonNode.Parse("""{"name": "server", "valueString": "self"}"""),
                JsonNode.Parse("""{"name": "variable", "part": [{"name": "name", "valueString": "what"}, {"name": "value", "valueString": "metadata"}]}""")),
        };
        var report = await server.Client.RunAsync(parameters.ToJsonString());
        Assert.Equal("Wanted", (string?)Assert.Single(report["test"]!.AsArray())!["name"]);
        Assert.Equal("pass", (string?)report["result"]);
    }

    [Fact]
    public async Task Several_scripts_are_run_by_a_search_or_by_their_names()
    {
        var (one, _) = await server.Client.CreateAsync("TestScript", Scripts.PatientScript("suite-one"));
        var (two, _) = await server.Client.CreateAsync("TestScript", Scripts.PatientScript("suite-two", "Li"));
        var searched = await server.Client.RunAsync("", "?name=suite-");
        Assert.Equal("Bundle", (string?)searched["resourceType"]);
        Assert.Equal("collection", (string?)searched["type"]);
        Assert.Equal([$"TestScript/{one}", $"TestScript/{two}"], searched["entry"]!.AsArray().Select(static entry => (string)entry!["resource"]!["testScript"]!["reference"]!));

        // The reports of one run are found together.
        var run = searched["entry"]![0]!["resource"]!["identifier"]!;
        var found = await (await server.Client.GetAsync($"TestReport?identifier={run["system"]}|{run["value"]}&_total=accurate")).JsonAsync();
        Assert.Equal(2, (int)found["total"]!);

        var named = await server.Client.RunAsync("", $"?script=TestScript/{two}&script=TestScript/{one}");
        Assert.Equal(["fail", "pass"], named["entry"]!.AsArray().Select(static entry => (string)entry!["resource"]!["result"]!));
    }

    [Fact]
    public async Task A_fixture_may_be_a_resource_of_the_server_and_nothing_else()
    {
        var (patient, _) = await server.Client.CreateAsync("Patient", """{"resourceType":"Patient","name":[{"family":"Stored"}]}""");
        Assert.Equal("pass", (string?)(await server.Client.RunAsync(WithFixture($"Patient/{patient}")))["result"]);
        foreach (var reference in new[] { "Patient/nobody", "./fixtures/patient.json", "../../../../etc/passwd", "file:///etc/passwd", "http://127.0.0.1:1/fhir/Patient/1" })
            Assert.Equal("fail", (string?)(await server.Client.RunAsync(WithFixture(reference)))["result"]);

        static string WithFixture(string reference)
        {
            var script = JsonNode.Parse(Scripts.Script(
                "with-fixture",
                """
                {"name": "Created", "action": [{"operation": {"type": {"code": "create"}, "resource": "Patient", "sourceId": "stored", "encodeRequestUrl": true}},
                  {"assert": {"response": "created", "warningOnly": false}}, {"assert": {"expression": "Patient.name.family", "operator": "equals", "value": "Stored", "warningOnly": false}}]}
                """))!;
            script["fixture"] = new JsonArray(new JsonObject { ["id"] = "stored", ["autocreate"] = false, ["autodelete"] = false, ["resource"] = new JsonObject { ["reference"] = reference } });
            return script.ToJsonString();
        }
    }

    [Fact]
    public async Task A_fixture_in_a_Binary_is_what_that_holds()
    {
        var form = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes("family=${family}"));
        var (binary, _) = await server.Client.CreateAsync("Binary", $$"""{"resourceType":"Binary","contentType":"text/plain","data":"{{form}}"}""");
        var script = JsonNode.Parse(Scripts.Script(
            "with-binary",
            """
            {"name": "Searched", "action": [{"operation": {"method": "post", "url": "${$base}/Patient/_search", "contentType": "application/x-www-form-urlencoded", "sourceId": "form", "encodeRequestUrl": true}},
              {"assert": {"responseCode": "200", "warningOnly": false}}, {"assert": {"expression": "Bundle.link.where(relation = 'self').url", "operator": "contains", "value": "family=Held", "warningOnly": false}}]}
            """))!;
        script["variable"] = JsonNode.Parse("""[{"name": "family", "defaultValue": "Held"}]""");
        script["fixture"] = new JsonArray(new JsonObject { ["id"] = "form", ["autocreate"] = false, ["autodelete"] = false, ["resource"] = new JsonObject { ["reference"] = $"Binary/{binary}" } });
        var report = await server.Client.RunAsync(script.ToJsonString());
        Assert.True((string?)report["result"] == "pass", report.Messages());
    }

    [Fact]
    public async Task A_run_that_goes_on_is_polled_until_its_reports_are_there()
    {
        using var started = await server.Client.SendAsync("POST", "TestScript/$run", Scripts.PatientScript("polled"), headers: ("Prefer", "respond-async"));
        Assert.Equal(202, (int)started.StatusCode);
        var status = started.Content.Headers.ContentLocation!.OriginalString;
        for (var waited = System.Diagnostics.Stopwatch.StartNew(); ; await Task.Delay(20))
        {
            using var answer = await server.Client.GetAsync(status);
            if ((int)answer.StatusCode == 200)
            {
                var manifest = await answer.JsonAsync();
                Assert.False((bool)manifest["requiresAccessToken"]!);
                var output = Assert.Single(manifest["output"]!.AsArray())!;
                Assert.Equal("TestReport", (string?)output["type"]);
                Assert.Equal("pass", (string?)(await (await server.Client.GetAsync((string)output["url"]!)).JsonAsync())["result"]);
                return;
            }

            Assert.Equal(202, (int)answer.StatusCode);
            Assert.True(waited.Elapsed < TimeSpan.FromMinutes(1), "The run did not end.");
        }
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/fhir/Patient")]
    [InlineData("http://localhost/fhir/metadata")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("https://example.org/fhir/metadata")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://user:password@127.0.0.1/fhir/metadata")]
    public async Task A_script_asks_no_other_server(string url)
    {
        var report = await server.Client.RunAsync(Scripts.RequestScript("elsewhere", "get", url, "200"));
        Assert.Equal("fail", (string?)report["result"]);
        if (url.StartsWith("http", StringComparison.Ordinal))
            Assert.Equal(["error", "skip"], report.Results());
    }

    [Fact]
    public async Task A_script_can_not_start_a_run()
    {
        var inner = Scripts.PatientScript("inner");
        var run = await server.Client.RunAsync(Scripts.RequestScript("recursive", "post", "${$base}/TestScript/$run", "403", inner));
        Assert.Equal("pass", (string?)run["result"]);

        // Nor by taking the mark away, which it does not know to be there.
        var hiding = JsonNode.Parse(Scripts.RequestScript("hiding", "post", "${$base}/TestScript/$run", "403", inner))!;
        hiding["test"]![0]!["action"]![0]!["operation"]!["requestHeader"] = JsonNode.Parse("""[{"field": "X-FhirHub-Test-Run", "value": "0"}, {"field": "Prefer", "value": "respond-async"}]""");
        Assert.Equal("pass", (string?)(await server.Client.RunAsync(hiding.ToJsonString()))["result"]);

        // Nor in a batch, nor within a batch of a script.
        var batch = $$$"""{"resourceType":"Bundle","type":"batch","entry":[{"resource":{{{inner}}},"request":{"method":"POST","url":"TestScript/$run"}}]}""";
        var answer = await (await server.Client.SendAsync("POST", "", batch)).JsonAsync();
        Assert.StartsWith("400", (string?)answer["entry"]![0]!["response"]!["status"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "TestScript/nobody/$run", null, 404, "not-found")]
    [InlineData("POST", "TestScript/$run", null, 400, "required")]
    [InlineData("POST", "TestScript/$run?script=TestScript/nobody", null, 404, "not-found")]
    [InlineData("POST", "TestScript/$run?script=Patient/1", null, 404, "not-found")]
    [InlineData("POST", "TestScript/$run?name=nobody-has-this", null, 400, "required")]
    [InlineData("POST", "TestScript/$run?colour=red", null, 400, "not-supported")]
    [InlineData("POST", "TestScript/$run?server=elsewhere", """{"resourceType":"TestScript","name":"x","url":"urn:x","status":"draft"}""", 400, "value")]
    [InlineData("POST", "TestScript/$run", """{"resourceType":"Patient"}""", 400, "invalid")]
    [InlineData("POST", "TestScript/$run", """{"resourceType":"TestScript","nonsense":1}""", 400, "structure")]
    [InlineData("POST", "TestScript/$run?variable=x", """{"resourceType":"TestScript","name":"x","url":"urn:x","status":"draft"}""", 400, "value")]
    [InlineData("GET", "TestScript/$run", null, 405, "not-supported")]
    [InlineData("GET", "TestScript/nobody/$run", null, 405, "not-supported")]
    public async Task What_can_not_be_run_is_refused_with_a_reason(string method, string address, string? body, int status, string code)
    {
        using var answer = await server.Client.SendAsync(method, address, body);
        await answer.FailsAsync(status, code);
    }

    [Fact]
    public async Task The_operation_is_in_the_capability_statement_and_its_definition_can_be_read()
    {
        var statement = await (await server.Client.GetAsync("metadata")).JsonAsync();
        var type = statement["rest"]![0]!["resource"]!.AsArray().Single(static resource => (string?)resource!["type"] == "TestScript")!;
        var operation = type["operation"]!.AsArray().Single(static operation => (string?)operation!["name"] == "run")!;
        var definition = await (await server.Client.GetAsync((string)operation["definition"]!)).JsonAsync();
        Assert.Equal("OperationDefinition", (string?)definition["resourceType"]);
        Assert.True((bool)definition["affectsState"]!);
        Assert.True((bool)definition["type"]! && (bool)definition["instance"]!);
        Assert.Contains("server", definition["parameter"]!.AsArray().Select(static parameter => (string)parameter!["name"]!));
    }
}
