// Batches over HTTP.

using System.Text.Json.Nodes;
using FhirHub.Server.Tests;
using static FhirHub.Tests.Bundles.BundleText;

namespace FhirHub.Tests.Bundles;

public class BatchTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private HttpClient Client => server.Client;

    [Fact]
    public async Task Every_entry_has_its_own_outcome_in_order()
    {
        var (id, _) = await Client.CreateAsync("Patient", """{"resourceType":"Patient","active":true}""");

        var response = await PostAsync(Batch(
            Entry("GET", "Patient/absent"),
            Entry("POST", "Patient", """{"resourceType":"Patient","active":"yes"}"""),
            Entry("POST", "Patient", """{"resourceType":"Patient","gender":"female"}"""),
            Entry("GET", $"Patient/{id}"),
            Entry("GET", "Patient?gender=female&_count=1"),
            Entry("GET", $"Patient/{id}/_history"),
            Entry("GET", "metadata"),
            Entry("GET", $"Patient/{id}", more: "\"ifNoneMatch\":\"W/\\\"1\\\"\""),
            Entry("DELETE", "Patient/absent"),
            Entry("FETCH", "Patient")));

        Assert.Equal("batch-response", (string?)response["type"]);
        Assert.Equal(
            ["404", "400", "201", "200", "200", "200", "200", "304", "204", "400"],
            response["entry"]!.AsArray().Select(e => ((string)e!["response"]!["status"]!)[..3]));
        Assert.Equal("OperationOutcome", (string?)response["entry"]![0]!["response"]!["outcome"]!["resourceType"]);
        Assert.Equal("Bundle.entry[1].resource.active", (string?)response["entry"]![1]!["response"]!["outcome"]!["issue"]![0]!["expression"]![0]);
        Assert.Equal(id, (string?)response["entry"]![3]!["resource"]!["id"]);
        Assert.Equal("searchset", (string?)response["entry"]![4]!["resource"]!["type"]);
        Assert.Equal("history", (string?)response["entry"]![5]!["resource"]!["type"]);
        Assert.Equal("CapabilityStatement", (string?)response["entry"]![6]!["resource"]!["resourceType"]);
        Assert.Null(response["entry"]![7]!["resource"]);
    }

    [Fact]
    public async Task One_resource_may_be_written_by_several_entries()
    {
        var put = Entry("PUT", "Basic/twice", """{"resourceType":"Basic","id":"twice","code":{"text":"x"}}""");

        var response = await PostAsync(Batch(put, put));

        Assert.All(response["entry"]!.AsArray(), e => Assert.StartsWith("20", (string?)e!["response"]!["status"], StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_thousand_creates_are_all_there()
    {
        var name = Guid.NewGuid().ToString();
        var response = await PostAsync(Batch([.. Enumerable.Repeat(
            Entry("POST", "Patient", $$"""{"resourceType":"Patient","identifier":[{"value":"{{name}}"}]}"""), 1000)]));

        Assert.All(response["entry"]!.AsArray(), e => Assert.Equal("201 Created", (string?)e!["response"]!["status"]));
        var found = JsonNode.Parse(await Client.GetStringAsync($"Patient?identifier={name}&_summary=count"))!;
        Assert.Equal(1000, (int)found["total"]!);
    }

    private async Task<JsonNode> PostAsync(string bundle)
    {
        var response = await Client.SendAsync("POST", "", bundle);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }
}
