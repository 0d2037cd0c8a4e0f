// Backend services: signed assertions, system/ scopes that were granted beforehand, tokens of five minutes.

using System.Security.Cryptography;
using System.Text;
using FhirHub.Search;
using FhirHub.Server.Tests;
using FhirHub.Tests;
using Microsoft.IdentityModel.Tokens;

namespace FhirHub.Smart.Tests;

public class BackendServiceTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Covers(CoversAttribute.Smart, 240, 241, 249, 250, 253, 254, 255, 256, 257, 258, 260, 261, 262, 266, 142, 310, 316, 335)]
    [Covers(CoversAttribute.Inferno, 83, 84, 85, 164)]
    public async Task A_service_that_signs_gets_a_token_of_five_minutes_for_what_it_asked(bool elliptic)
    {
        var (client, key) = await server.NewSigningClientAsync(elliptic);
        var tokens = await (await server.ServiceAsync(server.Assertion(client, key), "system/Practitioner.rs")).OkAsync();
        Assert.Equal("Bearer", tokens.Text("token_type"));
        Assert.Equal(300, (int)tokens["expires_in"]!);
        Assert.Equal("system/Practitioner.rs", tokens.Text("scope"));
        Assert.Equal(200, (int)(await server.GetFhirAsync(tokens.Text("access_token"))).StatusCode);
        var scope = (await server.Smart.Grants.FindAsync(tokens.Text("access_token"), default))!.Scope;
        Assert.IsType<SearchExpression.None>(scope.FilterFor("Patient", AccessLetter.Read));
        Assert.IsType<SearchExpression.None>(scope.FilterFor("Practitioner", AccessLetter.Update));
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 248)]
    public async Task A_service_gets_no_refresh_token_and_no_id_token()
    {
        var (client, key) = await server.NewSigningClientAsync();
        var tokens = await (await server.ServiceAsync(server.Assertion(client, key))).OkAsync();
        Assert.Null(tokens["refresh_token"]);
        Assert.Null(tokens["id_token"]);
    }

    [Theory]
    [InlineData("user/*.rs")]
    [InlineData("patient/*.rs")]
    [InlineData("system/Patient.rs openid")]
    [InlineData("system/Patient.rs offline_access")]
    [InlineData("system/Patient.sr")]
    [InlineData("system/Nothing.rs")]
    [InlineData("system/*.rs")]
    [InlineData("system/Patient.cruds")]
    [InlineData("system/Patient.rs system/Observation.rs")]
    [Covers(CoversAttribute.Smart, 243, 244, 250, 252, 259)]
    public async Task What_a_service_was_not_granted_beforehand_is_refused(string scope)
    {
        var (client, key) = await server.NewSigningClientAsync(change: client => client with { Scope = "system/Patient.rs user/*.cruds openid offline_access" });
        await (await server.ServiceAsync(server.Assertion(client, key), scope)).RefusesAsync(400, "invalid_scope");
        await (await server.ServiceAsync(server.Assertion(client, key), "")).RefusesAsync(400, "invalid_request");
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 344)]
    public async Task A_client_with_a_secret_or_with_none_is_no_service()
    {
        var (client, secret) = await server.NewSecretClientAsync(client => client with { GrantTypes = [Client.ClientCredentials] });
        await (await server.PostAsync("token", TokenRequests.Basic(client, secret), ("grant_type", "client_credentials"), ("scope", "system/*.rs"))).RefusesAsync(400, "unauthorized_client");
        var open = await server.NewClientAsync(client => client with { GrantTypes = [Client.ClientCredentials] });
        await (await server.TokenAsync(("grant_type", "client_credentials"), ("scope", "system/*.rs"), ("client_id", open.Id))).RefusesAsync(400, "unauthorized_client");
        await (await server.TokenAsync(("grant_type", "client_credentials"), ("scope", "system/*.rs"))).RefusesAsync(400, "invalid_client");
        var (signing, key) = await server.NewSigningClientAsync(change: client => client with { GrantTypes = [Client.AuthorizationCode] });
        await (await server.ServiceAsync(server.Assertion(signing, key))).RefusesAsync(400, "unauthorized_client");
    }

    [Fact]
    [Covers(CoversAttribute.Inferno, 81, 82)]
    [Covers(CoversAttribute.Smart, 340)]
    public async Task Another_type_of_assertion_is_refused()
    {
        var (client, key) = await server.NewSigningClientAsync();
        foreach (var type in (string[])["not_an_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer", ""])
        {
            await (await server.TokenAsync(
                ("grant_type", "client_credentials"), ("scope", "system/Patient.rs"), ("client_assertion_type", type), ("client_assertion", server.Assertion(client, key)))).RefusesAsync(400, "invalid_client");
        }

        await (await server.TokenAsync(("grant_type", "client_credentials"), ("scope", "system/Patient.rs"), ("client_assertion_type", TokenRequests.AssertionType))).RefusesAsync(400, "invalid_request");
    }

    public static TheoryData<string, Action<Dictionary<string, object>>> Spoiled => new()
    {
        { "another issuer", static claims => claims["iss"] = "another" },
        { "another subject", static claims => claims["sub"] = "another" },
        { "no issuer", static claims => claims.Remove("iss") },
        { "no subject", static claims => claims.Remove("sub") },
        { "an unknown client", static claims => claims["iss"] = claims["sub"] = "another" },
        { "an issuer that is no text", static claims => claims["iss"] = claims["sub"] = 5 },
        { "another audience", static claims => claims["aud"] = "https://evil.example/token" },
        { "the FHIR base as audience", static claims => claims["aud"] = ((string)claims["aud"]).Replace("/auth/token", "/fhir", StringComparison.Ordinal) },
        { "the audience and a slash", static claims => claims["aud"] += "/" },
        { "two audiences", static claims => claims["aud"] = new[] { (string)claims["aud"], "https://evil.example/token" } },
        { "no audience", static claims => claims.Remove("aud") },
        { "expired", static claims => claims["exp"] = DateTimeOffset.UtcNow.AddMinutes(-2).ToUnixTimeSeconds() },
        { "too long a life", static claims => claims["exp"] = DateTimeOffset.UtcNow.AddMinutes(10).ToUnixTimeSeconds() },
        { "no end", static claims => claims.Remove("exp") },
        { "an end that is no number", static claims => claims["exp"] = "soon" },
        { "an end beyond time", static claims => claims["exp"] = 1e300 },
        { "issued in the future", static claims => claims["iat"] = DateTimeOffset.UtcNow.AddMinutes(3).ToUnixTimeSeconds() },
        { "not good yet", static claims => claims["nbf"] = DateTimeOffset.UtcNow.AddMinutes(3).ToUnixTimeSeconds() },
        { "no jti", static claims => claims.Remove("jti") },
        { "an empty jti", static claims => claims["jti"] = "" },
        { "a jti without end", static claims => claims["jti"] = new string('x', 2_000) },
        { "a jti that is no text", static claims => claims["jti"] = 7 },
    };

    [Theory]
    [MemberData(nameof(Spoiled))]
    [Covers(CoversAttribute.Smart, 335, 337, 340)]
    public async Task An_assertion_with_wrong_claims_is_refused(string what, Action<Dictionary<string, object>> spoil)
    {
        Assert.NotEmpty(what);
        var (client, key) = await server.NewSigningClientAsync();
        await (await server.ServiceAsync(server.Assertion(client, key, spoil))).RefusesAsync(400, "invalid_client");
        await (await server.ServiceAsync(server.Assertion(client, key))).OkAsync();
    }

    [Fact]
    public async Task The_issuer_is_as_good_an_audience_as_the_token_endpoint()
    {
        var (client, key) = await server.NewSigningClientAsync();
        await (await server.ServiceAsync(server.Assertion(client, key, claims => claims["aud"] = server.Root))).OkAsync();
        await (await server.ServiceAsync(server.Assertion(client, key, claims => claims["aud"] = new[] { server.Root }))).OkAsync();
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 336)]
    public async Task An_assertion_is_used_once()
    {
        var (client, key) = await server.NewSigningClientAsync();
        var assertion = server.Assertion(client, key);
        await (await server.ServiceAsync(assertion)).OkAsync();
        await (await server.ServiceAsync(assertion)).RefusesAsync(400, "invalid_client");
        var id = Guid.NewGuid().ToString();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => server.ServiceAsync(server.Assertion(client, key, claims => claims["jti"] = id))));
        Assert.Equal(1, answers.Count(static answer => answer.IsSuccessStatusCode));

        // The same jti of another client is another one.
        var (other, othersKey) = await server.NewSigningClientAsync();
        await (await server.ServiceAsync(server.Assertion(other, othersKey, claims => claims["jti"] = id))).OkAsync();
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 335, 338)]
    public async Task Only_the_clients_own_key_by_its_name_and_kind_verifies()
    {
        var (client, key) = await server.NewSigningClientAsync();
        var (other, othersKey) = await server.NewSigningClientAsync();
        await (await server.ServiceAsync(server.Assertion(client, othersKey))).RefusesAsync(400, "invalid_client");
        await (await server.ServiceAsync(server.Assertion(other, key))).RefusesAsync(400, "invalid_client");
        key.KeyId = "k2";
        await (await server.ServiceAsync(server.Assertion(client, key))).RefusesAsync(400, "invalid_client");
        key.KeyId = null;
        await (await server.ServiceAsync(server.Assertion(client, key))).RefusesAsync(400, "invalid_client");
        key.KeyId = "k1";
        await (await server.ServiceAsync(server.Assertion(client, key))).OkAsync();
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 338)]
    public async Task Of_keys_with_one_name_the_kind_decides_and_two_of_one_kind_are_refused()
    {
        var (rsa, rsaPublic) = TestKeys.Rsa("k");
        var (curve, curvePublic) = TestKeys.Es384("k");
        var (_, second) = TestKeys.Es384("k");
        var both = await server.NewClientAsync(client => client with
        {
            Authentication = ClientAuthentication.PrivateKeyJwt,
            Jwks = TestKeys.Set(rsaPublic, curvePublic),
            GrantTypes = [Client.ClientCredentials],
        });
        await (await server.ServiceAsync(server.Assertion(both, rsa))).OkAsync();
        await (await server.ServiceAsync(server.Assertion(both, curve))).OkAsync();
        var twice = await server.NewClientAsync(client => client with
        {
            Authentication = ClientAuthentication.PrivateKeyJwt,
            Jwks = TestKeys.Set(curvePublic, second),
            GrantTypes = [Client.ClientCredentials],
        });
        await (await server.ServiceAsync(server.Assertion(twice, curve))).RefusesAsync(400, "invalid_client");
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("RS512")]
    [InlineData("PS384")]
    [Covers(CoversAttribute.Smart, 310)]
    public async Task Other_algorithms_are_refused(string algorithm)
    {
        var (client, key) = await server.NewSigningClientAsync();
        await (await server.ServiceAsync(server.Assertion(client, key, algorithm: algorithm))).RefusesAsync(400, "invalid_client");
    }

    [Fact]
    public async Task No_signature_and_one_by_the_public_key_as_a_secret_are_refused()
    {
        var (client, key) = await server.NewSigningClientAsync();
        var parts = server.Assertion(client, key).Split('.');
        foreach (var algorithm in (string[])["none", "None", "NONE", ""])
        {
            var header = Base64UrlEncoder.Encode($$"""{"alg":"{{algorithm}}","typ":"JWT","kid":"k1"}""");
            await (await server.ServiceAsync($"{header}.{parts[1]}.")).RefusesAsync(400, "invalid_client");
            await (await server.ServiceAsync($"{header}.{parts[1]}.{parts[2]}")).RefusesAsync(400, "invalid_client");
        }

        var jwk = Encoding.UTF8.GetBytes(client.Jwks!);
        await (await server.ServiceAsync(server.Assertion(client, new SymmetricSecurityKey(jwk) { KeyId = "k1" }, algorithm: "HS256"))).RefusesAsync(400, "invalid_client");
        await (await server.ServiceAsync($"{parts[0]}.{parts[1]}.")).RefusesAsync(400, "invalid_client");
        await (await server.ServiceAsync($"{parts[0]}.{Base64UrlEncoder.Encode("{}")}.{parts[2]}")).RefusesAsync(400, "invalid_client");
        var other = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(256));
        await (await server.ServiceAsync($"{parts[0]}.{parts[1]}.{other}")).RefusesAsync(400, "invalid_client");
        foreach (var text in (string[])["x", "a.b.c", "....", $"{parts[0]}.{parts[1]}", new string('a', 9_000), $"{parts[0]}.{parts[1]}.{parts[2]}.x.y", "\n.\n.\n"])
            await (await server.ServiceAsync(text)).RefusesAsync(400, "invalid_client");
    }

    [Fact]
    public async Task The_header_says_that_it_is_a_JWT_and_demands_nothing_else()
    {
        var (client, key) = await server.NewSigningClientAsync();
        await (await server.ServiceAsync(server.Assertion(client, key, type: "at+jwt"))).RefusesAsync(400, "invalid_client");
        await (await server.ServiceAsync(server.Assertion(client, key, header: new() { ["crit"] = new[] { "exp" } }))).RefusesAsync(400, "invalid_client");
        await (await server.ServiceAsync(server.Assertion(client, key, type: "client-authentication+jwt"))).OkAsync();
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 326, 338)]
    public async Task A_key_address_in_the_header_must_be_the_registered_one()
    {
        var (client, key) = await server.NewSigningClientAsync();
        await (await server.ServiceAsync(server.Assertion(client, key, header: new() { ["jku"] = "https://evil.example/jwks" }))).RefusesAsync(400, "invalid_client");
        var (remote, remoteKey) = await server.NewSigningClientAsync(change: client => client with { Jwks = null, JwksUri = "https://127.0.0.1:9/jwks" });
        await (await server.ServiceAsync(server.Assertion(remote, remoteKey, header: new() { ["jku"] = "https://evil.example/jwks" }))).RefusesAsync(400, "invalid_client");
        await (await server.ServiceAsync(server.Assertion(remote, remoteKey))).RefusesAsync(400, "invalid_client");
    }
}
