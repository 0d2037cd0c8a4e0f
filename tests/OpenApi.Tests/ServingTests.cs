// How the documents are served: addresses as the client sees them, entity tags, modes, and the switch.

using System.Net;
using FhirHub.Server.OpenApi;
using FhirHub.Server.Tests;

namespace FhirHub.OpenApi.Tests;

public class ServingTests(OpenApiFixture fixture) : IClassFixture<OpenApiFixture>
{
    [Theory]
    [InlineData(ApiDocuments.Fhir)]
    [InlineData(ApiDocuments.All)]
    public async Task A_document_that_the_client_has_is_not_sent_again(string name)
    {
        using var first = await fixture.Client.GetAsync($"{fixture.Root}/swagger/{name}/swagger.json");
        Assert.Equal("application/json", first.Content.Headers.ContentType!.MediaType);
        using var again = await fixture.Client.SendAsync("GET", $"{fixture.Root}/swagger/{name}/swagger.json", headers: ("If-None-Match", first.Headers.ETag!.ToString()));
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Empty(await again.Content.ReadAsByteArrayAsync());
        using var head = await fixture.Client.SendAsync("HEAD", $"{fixture.Root}/swagger/{name}/swagger.json");
        Assert.Equal(first.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
        Assert.Equal(first.Headers.ETag, head.Headers.ETag);
    }

    [Theory]
    [InlineData("hub.example.org")]
    [InlineData("hub.example.org:8443")]
    public async Task A_document_names_the_server_as_its_client_does(string host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{fixture.Root}/swagger/fhir/swagger.json");
        request.Headers.Host = host;
        using var answer = await fixture.Client.SendAsync(request);
        var document = (await answer.JsonAsync()).AsObject();
        Assert.Equal($"http://{host}", (string)document["servers"]![0]!["url"]!);
        var flow = document["components"]!["securitySchemes"]!["smart"]!["flows"]!["authorizationCode"]!;
        Assert.Equal($"http://{host}/auth/authorize?aud={Uri.EscapeDataString($"http://{host}/fhir")}", (string)flow["authorizationUrl"]!);
        Assert.Equal($"http://{host}/auth/token", (string)flow["tokenUrl"]!);
        using var other = await fixture.Client.GetAsync($"{fixture.Root}/swagger/fhir/swagger.json");
        Assert.NotEqual(other.Headers.ETag, answer.Headers.ETag);
        Assert.DoesNotContain(".invalid", document.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_may_fetch_from_nowhere_that_a_client_names()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{fixture.Root}/swagger/index.html");
        request.Headers.Host = "elsewhere.example.org";
        using var answer = await fixture.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("connect-src 'self'; ", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_document_is_not_found()
    {
        using var document = await fixture.Client.GetAsync($"{fixture.Root}/swagger/nothing/swagger.json");
        Assert.Equal(HttpStatusCode.NotFound, document.StatusCode);
        using var file = await fixture.Client.GetAsync($"{fixture.Root}/swagger/nothing.js");
        Assert.Equal(HttpStatusCode.NotFound, file.StatusCode);
    }

    [Fact]
    public async Task Requests_that_need_a_token_say_so_and_others_do_not()
    {
        var fhir = await fixture.DocumentAsync(ApiDocuments.Fhir);
        Assert.Equal(2, fhir["security"]!.AsArray().Count);
        Assert.Equal("http", (string)fhir["components"]!["securitySchemes"]!["bearer"]!["type"]!);
        Assert.Empty(fhir["paths"]!["/fhir/metadata"]!["get"]!["security"]!.AsArray());
        var read = fhir["paths"]!["/fhir/Patient/{id}"]!["get"]!;
        Assert.Null(read["security"]);
        Assert.Equal("Needs a scope with Patient.r.", (string)read["description"]!);
        Assert.NotNull(read["responses"]!["401"]);
        var auth = await fixture.DocumentAsync(ApiDocuments.Authorization);
        Assert.Empty(auth["paths"]!["/auth/token"]!["post"]!["security"]!.AsArray());
        Assert.Null(auth["paths"]!["/auth/userinfo"]!["get"]!["security"]);
    }

    [Fact]
    public async Task The_page_fetches_nothing_from_elsewhere()
    {
        using var answer = await fixture.Client.GetAsync($"{fixture.Root}/swagger/index.html");
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-eval", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("//", (await answer.Content.ReadAsStringAsync()).Replace("<!--", "", StringComparison.Ordinal), StringComparison.Ordinal);
        using var front = await fixture.Client.GetAsync($"{fixture.Root}/");
        Assert.Contains("href=\"swagger/index.html\"", await front.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}

public class OpenServingTests(OpenFixture fixture) : IClassFixture<OpenFixture>
{
    [Fact]
    public async Task Without_authorization_documents_ask_for_none()
    {
        var document = await fixture.DocumentAsync(ApiDocuments.Fhir);
        Assert.Null(document["security"]);
        Assert.Null(document["components"]!["securitySchemes"]);
        Assert.Null(document["paths"]!["/fhir/Patient/{id}"]!["get"]!["responses"]!["401"]);
        using var auth = await fixture.Client.GetAsync($"{fixture.Root}/swagger/auth/swagger.json");
        Assert.Equal(HttpStatusCode.NotFound, auth.StatusCode);
    }
}

public class ClosedServingTests(ClosedFixture fixture) : IClassFixture<ClosedFixture>
{
    [Fact]
    public async Task What_is_switched_off_is_not_there()
    {
        foreach (var address in (string[])["/swagger", "/swagger/index.html", "/swagger/fhir/swagger.json"])
        {
            using var answer = await fixture.Client.GetAsync($"{fixture.Root}{address}");
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        Assert.Null(await fixture.Smart.State.Clients.FindAsync("swagger-ui", default));
        using var front = await fixture.Client.GetAsync($"{fixture.Root}/");
        Assert.DoesNotContain("swagger", await front.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}

public class ForwardedFixture : SmartFixture
{
    protected override IReadOnlyList<string> Settings => [.. base.Settings, "--FhirHub:Http:ForwardedHeaders=true", "--FhirHub:Auth:Issuer=https://hub.example.org"];
}

public class ForwardedServingTests(ForwardedFixture fixture) : IClassFixture<ForwardedFixture>
{
    [Fact]
    public async Task A_proxy_says_by_which_address_the_server_is_reached()
    {
        using var answer = await fixture.Client.SendAsync("GET", $"{fixture.Root}/swagger/operations/swagger.json", headers: [("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "hub.example.org")]);
        var document = await answer.JsonAsync();
        Assert.Equal("https://hub.example.org", (string)document["servers"]![0]!["url"]!);
        Assert.StartsWith("https://hub.example.org/auth/authorize?aud=https%3A%2F%2Fhub.example.org%2Ffhir", (string)document["components"]!["securitySchemes"]!["smart"]!["flows"]!["authorizationCode"]!["authorizationUrl"]!, StringComparison.Ordinal);
    }
}
