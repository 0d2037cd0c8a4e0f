// Scripts that ask a token endpoint by themselves have assertions of the destination's client, where they may.

using System.Net;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.JsonWebTokens;

namespace FhirHub.Conformance.Tests.Engine;

public sealed class AssertionTests : IDisposable
{
    private readonly EngineRun _run = new(static request => request.Url.EndsWith("/smart-configuration", StringComparison.Ordinal)
        ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("""{"token_endpoint":"http://server.test/token"}""", Encoding.UTF8, "application/json") }
        : EngineRun.Json(200, "{}"));

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task An_assertion_is_for_the_token_endpoint_and_another_one_each_time()
    {
        Allow();
        var (first, second) = (await SentAsync("${$assertion}"), await SentAsync("${$assertion:1}"));

        Assert.Equal(("me", "http://server.test/token"), (first.Issuer, Assert.Single(first.Audiences)));
        Assert.NotEqual(first.Id, second.Id);
    }

    [Fact]
    public async Task One_with_a_name_is_the_same_for_the_whole_run()
    {
        Allow();
        var report = await _run.RunAsync($$"""{{Variables("${$assertion:1:once}")}},"test":[{"action":[{{Post}},{{Post}}]}]""");

        Assert.True(report.IsPass);
        var bodies = Posts();
        Assert.Equal(2, bodies.Count);
        Assert.Single(bodies.Distinct());
    }

    [Fact]
    public async Task Parts_are_spoiled_as_the_script_says()
    {
        Allow();
        var assertion = await SentAsync("${$assertion;aud=http://elsewhere:8080/token;jti=;exp=-60}");

        Assert.Equal("http://elsewhere:8080/token", Assert.Single(assertion.Audiences));
        Assert.Empty(assertion.Id);
        Assert.True(assertion.ValidTo < DateTime.UtcNow);
    }

    [Theory]
    [InlineData("${$assertion}", "Destination 1 has no client that signs assertions; name one with its key in the run's configuration ('client').")]
    [InlineData("${$assertion:7}", "Destination 7 has no client that signs assertions; name one with its key in the run's configuration ('client').")]
    public async Task Where_a_script_may_not_have_one_it_is_told(string value, string message) =>
        Assert.Equal($"The fixture 'form' can't be used: {message}", (await _run.RunAsync($$"""{{Variables(value)}},"test":[{"action":[{{Post}}]}]""")).Tests[0].Steps[0].Message);

    [Theory]
    [InlineData("${$assertion;exp}", "'exp' of ${$assertion;exp} is no part=value.")]
    [InlineData("${$assertion;alg=none}", "'alg=none' is no part of an assertion; use iss, sub, aud, jti, exp, iat, nbf, kid, typ, jku or signature=broken, signature=none.")]
    public async Task A_part_that_there_is_not_is_told(string value, string message)
    {
        Allow();
        Assert.Equal($"The fixture 'form' can't be used: {message}", (await _run.RunAsync($$"""{{Variables(value)}},"test":[{"action":[{{Post}}]}]""")).Tests[0].Steps[0].Message);
    }

    [Fact]
    public async Task A_server_without_discovery_is_told_to_the_script_that_needs_it_alone()
    {
        _run.Answer = static _ => EngineRun.Json(404, "{}");
        Allow();
        var report = await _run.RunAsync($$"""{{Variables("${$assertion}")}},"test":[{"action":[{{Post}}]},{"action":[{"operation":{"encodeRequestUrl":true,"method":"get","url":"Patient/1"} }]}]""");

        Assert.StartsWith("The fixture 'form' can't be used: There is no audience for an assertion: http://server.test/fhir/.well-known/smart-configuration answers 404", report.Tests[0].Steps[0].Message, StringComparison.Ordinal);
        Assert.Equal(StepResult.Pass, report.Tests[1].Result);
    }

    [Theory]
    [InlineData("200", 3)]
    [InlineData("Patient.active", 4)]
    public async Task An_operation_is_repeated_until_its_answer_is_as_the_script_waits_for_it(string until, int requests)
    {
        var count = 0;
        _run.Answer = _ => ++count < 3 ? EngineRun.Json(404, """{"resourceType":"OperationOutcome"}""") : EngineRun.Json(200, $$"""{"resourceType":"Patient","active":{{(count > 3 ? "true" : "false")}}}""");
        var step = await _run.OperateAsync($$"""
            "extension":[{"url":"https://fhirhub.dev/fhir/StructureDefinition/testscript-until","valueString":"{{until}}"}],"method":"get","url":"Patient/1"
            """);

        Assert.Equal((StepResult.Pass, 200, requests), (step.Result, step.Exchange!.Response!.Status, count));
    }

    private const string Post = """{"operation":{"encodeRequestUrl":true,"method":"post","url":"http://server.test/token","contentType":"application/x-www-form-urlencoded","sourceId":"form"}}""";

    private void Allow()
    {
        var credentials = new ClientCredentials(
            new Uri(EngineRun.Base), new ClientAssertions("me", SigningKey.Parse(RunKeys.Elliptic("k").Private, "It"), TimeProvider.System), "system/*.rs", null, TimeProvider.System, _run);
        _run.Options = _run.Options with { Destinations = [_run.Options.Destinations[0] with { Client = credentials }] };
    }

    private static string Variables(string value) =>
        $$"""
        "contained":[{"resourceType":"Binary","id":"form","contentType":"application/x-www-form-urlencoded","data":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes($"client_assertion={value}"))}}"}],
        "fixture":[{"id":"form","autocreate":false,"autodelete":false,"resource":{"reference":"#form"} }]
        """;

    private List<string> Posts() => [.. _run.Requests.Where(static request => request.Method == "POST").Select(static request => request.Body)];

    private async Task<JsonWebToken> SentAsync(string value)
    {
        await _run.RunAsync($$"""{{Variables(value)}},"test":[{"action":[{{Post}}]}]""");
        return new JsonWebToken(QueryHelpers.ParseQuery(Posts()[^1])["client_assertion"]);
    }
}
