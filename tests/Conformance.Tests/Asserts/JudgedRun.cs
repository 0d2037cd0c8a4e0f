// A run whose requests were answered already, for tests of asserts.

using System.Text;
using FhirHub.Model;

namespace FhirHub.Conformance.Tests;

/// <summary>Judges single asserts after an exchange that the test makes up.</summary>
internal sealed class JudgedRun
{
    public const string FhirBase = "http://server.example/fhir";

    private readonly EngineOptions _options;
    private readonly string _script;
    private readonly List<(Exchange Exchange, string? RequestId, string? ResponseId)> _exchanges = [];

    /// <param name="script">Members of the script beside its asserts, such as fixtures.</param>
    /// <param name="change">Changes what the run is given.</param>
    public JudgedRun(string script = "", Func<EngineOptions, EngineOptions>? change = null)
    {
        _script = script.Length == 0 ? "" : script + ",";
        var options = new EngineOptions { Destinations = [new Destination(new Uri(FhirBase)) { Name = "the server" }], Definitions = new PackageDefinitions([]) };
        _options = change?.Invoke(options) ?? options;
    }

    /// <summary>What a server answered to a request.</summary>
    public JudgedRun Answered(
        int status,
        string body = "",
        string? contentType = "application/fhir+json",
        string method = "GET",
        string path = "Patient/p1",
        string? requestId = null,
        string? responseId = null,
        string requestBody = "",
        params (string Name, string Value)[] headers)
    {
        List<KeyValuePair<string, string>> fields = [.. headers.Select(static header => KeyValuePair.Create(header.Name, header.Value))];
        if (contentType is not null)
            fields.Add(new("Content-Type", contentType));
        var response = new Response(status, fields, new Payload(Encoding.UTF8.GetBytes(body), contentType));
        List<KeyValuePair<string, string>> sent = [new("Accept", "application/fhir+json"), new("If-Match", "W/\"1\"")];
        if (requestBody.Length > 0)
            sent.Add(new("Content-Type", "application/fhir+json"));
        var request = requestBody.Length > 0 ? new Payload(Encoding.UTF8.GetBytes(requestBody), "application/fhir+json") : Payload.None;
        _exchanges.Add((new Exchange(1, method, $"{FhirBase}/{path}", sent, request, response, null, TimeSpan.Zero), requestId, responseId));
        return this;
    }

    /// <summary>A request that got no answer.</summary>
    public JudgedRun NotAnswered(string failure)
    {
        _exchanges.Add((new Exchange(1, "GET", FhirBase, [], Payload.None, null, failure, TimeSpan.Zero), null, null));
        return this;
    }

    /// <summary>Judges an assert.</summary>
    public async Task<StepReport> JudgeAsync(string assert)
    {
        var json = $$"""{"resourceType":"TestScript","url":"http://example.org/TestScript/a","name":"a","status":"active",{{_script}}"test":[{"action":[{"assert":{{assert}}}]}]}""";
        var tree = ResourceParser.ParseJson(Encoding.UTF8.GetBytes(json)).Tree!;
        var script = TestScript.Read(tree, "a.json");
        var state = new RunState(script, _options);
        await state.ReadFixturesAsync(CancellationToken.None);
        foreach (var (exchange, requestId, responseId) in _exchanges)
            state.Keep(exchange, requestId, responseId);
        return await new Asserts(_options).JudgeAsync(Assert.IsType<AssertAction>(script.Tests[0].Actions[0]), state, CancellationToken.None);
    }
}
