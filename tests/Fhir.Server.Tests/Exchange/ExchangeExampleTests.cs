// The examples of the exchange's package in a server that has the people, requests and coverages that they refer to.

using System.Text;
using System.Text.Json.Nodes;
using FhirHub.Server.Exchange;

namespace FhirHub.Server.Tests.Exchange;

/// <summary>A server with the exchange's package and its examples of people, requests, encounters and coverages.</summary>
public class ExchangeExampleServer : ExchangeServer, IAsyncLifetime
{
    async Task IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        string[] types = ["Organization", "Location", "Patient", "Practitioner", "PractitionerRole", "HealthcareService", "ServiceRequest", "Encounter", "Coverage"];
        foreach (var example in ExchangePackage.Current.Examples
            .Where(example => example.Expected is null && types.Contains(example.Resource.ResourceType))
            .OrderBy(example => Array.IndexOf(types, example.Resource.ResourceType)))
        {
            using var response = await Client.SendAsync("PUT", $"{example.Resource.ResourceType}/{example.Resource.Id}", Encoding.UTF8.GetString(example.Resource.Json.Span));
            Assert.True(response.IsSuccessStatusCode, $"{example.Name}: {await response.Content.ReadAsStringAsync()}");
        }
    }
}

public class ExchangeExampleTests(ExchangeExampleServer server) : IClassFixture<ExchangeExampleServer>
{
    [Fact]
    public async Task Every_example_is_answered_as_it_says()
    {
        var package = ExchangePackage.Current;
        Assert.NotEmpty(package.Examples);
        foreach (var example in package.Examples)
        {
            var url = $"{example.Resource.ResourceType}/$validate?profile=https://fhirhub.dev/fhir/StructureDefinition/{example.Profile}";
            var answer = await server.Client.SendAsync("POST", url, Encoding.UTF8.GetString(example.Resource.Json.Span));
            var errors = (await answer.JsonAsync())["issue"]!.AsArray().Where(static issue => (string?)issue!["severity"] is "error" or "fatal").Select(static issue => issue!).ToList();
            IEnumerable<JsonNode?> expected = example.Expected is null ? [] : JsonNode.Parse(example.Expected.Json.Span)!["issue"]!.AsArray();
            Assert.Equal($"{example.Name}: {Tell(expected)}", $"{example.Name}: {Tell(errors)}");
        }
    }

    private static string Tell(IEnumerable<JsonNode?> issues) => string.Join(", ", issues
        .Select(static issue => $"{issue!["code"]} {issue["details"]?["coding"]?[0]?["code"]} at {issue["expression"]?[0]}").Order(StringComparer.Ordinal));
}
