// The Bundle of user-access brands, and what the SMART configuration says of it.

using System.Text.Json.Nodes;
using FhirHub.Server;
using FhirHub.Server.Tests;
using FhirHub.Tests;

namespace FhirHub.Smart.Tests.Authorization;

/// <summary>A server with a brand of its own.</summary>
public sealed class BrandFixture : SmartFixture
{
    protected override IReadOnlyList<string> Settings =>
    [
        .. base.Settings,
        "--FhirHub:Auth:Brand:Name=Region of Lakes",
        "--FhirHub:Auth:Brand:Aliases=Lakes; 湖区",
        "--FhirHub:Auth:Brand:Website=https://www.lakes.example/home",
        "--FhirHub:Auth:Brand:Identifiers=urn:oid:2.16.840.1.113883.4.6|1234567893",
        "--FhirHub:Auth:Brand:Category=http://terminology.hl7.org/CodeSystem/organization-type|govt",
        "--FhirHub:Auth:Brand:Address=1 Shore Road",
        "--FhirHub:Auth:Brand:Contact=fhir@lakes.example",
        "--FhirHub:Auth:Brand:Logo=https://lakes.example/logo.svg",
        "--FhirHub:Auth:Brand:LogoLicense=https://lakes.example/license",
        "--FhirHub:Auth:Brand:PortalName=My Lakes",
        "--FhirHub:Auth:Brand:PortalDescription=Records of the *region*",
        "--FhirHub:Auth:Brand:PortalUrl=https://portal.lakes.example/",
        "--FhirHub:Auth:Brand:PortalLogo=https://lakes.example/portal.svg",
        "--FhirHub:Auth:Brand:Organizations=north south missing",
    ];
}

public class BrandTests(BrandFixture server) : IClassFixture<BrandFixture>
{
    private const string North = """
        {"resourceType":"Organization","id":"north","active":true,"name":"Northern Hospital","alias":["North"],
         "identifier":[{"system":"urn:ietf:rfc:3986","value":"https://lakes.example"},{"system":"urn:customer","value":"n-1"}],
         "contact":[{"name":{"text":"A private person"}}],"partOf":{"reference":"Organization/elsewhere"},
         "telecom":[{"system":"url","value":"https://north.example"}],
         "address":[{"city":"Northton","_postalCode":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"asked-declined"}]},
                     "_state":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}]}}],
         "extension":[{"url":"http://hl7.org/fhir/StructureDefinition/organization-brand","extension":[{"url":"brandLogo","valueUrl":"https://north.example/logo.png"}]},
                      {"url":"http://hl7.org/fhir/StructureDefinition/organization-portal","extension":[{"url":"portalName","valueString":"MyNorth"},{"url":"portalEndpoint","valueReference":{"reference":"Endpoint/other"} }]},
                      {"url":"https://example.org/internal","valueString":"not for the public"}]}
        """;

    [Fact]
    [Covers(CoversAttribute.Smart, 387, 388, 406, 407, 409, 410, 411, 412, 427, 428, 429, 430, 431, 432)]
    public async Task The_configuration_names_the_bundle_and_the_one_brand_that_is_the_servers_own()
    {
        await KeepNorthAsync();
        var configuration = await (await server.Client.GetAsync(".well-known/smart-configuration")).JsonAsync();
        var bundle = await BundleAsync((string)configuration["user_access_brand_bundle"]!);
        var identifier = configuration["user_access_brand_identifier"]!;
        Assert.Equal("urn:ietf:rfc:3986", (string?)identifier["system"]);
        Assert.Equal("https://lakes.example", (string?)identifier["value"]);
        var matches = Brands(bundle).SelectMany(static brand => brand["identifier"]?.AsArray() ?? []).Where(own => JsonNode.DeepEquals(own, identifier));
        Assert.Single(matches);
        Assert.Equal("Region of Lakes", (string?)Brands(bundle).First()["name"]);
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 398, 400, 401, 418, 423, 424)]
    [Covers(CoversAttribute.Inferno, 98, 99, 100, 101, 102)]
    public async Task Anybody_gets_the_bundle_from_any_origin_and_its_time_is_that_of_the_last_change()
    {
        await KeepNorthAsync();
        using var anybody = new HttpClient();
        anybody.DefaultRequestHeaders.Add("Origin", "https://app.example");
        var first = await anybody.GetAsync($"{server.Root}/auth/brands");
        Assert.Equal(200, (int)first.StatusCode);
        Assert.Equal("application/fhir+json", first.Content.Headers.ContentType!.MediaType);
        Assert.Contains(first.Headers.GetValues("Access-Control-Allow-Origin").Single(), new[] { "*", "https://app.example" });
        Assert.True(first.Headers.ETag!.IsWeak);
        var bundle = await first.JsonAsync();
        Assert.Equal("collection", (string?)bundle["type"]);
        Assert.NotEmpty(bundle["entry"]!.AsArray());
        var timestamp = (string?)bundle["timestamp"];
        Assert.NotNull(timestamp);
        using var again = new HttpRequestMessage(HttpMethod.Get, $"{server.Root}/auth/brands");
        again.Headers.TryAddWithoutValidation("If-None-Match", $"\"x\", {first.Headers.ETag}");
        Assert.Equal(304, (int)(await anybody.SendAsync(again)).StatusCode);

        using var writer = await server.ClientAsync("user/*.cruds", role: AccountRole.Administrator);
        await writer.SendAsync("PUT", "Organization/south", """{"resourceType":"Organization","id":"south","name":"Southern Hospital"}""");
        var changed = await anybody.GetAsync($"{server.Root}/auth/brands");
        Assert.NotEqual(first.Headers.ETag, changed.Headers.ETag);
        Assert.True(string.CompareOrdinal((string?)(await changed.JsonAsync())["timestamp"], timestamp) > 0);
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 396, 397, 417, 433, 434)]
    [Covers(CoversAttribute.Inferno, 103, 104, 105, 106, 107, 108, 167)]
    public async Task Every_endpoint_is_a_brands_and_answers_and_every_reference_leads_into_the_bundle()
    {
        await KeepNorthAsync();
        var bundle = await BundleAsync($"{server.Root}/auth/brands");
        var resources = bundle["entry"]!.AsArray().Select(static entry => entry!["resource"]!).ToList();
        var endpoint = Assert.Single(resources, static resource => (string?)resource["resourceType"] == "Endpoint");
        Assert.Equal(server.Base, (string?)endpoint["address"]);
        Assert.Equal(200, (int)(await server.Client.GetAsync($"{(string)endpoint["address"]!}/metadata")).StatusCode);
        Assert.Equal("4.0.1", (string?)endpoint["extension"]![0]!["valueCode"]);
        Assert.Equal("hl7-fhir-rest", (string?)endpoint["connectionType"]!["code"]);
        Assert.Equal("none", (string?)endpoint["payloadType"]![0]!["coding"]![0]!["code"]);
        Assert.Equal("fhir@lakes.example", (string?)endpoint["contact"]![0]!["value"]);
        var known = resources.Select(static resource => $"{resource["resourceType"]}/{resource["id"]}").ToHashSet();
        foreach (var brand in Brands(bundle))
        {
            Assert.Contains(brand["endpoint"]!.AsArray(), reference => (string?)reference!["reference"] == $"Endpoint/{endpoint["id"]}");
            foreach (var text in brand.ToJsonString().Split("\"reference\":\"").Skip(1).Select(static text => text.Split('"')[0]))
                Assert.Contains(text, known);
        }

        using var validator = await server.ClientAsync("user/*.cruds", role: AccountRole.Administrator);
        foreach (var resource in resources)
        {
            var outcome = await (await validator.SendAsync("POST", $"{resource["resourceType"]}/$validate", resource.ToJsonString())).JsonAsync();
            Assert.DoesNotContain(outcome["issue"]!.AsArray(), static issue => (string?)issue!["severity"] is "error" or "fatal");
        }
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 395, 399, 402, 403, 404, 405, 419, 421, 422, 436, 437)]
    public async Task Brands_say_what_they_were_given_and_nothing_that_was_not_for_the_public()
    {
        await KeepNorthAsync();
        var bundle = await BundleAsync($"{server.Root}/auth/brands");
        var primary = Brands(bundle).First();
        Assert.Equal("1234567893", (string?)primary["identifier"]![1]!["value"]);
        Assert.Equal(["Lakes", "湖区"], primary["alias"]!.AsArray().Select(static alias => (string?)alias));
        Assert.Equal("govt", (string?)primary["type"]![0]!["coding"]![0]!["code"]);
        Assert.Equal("1 Shore Road", (string?)primary["address"]![0]!["text"]);
        Assert.Equal("https://www.lakes.example/home", (string?)primary["telecom"]![0]!["value"]);
        var written = primary.ToJsonString();
        foreach (var text in (string[])["https://lakes.example/logo.svg", "https://lakes.example/license", "My Lakes", "Records of the *region*", "https://portal.lakes.example/", "https://lakes.example/portal.svg"])
            Assert.Contains(text, written, StringComparison.Ordinal);
        Assert.NotNull(primary["meta"]!["lastUpdated"]);

        var north = Brands(bundle).Single(static brand => (string?)brand["id"] == "north");
        Assert.NotNull(north["meta"]!["lastUpdated"]);
        Assert.Equal("n-1", (string?)Assert.Single(north["identifier"]!.AsArray())!["value"]);
        Assert.Equal("Organization/user-access-brand", (string?)north["partOf"]!["reference"]);
        var told = north.ToJsonString();
        Assert.Contains("MyNorth", told, StringComparison.Ordinal);
        Assert.Contains("asked-declined", told, StringComparison.Ordinal);
        foreach (var hidden in (string[])["masked", "private person", "not for the public", "Endpoint/other"])
            Assert.DoesNotContain(hidden, told, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_configuration_the_brand_is_that_of_the_issuer()
    {
        Assert.Equal("https://fhir.example:8443", new BrandOptions().PrimaryIdentifier("https://www.fhir.example:8443/base"));
        Assert.Equal("https://lakes.example", new BrandOptions { Website = "https://www.lakes.example/home" }.PrimaryIdentifier("https://fhir.example"));
    }

    [Theory]
    [InlineData("Website", "lakes.example")]
    [InlineData("Logo", "javascript:alert(1)")]
    [InlineData("Identifiers", "1234")]
    [InlineData("Category", "prov")]
    public void A_bad_value_stops_the_start_and_names_its_key(string key, string value)
    {
        var fault = Assert.Throws<ConfigurationException>(() => FhirHost.ReadOptions([$"--FhirHub:Auth:Brand:{key}={value}"]));
        Assert.Contains($"FhirHub:Auth:Brand:{key}", fault.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<JsonNode> Brands(JsonNode bundle) =>
        bundle["entry"]!.AsArray().Select(static entry => entry!["resource"]!).Where(static resource => (string?)resource["resourceType"] == "Organization");

    private static async Task<JsonNode> BundleAsync(string address)
    {
        using var anybody = new HttpClient();
        return await (await anybody.GetAsync(address)).JsonAsync();
    }

    private async Task KeepNorthAsync()
    {
        using var writer = await server.ClientAsync("user/*.cruds", role: AccountRole.Administrator);
        var answer = await writer.SendAsync("PUT", "Organization/north", North);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}
