// Fixtures that a script contains: their ids are names within the script.

using System.Net;
using System.Text;
using FhirHub.Model;

namespace FhirHub.Conformance.Tests.Run;

public class ContainedFixtureTests
{
    private const string Contained =
        """
        "contained":[{"resourceType":"Patient","id":"patient","active":true}],
        "fixture":[{"id":"patient","autocreate":false,"autodelete":false,"resource":{"reference":"#patient"}}]
        """;

    [Fact]
    public async Task An_update_sends_one_with_the_id_of_its_address()
    {
        var server = new Echo();
        await server.RunAsync("""{"operation":{"type":{"code":"update"},"resource":"Patient","encodeRequestUrl":true,"params":"/wang","sourceId":"patient"}}""");
        Assert.Equal(["""PUT /fhir/Patient/wang {"resourceType":"Patient","id":"wang","active":true}"""], server.Requests);
    }

    [Fact]
    public async Task Minimum_id_leaves_its_id_out_and_compares_the_rest()
    {
        const string Update = """{"operation":{"type":{"code":"update"},"resource":"Patient","encodeRequestUrl":true,"params":"/wang","sourceId":"patient"}},""";
        const string Minimum = """{"assert":{"minimumId":"patient","warningOnly":false}}""";
        var same = await new Echo().RunAsync(Update + Minimum);
        Assert.Equal(StepResult.Pass, same.Tests[0].Result);
        var other = await new Echo("""{"resourceType":"Patient","id":"patient","active":false}""").RunAsync(Update + Minimum);
        Assert.Equal(StepResult.Fail, other.Tests[0].Result);
    }

    // Answers what it gets, or always the same.
    private sealed class Echo(string? answer = null) : HttpMessageHandler
    {
        public List<string> Requests { get; } = [];

        public Task<ScriptReport> RunAsync(string actions)
        {
            var script = $$"""{"resourceType":"TestScript","url":"http://example.org/s","name":"s","status":"active",{{Contained}},"test":[{"action":[{{actions}}]}]}""";
            var options = new EngineOptions { Destinations = [new Destination(new Uri("http://server.test/fhir"))], Definitions = new NoDefinitions(), Handler = this };
            return new TestScriptEngine(options).RunAsync(TestScript.Read(ResourceParser.ParseJson(Encoding.UTF8.GetBytes(script)).Tree!, "s.json"), null, CancellationToken.None);
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = await request.Content!.ReadAsStringAsync(cancellationToken);
            Requests.Add($"{request.Method} {request.RequestUri!.AbsolutePath} {body}");
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(answer ?? body, Encoding.UTF8, "application/fhir+json") };
        }
    }

    private sealed class NoDefinitions : IConformanceResources
    {
        public ValueTask<IConformanceScope> OpenAsync(CancellationToken cancel) => throw new NotSupportedException();
    }
}
