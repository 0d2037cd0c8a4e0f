// _explain and $explain: what a client is told about its own search, and that others are told nothing.

using System.Net;
using System.Text.Json.Nodes;

namespace FhirHub.Server.Tests;

public class ExplainTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task An_explained_search_answers_its_matches_and_how_they_were_found()
    {
        var family = await CreateAsync();
        var bundle = await GetAsync($"Patient?family={family}&gender=female&_include=Patient:organization&_total=accurate&_explain=true");
        var entries = bundle["entry"]!.AsArray();
        Assert.Equal("match", (string?)entries[0]!["search"]!["mode"]);
        var outcome = entries[^1]!;
        Assert.Equal("outcome", (string?)outcome["search"]!["mode"]);
        var told = Told(outcome["resource"]!);
        Assert.Contains($"Patient.family starts with '{family.ToLowerInvariant()}'", told, StringComparison.Ordinal);
        Assert.Contains("parse: ", told, StringComparison.Ordinal);
        Assert.Contains("plan: ", told, StringComparison.Ordinal);
        Assert.Contains("1 keys", told, StringComparison.Ordinal);
        Assert.Contains("find keys: ", told, StringComparison.Ordinal);
        Assert.Contains("SELECT DISTINCT s.key", told, StringComparison.Ordinal);
        Assert.Contains("SEARCH ", told, StringComparison.Ordinal);
        Assert.Contains("VM steps", told, StringComparison.Ordinal);
        Assert.Contains("fetch: ", told, StringComparison.Ordinal);
        Assert.Contains("include: ", told, StringComparison.Ordinal);
        Assert.Contains("count: ", told, StringComparison.Ordinal);
        Assert.Contains("_explain=true", (string?)bundle["link"]![0]!["url"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_false_is_no_explanation_and_other_values_are_refused()
    {
        var family = await CreateAsync();
        Assert.Single((await GetAsync($"Patient?family={family}&_explain=false"))["entry"]!.AsArray());
        using var refused = await server.Client.GetAsync("Patient?_explain=yes");
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Theory]
    [InlineData("Patient/$explain?family=")]
    [InlineData("$explain?_type=Patient,Practitioner&_id=")]
    [InlineData("Patient/p1/Observation/$explain?code=")]
    public async Task The_operation_answers_the_explanation_alone(string address)
    {
        var family = await CreateAsync();
        var outcome = await GetAsync(address + family);
        Assert.Equal("OperationOutcome", (string?)outcome["resourceType"]);
        Assert.All(outcome["issue"]!.AsArray(), static issue => Assert.Equal("information", (string?)issue!["severity"]));
        Assert.Contains("find keys: ", Told(outcome), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_operation_refuses_what_the_search_would_refuse()
    {
        using var response = await server.Client.GetAsync("Patient/$explain?familiy=x");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("familiy", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Patient/$explain?family=", "text/html")]
    [InlineData("Patient/$explain?family=", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")]
    [InlineData("Patient?_explain=true&family=", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")]
    public async Task A_browser_gets_a_page_in_which_values_are_no_markup(string address, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address + "<script>alert(1)</script>");
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var response = await server.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("default-src 'none'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        var page = await response.Content.ReadAsStringAsync();
        Assert.Contains("Patient.family starts with", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
    }

    private async Task<string> CreateAsync()
    {
        var family = $"X{Guid.NewGuid():N}";
        using var response = await server.Client.PostAsync(
            "Patient", new StringContent($$"""{"resourceType":"Patient","gender":"female","name":[{"family":"{{family}}"}]}""", null, "application/fhir+json"));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return family;
    }

    private async Task<JsonNode> GetAsync(string address)
    {
        using var response = await server.Client.GetAsync(address);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    private static string Told(JsonNode outcome) =>
        string.Join('\n', outcome["issue"]!.AsArray().Select(static issue => (string?)issue!["diagnostics"]));
}
