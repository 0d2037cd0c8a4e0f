// Three server processes on one Cosmos database, each request to another of them.

using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using FhirHub.Cosmos.Emulator;

namespace FhirHub.Tests.Cosmos;

public sealed class ThreeServersTests : IAsyncLifetime
{
    private const int Writers = 16;

    private static readonly TimeSpan s_bound = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("fhirhub-three-").FullName;
    private readonly string _database = CosmosEmulator.FreshDatabase();
    private readonly List<ServerProcess> _servers = [];
    private int _turn;

    // At once, on an empty database: they make it together.
    public async Task InitializeAsync()
    {
        if (CosmosEmulator.Lacks(needsGateway: false) is null)
            _servers.AddRange(await Task.WhenAll(Enumerable.Range(1, 3).Select(StartAsync)));
    }

    public async Task DisposeAsync()
    {
        foreach (var server in _servers)
            server.Dispose();
        if (_servers.Count > 0)
            await CosmosEmulator.DeleteAsync(_database);
        Directory.Delete(_folder, recursive: true);
    }

    [CosmosFact]
    public async Task What_one_server_writes_the_next_one_reads_finds_and_changes()
    {
        for (var round = 0; round < 4; round++)
        {
            var id = $"p{round}";
            await SendAsync(HttpMethod.Put, $"Patient/{id}", $$"""{"resourceType":"Patient","id":"{{id}}","active":true,"identifier":[{"system":"urn:s","value":"{{id}}"}]}""", 201);
            var read = await SendAsync(HttpMethod.Get, $"Patient/{id}", null, 200);
            Assert.Equal("1", (string?)read["meta"]!["versionId"]);
            Assert.Single(Entries(await SendAsync(HttpMethod.Get, $"Patient?identifier=urn:s|{id}", null, 200)));
            await SendAsync(HttpMethod.Put, $"Patient/{id}", $$"""{"resourceType":"Patient","id":"{{id}}","active":false,"identifier":[{"system":"urn:s","value":"{{id}}"}]}""", 200);
            Assert.Equal("2", (string?)(await SendAsync(HttpMethod.Get, $"Patient/{id}", null, 200))["meta"]!["versionId"]);
            Assert.Equal(2, Entries(await SendAsync(HttpMethod.Get, $"Patient/{id}/_history", null, 200)).Count);
            await SendAsync(HttpMethod.Delete, $"Patient/{id}", null, 204);
            await SendAsync(HttpMethod.Get, $"Patient/{id}", null, 410);
            Assert.Empty(Entries(await SendAsync(HttpMethod.Get, $"Patient?identifier=urn:s|{id}", null, 200)));
        }
    }

    [CosmosFact]
    public async Task Of_conditional_creates_at_all_servers_one_creates()
    {
        for (var round = 0; round < 5; round++)
        {
            var identifier = $"urn:s|c{round}";
            var codes = await Task.WhenAll(_servers.Select(async server =>
            {
                using var request = Request(HttpMethod.Post, "Patient", $$"""{"resourceType":"Patient","identifier":[{"system":"urn:s","value":"c{{round}}"}]}""");
                request.Headers.Add("If-None-Exist", $"identifier={identifier}");
                using var answer = await server.Client.SendAsync(request);
                return answer.StatusCode;
            }));
            Assert.Equal(1, codes.Count(static code => code == HttpStatusCode.Created));
            Assert.Single(Entries(await SendAsync(HttpMethod.Get, $"Patient?identifier={identifier}", null, 200)));
        }
    }

    [CosmosFact]
    public async Task A_walk_through_pages_goes_on_at_the_other_servers()
    {
        for (var i = 0; i < 10; i++)
            await SendAsync(HttpMethod.Put, $"Patient/w{i}", $$"""{"resourceType":"Patient","id":"w{{i}}","gender":"other"}""", 201);

        // Written in between, so not a part of what is walked through.
        var found = await WalkAsync("Patient?gender=other&_count=3", () => SendAsync(HttpMethod.Post, "Patient", """{"resourceType":"Patient","gender":"other"}""", 201));

        Assert.Equal(Enumerable.Range(0, 10).Select(static i => $"Patient/w{i}"), found.Order(StringComparer.Ordinal));

        await SendAsync(HttpMethod.Put, "Practitioner/behind", """{"resourceType":"Practitioner","id":"behind"}""", 201);
        for (var i = 0; i < 5; i++)
            await SendAsync(HttpMethod.Put, $"Observation/w{i}", $$"""{"resourceType":"Observation","id":"w{{i}}","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/w0"},"performer":[{"reference":"Practitioner/behind"}]}""", 201);
        var record = await WalkAsync("Patient/w0/$everything?_count=2", static () => Task.CompletedTask);
        Assert.Equal(["Observation/w0", "Observation/w1", "Observation/w2", "Observation/w3", "Observation/w4", "Patient/w0", "Practitioner/behind"], record.Order(StringComparer.Ordinal));
    }

    [CosmosFact]
    public async Task A_server_that_is_killed_under_load_loses_nothing_and_the_others_and_a_new_one_go_on()
    {
        var acknowledged = new ConcurrentBag<string>();
        var asked = new ConcurrentBag<string>();
        using var end = new CancellationTokenSource(s_bound);
        var killed = 0;
        var writing = Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 12; i++)
            {
                var id = $"t{writer}-{i}";
                asked.Add(id);
                if (await TransactAsync(id, end.Token))
                    acknowledged.Add(id);
                if (acknowledged.Count > Writers * 4 && Interlocked.Exchange(ref killed, 1) == 0)
                    await _servers[0].KillAsync();
            }
        })).ToList();
        await Task.WhenAll(writing);
        Assert.Equal(1, killed);
        _servers[0].Dispose();
        _servers.RemoveAt(0);
        _servers.Add(await StartAsync(4));
        Assert.True(acknowledged.Count > Writers * 5);

        // A commit is seen after all that were before it in the log, so nothing of the killed server appears while the statuses are read.
        await SendAsync(HttpMethod.Put, "Patient/after", """{"resourceType":"Patient","id":"after"}""", 201);
        foreach (var id in asked)
        {
            var (patient, observation) = (await StatusAsync($"Patient/{id}"), await StatusAsync($"Observation/{id}"));
            Assert.Equal(patient, observation);
            if (acknowledged.Contains(id))
                Assert.Equal(HttpStatusCode.OK, patient);
        }
    }

    private async Task<ServerProcess> StartAsync(int number) => await ServerProcess.StartAsync(
        Path.Combine(_folder, $"server-{number}"),
        "--FhirHub:Storage:Provider=Cosmos",
        $"--FhirHub:Storage:Cosmos:Endpoint={await CosmosEmulator.EndpointAsync()}",
        $"--FhirHub:Storage:Cosmos:Key={CosmosEmulator.Key}",
        $"--FhirHub:Storage:Cosmos:Database={_database}",
        "--FhirHub:Storage:Cosmos:Throughput=Serverless",
        $"--FhirHub:Storage:Cosmos:Blobs:Folder={Path.Combine(_folder, "bodies")}",
        "--FhirHub:Exchange:Package=false",
        "--FhirHub:Exchange:Workflow=false",
        "--FhirHub:Search:FullText=false",
        "--FhirHub:Dicomweb:Enabled=false");

    private ServerProcess Next() => _servers[(int)((uint)Interlocked.Increment(ref _turn) % _servers.Count)];

    private async Task<JsonNode> SendAsync(HttpMethod method, string address, string? body, int expected)
    {
        using var request = Request(method, address, body);
        using var answer = await Next().Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(expected == (int)answer.StatusCode, $"{method} {address}: {(int)answer.StatusCode} {text}");
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }

    // Each page is asked of the next server.
    private async Task<List<string>> WalkAsync(string next, Func<Task> between)
    {
        var found = new List<string>();
        while (true)
        {
            var page = await SendAsync(HttpMethod.Get, next, null, 200);
            found.AddRange(Entries(page).Select(static entry => $"{entry!["resource"]!["resourceType"]}/{entry["resource"]!["id"]}"));
            if (page["link"]!.AsArray().FirstOrDefault(static link => (string?)link!["relation"] == "next") is not { } link)
                return found;
            await between();
            next = new Uri((string)link["url"]!).PathAndQuery;
        }
    }

    private async Task<HttpStatusCode> StatusAsync(string address)
    {
        using var answer = await Next().Client.GetAsync(address);
        return answer.StatusCode;
    }

    // False if no server said that it was done: whoever asked does not know.
    private async Task<bool> TransactAsync(string id, CancellationToken cancel)
    {
        var bundle = """
            {"resourceType":"Bundle","type":"transaction","entry":[
            {"resource":{"resourceType":"Patient","id":"ID"},"request":{"method":"PUT","url":"Patient/ID"}},
            {"resource":{"resourceType":"Observation","id":"ID","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/ID"}},"request":{"method":"PUT","url":"Observation/ID"}}]}
            """.Replace("ID", id, StringComparison.Ordinal);
        try
        {
            using var request = Request(HttpMethod.Post, "", bundle);
            using var answer = await Next().Client.SendAsync(request, cancel);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static HttpRequestMessage Request(HttpMethod method, string address, string? body)
    {
        var request = new HttpRequestMessage(method, address);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/fhir+json"));
        return request;
    }

    private static JsonArray Entries(JsonNode bundle) => bundle["entry"] as JsonArray ?? [];
}
