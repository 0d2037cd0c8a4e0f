// What discovery names is there.

using System.Text.Json.Nodes;
using FhirHub.Server.Tests;
using FhirHub.Tests;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FhirHub.Smart.Tests;

public class DiscoveredAddressTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    private static readonly HttpClient s_http = new();

    [Fact]
    [Covers(CoversAttribute.Smart, 378)]
    public async Task Each_address_of_the_documents_is_one_that_the_server_maps()
    {
        var mapped = server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Select(static route => $"/{route.RoutePattern.RawText!.Trim('/')}").ToHashSet();
        foreach (var path in (string[])["/fhir/.well-known/smart-configuration", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"])
        {
            foreach (var (name, value) in (await ReadAsync(server.Root + path)).AsObject().Where(static member => member.Key.EndsWith("_endpoint", StringComparison.Ordinal) || member.Key is "jwks_uri" or "user_access_brand_bundle"))
                Assert.True(mapped.Contains(((string)value!)[server.Root.Length..]), $"{name}: {value}");
        }
    }

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
