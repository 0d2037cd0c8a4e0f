// Where the values of ${…} come from.

using System.Globalization;
using System.Numerics;

namespace FhirHub.Conformance.Tests.Engine;

public class VariableTests
{
    private static readonly DateTimeOffset Now = new(2024, 2, 29, 23, 30, 15, 250, TimeSpan.Zero);

    [Theory]
    [InlineData("\"defaultValue\":\"a\"", "a")]
    [InlineData("\"defaultValue\":\"a-${other}\"", "a-b")]
    [InlineData("\"expression\":\"Patient.id\"", "read")]
    [InlineData("\"path\":\"Patient/id\"", "read")]
    [InlineData("\"path\":\"$.meta.versionId\"", "3")]
    [InlineData("\"expression\":\"Patient.name.family\",\"defaultValue\":\"none\"", "none")]
    [InlineData("\"headerField\":\"etag\"", "W/\"3\"")]
    [InlineData("\"headerField\":\"ETag\",\"sourceId\":\"first\"", "W/\"3\"")]
    [InlineData("\"expression\":\"Patient.id\",\"sourceId\":\"first\"", "read")]
    [InlineData("\"expression\":\"Patient.id\",\"sourceId\":\"fixture\"", "p")]
    [InlineData("\"headerField\":\"None\",\"defaultValue\":\"none\"", "none")]
    public async Task A_variable_is_read_from_its_source_or_has_its_default(string members, string value)
    {
        var run = new EngineRun(static _ => EngineRun.Json(200, """{"resourceType":"Patient","id":"read","meta":{"versionId":"3"}}""", ("ETag", "W/\"3\"")));

        var step = await UseAsync(run, members);

        Assert.Equal(("", value), (step.Result == StepResult.Pass ? "" : step.Message, run.Requests[1].Header("X-Value")));
    }

    [Theory]
    [InlineData("\"expression\":\"Patient.name.family\"", "The variable 'value' has no value: Patient.name.family gives nothing for the last response.")]
    [InlineData("\"headerField\":\"ETag\",\"sourceId\":\"fixture\"", "The variable 'value' has no value: 'fixture' has no header ETag.")]
    [InlineData("\"hint\":\"[id]\"", "The variable 'value' has no value: give it one when you start the run ([id]).")]
    [InlineData("\"defaultValue\":\"${value}\"", "The variable 'value' needs itself.")]
    [InlineData("\"defaultValue\":\"${unknown}\"", "The variable 'unknown' is unknown: the script does not define it, and the run was not given it.")]
    [InlineData("\"defaultValue\":\"${$unknown}\"", "The engine makes no value ${$unknown}; docs/testscript.md lists those that it makes.")]
    [InlineData("\"expression\":\"Patient.id | Patient.meta.versionId\"", "The variable 'value' has 2 values (Patient.id | Patient.meta.versionId), and a variable has one; take one of them, as by first().")]
    public async Task A_variable_without_one_value_is_an_error_of_the_step_that_uses_it(string members, string message)
    {
        var run = new EngineRun();

        var step = await UseAsync(run, members);

        Assert.Equal((StepResult.Error, message), (step.Result, step.Message));
        Assert.Single(run.Requests);
    }

    [Fact]
    public async Task A_long_chain_of_variables_is_an_error_and_does_not_end_the_process()
    {
        var chain = string.Join(',', Enumerable.Range(0, 20_000).Select(static i => $$"""{"name":"v{{i}}","defaultValue":"${v{{i + 1}}}"}"""));

        var step = await new EngineRun().OperateAsync("\"method\":\"get\",\"url\":\"/Patient/${v0}\"", $$"""
            "variable":[{{chain}},{"name":"v20000","defaultValue":"end"}],
            """);

        Assert.Equal((StepResult.Error, "The variable 'v32' stands at the end of more than 32 variables that need each other; put its value into one of them."), (step.Result, step.Message));
    }

    [Fact]
    public async Task Variables_that_double_each_other_are_an_error()
    {
        var doubled = string.Join(',', Enumerable.Range(0, 30).Select(static i => $$"""{"name":"v{{i}}","defaultValue":"${v{{i + 1}}}${v{{i + 1}}}"}"""));

        var step = await new EngineRun().OperateAsync("\"method\":\"get\",\"url\":\"/Patient/${v0}\"", $$"""
            "variable":[{{doubled}},{"name":"v30","defaultValue":"a"}],
            """);

        Assert.Equal((StepResult.Error, "The variables of a variable's value are more than 100000 together; make them depend on each other less."), (step.Result, step.Message));
    }

    [Fact]
    public async Task The_users_values_go_before_those_of_the_script_and_need_no_variable_of_it()
    {
        var run = new EngineRun();
        run.Options = run.Options with { Variables = new Dictionary<string, string> { ["value"] = "given", ["other"] = "too" } };

        await UseAsync(run, "\"defaultValue\":\"a\"");

        Assert.Equal("given", run.Requests[1].Header("X-Value"));
    }

    [Theory]
    [InlineData("$now", "2024-02-29T23:30:15.250Z")]
    [InlineData("$now+1h", "2024-03-01T00:30:15.250Z")]
    [InlineData("$now-90s", "2024-02-29T23:28:45.250Z")]
    [InlineData("$now+30m", "2024-03-01T00:00:15.250Z")]
    [InlineData("$today", "2024-02-29")]
    [InlineData("$today+1y", "2025-02-28")]
    [InlineData("$today-1mo", "2024-01-29")]
    [InlineData("$today-7d", "2024-02-22")]
    [InlineData("$base", "http://server.test/fhir")]
    [InlineData("$base:1", "http://server.test/fhir")]
    [InlineData("$dicomweb", "http://server.test/dicomweb")]
    [InlineData("$origin", "http://server.test")]
    public async Task The_engine_makes_times_and_addresses(string name, string value)
    {
        var run = new EngineRun();
        run.Options = run.Options with { Clock = new FixedClock(), Destinations = [run.Options.Destinations[0] with { DicomwebBase = new Uri("http://server.test/dicomweb/") }] };

        await UseAsync(run, $"\"defaultValue\":\"${{{name}}}\"");

        Assert.Equal(value, run.Requests[1].Header("X-Value"));
    }

    [Theory]
    [InlineData("$uuid", 36)]
    [InlineData("$digits:8", 8)]
    [InlineData("$oid", 0)]
    public async Task A_made_value_is_new_each_time_and_one_with_a_name_the_same_for_the_whole_run(string kind, int length)
    {
        var run = new EngineRun();

        await UseAsync(run, $"\"defaultValue\":\"${{{kind}}} ${{{kind}}} ${{{kind}:a}} ${{{kind}:a}} ${{{kind}:b}}\"");

        var values = run.Requests[1].Header("X-Value")!.Split(' ');
        Assert.Equal(4, values.Distinct().Count());
        Assert.Equal(values[2], values[3]);
        Assert.All(values, value => Assert.True(length == 0 ? value.StartsWith("2.25.", StringComparison.Ordinal) && BigInteger.TryParse(value[5..], CultureInfo.InvariantCulture, out _) : value.Length == length));
    }

    [Fact]
    public async Task Variables_of_a_fixture_are_put_in_once_as_text_of_its_format()
    {
        var run = new EngineRun();
        run.Options = run.Options with
        {
            Variables = new Dictionary<string, string> { ["name"] = "a\"<&b" },
            ReadFixture = static (_, reference, _) => ValueTask.FromResult<Payload?>(reference == "p.json"
                ? new Payload("""{"resourceType":"Patient","id":"${$uuid}","name":[{"family":"${name}"}]}"""u8.ToArray(), "application/fhir+json")
                : new Payload("""<Patient xmlns="http://hl7.org/fhir"><name><family value="${name}"/></name></Patient>"""u8.ToArray(), "application/fhir+xml")),
        };

        await run.RunAsync("""
            "fixture":[{"id":"json","resource":{"reference":"p.json"}},{"id":"xml","resource":{"reference":"p.xml"}}],
            "test":[{"action":[
              {"operation":{"encodeRequestUrl":true,"type":{"code":"update"},"sourceId":"json"}},
              {"operation":{"encodeRequestUrl":true,"type":{"code":"update"},"sourceId":"json"}},
              {"operation":{"encodeRequestUrl":true,"type":{"code":"create"},"sourceId":"xml"}}]}]
            """);

        Assert.Equal(run.Requests[0].ToString(), run.Requests[1].ToString());
        Assert.Contains("\"family\":\"a\\\"<&b\"", run.Requests[0].Body, StringComparison.Ordinal);
        Assert.Contains("<family value=\"a&quot;&lt;&amp;b\"/>", run.Requests[2].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Variables_are_put_into_the_text_that_a_Binary_holds()
    {
        var run = new EngineRun();
        run.Options = run.Options with { Variables = new Dictionary<string, string> { ["code"] = "abc" } };
        var form = Convert.ToBase64String("code=${code}"u8);

        await run.RunAsync($$$"""
            "contained":[{"resourceType":"Binary","id":"f","contentType":"application/x-www-form-urlencoded","data":"{{{form}}}"}],
            "fixture":[{"id":"form","resource":{"reference":"#f"}}],
            "test":[{"action":[{"operation":{"encodeRequestUrl":true,"method":"post","url":"http://server.test/auth/token","sourceId":"form"}}]}]
            """);

        Assert.Equal("code=abc", run.Requests.Single().Body);
    }

    // A read, then a request that carries the variable's value in a header field.
    private static async Task<StepReport> UseAsync(EngineRun run, string members) =>
        (await run.RunAsync($$$"""
            "contained":[{"resourceType":"Patient","id":"p"}],"fixture":[{"id":"fixture","resource":{"reference":"#p"}}],
            "variable":[{"name":"value",{{{members}}}},{"name":"other","defaultValue":"b"}],
            "test":[{"action":[
              {"operation":{"encodeRequestUrl":true,"type":{"code":"read"},"resource":"Patient","params":"/1","responseId":"first"}},
              {"operation":{"encodeRequestUrl":true,"type":{"code":"read"},"resource":"Patient","params":"/2","requestHeader":[{"field":"X-Value","value":"${value}"}]}}]}]
            """)).Tests[0].Steps[1];

    private sealed class FixedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
