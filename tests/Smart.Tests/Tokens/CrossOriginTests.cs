// Pages of other origins: anybody may read what tells no secret, registered clients may call, and no page may open the pages of users.

using FhirHub.Server.Tests;
using FhirHub.Tests;

namespace FhirHub.Smart.Tests;

public class CrossOriginTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    private const string Registered = "https://app.example";

    [Theory]
    [InlineData("/fhir/.well-known/smart-configuration")]
    [InlineData("/fhir/metadata")]
    [InlineData("/.well-known/openid-configuration")]
    [InlineData("/.well-known/oauth-authorization-server")]
    [InlineData("/auth/jwks")]
    [Covers(CoversAttribute.Smart, 16)]
    [Covers(CoversAttribute.Inferno, 16, 17)]
    public async Task Any_origin_reads_the_public_documents(string path)
    {
        var answer = await server.FromOriginAsync("GET", path, "https://anybody.example");
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal("*", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
        var preflight = await server.FromOriginAsync("OPTIONS", path, "https://anybody.example", "GET");
        Assert.Equal("*", preflight.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    [Theory]
    [InlineData("/auth/token", "POST")]
    [InlineData("/auth/revoke", "POST")]
    [InlineData("/auth/userinfo", "GET")]
    [InlineData("/fhir/Patient/1", "GET")]
    [InlineData("/fhir/Patient/1", "PUT")]
    [InlineData("/fhir/Patient/1", "PATCH")]
    [InlineData("/fhir/Patient/1", "DELETE")]
    [InlineData("/dicomweb/studies", "GET")]
    [Covers(CoversAttribute.Smart, 17)]
    [Covers(CoversAttribute.Inferno, 47, 72)]
    public async Task Registered_origins_of_active_clients_call(string path, string method)
    {
        await server.NewClientAsync(static client => client with { RedirectUris = [$"{Registered}/callback"] });
        foreach (var (origin, isAllowed) in ((string, bool)[])[(Registered, true), ("https://evil.example", false), ("https://app.example.evil.example", false), ("https://app.example:8443", false), ("http://app.example", false), ("null", false)])
        {
            var preflight = await server.FromOriginAsync("OPTIONS", path, origin, method);
            var answer = await server.FromOriginAsync(method, path, origin);
            foreach (var headers in (System.Net.Http.Headers.HttpResponseHeaders[])[preflight.Headers, answer.Headers])
            {
                Assert.Equal(isAllowed ? origin : null, headers.TryGetValues("Access-Control-Allow-Origin", out var allowed) ? allowed.Single() : null);
                Assert.False(headers.Contains("Access-Control-Allow-Credentials"));
            }

            if (isAllowed)
            {
                Assert.Equal(204, (int)preflight.StatusCode);
                Assert.Contains(method, string.Join(',', preflight.Headers.GetValues("Access-Control-Allow-Methods")), StringComparison.Ordinal);
                Assert.Contains("authorization", string.Join(',', preflight.Headers.GetValues("Access-Control-Allow-Headers")), StringComparison.OrdinalIgnoreCase);
                Assert.Contains("Origin", answer.Headers.Vary);
            }
        }
    }

    [Fact]
    public async Task An_origin_comes_and_goes_with_its_client()
    {
        const string Origin = "https://other.example";
        Assert.False(await IsAllowedAsync(Origin));
        var client = await server.NewClientAsync(static client => client with { Origins = [Origin], Status = ClientStatus.Pending });
        Assert.False(await IsAllowedAsync(Origin));
        var kept = (await server.Smart.State.Clients.FindAsync(client.Id, default))!;
        kept = (await server.Smart.State.Clients.PutAsync(kept with { Value = client with { Status = ClientStatus.Active } }, default))!;
        Assert.True(await IsAllowedAsync(Origin));
        await server.Smart.State.Clients.PutAsync(kept with { Value = client with { Status = ClientStatus.Disabled } }, default);
        Assert.False(await IsAllowedAsync(Origin));
    }

    [Fact]
    public async Task No_page_opens_the_pages_of_users()
    {
        await server.NewClientAsync(static client => client with { Origins = [Registered] });
        foreach (var path in (string[])["/auth/login", "/auth/authorize", "/auth/account", "/auth/apps", "/auth/admin"])
        {
            var answer = await server.FromOriginAsync("GET", path, Registered);
            Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"), path);
        }
    }

    [Fact]
    [Covers(CoversAttribute.Inferno, 30, 47)]
    public async Task A_page_of_a_public_client_exchanges_its_code_and_reads()
    {
        var client = await server.NewClientAsync(static client => client with { Origins = [Registered] });
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{server.Root}/auth/token")
        {
            Content = new FormUrlEncodedContent([
                new("grant_type", "authorization_code"), new("client_id", client.Id), new("code", await server.CodeAsync(client, "user/Practitioner.rs")),
                new("redirect_uri", TokenRequests.Redirect), new("code_verifier", TokenRequests.Verifier)]),
        };
        request.Headers.Add("Origin", Registered);
        using var http = new HttpClient();
        var answer = await http.SendAsync(request);
        await answer.OkAsync();
        Assert.Equal(Registered, answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
    }

    private async Task<bool> IsAllowedAsync(string origin) => (await server.FromOriginAsync("OPTIONS", "/auth/token", origin, "POST")).Headers.Contains("Access-Control-Allow-Origin");
}
