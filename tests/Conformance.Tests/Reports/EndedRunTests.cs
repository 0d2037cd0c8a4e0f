// A run that is ended from outside tells what it had come to, and cleans up.

using System.Net;

namespace FhirHub.Conformance.Tests;

public class EndedRunTests
{
    [Fact]
    public async Task What_is_left_of_an_ended_run_is_skipped_and_teardown_runs()
    {
        using var stop = new CancellationTokenSource();
        using var handler = new Answers(request =>
        {
            if (request.RequestUri!.AbsolutePath.EndsWith("/Patient/2", StringComparison.Ordinal))
                stop.Cancel();
            return new HttpResponseMessage(HttpStatusCode.OK);
        });
        var script = Samples.Script(
            """
            "test":[
              {"name":"First","action":[{"operation":{"encodeRequestUrl":true,"method":"get","url":"http://test.example/fhir/Patient/1"}}]},
              {"name":"Second","action":[{"operation":{"encodeRequestUrl":true,"method":"get","url":"http://test.example/fhir/Patient/2"}},{"operation":{"encodeRequestUrl":true,"method":"get","url":"http://test.example/fhir/Patient/3"}}]},
              {"name":"Third","action":[{"operation":{"encodeRequestUrl":true,"method":"get","url":"http://test.example/fhir/Patient/4"}}]}],
            "teardown":{"action":[{"operation":{"encodeRequestUrl":true,"method":"delete","url":"http://test.example/fhir/Patient/1"}}]}
            """);

        var report = await new TestScriptEngine(Samples.Options(handler)).RunAsync(script, null, stop.Token);

        Assert.True(report.IsStopped);
        Assert.Equal(StepResult.Pass, report.Tests[0].Result);
        Assert.Equal(StepResult.Skip, report.Tests[1].Steps[1].Result);
        Assert.Equal(StepResult.Skip, report.Tests[2].Result);
        Assert.Equal("Skipped, since the run was ended.", report.Tests[2].Steps[0].Message);
        Assert.Equal(StepResult.Pass, Assert.Single(report.Teardown).Result);
        Assert.Equal("DELETE http://test.example/fhir/Patient/1", handler.Seen[^1]);
        Assert.DoesNotContain("GET http://test.example/fhir/Patient/4", handler.Seen);
    }
}
