// Runs scripts against a server that is a function.

using System.Net;
using System.Text;
using FhirHub.Model;

namespace FhirHub.Conformance.Tests.Engine;

/// <summary>A request that arrived.</summary>
internal sealed record Arrived(string Method, string Url, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string Path => new Uri(Url).PathAndQuery;

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public override string ToString() => $"{Method} {Url["http://server.test/fhir".Length..]}";
}

/// <summary>A server that answers what a function says, and the runs against it.</summary>
internal sealed class EngineRun : HttpMessageHandler
{
    public const string Base = "http://server.test/fhir";

    public EngineRun(Func<Arrived, HttpResponseMessage>? answer = null)
    {
        Answer = answer ?? (static request => request.Method switch
        {
            "POST" when request.Body.Contains("Patient", StringComparison.Ordinal) => Json(201, """{"resourceType":"Patient","id":"made","meta":{"versionId":"1"}}""", ("Location", $"{Base}/Patient/made/_history/1")),
            "PUT" => Json(201, request.Body.StartsWith('{') ? request.Body : """{"resourceType":"Patient","id":"made"}"""),
            "DELETE" => new HttpResponseMessage(HttpStatusCode.NoContent),
            _ => Json(200, """{"resourceType":"Patient","id":"read","meta":{"versionId":"3"}}"""),
        });
        Options = new EngineOptions { Destinations = [new Destination(new Uri(Base))], Definitions = new NoDefinitions(), Handler = this };
    }

    public Func<Arrived, HttpResponseMessage> Answer { get; set; }

    public EngineOptions Options { get; set; }

    public List<Arrived> Requests { get; } = [];

    public static HttpResponseMessage Json(int status, string body, params (string Name, string Value)[] headers)
    {
        var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        response.Content.Headers.TryAddWithoutValidation("Content-Type", "application/fhir+json");
        foreach (var (name, value) in headers)
            response.Headers.TryAddWithoutValidation(name, value);
        return response;
    }

    /// <summary>A script of the members that follow its name and status.</summary>
    public static TestScript Script(string members) =>
        TestScript.Read(ResourceParser.ParseJson(Encoding.UTF8.GetBytes($$"""{"resourceType":"TestScript","url":"http://example.org/s","name":"s","status":"active",{{members}}}""")).Tree!, "s.json");

    public Task<ScriptReport> RunAsync(string members, CancellationToken cancellationToken = default) =>
        new TestScriptEngine(Options).RunAsync(Script(members), null, cancellationToken);

    /// <summary>Runs a test of one operation and gives its step.</summary>
    public async Task<StepReport> OperateAsync(string operation, string before = "") =>
        (await RunAsync($$$"""{{{before}}}"test":[{"action":[{"operation":{"encodeRequestUrl":true,{{{operation}}}}}]}]""")).Tests[0].Steps[0];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var headers = request.Headers.NonValidated.Concat(request.Content is null ? [] : request.Content.Headers.NonValidated.AsEnumerable());
        var arrived = new Arrived(
            request.Method.Method,
            request.RequestUri!.AbsoluteUri,
            headers.ToDictionary(static header => header.Key, static header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase),
            request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken));
        lock (Requests)
            Requests.Add(arrived);
        cancellationToken.ThrowIfCancellationRequested();
        return Answer(arrived);
    }

    private sealed class NoDefinitions : IConformanceResources
    {
        public ValueTask<IConformanceScope> OpenAsync(CancellationToken cancel) => throw new InvalidOperationException("No test here asks for a definition.");
    }
}
