// Who the user is: the id_token, verified as an app would, and the userinfo endpoint.

using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using FhirHub.Server.Tests;
using FhirHub.Tests;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FhirHub.Smart.Tests;

public class IdTokenTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    private static readonly HttpClient s_http = new();

    [Fact]
    [Covers(CoversAttribute.Smart, 80, 198, 200, 203, 205, 207, 209, 210, 358)]
    [Covers(CoversAttribute.Inferno, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70)]
    public async Task An_app_verifies_the_id_token_with_what_discovery_tells()
    {
        var account = await server.NewAccountAsync();
        var client = await server.NewClientAsync();
        var tokens = await server.TokensAsync(client, "openid fhirUser profile patient/*.rs", grant => grant with { Nonce = "n-0S6_WzA2Mj" }, account);
        var jwt = new JsonWebToken(tokens.Text("id_token"));

        var configuration = JsonNode.Parse(await s_http.GetStringAsync($"{jwt.Issuer}/.well-known/openid-configuration"))!;
        foreach (var name in (string[])["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "response_types_supported", "subject_types_supported", "id_token_signing_alg_values_supported"])
            Assert.NotNull(configuration[name]);
        Assert.Contains("RS256", configuration["id_token_signing_alg_values_supported"]!.AsArray().Select(static value => (string?)value));
        var keys = new JsonWebKeySet(await s_http.GetStringAsync(configuration.Text("jwks_uri")));
        Assert.All(keys.Keys, static key => Assert.Equal("RSA", key.Kty));
        Assert.All(keys.Keys, static key => Assert.False(key.HasPrivateKey));
        Assert.Equal("RS256", jwt.Alg);
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(tokens.Text("id_token"), new TokenValidationParameters
        {
            ValidIssuer = configuration.Text("issuer"),
            ValidAudience = client.Id,
            IssuerSigningKey = keys.Keys.Single(key => key.Kid == jwt.Kid),
            ValidAlgorithms = ["RS256"],
        });
        Assert.True(result.IsValid, result.Exception?.Message);

        Assert.Equal(account.Id, jwt.Subject);
        Assert.InRange(jwt.Subject.Length, 1, 255);
        Assert.Equal("n-0S6_WzA2Mj", jwt.GetPayloadValue<string>("nonce"));
        Assert.Equal($"{server.Base}/Practitioner/1", jwt.GetPayloadValue<string>("fhirUser"));
        Assert.Equal($"{server.Base}/Practitioner/1", jwt.GetPayloadValue<string>("profile"));
        Assert.Equal("Dr. Chen", jwt.GetPayloadValue<string>("name"));
        Assert.True(jwt.TryGetPayloadValue<long>("auth_time", out _));
        Assert.True(jwt.IssuedAt > DateTime.UnixEpoch);
        Assert.Equal(Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(tokens.Text("access_token"))).AsSpan(0, 16)), jwt.GetPayloadValue<string>("at_hash"));
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 197)]
    public async Task The_id_token_tells_what_was_granted_and_no_more()
    {
        var client = await server.NewClientAsync();
        Assert.Null((await server.TokensAsync(client, "fhirUser patient/*.rs"))["id_token"]);
        var plain = new JsonWebToken((await server.TokensAsync(client, "openid")).Text("id_token"));
        Assert.False(plain.TryGetPayloadValue<string>("fhirUser", out _));
        Assert.False(plain.TryGetPayloadValue<string>("name", out _));
        Assert.False(plain.TryGetPayloadValue<string>("nonce", out _));
        var administrator = await server.NewAccountAsync(AccountRole.Administrator, fhirUser: null);
        var nobody = new JsonWebToken((await server.TokensAsync(client, "openid fhirUser profile", account: administrator)).Text("id_token"));
        Assert.False(nobody.TryGetPayloadValue<string>("fhirUser", out _));
        Assert.False(nobody.TryGetPayloadValue<string>("profile", out _));
    }

    [Fact]
    [Covers(CoversAttribute.Inferno, 71)]
    public async Task The_resource_of_the_user_is_read_with_the_token_that_names_it()
    {
        var administrator = await server.ClientAsync("user/*.cruds", role: AccountRole.Administrator);
        var (id, _) = await administrator.CreateAsync("Practitioner", """{"resourceType":"Practitioner"}""");
        var account = await server.NewAccountAsync(fhirUser: $"Practitioner/{id}");
        var tokens = await server.TokensAsync(await server.NewClientAsync(), "openid fhirUser user/Practitioner.rs", account: account);
        var user = new JsonWebToken(tokens.Text("id_token")).GetPayloadValue<string>("fhirUser");
        var read = await server.GetFhirAsync(tokens.Text("access_token"), user[(server.Base.Length + 1)..]);
        Assert.Equal(200, (int)read.StatusCode);
        Assert.Equal("Practitioner", (string?)(await read.JsonAsync())["resourceType"]);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    [Covers(CoversAttribute.Smart, 214)]
    public async Task Userinfo_tells_the_claims_of_the_token(string method)
    {
        var account = await server.NewAccountAsync();
        var tokens = await server.TokensAsync(await server.NewClientAsync(), "openid fhirUser", account: account);
        var told = await (await UserInfoAsync(method, tokens.Text("access_token"))).OkAsync();
        Assert.Equal(account.Id, told.Text("sub"));
        Assert.Equal($"{server.Base}/Practitioner/1", told.Text("fhirUser"));
        Assert.Null(told["name"]);
    }

    [Fact]
    public async Task Userinfo_asks_for_a_good_token_with_openid()
    {
        var open = await UserInfoAsync("GET", null);
        await open.RefusesAsync(401, "invalid_request");
        Assert.Equal("Bearer", open.Headers.WwwAuthenticate.Single().ToString());
        var bad = await UserInfoAsync("GET", Secret.Create());
        await bad.RefusesAsync(401, "invalid_token");
        Assert.Contains("invalid_token", bad.Headers.WwwAuthenticate.Single().Parameter, StringComparison.Ordinal);
        var tokens = await server.TokensAsync(await server.NewClientAsync(), "patient/*.rs");
        await (await UserInfoAsync("GET", tokens.Text("access_token"))).RefusesAsync(403, "insufficient_scope");
        using var body = new FormUrlEncodedContent([new("access_token", tokens.Text("access_token"))]);
        Assert.Equal(401, (int)(await s_http.PostAsync($"{server.Root}/auth/userinfo", body)).StatusCode);
    }

    private async Task<HttpResponseMessage> UserInfoAsync(string method, string? token)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"{server.Root}/auth/userinfo");
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await s_http.SendAsync(request);
    }
}
