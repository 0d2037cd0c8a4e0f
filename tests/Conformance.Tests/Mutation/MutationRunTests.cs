// Faults are put between scripts and a server, and it is seen what scripts notice.

using System.Text;
using FhirHub.Conformance.Tests.Engine;

namespace FhirHub.Conformance.Tests.Mutation;

public class MutationRunTests
{
    private const string Reads = """{"operation":{"encodeRequestUrl":true,"type":{"code":"read"},"resource":"Patient","params":"/1"}}""";

    private static readonly TestScript Careless = EngineRun.Script($$$"""
        "test":[{"name":"Status","action":[{{{Reads}}},{"assert":{"responseCode":"200","warningOnly":false}}]}]
        """);

    private static readonly TestScript Careful = EngineRun.Script($$$"""
        "test":[
          {"name":"Fails always","action":[{{{Reads}}},{"assert":{"responseCode":"418","warningOnly":false}}]},
          {"name":"Version","action":[{{{Reads}}},{"assert":{"headerField":"ETag","value":"W/\"3\"","warningOnly":false}},
            {"assert":{"expression":"Patient.meta.versionId","value":"3","warningOnly":false}}]}]
        """);

    [Fact]
    public async Task A_fault_is_noticed_where_a_test_that_passed_does_not()
    {
        var report = await RunAsync([Careless, Careful], ["etag-missing", "version-other", "read-fails", "boolean-flipped"]);

        Assert.Equal(
            ["etag-missing: 2, Version", "version-other: 2, Version", "read-fails: 2, Status", "boolean-flipped: 2, "],
            report.Faults.Select(static fault => $"{fault.Fault.Id}: {fault.Touched}, {fault.Noticed?.Test}"));
        Assert.Equal((3, 4, 75m, false), (report.Noticed, report.Applied.Count, report.Score, report.IsPass));
        Assert.Equal((2, 2), (report.PassingTests, report.Faults[3].Tried));
    }

    [Fact]
    public async Task A_fault_that_changes_nothing_does_not_count()
    {
        var report = await RunAsync([Careless, Careful], ["etag-missing", "location-missing", "history-reversed", "qido-first-missing", "token-missing"]);

        Assert.Equal(["etag-missing"], report.Applied.Select(static fault => fault.Fault.Id));
        Assert.Equal((100m, true), (report.Score, report.IsPass));
    }

    [Fact]
    public async Task A_test_that_fails_by_itself_has_noticed_nothing()
    {
        var requests = 0;

        var report = await RunAsync([Careless], ["boolean-flipped"], _ => EngineRun.Json(Interlocked.Increment(ref requests) == 1 ? 200 : 503, """{"resourceType":"Patient","active":true}"""));

        Assert.Null(report.Faults.Single().Noticed);
    }

    [Fact]
    public async Task Addresses_lead_through_the_proxy_and_back()
    {
        var seen = new List<string>();
        var script = EngineRun.Script("""
            "variable":[{"name":"next","expression":"Bundle.link.where(relation = 'next').url"}],
            "test":[{"name":"Pages","action":[
              {"operation":{"encodeRequestUrl":true,"type":{"code":"search"},"resource":"Patient","params":"?url=${$base}/x"}},
              {"operation":{"encodeRequestUrl":true,"type":{"code":"search"},"url":"${next}"}},
              {"assert":{"responseCode":"200","warningOnly":false}},
              {"assert":{"expression":"Bundle.link.url.startsWith('${$base}/')","value":"true","warningOnly":false}}]}]
            """);

        var report = await RunAsync([script], ["link-next-missing"], request =>
        {
            lock (seen)
                seen.Add(request.Url);
            return EngineRun.Json(200, $$"""{"resourceType":"Bundle","type":"searchset","link":[{"relation":"next","url":"{{EngineRun.Base}}/Patient?page=2"}]}""");
        });

        Assert.Equal(1, report.PassingTests);
        Assert.Equal("Pages", report.Faults.Single().Noticed?.Test);
        Assert.Equal(["http://server.test/fhir/Patient?url=http://server.test/fhir/x", "http://server.test/fhir/Patient?page=2"], seen.Take(2));
    }

    [Fact]
    public async Task A_server_that_overlooks_a_condition_is_asked_without_it_only_where_it_refused()
    {
        var seen = new List<string>();
        var script = EngineRun.Script("""
            "contained":[{"resourceType":"Patient","id":"p"}],"fixture":[{"id":"p","resource":{"reference":"#p"}}],
            "test":[{"name":"Refuses an old version","action":[
              {"operation":{"encodeRequestUrl":true,"type":{"code":"update"},"sourceId":"p","targetId":"p","requestHeader":[{"field":"If-Match","value":"W/\"2\""}]}},
              {"assert":{"responseCode":"200","warningOnly":false}},
              {"operation":{"encodeRequestUrl":true,"type":{"code":"update"},"sourceId":"p","targetId":"p","requestHeader":[{"field":"If-Match","value":"W/\"1\""}]}},
              {"assert":{"responseCode":"412","warningOnly":false}}]}]
            """);

        var report = await RunAsync([script], ["if-match-ignored"], request =>
        {
            lock (seen)
                seen.Add(request.Header("If-Match") ?? "none");
            return EngineRun.Json(request.Header("If-Match") == "W/\"1\"" ? 412 : 200, """{"resourceType":"Patient","id":"p"}""");
        });

        Assert.Equal("Refuses an old version", report.Faults.Single().Noticed?.Test);
        Assert.Equal(["W/\"2\"", "W/\"1\"", "W/\"2\"", "W/\"1\"", "none"], seen.Take(5));
    }

    [Fact]
    public async Task A_request_without_a_token_is_let_through_with_that_of_destination_1()
    {
        var run = new EngineRun(static request => EngineRun.Json(request.Header("Authorization") == "Bearer token-of-one" ? 200 : 401, """{"resourceType":"Patient","id":"1"}"""));
        var options = run.Options with
        {
            Destinations = [run.Options.Destinations[0] with { AccessToken = static _ => ValueTask.FromResult<string?>("token-of-one") }, run.Options.Destinations[0]],
        };
        var script = EngineRun.Script("""
            "test":[{"name":"Refuses","action":[
              {"operation":{"encodeRequestUrl":true,"destination":2,"type":{"code":"read"},"resource":"Patient","params":"/1"}},
              {"assert":{"responseCode":"401","warningOnly":false}}]}]
            """);

        var report = await new MutationRun(options) { Faults = [.. Fault.All.Where(static fault => fault.Id == "unauthorized-let-through")] }.RunAsync([script], 1, null, CancellationToken.None);

        Assert.Equal("Refuses", report.Faults.Single().Noticed?.Test);
    }

    [Fact]
    public async Task A_server_is_not_given_the_token_of_another()
    {
        var tokens = new System.Collections.Concurrent.ConcurrentBag<string>();
        var run = new EngineRun(request =>
        {
            if (request.Url.StartsWith("http://other.test/", StringComparison.Ordinal) && request.Header("Authorization") is { } token)
                tokens.Add(token);
            return EngineRun.Json(401, """{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"login"}]}""");
        });
        var options = run.Options with
        {
            Destinations = [run.Options.Destinations[0] with { AccessToken = static _ => ValueTask.FromResult<string?>("token-of-one") }, new Destination(new Uri("http://other.test/fhir"))],
        };
        var script = EngineRun.Script("""
            "test":[{"name":"Refuses","action":[
              {"operation":{"encodeRequestUrl":true,"destination":2,"type":{"code":"read"},"resource":"Patient","params":"/1"}},
              {"assert":{"responseCode":"401","warningOnly":false}}]}]
            """);

        await new MutationRun(options) { Faults = [.. Fault.All.Where(static fault => fault.Id is "unauthorized-let-through" or "wrong-token-let-through")] }.RunAsync([script], 1, null, CancellationToken.None);

        Assert.Empty(tokens);
    }

    [Fact]
    public async Task XML_is_broken_as_JSON_is()
    {
        var script = EngineRun.Script("""
            "test":[{"name":"Active","action":[
              {"operation":{"encodeRequestUrl":true,"accept":"xml","type":{"code":"read"},"resource":"Patient","params":"/1"}},
              {"assert":{"path":"f:Patient/f:active/@value","value":"true","warningOnly":false}}]}]
            """);

        var report = await RunAsync([script], ["boolean-flipped"], static _ =>
        {
            var response = new HttpResponseMessage { Content = new ByteArrayContent("""<Patient xmlns="http://hl7.org/fhir"><id value="1"/><active value="true"/></Patient>"""u8.ToArray()) };
            response.Content.Headers.TryAddWithoutValidation("Content-Type", "application/fhir+xml");
            return response;
        });

        Assert.Equal("Active", report.Faults.Single().Noticed?.Test);
    }

    [Fact]
    public async Task The_table_tells_first_what_nothing_noticed()
    {
        var report = await RunAsync([Careless, Careful], ["etag-missing", "location-missing", "boolean-flipped"]);

        var table = Encoding.UTF8.GetString(MutationTable.Write(report, new Redaction())).Split('\n');

        Assert.StartsWith("1 of 2 kinds of faults are noticed (50", table[2], StringComparison.Ordinal);
        Assert.Equal("| boolean-flipped | A truth value is the other. | **nothing**, of 2 tried | 2 |", table[6]);
        Assert.StartsWith("| etag-missing | Versions have no ETag. | s.json, Version: ", table[7], StringComparison.Ordinal);
        Assert.Equal("| location-missing | What was created has no Location. | touches no script | 0 |", table[8]);
    }

    [Fact]
    public void Every_kind_of_fault_has_a_name_of_its_own_and_says_what_it_is()
    {
        Assert.True(Fault.All.Count >= 50);
        Assert.Equal(Fault.All.Count, Fault.All.Select(static fault => fault.Id).Distinct().Count());
        Assert.All(Fault.All, static fault => Assert.True(fault.Sentence.EndsWith('.') && fault.Where.Length > 0 && fault.Id.All(static letter => char.IsAsciiLetterLower(letter) || letter is '-' or '2'), fault.Id));
    }

    private static Task<MutationReport> RunAsync(IReadOnlyList<TestScript> scripts, string[] faults, Func<Arrived, HttpResponseMessage>? answer = null)
    {
        var run = new EngineRun(answer ?? (static _ => EngineRun.Json(200, """{"resourceType":"Patient","id":"1","meta":{"versionId":"3"},"active":true}""", ("ETag", "W/\"3\""))));
        return new MutationRun(run.Options) { Faults = [.. faults.Select(static id => Fault.All.Single(fault => fault.Id == id))] }.RunAsync(scripts, 1, null, CancellationToken.None);
    }
}
