// What goes over the wire, what may not, and what a report tells of it.

using System.Net;
using System.Text;

namespace FhirHub.Conformance.Tests.Engine;

public class RequestSenderTests
{
    [Theory]
    [InlineData("http://elsewhere.test/fhir/Patient/1", "http://elsewhere.test is no destination of this run, and it asks only those.")]
    [InlineData("https://server.test/fhir/Patient/1", "https://server.test is no destination of this run, and it asks only those.")]
    [InlineData("http://server.test:8080/fhir/Patient/1", "http://server.test:8080 is no destination of this run, and it asks only those.")]
    [InlineData("http://user:pass@server.test/fhir/Patient/1", "An address with a user and password in it is not asked; give the destination a token.")]
    [InlineData("http://server.test@elsewhere.test/", "An address with a user and password in it is not asked; give the destination a token.")]
    public async Task Only_destinations_are_asked(string url, string message)
    {
        var run = new EngineRun();

        var step = await run.OperateAsync($"\"method\":\"get\",\"url\":\"{url}\"");

        Assert.Equal((StepResult.Error, message), (step.Result, step.Message));
        Assert.Empty(run.Requests);
    }

    [Fact]
    public async Task A_run_that_may_asks_other_servers_without_the_token()
    {
        var run = new EngineRun();
        run.Options = run.Options with
        {
            StaysAtDestinations = false,
            Destinations = [run.Options.Destinations[0] with { AccessToken = static _ => ValueTask.FromResult<string?>("token-of-server") }],
        };

        await run.OperateAsync("\"method\":\"get\",\"url\":\"http://elsewhere.test/x\"");
        await run.OperateAsync("\"method\":\"get\",\"url\":\"http://server.test/auth/userinfo\"");

        Assert.Equal([null, "Bearer token-of-server"], run.Requests.Select(static request => request.Header("Authorization")));
    }

    [Theory]
    [InlineData("Host", "elsewhere.test", "The header field Host is the engine's own to set.")]
    [InlineData("content-length", "0", "The header field content-length is the engine's own to set.")]
    [InlineData("X-Forwarded-For", "10.0.0.1", "The header field X-Forwarded-For is the engine's own to set.")]
    [InlineData("X-A", "b\\r\\nX-C: d", "The value of the header field X-A is no text of one line.")]
    [InlineData("X A", "b", "'X A' is no name of a header field.")]
    public async Task Header_fields_that_end_or_forge_a_request_are_refused(string name, string value, string message)
    {
        var run = new EngineRun();

        var step = await run.OperateAsync($"\"method\":\"get\",\"url\":\"/Patient/1\",\"requestHeader\":[{{\"field\":\"{name}\",\"value\":\"{value}\"}}]");

        Assert.Equal((StepResult.Error, message), (step.Result, step.Message));
        Assert.Empty(run.Requests);
    }

    [Fact]
    public async Task Redirects_are_answers()
    {
        var run = new EngineRun(static _ => EngineRun.Json(302, "", ("Location", "http://elsewhere.test/")));

        var step = await run.OperateAsync("\"method\":\"get\",\"url\":\"/Patient/1\"");

        Assert.Equal((302, "http://elsewhere.test/"), (step.Exchange!.Response!.Status, step.Exchange.Response.Header("location")));
        Assert.Single(run.Requests);
    }

    [Fact]
    public async Task An_answer_that_is_too_long_is_given_up()
    {
        var run = new EngineRun(static _ => EngineRun.Json(200, new string(' ', 2000)));
        run.Options = run.Options with { MaxResponseBytes = 1000 };

        var step = await run.OperateAsync("\"method\":\"get\",\"url\":\"/Patient/1\"");

        Assert.Equal((StepResult.Error, "GET http://server.test/fhir/Patient/1: There was no answer: it is longer than 1000 bytes"), (step.Result, step.Message));
    }

    [Fact]
    public async Task A_script_that_sends_too_much_altogether_is_stopped_and_still_removes_what_it_made()
    {
        var run = new EngineRun();
        run.Options = run.Options with { MaxScriptBytes = 10_000 };
        var large = new string('x', 3_000);
        var update = """{"operation":{"encodeRequestUrl":true,"type":{"code":"update"},"resource":"Patient","params":"/p","sourceId":"f"}}""";

        var report = await run.RunAsync($$$"""
            "contained":[{"resourceType":"Patient","id":"p","name":[{"text":"{{{large}}}"}]}],
            "fixture":[{"id":"f","autocreate":true,"autodelete":true,"resource":{"reference":"#p"}}],
            "test":[{"action":[{{{update}}},{{{update}}},{{{update}}}]}]
            """);

        Assert.Equal(StepResult.Error, report.Tests[0].Result);
        Assert.Contains(report.Tests[0].Steps, static step => step.Message.Contains("all fixtures, requests and answers of the script together are longer than 10000 bytes", StringComparison.Ordinal));
        Assert.Equal("DELETE", run.Requests[^1].Method);
    }

    [Fact]
    public async Task Many_fixtures_of_one_reference_are_read_once()
    {
        var (reads, run) = (0, new EngineRun());
        run.Options = run.Options with
        {
            MaxScriptBytes = 10_000,
            ReadFixture = (_, _, _) =>
            {
                reads++;
                return ValueTask.FromResult<Payload?>(new Payload(new byte[9_000], "application/octet-stream"));
            },
        };

        var fixtures = string.Join(',', Enumerable.Range(0, 100).Select(static i => $$$"""{"id":"f{{{i}}}","autocreate":false,"autodelete":false,"resource":{"reference":"Binary/1"}}"""));

        var report = await run.RunAsync($$$"""
            "fixture":[{{{fixtures}}},{"id":"last","autocreate":false,"autodelete":false,"resource":{"reference":"Binary/2"}}],
            "test":[{"action":[{"operation":{"encodeRequestUrl":true,"method":"get","url":"/Patient/1"}}]}]
            """);

        Assert.Equal(2, reads);
        Assert.Contains("The script holds too much: all fixtures, requests and answers", Assert.Single(report.Setup).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_does_not_come_is_given_up()
    {
        using var handler = new Never();
        var run = new EngineRun();
        run.Options = run.Options with { Handler = handler, RequestTime = TimeSpan.FromMilliseconds(50) };

        var step = await run.OperateAsync("\"method\":\"get\",\"url\":\"/Patient/1\"");

        Assert.Equal((StepResult.Error, "GET http://server.test/fhir/Patient/1: There was no whole answer within 0.1 s."), (step.Result, step.Message));
    }

    [Fact]
    public async Task Secrets_are_not_told()
    {
        var run = new EngineRun(static request => request.Path.StartsWith("/auth/token", StringComparison.Ordinal)
            ? Token()
            : EngineRun.Json(401, $$"""{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"login","diagnostics":"{{request.Header("Authorization")}}"}]}"""));
        run.Options = run.Options with { Destinations = [run.Options.Destinations[0] with { AccessToken = static _ => ValueTask.FromResult<string?>("token-of-destination") }] };
        var form = Convert.ToBase64String(Encoding.UTF8.GetBytes("grant_type=authorization_code&code=code-of-launch&client_secret=secret%2Fof%2Fclient"));

        var report = await run.RunAsync($$$"""
            "contained":[{"resourceType":"Binary","id":"f","contentType":"application/x-www-form-urlencoded","data":"{{{form}}}"}],
            "fixture":[{"id":"form","resource":{"reference":"#f"}}],
            "variable":[{"name":"token","path":"$.access_token","sourceId":"answer"},{"name":"told","defaultValue":"${token}"}],
            "test":[{"action":[
              {"operation":{"encodeRequestUrl":true,"method":"post","url":"http://server.test/auth/token","sourceId":"form","responseId":"answer"}},
              {"operation":{"encodeRequestUrl":true,"method":"get","url":"/Patient?code=code-of-search&t=${token}","requestHeader":[{"field":"Authorization","value":"Bearer ${told}"}]}},
              {"operation":{"encodeRequestUrl":true,"method":"get","url":"/Patient/2"}},
              {"operation":{"encodeRequestUrl":true,"method":"get","url":"http://${token}/"}}]}]
            """);

        Assert.Equal("Bearer token-that-was-given", run.Requests[1].Header("Authorization"));
        Assert.Equal("Bearer token-of-destination", run.Requests[2].Header("Authorization"));
        var told = string.Join('\n', report.Tests[0].Steps.Select(static step =>
            $"{step.Message} {step.Exchange?.Url} {string.Join(' ', step.Exchange?.RequestHeaders ?? [])} {step.Exchange?.RequestBody.Text} {step.Exchange?.Response?.Body.Text}"));
        Assert.DoesNotContain("token-that-was-given", told, StringComparison.Ordinal);
        Assert.DoesNotContain("token-of-destination", told, StringComparison.Ordinal);
        Assert.DoesNotContain("code-of-launch", told, StringComparison.Ordinal);
        Assert.DoesNotContain("secret/of/client", told, StringComparison.Ordinal);
        Assert.DoesNotContain("secret%2Fof", told, StringComparison.Ordinal);
        Assert.Contains($"grant_type=authorization_code&code={Redaction.Mask}&client_secret={Redaction.Mask}", told, StringComparison.Ordinal);
        Assert.Contains("code-of-search", told, StringComparison.Ordinal);
    }

    private static HttpResponseMessage Token() => new(HttpStatusCode.OK)
    {
        Content = new StringContent("""{"access_token":"token-that-was-given","token_type":"Bearer"}""", Encoding.UTF8, "application/json"),
    };

    private sealed class Never : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException("It never answers.");
        }
    }
}
