// Runs made by hand, and a server that is a function, for the tests of reports.

using System.Collections.Concurrent;
using System.Text;
using FhirHub.Model;
using FhirHub.Terminology;

namespace FhirHub.Conformance.Tests;

internal sealed class Answers(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
{
    private readonly ConcurrentQueue<string> _seen = new();

    public IReadOnlyList<string> Seen => [.. _seen];

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _seen.Enqueue($"{request.Method} {request.RequestUri}");
        return Task.FromResult(answer(request));
    }
}

internal static class Samples
{
    public static readonly Destination Server = new(new Uri("http://test.example/fhir")) { Name = "Test server" };

    public static LocalConformanceResources Definitions { get; } = new(new TerminologyLibrary([new R4TerminologySource()], [new StandardSystems()]));

    public static EngineOptions Options(HttpMessageHandler handler) => new() { Destinations = [Server], Definitions = Definitions, Handler = handler };

    public static TestScript Script(string members, string name = "sample") => TestScript.Read(
        ResourceParser.ParseJson(Encoding.UTF8.GetBytes($$"""
            {"resourceType":"TestScript","url":"http://test.example/TestScript/sample","name":"{{name}}","title":"A sample <script>","status":"active",{{members}} }
            """)).Tree!,
        "base/sample.json");

    public static Exchange Exchange(string url = "http://test.example/fhir/Patient/1", int status = 404, string body = """{"resourceType":"OperationOutcome"}""", string contentType = "application/fhir+json") => new(
        1, "GET", url, [KeyValuePair.Create("Accept", "application/fhir+json"), KeyValuePair.Create("Authorization", "Bearer abcdefghijklmnop")], Payload.None,
        new Response(status, [KeyValuePair.Create("Content-Type", contentType)], new Payload(Encoding.UTF8.GetBytes(body), contentType)), null, TimeSpan.FromMilliseconds(12));

    /// <summary>A run with two tests of which the second has these steps, after a fixture that the engine made.</summary>
    public static ScriptReport Report(Func<TestScript, IReadOnlyList<StepReport>> second)
    {
        var script = Script(
            """
            "origin":[{"index":1,"profile":{"code":"FHIR-Client"}}],
            "test":[
              {"name":"Reads","description":"What was made can be read.","action":[{"operation":{"encodeRequestUrl":true,"method":"get","url":"u","label":"read"}},{"assert":{"response":"okay","warningOnly":false}}]},
              {"name":"Refuses","action":[{"operation":{"encodeRequestUrl":true,"method":"get","url":"u"}},{"assert":{"label":"status","response":"okay","warningOnly":false}},{"assert":{"label":"type","contentType":"json","warningOnly":false}}]}]
            """);
        var read = script.Tests[0];
        return new ScriptReport(
            script,
            [Server],
            new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(8)),
            TimeSpan.FromSeconds(1.5),
            [new StepReport(null, StepResult.Pass, "PUT http://test.example/fhir/Patient/1: 201", Exchange(status: 201)) { Name = "Create the fixture patient" }],
            [
                new TestResult(read, [new StepReport(read.Actions[0], StepResult.Pass, "GET http://test.example/fhir/Patient/1: 200", Exchange(status: 200)), new StepReport(read.Actions[1], StepResult.Pass, "The response is okay.", null)], TimeSpan.FromSeconds(0.25)),
                new TestResult(script.Tests[1], second(script), TimeSpan.FromSeconds(1)),
            ],
            [new StepReport(null, StepResult.Pass, "DELETE http://test.example/fhir/Patient/1: 204", Exchange(status: 204)) { Name = "Delete the fixture patient" }]);
    }

    public static ScriptReport Failed(string message = "Expected okay (200), found 404.", Exchange? exchange = null) => Report(script =>
    {
        var actions = script.Tests[1].Actions;
        var seen = exchange ?? Exchange();
        return
        [
            new StepReport(actions[0], StepResult.Pass, "GET http://test.example/fhir/Patient/1: 404", seen),
            new StepReport(actions[1], StepResult.Fail, message, seen),
            new StepReport(actions[2], StepResult.Skip, "Skipped, since a step before it failed.", null),
        ];
    });
}
