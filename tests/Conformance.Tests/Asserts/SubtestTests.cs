// Asserts that run another script, by fhir-crucible's extensions.

using System.Net;
using System.Text;
using FhirHub.Model;

namespace FhirHub.Conformance.Tests;

public class SubtestTests
{
    private const string Extension = "https://fhir-crucible.github.io/testscript-engine-ig/StructureDefinition/assert-subtest";

    // Reads the Patient of a variable; the server has 'good' alone.
    private const string Reads =
        """{"operation":{"type":{"code":"read"},"resource":"Patient","params":"/${id}","encodeRequestUrl":true}},{"assert":{"response":"okay","warningOnly":false}}""";

    private const string Lists =
        """{"operation":{"type":{"code":"search"},"resource":"Patient","params":"?a=b","encodeRequestUrl":true}},""";

    [Theory]
    [InlineData("good", StepResult.Pass, "The script 'reads' passed 1 of 1 time.")]
    [InlineData("bad", StepResult.Fail, "The script 'reads' passed 0 of 1 time. It failed: The status (okay) should be '200'; found '404'.")]
    public async Task A_script_runs_with_variables_of_the_one_that_names_it(string patient, StepResult expected, string message)
    {
        var step = await RunAsync(Once("reads", ("patient", "id")), new() { ["patient"] = patient });

        Assert.Equal((expected, message), (step.Result, step.Message));
        Assert.Equal("reads", Assert.Single(step.Subtests).Script.Name);
    }

    [Theory]
    [InlineData("'good'", true, StepResult.Pass, "The script 'reads' passed 1 of 1 time.")]
    [InlineData("'good' | 'bad'", true, StepResult.Fail, "The script 'reads' passed 1 of 2 times. It failed with 'bad': The status (okay) should be '200'; found '404'.")]
    [InlineData("'good' | 'bad'", false, StepResult.Pass, "The script 'reads' passed 1 of 2 times.")]
    [InlineData("'bad'", false, StepResult.Fail, "The script 'reads' passed 0 of 1 time. It failed with 'bad': The status (okay) should be '200'; found '404'.")]
    [InlineData("{}", false, StepResult.Fail, "The script 'reads' was not run, since the expression finds nothing.")]
    [InlineData("{}", true, StepResult.Fail, "The script 'reads' was not run, since the expression finds nothing.")]
    [InlineData("entry", true, StepResult.Error, "The subtest would be run 51 times; 50 are allowed. Make the expression find less.")]
    public async Task A_script_runs_once_for_each_value(string expression, bool mustAll, StepResult expected, string message)
    {
        var step = await RunAsync(Lists + Each("reads", expression, mustAll));

        Assert.Equal((expected, message), (step.Result, step.Message));
    }

    [Fact]
    public async Task Subtests_of_subtests_hold_no_more_than_one_script_may()
    {
        var step = await RunAsync(Reads.Replace("${id}", "good", StringComparison.Ordinal) + "," + Each("manifold", "1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10", true), most: 100_000);

        Assert.Contains("all fixtures, requests and answers of the script together are longer than 100000 bytes", step.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_that_warns_only_is_a_warning()
    {
        Assert.Equal(StepResult.Warning, (await RunAsync(Once("reads", ("patient", "id")).Replace("false", "true", StringComparison.Ordinal), new() { ["patient"] = "bad" })).Result);
    }

    [Theory]
    [InlineData("nobody", "The script 'nobody' was not found. Put it beside this one, under that name.")]
    [InlineData("itself", "The script 'itself' passed 0 of 1 time. It failed: The script 'itself' passed 0 of 1 time. It failed: The script 'itself' passed 0 of 1 time. It failed: Scripts run each other more than 3 deep; 'itself' is not run.")]
    public async Task What_can_not_be_run_is_told(string name, string message)
    {
        var step = await RunAsync(Once(name));

        Assert.NotEqual(StepResult.Pass, step.Result);
        Assert.Equal(message, step.Message);
    }

    private static string Once(string name, params ReadOnlySpan<(string Source, string Target)> bindings)
    {
        var parts = new StringBuilder($$"""{"url":"testName","valueString":"{{name}}"}""");
        foreach (var (source, target) in bindings)
            parts.Append($$""",{"url":"bindVariable","extension":[{"url":"bindSource","valueString":"{{source}}"},{"url":"bindTarget","valueString":"{{target}}"}]}""");
        return $$$"""{"assert":{"extension":[{"url":"{{{Extension}}}","extension":[{{{parts}}}]}],"warningOnly":false}}""";
    }

    private static string Each(string name, string expression, bool mustAll) =>
        $$$"""
        {"assert":{"extension":[{"url":"{{{Extension}}}-each","extension":[{"url":"testName","valueString":"{{{name}}}"},{"url":"bindEachTarget","valueString":"id"},
          {"url":"allMustPass","valueBoolean":{{{(mustAll ? "true" : "false")}}}}]}],"expression":"{{{expression}}}","warningOnly":false}}
        """;

    private static async Task<StepReport> RunAsync(string actions, Dictionary<string, string>? variables = null, long most = 1_000_000)
    {
        var scripts = new Dictionary<string, TestScript> { ["reads"] = Script("reads", Reads), ["itself"] = Script("itself", Once("itself")), ["manifold"] = Script("manifold", Reads.Replace("${id}", "good", StringComparison.Ordinal) + "," + Each("manifold", "1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10", true)) };
        var options = new EngineOptions
        {
            Destinations = [new Destination(new Uri(JudgedRun.FhirBase))],
            Definitions = new PackageDefinitions([]),
            FindScript = (name, _) => ValueTask.FromResult(scripts.GetValueOrDefault(name)),
            Variables = variables ?? [],
            Handler = new Server(),
            MaxScriptBytes = most,
        };
        var report = await new TestScriptEngine(options).RunAsync(Script("outer", actions), null, CancellationToken.None);
        return report.Tests[0].Steps[^1];
    }

    private static TestScript Script(string name, string actions) => TestScript.Read(
        ResourceParser.ParseJson(Encoding.UTF8.GetBytes($$"""{"resourceType":"TestScript","url":"http://example.org/{{name}}","name":"{{name}}","status":"active","test":[{"action":[{{actions}}]}]}""")).Tree!, $"{name}.json");

    private sealed class Server : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var path = request.RequestUri!.AbsolutePath;
            var entries = string.Join(',', Enumerable.Range(0, 51).Select(static i => $$"""{"fullUrl":"urn:uuid:{{i}}"}"""));
            var body = path.EndsWith("/good", StringComparison.Ordinal) ? """{"resourceType":"Patient","id":"good"}"""
                : path.EndsWith("/Patient", StringComparison.Ordinal) ? $$"""{"resourceType":"Bundle","type":"searchset","entry":[{{entries}}]}"""
                : null;
            return Task.FromResult(body is null
                ? new HttpResponseMessage(HttpStatusCode.NotFound)
                : new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(body, Encoding.UTF8, "application/fhir+json") });
        }
    }
}
