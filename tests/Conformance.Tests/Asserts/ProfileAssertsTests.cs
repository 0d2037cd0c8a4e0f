// Asserts on profiles: where those come from, and what is told.

using System.Net;
using System.Text;
using FhirHub.Model;

namespace FhirHub.Conformance.Tests;

public class ProfileAssertsTests
{
    private const string Profile =
        """
        {"resourceType":"StructureDefinition","id":"named","url":"http://example.org/StructureDefinition/named","version":"1.0","name":"Named","status":"active","kind":"resource","abstract":false,
         "type":"Patient","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint",
         "differential":{"element":[{"id":"Patient","path":"Patient"},{"id":"Patient.name","path":"Patient.name","min":1},
           {"id":"Patient.maritalStatus","path":"Patient.maritalStatus","binding":{"strength":"required","valueSet":"http://example.org/ValueSet/some"}}]}}
        """;

    private const string ValueSet =
        """
        {"resourceType":"ValueSet","url":"http://example.org/ValueSet/some","status":"active","compose":{"include":[{"system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","concept":[{"code":"M"}]}]}}
        """;

    private const string Good = """{"resourceType":"Patient","name":[{"family":"A"}],"maritalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","code":"M"}]}}""";

    private const string Validate = """{"validateProfileId":"p","warningOnly":false}""";

    [Fact]
    public async Task R4_is_known()
    {
        var run = new JudgedRun("""
            "profile":[{"id":"p","reference":"http://hl7.org/fhir/StructureDefinition/Patient"}]
            """);

        Assert.Equal("The response conforms to http://hl7.org/fhir/StructureDefinition/Patient.", (await run.Answered(200, Good).JudgeAsync(Validate)).Message);
        var failed = await run.Answered(200, """{"resourceType":"Patient","gender":"many","link":[{"type":"refer"}]}""").JudgeAsync(Validate);
        Assert.Equal(StepResult.Fail, failed.Result);
        Assert.StartsWith("The response should conform to http://hl7.org/fhir/StructureDefinition/Patient; found 2 errors: ", failed.Message, StringComparison.Ordinal);
        Assert.Equal(StepResult.Pass, (await run.JudgeAsync("""{"operator":"notEquals","validateProfileId":"p","warningOnly":false}""")).Result);
        Assert.Equal(StepResult.Fail, (await run.Answered(200, """{"resourceType":"Observation","status":"final","code":{"text":"a"}}""").JudgeAsync(Validate)).Result);
        Assert.Equal("The response should conform to http://hl7.org/fhir/StructureDefinition/Patient; it is empty.", (await run.Answered(204).JudgeAsync(Validate)).Message);
    }

    [Theory]
    [InlineData("http://example.org/StructureDefinition/named")]
    [InlineData("http://example.org/StructureDefinition/named|1.0")]
    public async Task Packages_of_the_run_are_known(string reference)
    {
        var packages = new PackageDefinitions([Tree(Profile), Tree(ValueSet)]);
        var run = new JudgedRun($$"""
            "profile":[{"id":"p","reference":"{{reference}}"}]
            """, options => options with { Definitions = packages, Handler = new Server() });

        await AssertJudgesAsync(run);
    }

    [Theory]
    [InlineData("http://example.org/StructureDefinition/named", "StructureDefinition?url=http%3A%2F%2Fexample.org%2FStructureDefinition%2Fnamed")]
    [InlineData("http://example.org/StructureDefinition/named|1.0", "StructureDefinition?url=http%3A%2F%2Fexample.org%2FStructureDefinition%2Fnamed")]
    [InlineData("StructureDefinition/named", "StructureDefinition/named")]
    [InlineData($"{JudgedRun.FhirBase}/StructureDefinition/named", "StructureDefinition/named")]
    public async Task The_server_is_asked_for_what_is_not_at_hand(string reference, string request)
    {
        var server = new Server((request, request.Contains('?', StringComparison.Ordinal) ? Bundle(Profile) : Profile), ("ValueSet?url=http%3A%2F%2Fexample.org%2FValueSet%2Fsome", Bundle(ValueSet)));
        var run = new JudgedRun($$"""
            "profile":[{"id":"p","reference":"{{reference}}"}]
            """, options => options with { Handler = server });

        await AssertJudgesAsync(run);
        Assert.Contains(request, server.Requests);
        Assert.Contains("ValueSet?url=http%3A%2F%2Fexample.org%2FValueSet%2Fsome", server.Requests);
    }

    [Fact]
    public async Task A_script_may_contain_its_profile()
    {
        var run = new JudgedRun($$"""
            "contained":[{{Profile}}],"profile":[{"id":"p","reference":"#named"}]
            """, options => options with { Handler = new Server(("ValueSet?url=http%3A%2F%2Fexample.org%2FValueSet%2Fsome", Bundle(ValueSet))) });

        await AssertJudgesAsync(run);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"resourceType":"Bundle","type":"searchset","entry":[{"resource":{"resourceType":"StructureDefinition","url":"http://example.org/other"}},{"resource":{"resourceType":"Patient"}}]}""")]
    [InlineData("not json")]
    public async Task A_profile_that_is_nowhere_is_an_error(string answer)
    {
        var run = new JudgedRun("""
            "profile":[{"id":"p","reference":"http://example.org/StructureDefinition/named"}]
            """, options => options with { Handler = new Server(("StructureDefinition?url=http%3A%2F%2Fexample.org%2FStructureDefinition%2Fnamed", answer)) }).Answered(200, Good);

        var step = await run.JudgeAsync(Validate);

        Assert.Equal(StepResult.Error, step.Result);
        Assert.Equal("The profile http://example.org/StructureDefinition/named is neither among the definitions given to the run nor at the server. Give its package to the run, or load it into the server.", step.Message);
        Assert.Equal("validateProfileId names 'q', which is no profile of this script.", (await run.JudgeAsync("""{"validateProfileId":"q","warningOnly":false}""")).Message);
    }

    [Fact]
    public async Task A_server_that_names_ever_more_definitions_is_not_followed_for_ever()
    {
        var run = new JudgedRun("""
            "profile":[{"id":"p","reference":"http://example.org/0"}]
            """, options => options with { Handler = new Server { Makes = EverMore } }).Answered(200, Good);

        var step = await run.JudgeAsync(Validate);

        Assert.NotEqual(StepResult.Pass, step.Result);
        Assert.True(step.Message.Length < 3_000);
    }

    [Fact]
    public async Task Targets_of_references_are_read_where_a_profile_asks_for_them()
    {
        const string Referring =
            """
            {"resourceType":"StructureDefinition","id":"r","url":"http://example.org/referring","name":"R","status":"active","kind":"resource","abstract":false,"type":"Observation",
             "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Observation","derivation":"constraint","differential":{"element":[{"id":"Observation","path":"Observation"},
              {"id":"Observation.subject","path":"Observation.subject","type":[{"code":"Reference","targetProfile":["http://example.org/StructureDefinition/named"]}]}]}}
            """;
        var server = new Server(("Patient/named", Good), ("Patient/nameless", """{"resourceType":"Patient"}"""));
        var run = new JudgedRun("""
            "profile":[{"id":"p","reference":"http://example.org/referring"}]
            """, options => options with { Definitions = new PackageDefinitions([Tree(Profile), Tree(ValueSet), Tree(Referring)]), Handler = server });

        Assert.DoesNotContain("Patient/named", (await run.Answered(200, Observation("named")).JudgeAsync(Validate)).Message, StringComparison.Ordinal);

        // What is stored elsewhere is not this resource's fault: a warning, which is told.
        var told = await run.Answered(200, Observation("nameless")).JudgeAsync(Validate);
        Assert.Equal(StepResult.Pass, told.Result);
        Assert.Contains("Patient/nameless", told.Message, StringComparison.Ordinal);
        Assert.Equal(["Patient/named", "Patient/nameless"], server.Requests);

        static string Observation(string subject) => $$"""{"resourceType":"Observation","status":"final","code":{"text":"a"},"subject":{"reference":"Patient/{{subject}}"} }""";
    }

    private static async Task AssertJudgesAsync(JudgedRun run)
    {
        var passed = await run.Answered(200, Good).JudgeAsync(Validate);
        Assert.True(passed.Result == StepResult.Pass, passed.Message);
        Assert.Equal(StepResult.Fail, (await run.Answered(200, """{"resourceType":"Patient"}""").JudgeAsync(Validate)).Result);
        Assert.Equal(StepResult.Fail, (await run.Answered(200, Good.Replace("\"M\"", "\"S\"", StringComparison.Ordinal)).JudgeAsync(Validate)).Result);
    }

    // Each profile builds on the next.
    private static string EverMore(string request)
    {
        if (!request.StartsWith("StructureDefinition", StringComparison.Ordinal))
            return "{}";
        var at = int.Parse(request[(request.LastIndexOf('F') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
        return Bundle($$"""
            {"resourceType":"StructureDefinition","id":"p{{at}}","url":"http://example.org/{{at}}","name":"P","status":"active","kind":"resource","abstract":false,"type":"Patient",
             "baseDefinition":"http://example.org/{{at + 1}}","derivation":"constraint","differential":{"element":[{"id":"Patient","path":"Patient"}]} }
            """);
    }

    private static string Bundle(string resource) => $$"""{"resourceType":"Bundle","type":"searchset","entry":[{"resource":{{resource}} }]}""";

    private static ResourceTree Tree(string json) => ResourceParser.ParseJson(Encoding.UTF8.GetBytes(json)).Tree!;

    private sealed class Server(params IReadOnlyList<(string Request, string Answer)> answers) : HttpMessageHandler
    {
        public List<string> Requests { get; } = [];

        public Func<string, string>? Makes { get; init; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var asked = request.RequestUri!.AbsoluteUri[(JudgedRun.FhirBase.Length + 1)..];
            Requests.Add(asked);
            var answer = Makes?.Invoke(asked) ?? answers.FirstOrDefault(one => one.Request == asked).Answer;
            return Task.FromResult(answer is null
                ? new HttpResponseMessage(HttpStatusCode.NotFound)
                : new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(answer, Encoding.UTF8, "application/fhir+json") });
        }
    }
}
