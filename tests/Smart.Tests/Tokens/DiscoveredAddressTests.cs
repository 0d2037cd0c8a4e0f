// What discovery names is there.

using System.Text.Json.Nodes;
using FhirHub.Server.Tests;
using FhirHub.Tests;

namespace FhirHub.Smart.Tests;

public class DiscoveredAddressTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    private static readonly HttpClient s_http = new();

    [Fact]
    [Covers(CoversAttribute.Smart, 407, 409, 412, 429, 430, 431, 432)]
    public async Task The_primary_brand_is_one_organization_of_the_bundle()
    {
        var smart = await ReadAsync($"{server.Base}/.well-known/smart-configuration");
        var identifier = smart["user_access_brand_identifier"]!;
        var bundle = await ReadAsync(smart.Text("user_access_brand_bundle"));
        var matches = bundle["entry"]!.AsArray().Select(static entry => entry!["resource"]!).Where(static resource => (string?)resource["resourceType"] == "Organization")
            .SelectMany(static organization => organization["identifier"]?.AsArray() ?? [])
            .Count(found => (string?)found!["value"] == (string?)identifier["value"] && (string?)found["system"] == (string?)identifier["system"]);
        Assert.Equal(1, matches);
    }

    private static async Task<JsonNode> ReadAsync(string url) => JsonNode.Parse(await s_http.GetStringAsync(url))!;
}
