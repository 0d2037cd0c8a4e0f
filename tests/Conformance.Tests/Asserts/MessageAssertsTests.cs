// Asserts on status, header fields, method and address, with each operator.

namespace FhirHub.Conformance.Tests;

public class MessageAssertsTests
{
    [Theory]
    [InlineData("okay", 200)]
    [InlineData("created", 201)]
    [InlineData("noContent", 204)]
    [InlineData("notModified", 304)]
    [InlineData("bad", 400)]
    [InlineData("forbidden", 403)]
    [InlineData("notFound", 404)]
    [InlineData("methodNotAllowed", 405)]
    [InlineData("conflict", 409)]
    [InlineData("gone", 410)]
    [InlineData("preconditionFailed", 412)]
    [InlineData("unprocessable", 422)]
    public async Task Each_response_is_one_status(string response, int status)
    {
        Assert.Equal(StepResult.Pass, (await new JudgedRun().Answered(status).JudgeAsync($$"""{"response":"{{response}}","warningOnly":false}""")).Result);
        var failed = await new JudgedRun().Answered(status + 1).JudgeAsync($$"""{"response":"{{response}}","warningOnly":false}""");
        Assert.Equal((StepResult.Fail, $"The status ({response}) should be '{status}'; found '{status + 1}'."), (failed.Result, failed.Message));
    }

    [Theory]
    [InlineData("\"responseCode\":\"200\"", StepResult.Pass)]
    [InlineData("\"responseCode\":\"201\"", StepResult.Fail)]
    [InlineData("\"operator\":\"equals\",\"responseCode\":\"200\"", StepResult.Pass)]
    [InlineData("\"operator\":\"notEquals\",\"responseCode\":\"200\"", StepResult.Fail)]
    [InlineData("\"operator\":\"notEquals\",\"responseCode\":\"404\"", StepResult.Pass)]
    [InlineData("\"operator\":\"in\",\"responseCode\":\"204, 200\"", StepResult.Pass)]
    [InlineData("\"operator\":\"in\",\"responseCode\":\"201,204\"", StepResult.Fail)]
    [InlineData("\"operator\":\"notIn\",\"responseCode\":\"201,204\"", StepResult.Pass)]
    [InlineData("\"operator\":\"notIn\",\"responseCode\":\"201,200\"", StepResult.Fail)]
    [InlineData("\"operator\":\"greaterThan\",\"responseCode\":\"199\"", StepResult.Pass)]
    [InlineData("\"operator\":\"greaterThan\",\"responseCode\":\"200\"", StepResult.Fail)]
    [InlineData("\"operator\":\"lessThan\",\"responseCode\":\"1000\"", StepResult.Pass)]
    [InlineData("\"operator\":\"lessThan\",\"responseCode\":\"200\"", StepResult.Fail)]
    [InlineData("\"operator\":\"contains\",\"responseCode\":\"20\"", StepResult.Pass)]
    [InlineData("\"operator\":\"notContains\",\"responseCode\":\"4\"", StepResult.Pass)]
    [InlineData("\"operator\":\"notContains\",\"responseCode\":\"20\"", StepResult.Fail)]
    [InlineData("\"operator\":\"notEmpty\",\"responseCode\":\"200\"", StepResult.Pass)]
    [InlineData("\"operator\":\"empty\",\"responseCode\":\"200\"", StepResult.Fail)]
    [InlineData("\"operator\":\"eval\",\"responseCode\":\"200\"", StepResult.Error)]
    [InlineData("\"operator\":\"notEquals\",\"response\":\"okay\"", StepResult.Fail)]
    [InlineData("\"operator\":\"in\",\"response\":\"okay,created\"", StepResult.Pass)]
    [InlineData("\"response\":\"fine\"", StepResult.Error)]
    [InlineData("\"direction\":\"response\",\"response\":\"okay\"", StepResult.Pass)]
    [InlineData("\"direction\":\"request\",\"response\":\"okay\"", StepResult.Error)]
    [InlineData("\"direction\":\"request\",\"responseCode\":\"200\"", StepResult.Error)]
    public async Task A_status_is_compared_by_the_operator(string assert, StepResult expected)
    {
        Assert.Equal(expected, (await new JudgedRun().Answered(200).JudgeAsync($$"""{ {{assert}},"warningOnly":false}""")).Result);
    }

    [Fact]
    public async Task A_wrong_status_is_told_with_what_the_server_says()
    {
        var run = new JudgedRun().Answered(
            400, """{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"invalid"},{"severity":"error","code":"invalid","diagnostics":"The birth date is no date."}]}""");

        Assert.Equal("The status should be '201'; found '400'. The server says: 'The birth date is no date.'", (await run.JudgeAsync("""{"responseCode":"201","warningOnly":false}""")).Message);
        Assert.Equal("The status is '400'.", (await run.JudgeAsync("""{"responseCode":"400","warningOnly":false}""")).Message);
    }

    [Theory]
    [InlineData("json", "application/fhir+json", StepResult.Pass)]
    [InlineData("json", "application/fhir+json; charset=utf-8", StepResult.Pass)]
    [InlineData("json", "Application/FHIR+JSON;fhirVersion=4.0", StepResult.Pass)]
    [InlineData("json", "application/json", StepResult.Fail)]
    [InlineData("json", "application/fhir+xml", StepResult.Fail)]
    [InlineData("xml", "application/fhir+xml;charset=UTF-8", StepResult.Pass)]
    [InlineData("application/fhir+xml", "application/fhir+xml", StepResult.Pass)]
    [InlineData("application/json", "application/json; charset=utf-8", StepResult.Pass)]
    [InlineData("application/fhir+json; fhirVersion=4.0", "application/fhir+json; charset=utf-8; fhirversion=\\\"4.0\\\"", StepResult.Pass)]
    [InlineData("application/fhir+json; fhirVersion=4.0", "application/fhir+json; charset=utf-8", StepResult.Fail)]
    [InlineData("none", null, StepResult.Pass)]
    [InlineData("none", "text/plain", StepResult.Fail)]
    [InlineData("json", null, StepResult.Fail)]
    public async Task A_content_type_is_compared_without_parameters_that_nobody_asks_for(string expected, string? found, StepResult result)
    {
        var run = new JudgedRun().Answered(200, contentType: found?.Replace("\\\"", "\"", StringComparison.Ordinal));

        Assert.Equal(result, (await run.JudgeAsync($$"""{"contentType":"{{expected}}","warningOnly":false}""")).Result);
    }

    [Theory]
    [InlineData("\"operator\":\"notEquals\",\"contentType\":\"xml\"", StepResult.Pass)]
    [InlineData("\"operator\":\"notEquals\",\"contentType\":\"json\"", StepResult.Fail)]
    [InlineData("\"operator\":\"in\",\"contentType\":\"json,xml\"", StepResult.Pass)]
    [InlineData("\"operator\":\"notIn\",\"contentType\":\"json,xml\"", StepResult.Fail)]
    [InlineData("\"operator\":\"contains\",\"contentType\":\"fhir\"", StepResult.Pass)]
    [InlineData("\"direction\":\"request\",\"contentType\":\"json\"", StepResult.Pass)]
    [InlineData("\"direction\":\"request\",\"contentType\":\"xml\"", StepResult.Fail)]
    public async Task A_content_type_is_compared_by_the_operator(string assert, StepResult expected)
    {
        var run = new JudgedRun().Answered(200, "{}", requestBody: """{"resourceType":"Patient"}""");

        Assert.Equal(expected, (await run.JudgeAsync($$"""{ {{assert}},"warningOnly":false}""")).Result);
    }

    [Theory]
    [InlineData("\"headerField\":\"Location\",\"operator\":\"notEmpty\"", StepResult.Pass)]
    [InlineData("\"headerField\":\"location\",\"operator\":\"empty\"", StepResult.Fail)]
    [InlineData("\"headerField\":\"ETag\",\"operator\":\"empty\"", StepResult.Pass)]
    [InlineData("\"headerField\":\"ETag\",\"operator\":\"notEmpty\"", StepResult.Fail)]
    [InlineData("\"headerField\":\"X-Blank\",\"operator\":\"empty\"", StepResult.Pass)]
    [InlineData("\"headerField\":\"Location\",\"operator\":\"contains\",\"value\":\"/Patient/\"", StepResult.Pass)]
    [InlineData("\"headerField\":\"Location\",\"operator\":\"contains\",\"value\":\"/Group/\"", StepResult.Fail)]
    [InlineData("\"headerField\":\"Location\",\"operator\":\"notContains\",\"value\":\"/Group/\"", StepResult.Pass)]
    [InlineData("\"headerField\":\"ETag\",\"operator\":\"notContains\",\"value\":\"W/\"", StepResult.Pass)]
    [InlineData("\"headerField\":\"ETag\",\"operator\":\"notEquals\",\"value\":\"W/\"", StepResult.Pass)]
    [InlineData("\"headerField\":\"ETag\",\"value\":\"W/\"", StepResult.Fail)]
    [InlineData("\"headerField\":\"Content-Length\",\"operator\":\"greaterThan\",\"value\":\"0\"", StepResult.Pass)]
    [InlineData("\"headerField\":\"Content-Length\",\"operator\":\"greaterThan\",\"value\":\"9\"", StepResult.Pass)]
    [InlineData("\"headerField\":\"Content-Length\",\"operator\":\"lessThan\",\"value\":\"12\"", StepResult.Fail)]
    [InlineData("\"headerField\":\"Content-Length\",\"operator\":\"lessThan\",\"value\":\"ten\"", StepResult.Fail)]
    [InlineData("\"headerField\":\"Content-Length\",\"operator\":\"in\",\"value\":\"11,12\"", StepResult.Pass)]
    [InlineData("\"headerField\":\"Content-Length\",\"operator\":\"notIn\",\"value\":\"11,12\"", StepResult.Fail)]
    [InlineData("\"headerField\":\"Content-Length\",\"value\":\"012\"", StepResult.Fail)]
    [InlineData("\"headerField\":\"Last-Modified\",\"operator\":\"greaterThan\",\"value\":\"Sat, 03 Feb 2024 04:05:05 GMT\"", StepResult.Pass)]
    [InlineData("\"headerField\":\"Last-Modified\",\"operator\":\"lessThan\",\"value\":\"Sat, 03 Feb 2024 04:05:06 GMT\"", StepResult.Fail)]
    [InlineData("\"headerField\":\"Vary\",\"value\":\"Accept, Prefer\"", StepResult.Pass)]
    [InlineData("\"headerField\":\"Location\"", StepResult.Error)]
    [InlineData("\"headerField\":\"Location\",\"operator\":\"like\",\"value\":\"x\"", StepResult.Error)]
    [InlineData("\"direction\":\"request\",\"headerField\":\"If-Match\",\"value\":\"W/\\\"1\\\"\"", StepResult.Pass)]
    [InlineData("\"direction\":\"request\",\"headerField\":\"Location\",\"operator\":\"notEmpty\"", StepResult.Fail)]
    [InlineData("\"sourceId\":\"sent\",\"headerField\":\"If-Match\",\"operator\":\"notEmpty\"", StepResult.Pass)]
    [InlineData("\"sourceId\":\"came\",\"headerField\":\"Location\",\"operator\":\"notEmpty\"", StepResult.Pass)]
    [InlineData("\"sourceId\":\"nobody\",\"headerField\":\"Location\",\"operator\":\"notEmpty\"", StepResult.Error)]
    public async Task A_header_field_is_compared_by_the_operator(string assert, StepResult expected)
    {
        var run = new JudgedRun().Answered(
            200, requestId: "sent", responseId: "came",
            headers: [("Location", "http://server.example/fhir/Patient/p1/_history/1"), ("Content-Length", "12"), ("X-Blank", ""), ("Last-Modified", "Sat, 03 Feb 2024 04:05:06 GMT"), ("Vary", "Accept"), ("Vary", "Prefer")]);

        Assert.Equal(expected, (await run.JudgeAsync($$"""{ {{assert}},"warningOnly":false}""")).Result);
    }

    [Theory]
    [InlineData("\"requestMethod\":\"put\"", StepResult.Pass)]
    [InlineData("\"direction\":\"request\",\"requestMethod\":\"put\"", StepResult.Pass)]
    [InlineData("\"requestMethod\":\"post\"", StepResult.Fail)]
    [InlineData("\"operator\":\"in\",\"requestMethod\":\"post,put\"", StepResult.Pass)]
    [InlineData("\"operator\":\"contains\",\"requestURL\":\"Patient\"", StepResult.Pass)]
    [InlineData("\"operator\":\"contains\",\"requestURL\":\"family\"", StepResult.Fail)]
    [InlineData("\"operator\":\"notContains\",\"requestURL\":\"family\"", StepResult.Pass)]
    [InlineData("\"requestURL\":\"http://server.example/fhir/Patient/p1\"", StepResult.Pass)]
    [InlineData("\"requestURL\":\"Patient/p1\"", StepResult.Pass)]
    [InlineData("\"requestURL\":\"/Patient/p1\"", StepResult.Pass)]
    [InlineData("\"requestURL\":\"Patient/p2\"", StepResult.Fail)]
    [InlineData("\"operator\":\"notEquals\",\"requestURL\":\"Patient/p2\"", StepResult.Pass)]
    public async Task Method_and_address_are_those_of_the_last_request(string assert, StepResult expected)
    {
        var run = new JudgedRun().Answered(200, method: "DELETE", path: "Group/1").Answered(200, method: "PUT");

        Assert.Equal(expected, (await run.JudgeAsync($$"""{ {{assert}},"warningOnly":false}""")).Result);
    }

    [Fact]
    public async Task A_failure_or_an_error_that_warns_only_is_a_warning()
    {
        var run = new JudgedRun().Answered(404);

        Assert.Equal(StepResult.Warning, (await run.JudgeAsync("""{"response":"okay","warningOnly":true}""")).Result);
        Assert.Equal(StepResult.Warning, (await run.JudgeAsync("""{"sourceId":"nobody","resource":"Patient","warningOnly":true}""")).Result);
        Assert.Equal(StepResult.Pass, (await run.JudgeAsync("""{"response":"notFound","warningOnly":true}""")).Result);
    }

    [Theory]
    [InlineData("""{"warningOnly":false}""", "The assert asserts nothing; give it one of contentType,")]
    [InlineData("""{"value":"a","warningOnly":false}""", "The assert asserts nothing; give it one of contentType,")]
    [InlineData("""{"response":"okay","resource":"Patient","warningOnly":false}""", "The assert has resource and response, and one thing is asserted at a time (tst-5, tst-6).")]
    [InlineData("""{"expression":"true","compareToSourceId":"came","warningOnly":false}""", "compareToSourceId and compareToSourceExpression or compareToSourcePath go together (tst-10, tst-11)")]
    [InlineData("""{"expression":"true","compareToSourceExpression":"true","warningOnly":false}""", "compareToSourceId and compareToSourceExpression or compareToSourcePath go together (tst-10, tst-11)")]
    [InlineData("""{"expression":"true","compareToSourceId":"came","compareToSourceExpression":"true","compareToSourcePath":"a","warningOnly":false}""", "The assert has compareToSourceExpression and compareToSourcePath")]
    [InlineData("""{"direction":"request","response":"okay","warningOnly":false}""", "A request has no response: it goes with the direction response only (tst-12, tst-13).")]
    [InlineData("""{"value":"${nobody}","expression":"true","warningOnly":false}""", "The variable 'nobody' is unknown")]
    public async Task An_assert_that_breaks_a_rule_of_R4_is_an_error(string assert, string message)
    {
        var step = await new JudgedRun().Answered(200, """{"resourceType":"Patient"}""", responseId: "came").JudgeAsync(assert);

        Assert.Equal(StepResult.Error, step.Result);
        Assert.StartsWith(message, step.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_request_or_an_answer_there_is_nothing_to_judge()
    {
        Assert.Equal("No operation was done before this assert, so there is nothing to judge.", (await new JudgedRun().JudgeAsync("""{"response":"okay","warningOnly":false}""")).Message);
        Assert.Equal("No response came: it hung up.", (await new JudgedRun().NotAnswered("it hung up.").JudgeAsync("""{"response":"okay","warningOnly":false}""")).Message);
    }

    [Fact]
    public async Task Variables_are_put_into_what_is_expected()
    {
        var run = new JudgedRun("""
            "variable":[{"name":"code","defaultValue":"201"},{"name":"field","defaultValue":"Location"}]
            """).Answered(201, headers: [("Location", "a")]);

        Assert.Equal(StepResult.Pass, (await run.JudgeAsync("""{"responseCode":"${code}","warningOnly":false}""")).Result);
        Assert.Equal(StepResult.Pass, (await run.JudgeAsync("""{"headerField":"${field}","value":"a","warningOnly":false}""")).Result);
    }
}
