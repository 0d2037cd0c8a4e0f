// Runs as TestReports: what R4 testreport.html wants, and valid for our own validator.

using System.Text.Json.Nodes;
using FhirHub.Model;
using FhirHub.Validation;

namespace FhirHub.Conformance.Tests;

public class TestReportResourceTests
{
    [Fact]
    public async Task A_run_is_a_valid_TestReport()
    {
        var report = Samples.Failed();

        var json = JsonNode.Parse(await ValidAsync(report))!;

        Assert.Equal("completed", (string?)json["status"]);
        Assert.Equal("fail", (string?)json["result"]);
        Assert.Equal(50m, (decimal)json["score"]!);
        Assert.Equal("http://test.example/TestScript/sample", (string?)json["testScript"]!["reference"]);
        Assert.Equal("A sample <script>", (string?)json["testScript"]!["display"]);
        Assert.StartsWith("FhirHub", (string?)json["tester"], StringComparison.Ordinal);
        Assert.Equal("2026-01-02T03:04:05.000+08:00", (string?)json["issued"]);
        Assert.Equal(["test-engine", "client", "server"], json["participant"]!.AsArray().Select(static one => (string?)one!["type"]));
        Assert.Equal("http://test.example/fhir", (string?)json["participant"]![2]!["uri"]);
        Assert.Equal("Test server", (string?)json["participant"]![2]!["display"]);
        Assert.Equal("Create the fixture patient: PUT http://test.example/fhir/Patient/1: 201", (string?)json["setup"]!["action"]![0]!["operation"]!["message"]);
        Assert.Equal(["Reads", "Refuses"], json["test"]!.AsArray().Select(static one => (string?)one!["name"]));
        Assert.Equal("What was made can be read.", (string?)json["test"]![0]!["description"]);
        var refuses = json["test"]![1]!["action"]!.AsArray();
        Assert.Equal(["pass", "fail", "skip"], refuses.Select(static one => (string?)(one!["operation"] ?? one["assert"])!["result"]));
        Assert.Equal("status: Expected okay (200), found 404.", (string?)refuses[1]!["assert"]!["message"]);
        Assert.Equal("GET http://test.example/fhir/Patient/1 → 404", (string?)refuses[1]!["assert"]!["detail"]);
        Assert.Equal("index.html#s1-test-2", (string?)refuses[0]!["operation"]!["detail"]);
        Assert.Equal("pass", (string?)json["teardown"]!["action"]![0]!["operation"]!["result"]);
    }

    [Fact]
    public async Task A_run_without_a_failure_passes_and_one_that_was_ended_is_stopped()
    {
        var passed = Samples.Report(static script => [new StepReport(script.Tests[1].Actions[0], StepResult.Warning, "late", null)]);

        Assert.Equal(("completed", "pass", 100m), Of(await ValidAsync(passed)));
        Assert.Equal(("stopped", "pending", 50m), Of(await ValidAsync(Samples.Report(static script => [new StepReport(script.Tests[1].Actions[0], StepResult.Skip, "ended", null)]) with { IsStopped = true })));
        Assert.Equal(("stopped", "fail", 50m), Of(await ValidAsync(Samples.Failed() with { IsStopped = true })));

        static (string?, string?, decimal) Of(string text)
        {
            var json = JsonNode.Parse(text)!;
            return ((string?)json["status"], (string?)json["result"], (decimal)json["score"]!);
        }
    }

    [Fact]
    public async Task Hostile_texts_stay_texts()
    {
        var json = JsonNode.Parse(await ValidAsync(Samples.Failed("a\u0000b \ud800 \"c\" \u001b[31m eyJhbGciOiJSUzM4NCJ9.eyJzdWIiOiJhIiwiZXhwIjoxfQ.c2ln")))!;

        Assert.Equal("status: a\uFFFDb \uFFFD \"c\" \uFFFD[31m ***", (string?)json["test"]![1]!["action"]![1]!["assert"]!["message"]);
    }

    [Fact]
    public async Task A_stored_report_is_shown_as_the_run_was()
    {
        var shown = ReportedScript.Of(ResourceParser.ParseJson(System.Text.Encoding.UTF8.GetBytes(await ValidAsync(Samples.Failed()))).Tree!.Root);

        Assert.Equal(("sample", "A sample <script>", StepResult.Fail, 1), (shown.Name, shown.Title, shown.Result, shown.Passed));
        Assert.Equal(["Test server"], shown.Servers);
        Assert.Equal([StepResult.Pass, StepResult.Fail, StepResult.Skip], shown.Tests[1].Steps.Select(static step => step.Result));
        Assert.Equal("GET http://test.example/fhir/Patient/1 → 404", shown.Tests[1].Steps[1].Request);
    }

    private static async Task<string> ValidAsync(ScriptReport report)
    {
        var bytes = TestReportResource.Write(report, new Redaction(), new TestReportDetails { Page = "index.html#s1-" });
        var parsed = ResourceParser.ParseJson(bytes);
        Assert.Empty(parsed.Issues);
        var issues = await new Validator(Samples.Definitions).ValidateAsync(parsed.Tree!.Root, new ValidationRequest { BestPractice = false }, CancellationToken.None);
        Assert.Equal([], issues.Select(static issue => $"{issue.Expression}: {issue.Diagnostics}"));
        return System.Text.Encoding.UTF8.GetString(bytes);
    }
}
