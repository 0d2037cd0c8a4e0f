// All that the server says of itself says the same, and it is what runs.

using System.Text.Json.Nodes;
using FhirHub.Server.Tests;
using FhirHub.Tests;

namespace FhirHub.Smart.Tests;

public class DiscoveryTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    private static readonly HttpClient s_http = new();

    [Theory]
    [InlineData(null)]
    [InlineData("application/fhir+xml")]
    [InlineData("text/html")]
    [InlineData("image/png")]
    [Covers(CoversAttribute.Smart, 30, 372, 373, 374, 376, 377, 380)]
    [Covers(CoversAttribute.Inferno, 1, 2, 3)]
    public async Task The_smart_configuration_is_JSON_whatever_is_accepted(string? accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{server.Base}/.well-known/smart-configuration");
        if (accept is not null)
            request.Headers.Add("Accept", accept);
        var answer = await s_http.SendAsync(request);
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        Assert.NotNull(await answer.JsonAsync());
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 14, 15, 126, 228, 285, 286, 287, 288, 289, 378, 381, 382, 383, 384, 385, 386, 387, 388, 389, 390, 391, 392, 393, 394, 438, 439, 406, 410, 411, 427, 428)]
    [Covers(CoversAttribute.Inferno, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 18, 171, 172, 173)]
    public async Task The_smart_configuration_has_what_is_required_and_recommended()
    {
        var smart = await SmartAsync();
        Assert.Equal(server.Root, smart.Text("issuer"));
        foreach (var name in (string[])["jwks_uri", "authorization_endpoint", "token_endpoint", "registration_endpoint", "management_endpoint", "introspection_endpoint", "revocation_endpoint", "user_access_brand_bundle"])
            Assert.StartsWith($"{server.Root}/auth/", smart.Text(name), StringComparison.Ordinal);
        Assert.Equal(["authorization_code", "client_credentials"], Strings(smart, "grant_types_supported"));
        Assert.Equal(["S256"], Strings(smart, "code_challenge_methods_supported"));
        Assert.Equal(["code"], Strings(smart, "response_types_supported"));
        Assert.Equal(["client_secret_basic", "client_secret_post", "private_key_jwt"], Strings(smart, "token_endpoint_auth_methods_supported").Order());
        Assert.Equal(["ES384", "RS384"], Strings(smart, "token_endpoint_auth_signing_alg_values_supported").Order());
        Assert.NotEmpty((string?)smart["user_access_brand_identifier"]!["system"] ?? "");
        Assert.NotEmpty((string?)smart["user_access_brand_identifier"]!["value"] ?? "");
        Assert.Equal($"{server.Root}/dicomweb", (string?)smart["associated_endpoints"]![0]!["url"]);
        Assert.NotEmpty(smart["associated_endpoints"]![0]!["capabilities"]!.AsArray());
        foreach (var scope in Strings(smart, "scopes_supported").Where(static scope => scope.Contains('/', StringComparison.Ordinal) && !scope.StartsWith("launch", StringComparison.Ordinal)))
            Assert.True(SmartScope.TryParse(scope, out _), scope);
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 346, 348, 349, 350, 351)]
    [Covers(CoversAttribute.Inferno, 109, 125)]
    public async Task The_capabilities_make_up_the_four_sets()
    {
        Assert.Equal(
            [
                "authorize-post", "client-confidential-asymmetric", "client-confidential-symmetric", "client-public", "context-banner", "context-ehr-encounter", "context-ehr-patient",
                "context-standalone-encounter", "context-standalone-patient", "context-style", "launch-ehr", "launch-standalone", "permission-offline", "permission-online",
                "permission-patient", "permission-user", "permission-v1", "permission-v2", "sso-openid-connect",
            ],
            Strings(await SmartAsync(), "capabilities").Order(StringComparer.Ordinal));
    }

    [Fact]
    [Covers(CoversAttribute.Inferno, 55, 56, 57, 58)]
    public async Task All_documents_say_the_same()
    {
        var smart = await SmartAsync();
        var openId = await ReadAsync($"{server.Root}/.well-known/openid-configuration");
        var oauth = await ReadAsync($"{server.Root}/.well-known/oauth-authorization-server");

        // SMART names two grants of three, and has a capability where the others have the method "none".
        string[] differing = ["grant_types_supported", "token_endpoint_auth_methods_supported"];
        foreach (var (left, right) in ((JsonNode, JsonNode)[])[(smart, openId), (smart, oauth), (oauth, openId)])
        {
            foreach (var (name, value) in left.AsObject())
            {
                if (right[name] is { } other && !(ReferenceEquals(left, smart) && differing.Contains(name)))
                    Assert.Equal(value!.ToJsonString(), other.ToJsonString());
            }
        }

        Assert.Equal(["authorization_code", "refresh_token", "client_credentials"], Strings(oauth, "grant_types_supported"));
        Assert.All(differing, name => Assert.Subset(Strings(oauth, name).ToHashSet(), Strings(smart, name).ToHashSet()));
        Assert.False((bool)openId["request_uri_parameter_supported"]!);
    }

    [Fact]
    [Covers(CoversAttribute.Inferno, 19, 20, 21, 22)]
    public async Task The_CapabilityStatement_says_the_same_to_clients_of_SMART_1()
    {
        var smart = await SmartAsync();
        var security = (await ReadAsync($"{server.Base}/metadata"))["rest"]![0]!["security"]!;
        Assert.True((bool)security["cors"]!);
        Assert.Equal("SMART-on-FHIR", (string?)security["service"]![0]!["coding"]![0]!["code"]);
        var uris = security["extension"]!.AsArray().Single(static extension => (string?)extension!["url"] == "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris")!["extension"]!.AsArray();
        var told = uris.ToDictionary(static uri => (string)uri!["url"]!, static uri => (string)uri!["valueUri"]!);
        foreach (var (name, member) in ((string, string)[])[
            ("authorize", "authorization_endpoint"), ("token", "token_endpoint"), ("introspect", "introspection_endpoint"), ("manage", "management_endpoint"),
            ("register", "registration_endpoint"), ("revoke", "revocation_endpoint")])
        {
            Assert.Equal(smart.Text(member), told[name]);
        }

        Assert.Equal(6, told.Count);
    }

    [Fact]
    public async Task What_is_configured_as_the_issuer_is_told_and_what_is_off_is_not()
    {
        await using var shared = new SharedStore();
        var smart = shared.Start(static options => options with { Issuer = "https://fhir.example.org", Registration = false });
        var document = smart.Discovery.SmartConfiguration(smart.Options.Issuer!);
        Assert.Equal("https://fhir.example.org/auth/token", (string?)document["token_endpoint"]);
        Assert.Null(document["registration_endpoint"]);
        Assert.Null(document["associated_endpoints"]);
        Assert.Null(smart.Discovery.OpenIdConfiguration(smart.Options.Issuer!)["registration_endpoint"]);
    }

    private Task<JsonNode> SmartAsync() => ReadAsync($"{server.Base}/.well-known/smart-configuration");

    private static async Task<JsonNode> ReadAsync(string url) => JsonNode.Parse(await s_http.GetStringAsync(url))!;

    private static IEnumerable<string> Strings(JsonNode document, string name) => document[name]!.AsArray().Select(static value => (string)value!);
}
