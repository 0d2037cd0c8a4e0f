// Transactions over HTTP.

using System.Text.Json.Nodes;
using FhirHub.Server.Tests;
using static FhirHub.Tests.Bundles.BundleText;

namespace FhirHub.Tests.Bundles;

public class TransactionTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Urn = "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a";

    private HttpClient Client => server.Client;

    [Fact]
    public async Task Entries_refer_to_each_other_whatever_their_order()
    {
        var response = await PostAsync(Transaction(
            Entry("POST", "Observation", Observation(Urn)),
            Entry("POST", "Patient", Patient("refer"), Urn)));

        Assert.Equal("transaction-response", (string?)response["type"]);
        Assert.Equal("201 Created", Status(response, 0));
        var patient = Location(response, 1);
        var observation = await GetAsync(Location(response, 0));
        Assert.Equal(patient[..patient.IndexOf("/_history", StringComparison.Ordinal)], (string?)observation["subject"]!["reference"]);
        Assert.Equal("W/\"1\"", (string?)response["entry"]![0]!["response"]!["etag"]);
    }

    [Fact]
    public async Task All_kinds_of_entries_run_in_the_order_of_the_standard()
    {
        var (deleted, _) = await Client.CreateAsync("Patient", Patient("deleted"));
        var (patched, _) = await Client.CreateAsync("Patient", Patient("patched"));
        var name = Guid.NewGuid().ToString();

        var response = await PostAsync(Transaction(
            Entry("GET", $"Patient?identifier={name}"),
            Entry("PUT", $"Patient/{name}", $$"""{"resourceType":"Patient","id":"{{name}}","identifier":[{"value":"{{name}}"}]}"""),
            Entry("PATCH", $"Patient/{patched}", """{"resourceType":"Binary","contentType":"application/json-patch+json","data":"W3sib3AiOiJhZGQiLCJwYXRoIjoiL2FjdGl2ZSIsInZhbHVlIjp0cnVlfV0="}"""),
            Entry("POST", "Patient", Patient(name)),
            Entry("DELETE", $"Patient/{deleted}"),
            Entry("HEAD", $"Patient/{name}")));

        Assert.Equal(["200 OK", "201 Created", "200 OK", "201 Created", "204 No Content", "200 OK"], Enumerable.Range(0, 6).Select(i => Status(response, i)));
        Assert.Equal(2, response["entry"]![0]!["resource"]!["entry"]!.AsArray().Count);
        Assert.Null(response["entry"]![5]!["resource"]);
        Assert.True((bool)(await GetAsync($"Patient/{patched}"))["active"]!);
        Assert.Equal(410, (int)(await Client.GetAsync($"Patient/{deleted}")).StatusCode);
    }

    [Theory]
    [InlineData("POST", "Observation", """{"resourceType":"Observation","status":"final"}""", 400, "Bundle.entry[1].resource.code")]
    [InlineData("PUT", "Patient/absent", """{"resourceType":"Patient","id":"other"}""", 400, "Bundle.entry[1].resource.id")]
    [InlineData("GET", "Patient/absent", null, 404, "Bundle.entry[1]")]
    [InlineData("GET", "Patient?nonsense=1", null, 400, "Bundle.entry[1]")]
    [InlineData("PATCH", "Patient/absent", """{"resourceType":"Parameters","parameter":[{"name":"operation"}]}""", 404, "Bundle.entry[1]")]
    [InlineData("POST", "Observation", """{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient?identifier=nobody"}}""", 412, "Bundle.entry[1].resource.subject.reference")]
    public async Task One_wrong_entry_fails_all(string method, string url, string? resource, int status, string expression)
    {
        var name = Guid.NewGuid().ToString();
        var response = await Client.SendAsync("POST", "", Transaction(Entry("POST", "Patient", Patient(name)), Entry(method, url, resource)));

        var outcome = await response.JsonAsync();
        Assert.True(status == (int)response.StatusCode, outcome.ToJsonString());
        Assert.Equal(expression, (string?)outcome["issue"]![0]!["expression"]![0]);
        Assert.Equal(0, await CountAsync(name));
    }

    [Fact]
    public async Task A_version_that_is_not_current_fails_all()
    {
        var (id, _) = await Client.CreateAsync("Patient", Patient("match"));
        var name = Guid.NewGuid().ToString();
        var response = await Client.SendAsync("POST", "", Transaction(
            Entry("POST", "Patient", Patient(name)),
            Entry("PUT", $"Patient/{id}", $$"""{"resourceType":"Patient","id":"{{id}}","active":true}""", more: "\"ifMatch\":\"W/\\\"7\\\"\"")));

        var issue = await response.FailsAsync(412, "conflict");
        Assert.Equal("Bundle.entry[1]", (string?)issue["expression"]![0]);
        Assert.Equal(0, await CountAsync(name));
    }

    [Fact]
    public async Task Conditional_entries_and_references_find_what_is_there()
    {
        var name = Guid.NewGuid().ToString();
        var (id, _) = await Client.CreateAsync("Patient", Patient(name));

        var response = await PostAsync(Transaction(
            Entry("POST", "Patient", Patient(name), Urn, $"\"ifNoneExist\":\"identifier={name}\""),
            Entry("POST", "Observation", Observation(Urn)),
            Entry("POST", "Observation", Observation($"Patient?identifier={name}"))));

        Assert.Equal("200 OK", Status(response, 0));
        Assert.Equal(1, await CountAsync(name));
        foreach (var at in new[] { 1, 2 })
            Assert.Equal($"Patient/{id}", (string?)(await GetAsync(Location(response, at)))["subject"]!["reference"]);
    }

    [Fact]
    public async Task Two_entries_that_find_one_resource_are_refused()
    {
        var name = Guid.NewGuid().ToString();
        var (id, _) = await Client.CreateAsync("Patient", Patient(name));

        var response = await Client.SendAsync("POST", "", Transaction(
            Entry("DELETE", $"Patient/{id}"),
            Entry("PUT", $"Patient?identifier={name}", Patient(name))));

        await response.FailsAsync(400, "duplicate");
        Assert.Equal(1, await CountAsync(name));
    }

    [Fact]
    public async Task Many_transactions_with_one_condition_create_one_resource()
    {
        var name = Guid.NewGuid().ToString();
        var bundle = Transaction(
            Entry("POST", "Patient", Patient(name), Urn, $"\"ifNoneExist\":\"identifier={name}\""),
            Entry("POST", "Observation", Observation(Urn)));

        var responses = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Client.SendAsync("POST", "", bundle)));

        Assert.All(responses, r => Assert.Equal(200, (int)r.StatusCode));
        Assert.Equal(1, await CountAsync(name));
    }

    [Fact]
    public async Task Ten_thousand_entries_are_accepted()
    {
        var name = Guid.NewGuid().ToString();
        var patient = Patient(name);

        var response = await PostAsync(Transaction([.. Enumerable.Repeat(Entry("POST", "Patient", patient), 10_000)]));

        Assert.Equal(10_000, response["entry"]!.AsArray().Count);
        Assert.Equal("201 Created", Status(response, 9_999));
    }

    [Fact]
    public async Task Prefer_decides_what_comes_back()
    {
        var bundle = Transaction(Entry("POST", "Patient", Patient("prefer")));

        var minimal = await (await Client.SendAsync("POST", "", bundle)).JsonAsync();
        var whole = await (await Client.SendAsync("POST", "", bundle, headers: ("Prefer", "return=representation"))).JsonAsync();
        var outcome = await (await Client.SendAsync("POST", "", bundle, headers: ("Prefer", "return=OperationOutcome"))).JsonAsync();

        Assert.Null(minimal["entry"]![0]!["resource"]);
        Assert.Equal("Patient", (string?)whole["entry"]![0]!["resource"]!["resourceType"]);
        Assert.Equal("OperationOutcome", (string?)outcome["entry"]![0]!["response"]!["outcome"]!["resourceType"]);
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient"}""", "invalid")]
    [InlineData("""{"resourceType":"Bundle","type":"collection"}""", "invalid")]
    [InlineData("""{"resourceType":"Bundle"}""", "invalid")]
    [InlineData("{", "structure")]
    public async Task What_is_no_batch_or_transaction_is_refused(string body, string code)
    {
        await (await Client.SendAsync("POST", "", body)).FailsAsync(400, code);
    }

    [Fact]
    public async Task A_provenance_in_the_header_is_stored_with_what_is_written()
    {
        const string Provenance = """{"resourceType":"Provenance","recorded":"2026-01-01T00:00:00Z","agent":[{"who":{"display":"Feed"}}]}""";
        var (id, _) = await Client.CreateAsync("Patient", Patient("provenance"));

        var update = await Client.SendAsync(
            "PUT", $"Patient/{id}", $$"""{"resourceType":"Patient","id":"{{id}}","active":true}""", headers: ("X-Provenance", Provenance));
        var response = await (await Client.SendAsync(
            "POST", "", Transaction(Entry("POST", "Patient", Patient("p")), Entry("POST", "Basic", """{"resourceType":"Basic","code":{"text":"x"}}""")), headers: ("X-Provenance", Provenance))).JsonAsync();

        Assert.Equal(200, (int)update.StatusCode);
        var ofUpdate = await GetAsync($"Provenance?target=Patient/{id}");
        Assert.Equal($"Patient/{id}/_history/2", (string?)ofUpdate["entry"]![0]!["resource"]!["target"]![0]!["reference"]);
        Assert.Equal(2, response["entry"]!.AsArray().Count);
        var created = Location(response, 0);
        var ofTransaction = await GetAsync($"Provenance?target={created[..created.IndexOf("/_history", StringComparison.Ordinal)]}");
        Assert.Equal([created, Location(response, 1)], ofTransaction["entry"]![0]!["resource"]!["target"]!.AsArray().Select(t => (string)t!["reference"]!));
    }

    [Fact]
    public async Task A_header_that_holds_no_provenance_is_refused()
    {
        var response = await Client.SendAsync("POST", "Patient", Patient("x"), headers: ("X-Provenance", """{"resourceType":"Patient"}"""));

        await response.FailsAsync(400, "value");
    }

    private static string Patient(string name) => $$"""{"resourceType":"Patient","identifier":[{"value":"{{name}}"}]}""";

    private static string Observation(string subject) =>
        $$$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"{{{subject}}}"}}""";

    private static string? Status(JsonNode response, int entry) => (string?)response["entry"]![entry]!["response"]!["status"];

    private static string Location(JsonNode response, int entry) => (string)response["entry"]![entry]!["response"]!["location"]!;

    private async Task<JsonNode> PostAsync(string bundle)
    {
        var response = await Client.SendAsync("POST", "", bundle);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    private async Task<JsonNode> GetAsync(string url) => JsonNode.Parse(await Client.GetStringAsync(url))!;

    private async Task<int> CountAsync(string identifier) => (await GetAsync($"Patient?identifier={identifier}"))["entry"]?.AsArray().Count ?? 0;
}
