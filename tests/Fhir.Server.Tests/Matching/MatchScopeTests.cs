// Matching and GraphQL see what the caller's scope grants, and nothing else.

using System.Text;
using System.Text.Json.Nodes;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Server.GraphQL;
using FhirHub.Server.Matching;

namespace FhirHub.Server.Tests.Matching;

public sealed class MatchScopeTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fhirhub-test-").FullName;
    private FhirServer? _server;
    private string _mine = "";
    private string _other = "";

    public async Task InitializeAsync()
    {
        _server = FhirServer.Open(new FhirHubOptions { DataPath = _folder });
        _mine = await StoreAsync("name=符+海棠;born=1980-03-04;sex=f");
        _other = await StoreAsync("name=符+海棠;born=1980-03-04;sex=f;phone=13976543210");
    }

    public async Task DisposeAsync()
    {
        await _server!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_match_is_only_with_what_the_caller_may_find()
    {
        var asked = People.Patient("name=符+海棠;born=1980-03-04;sex=f;phone=13976543210");
        Assert.Equal(2, (await MatchAsync(asked, AccessScope.Full)).Count);
        Assert.Equal([_mine], await MatchAsync(asked, new OnePatient(_mine)));
        Assert.Empty(await MatchAsync(asked, new OnePatient("nobody")));
    }

    [Fact]
    public async Task A_replaced_record_does_not_lead_out_of_the_scope()
    {
        var old = await StoreAsync($"name=羊+建民;born=1955-02-03;sex=m;replaced=Patient/{_other}");
        Assert.Equal([old], await MatchAsync(People.Patient("name=羊+建民;born=1955-02-03"), new OnePatient(old)));
    }

    [Fact]
    public async Task A_query_reads_and_searches_only_what_the_caller_may_see()
    {
        var query = $"{{PatientList(family: \"符\"){{id}} one: Patient(id: \"{_mine}\"){{id}} two: Patient(id: \"{_other}\"){{id}}}}";
        var answer = await QueryAsync(query, new OnePatient(_mine));
        Assert.Equal($$$"""{"PatientList":[{"id":"{{{_mine}}}"}],"one":{"id":"{{{_mine}}}"},"two":null}""", answer["data"]!.ToJsonString());
        Assert.Equal("not-found", (string?)answer["errors"]![0]!["extensions"]!["resource"]!["issue"]![0]!["code"]);
    }

    private async Task<string> StoreAsync(string words)
    {
        var result = await _server!.Repository.CreateAsync(AccessScope.Full, "Patient", Parse(People.Patient(words)), null, CancellationToken.None);
        Assert.True(result.IsSuccess);
        return result.Version!.Key.Id;
    }

    private async Task<List<string>> MatchAsync(JsonObject patient, AccessScope scope)
    {
        var call = Call(new FhirRoute(RouteKind.TypeOperation, "Patient", Name: "$match"), scope) with { IsPost = true, Body = Parse(patient) };
        var answer = await MatchOperation.Operation.RunAsync(call, CancellationToken.None);
        var entries = JsonNode.Parse(answer.Json!.Value.Span)!["entry"]?.AsArray() ?? new JsonArray();
        return [.. entries.Where(e => (string?)e!["search"]!["mode"] == "match").Select(e => (string)e!["resource"]!["id"]!)];
    }

    private async Task<JsonNode> QueryAsync(string query, AccessScope scope)
    {
        var call = Call(new FhirRoute(RouteKind.SystemOperation, Name: "$graphql"), scope) with { Query = "query=" + Uri.EscapeDataString(query) };
        var answer = await GraphQLOperationEndpoint.Operation.RunAsync(call, CancellationToken.None);
        return JsonNode.Parse(Convert.FromBase64String((string)JsonNode.Parse(answer.Json!.Value.Span)!["data"]!))!;
    }

    private FhirCall Call(FhirRoute route, AccessScope scope) => new() { Server = _server!, Scope = scope, Route = route, BaseUrl = "http://127.0.0.1:8080/fhir" };

    private static ResourceTree Parse(JsonObject patient) => ResourceParser.ParseJson(Encoding.UTF8.GetBytes(patient.ToJsonString())).Tree!;

    private sealed class OnePatient(string id) : AccessScope
    {
        public override bool IsFull => false;

        public override SearchExpression FilterFor(string resourceType, AccessLetter letter) =>
            resourceType == "Patient" ? new SearchExpression.IdIn([id]) : new SearchExpression.None();
    }
}
