// The order of a run: fixtures, setup, tests, teardown, and what a failure does to the rest.

namespace FhirHub.Conformance.Tests.Engine;

public class ScriptRunTests
{
    private const string Fails = """{"assert":{"responseCode":"418","warningOnly":false}}""";

    private const string Holds = """{"assert":{"responseCode":"200","warningOnly":false}}""";

    [Fact]
    public async Task A_failed_setup_skips_every_test_and_the_teardown_runs()
    {
        var run = new EngineRun();

        var report = await run.RunAsync($$$"""
            "setup":{"action":[{{{Read(1)}}},{{{Fails}}},{{{Read(2)}}}]},
            "test":[{"action":[{{{Read(3)}}}]},{"action":[{{{Read(4)}}}]}],
            "teardown":{"action":[{{{Read(5)}}}]}
            """);

        Assert.Equal([StepResult.Pass, StepResult.Fail, StepResult.Skip], report.Setup.Select(static step => step.Result));
        Assert.Equal([StepResult.Skip, StepResult.Skip], report.Tests.Select(static test => test.Result));
        Assert.Equal("Skipped, since the setup failed.", report.Tests[1].Steps[0].Message);
        Assert.Equal(["GET /Patient/1", "GET /Patient/5"], run.Requests.Select(static request => request.ToString()));
        Assert.False(report.IsPass);
    }

    [Fact]
    public async Task A_fault_of_the_engine_ends_its_test_and_neither_the_others_nor_the_teardown()
    {
        var run = new EngineRun();
        var answer = run.Answer;
        run.Answer = request => request.Path.EndsWith("/1", StringComparison.Ordinal) ? throw new InvalidOperationException("nobody thought of this") : answer(request);

        var report = await run.RunAsync($$$"""
            "test":[{"action":[{{{Read(1)}}}]},{"action":[{{{Read(2)}}},{{{Holds}}}]}],
            "teardown":{"action":[{{{Read(3)}}}]}
            """);

        Assert.Equal([StepResult.Error, StepResult.Pass], report.Tests.Select(static test => test.Result));
        Assert.Contains("nobody thought of this", report.Tests[0].Steps[0].Message, StringComparison.Ordinal);
        Assert.Equal(["GET /Patient/1", "GET /Patient/2", "GET /Patient/3"], run.Requests.Select(static request => request.ToString()));
    }

    [Fact]
    public async Task A_failed_assert_skips_the_rest_of_its_test_and_other_tests_go_on()
    {
        var run = new EngineRun();

        var report = await run.RunAsync($$$"""
            "test":[{"action":[{{{Read(1)}}},{{{Fails}}},{{{Read(2)}}}]},{"action":[{{{Read(3)}}},{{{Holds}}}]}]
            """);

        Assert.Equal([StepResult.Pass, StepResult.Fail, StepResult.Skip], report.Tests[0].Steps.Select(static step => step.Result));
        Assert.Equal([StepResult.Fail, StepResult.Pass], report.Tests.Select(static test => test.Result));
        Assert.Equal(["GET /Patient/1", "GET /Patient/3"], run.Requests.Select(static request => request.ToString()));
    }

    [Fact]
    public async Task A_test_goes_on_after_an_assert_that_does_not_stop_it()
    {
        var run = new EngineRun();

        var report = await run.RunAsync($$$"""
            "test":[{"action":[{{{Read(1)}}},
              {"assert":{"extension":[{"url":"http://hl7.org/fhir/5.0/StructureDefinition/extension-TestScript.test.action.assert.stopTestOnFail","valueBoolean":false}],"responseCode":"418","warningOnly":false}},
              {{{Read(2)}}}]}]
            """);

        Assert.Equal([StepResult.Pass, StepResult.Fail, StepResult.Pass], report.Tests[0].Steps.Select(static step => step.Result));
        Assert.Equal(StepResult.Fail, report.Tests[0].Result);
    }

    [Fact]
    public async Task A_request_without_an_answer_is_an_error_and_the_teardown_goes_on_after_one()
    {
        var run = new EngineRun(static request => request.Path.EndsWith("/1", StringComparison.Ordinal) ? throw new HttpRequestException("no route") : EngineRun.Json(200, "{}"));

        var report = await run.RunAsync($$$"""
            "test":[{"action":[{{{Read(1)}}},{{{Read(2)}}}]}],"teardown":{"action":[{{{Read(1)}}},{{{Read(3)}}}]}
            """);

        Assert.Equal([StepResult.Error, StepResult.Skip], report.Tests[0].Steps.Select(static step => step.Result));
        Assert.Equal("GET http://server.test/fhir/Patient/1: There was no answer: no route", report.Tests[0].Steps[0].Message);
        Assert.Equal([StepResult.Error, StepResult.Pass], report.Teardown.Select(static step => step.Result));
    }

    [Fact]
    public async Task Fixtures_are_created_before_setup_and_deleted_after_teardown_in_the_other_order()
    {
        var run = new EngineRun();
        run.Options = run.Options with
        {
            ReadFixture = static (_, _, _) => ValueTask.FromResult<Payload?>(new Payload("""{"resourceType":"Patient","active":true}"""u8.ToArray(), "application/fhir+json")),
        };

        var report = await run.RunAsync($$$"""
            "contained":[{"resourceType":"Organization","id":"org","name":"o"}],
            "fixture":[{"id":"a","autocreate":true,"autodelete":true,"resource":{"reference":"#org"}},{"id":"b","autocreate":true,"autodelete":true,"resource":{"reference":"b.json"}}],
            "variable":[{"name":"id","sourceId":"b","expression":"Patient.id"},{"name":"location","sourceId":"b","headerField":"Location"}],
            "setup":{"action":[{"operation":{"encodeRequestUrl":true,"type":{"code":"read"},"targetId":"b","requestHeader":[{"field":"X-Value","value":"${id} ${location}"}]}}]},
            "test":[{"action":[{{{Read(3)}}}]}],
            "teardown":{"action":[{{{Read(5)}}}]}
            """);

        Assert.Equal(
            ["PUT /Organization/org", "POST /Patient", "GET /Patient/made", "GET /Patient/3", "GET /Patient/5", "DELETE /Patient/made", "DELETE /Organization/org"],
            run.Requests.Select(static request => request.ToString()));
        Assert.Equal("made http://server.test/fhir/Patient/made/_history/1", run.Requests[2].Header("X-Value"));
        Assert.Equal(["Create the fixture 'a'", "Create the fixture 'b'", ""], report.Setup.Select(static step => step.Name));
        Assert.Equal("Delete the fixture 'a'", report.Teardown[^1].Name);
        Assert.True(report.IsPass);
    }

    [Fact]
    public async Task What_was_there_before_is_not_deleted_and_what_an_operation_made_is()
    {
        var run = new EngineRun(static request => request.Method switch
        {
            "PUT" => EngineRun.Json(200, request.Body),
            "POST" => EngineRun.Json(201, "{}", ("Location", "Patient/made")),
            _ => EngineRun.Json(200, "{}"),
        });

        await run.RunAsync("""
            "contained":[{"resourceType":"Patient","id":"p"},{"resourceType":"Patient","id":"q"}],
            "fixture":[{"id":"a","autocreate":true,"autodelete":true,"resource":{"reference":"#p"}},{"id":"b","autocreate":false,"autodelete":true,"resource":{"reference":"#q"}}],
            "test":[{"action":[{"operation":{"encodeRequestUrl":true,"type":{"code":"create"},"sourceId":"b"}}]}]
            """);

        Assert.Equal(["PUT /Patient/p", "POST /Patient", "DELETE /Patient/made"], run.Requests.Select(static request => request.ToString()));
    }

    [Theory]
    [InlineData("\"resource\":{\"reference\":\"gone.json\"}", "The fixture 'a' is not there: gone.json was not found.")]
    [InlineData("\"autocreate\":true,\"resource\":{\"reference\":\"#p\"}", "It could not be created. PUT http://server.test/fhir/Patient/p: 422")]
    public async Task A_fixture_that_can_not_be_had_skips_every_test(string members, string message)
    {
        var run = new EngineRun(static request => EngineRun.Json(request.Method == "PUT" ? 422 : 200, "{}"));

        var report = await run.RunAsync($$$"""
            "contained":[{"resourceType":"Patient","id":"p"}],"fixture":[{"id":"a",{{{members}}}}],
            "setup":{"action":[{{{Read(1)}}}]},"test":[{"action":[{{{Read(2)}}}]}],"teardown":{"action":[{{{Read(3)}}}]}
            """);

        Assert.Equal((StepResult.Error, message), (report.Setup[0].Result, report.Setup[0].Message));
        Assert.Equal((StepResult.Skip, StepResult.Skip), (report.Setup[1].Result, report.Tests[0].Result));
        Assert.Equal("GET /Patient/3", run.Requests[^1].ToString());
    }

    [Theory]
    [InlineData("\"destination\":2,\"type\":{\"code\":\"read\"},\"resource\":\"Patient\",\"params\":\"/1\"", "", "Skipped, since the script asks destination 2 and this run was given 1.")]
    [InlineData("\"type\":{\"code\":\"read\"},\"url\":\"${$base:3}/Patient/1\"", "", "Skipped, since the script asks destination 3 and this run was given 1.")]
    [InlineData("\"type\":{\"code\":\"read\"},\"resource\":\"Patient\",\"params\":\"/1\"", "\"destination\":[{\"index\":4,\"profile\":{\"code\":\"FHIR-Server\"}}],", "Skipped, since the script asks destination 4 and this run was given 1.")]
    [InlineData("\"method\":\"get\",\"url\":\"${$dicomweb}/studies\"", "", "Skipped, since the script asks the DICOMweb service of destination 1 and this run was given none.")]
    public async Task A_script_for_a_destination_that_the_run_does_not_have_is_skipped(string operation, string before, string message)
    {
        var run = new EngineRun();

        var step = await run.OperateAsync(operation, before);

        Assert.Equal((StepResult.Skip, message), (step.Result, step.Message));
        Assert.Empty(run.Requests);
    }

    [Fact]
    public async Task Steps_are_told_in_order_as_they_are_done()
    {
        var run = new EngineRun();
        var told = new List<StepReport>();

        var report = await new TestScriptEngine(run.Options).RunAsync(
            EngineRun.Script($$$"""
                "setup":{"action":[{{{Read(1)}}}]},"test":[{"action":[{{{Read(2)}}},{{{Fails}}},{{{Read(3)}}}]}],"teardown":{"action":[{{{Read(4)}}}]}
                """),
            told.Add,
            CancellationToken.None);

        Assert.Equal([.. report.Setup, .. report.Tests[0].Steps, .. report.Teardown], told);
    }

    [Fact]
    public async Task A_run_that_is_ended_cleans_up_first()
    {
        using var end = new CancellationTokenSource();
        var run = new EngineRun();
        var answer = run.Answer;
        run.Answer = request =>
        {
            if (request.Path.EndsWith("/1", StringComparison.Ordinal))
                end.Cancel();
            return answer(request);
        };

        var report = await run.RunAsync(
            $$$"""
            "contained":[{"resourceType":"Patient","id":"p"}],"fixture":[{"id":"a","autocreate":true,"autodelete":true,"resource":{"reference":"#p"}}],
            "test":[{"action":[{{{Read(1)}}},{{{Read(2)}}}]}],"teardown":{"action":[{{{Read(3)}}}]}
            """,
            end.Token);

        Assert.True(report.IsStopped);
        Assert.Equal(["PUT /Patient/p", "GET /Patient/1", "GET /Patient/3", "DELETE /Patient/p"], run.Requests.Select(static request => request.ToString()));
    }

    [Fact]
    public async Task A_script_sends_no_more_requests_than_it_may()
    {
        var run = new EngineRun();
        run.Options = run.Options with { MaxRequests = 2 };

        var report = await run.RunAsync($$$"""
            "test":[{"action":[{{{Read(1)}}},{{{Read(2)}}},{{{Read(3)}}}]}],"teardown":{"action":[{{{Read(4)}}}]}
            """);

        Assert.Equal((StepResult.Error, "The script sends more than 2 requests."), (report.Tests[0].Steps[2].Result, report.Tests[0].Steps[2].Message));
        Assert.Equal("GET /Patient/4", run.Requests[^1].ToString());
    }

    [Fact]
    public async Task Scripts_run_at_once_each_with_values_of_its_own()
    {
        var run = new EngineRun();
        var engine = new TestScriptEngine(run.Options);
        var script = EngineRun.Script("""
            "test":[{"action":[
              {"operation":{"encodeRequestUrl":true,"type":{"code":"read"},"resource":"Patient","params":"/${$uuid:a}"}},
              {"operation":{"encodeRequestUrl":true,"type":{"code":"read"},"resource":"Patient","params":"/${$uuid:a}"}}]}]
            """);

        var reports = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => engine.RunAsync(script, null, CancellationToken.None)));

        Assert.All(reports, static report => Assert.True(report.IsPass));
        Assert.Equal([.. Enumerable.Repeat(2, 20)], run.Requests.GroupBy(static request => request.Url).Select(static group => group.Count()));
    }

    private static string Read(int id) => $$$"""{"operation":{"encodeRequestUrl":true,"type":{"code":"read"},"resource":"Patient","params":"/{{{id}}}"}}""";
}
