// Tokens of other issuers: those that are good, and those that somebody made up.

using System.Text;
using Microsoft.IdentityModel.Tokens;

namespace FhirHub.Smart.Tests;

public class IssuersTests(IssuersFixture issuers) : IClassFixture<IssuersFixture>
{
    [NodeFact]
    public async Task A_JWT_of_oidc_provider_is_good_until_its_user_is_disabled_here()
    {
        var token = await ProviderTokenAsync("jwt", "jwt-user");
        Assert.Equal(2, token.Count(static c => c == '.'));
        Assert.Equal(200, await issuers.GetAsync(token));
        Assert.Equal(403, await issuers.GetAsync(token, "Observation"));
        var id = Issuers.AccountIdOf(issuers.Provider!.Issuer, "jwt-user");
        var shadow = await issuers.Server.Smart.State.Accounts.FindAsync(id, default);
        Assert.Equal(issuers.Provider.Issuer, shadow!.Value.ExternalIssuer);
        Assert.Equal(AccountRole.Practitioner, shadow.Value.Role);
        await issuers.Server.Smart.State.Accounts.PutAsync(shadow with { Value = shadow.Value with { IsDisabled = true } }, default);
        Assert.Equal(401, await issuers.GetAsync(token));
    }

    [NodeFact]
    public async Task An_opaque_token_of_oidc_provider_is_good_until_it_is_revoked_there()
    {
        var token = await ProviderTokenAsync("opaque", "opaque-user");
        Assert.DoesNotContain('.', token);
        Assert.Equal(200, await issuers.GetAsync(token));
        await issuers.Provider!.RevokeAsync(token);
        Assert.Equal(401, await issuers.GetAsync(token));
    }

    [NodeFact]
    public async Task A_token_of_oidc_provider_for_another_audience_is_refused()
    {
        foreach (var format in new[] { "jwt", "opaque" })
            Assert.Equal(401, await issuers.GetAsync(await ProviderTokenAsync(format, "user", "https://other.example.org")));
        Assert.Equal(401, await issuers.GetAsync(await ProviderTokenAsync("opaque", "user", null)));
    }

    [Fact]
    public async Task A_token_of_another_issuer_is_good_with_its_role_and_scopes()
    {
        Assert.Equal(200, await issuers.GetAsync(issuers.Sign(issuers.Claims())));
        Assert.Equal(200, await issuers.GetAsync(issuers.Sign(issuers.Claims(), type: "JWT")));
    }

    [Theory]
    [InlineData("iss")]
    [InlineData("aud")]
    [InlineData("exp")]
    [InlineData("tenant")]
    [InlineData("roles")]
    [InlineData("sub")]
    public async Task A_token_that_lacks_a_claim_is_refused(string claim)
    {
        var claims = issuers.Claims();
        claims.Remove(claim);
        Assert.Equal(401, await issuers.GetAsync(issuers.Sign(claims)));
    }

    [Theory]
    [InlineData("iss", "https://other.example.org")]
    [InlineData("aud", "https://fhir.example.org/")]
    [InlineData("tenant", "theirs")]
    [InlineData("fhirUser", "Practitioner/nobody")]
    [InlineData("fhirUser", "Patient/../Practitioner/1")]
    [InlineData("fhirUser", "https://other.example.org/fhir/Practitioner/1")]
    [InlineData("nonce", "this is an id_token")]
    [InlineData("at_hash", "this is an id_token")]
    [InlineData("typ", "ID")]
    [InlineData("typ", "Refresh")]
    public async Task A_token_with_a_claim_that_says_it_is_not_meant_for_this_server_is_refused(string claim, string value)
    {
        var claims = issuers.Claims();
        claims[claim] = value;
        Assert.Equal(401, await issuers.GetAsync(issuers.Sign(claims)));
    }

    [Fact]
    public async Task A_token_that_is_over_or_not_yet_good_or_bound_to_a_key_is_refused()
    {
        var over = issuers.Claims();
        over["exp"] = DateTimeOffset.UtcNow.AddMinutes(-5).ToUnixTimeSeconds();
        Assert.Equal(401, await issuers.GetAsync(issuers.Sign(over)));
        var ahead = issuers.Claims();
        ahead["nbf"] = DateTimeOffset.UtcNow.AddMinutes(5).ToUnixTimeSeconds();
        Assert.Equal(401, await issuers.GetAsync(issuers.Sign(ahead)));
        var text = issuers.Claims();
        text["exp"] = "tomorrow";
        Assert.Equal(401, await issuers.GetAsync(issuers.Sign(text)));
        var bound = issuers.Claims();
        bound["cnf"] = new Dictionary<string, object> { ["jkt"] = "x" };
        Assert.Equal(401, await issuers.GetAsync(issuers.Sign(bound)));
    }

    [Fact]
    public async Task A_token_that_the_issuer_did_not_sign_is_refused()
    {
        var good = issuers.Sign(issuers.Claims());
        var parts = good.Split('.');
        Assert.Equal(401, await issuers.GetAsync($"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"at+jwt","kid":"one"}""")}.{parts[1]}."));
        Assert.Equal(401, await issuers.GetAsync($"{parts[0]}.{parts[1]}."));
        Assert.Equal(401, await issuers.GetAsync($"{parts[0]}.{Base64UrlEncoder.Encode(Base64UrlEncoder.Decode(parts[1]).Replace("user-1", "user-2", StringComparison.Ordinal))}.{parts[2]}"));
        Assert.Equal(401, await issuers.GetAsync(issuers.Sign(issuers.Claims(), new SigningCredentials(TestKeys.Rsa("one").Key, SecurityAlgorithms.RsaSha256))));

        // The public key as a shared secret.
        var secret = new SymmetricSecurityKey(Encoding.ASCII.GetBytes(issuers.Key.Rsa.ExportSubjectPublicKeyInfoPem())) { KeyId = "one" };
        Assert.Equal(401, await issuers.GetAsync(issuers.Sign(issuers.Claims(), new SigningCredentials(secret, SecurityAlgorithms.HmacSha256))));
        var modulus = new SymmetricSecurityKey(issuers.Key.Rsa.ExportParameters(false).Modulus) { KeyId = "one" };
        Assert.Equal(401, await issuers.GetAsync(issuers.Sign(issuers.Claims(), new SigningCredentials(modulus, SecurityAlgorithms.HmacSha256))));
    }

    [Fact]
    public async Task A_key_that_the_token_brings_along_is_not_looked_at()
    {
        var (key, pub) = TestKeys.Rsa("mine");
        var jwk = System.Text.Json.JsonDocument.Parse(pub).RootElement;
        var header = new Dictionary<string, object> { ["jwk"] = jwk, ["jku"] = "https://evil.example.org/jwks" };
        Assert.Equal(401, await issuers.GetAsync(issuers.Sign(issuers.Claims(), new SigningCredentials(key, SecurityAlgorithms.RsaSha256), header: header)));
        Assert.Equal(401, await issuers.GetAsync(issuers.Sign(issuers.Claims(), header: new Dictionary<string, object> { ["crit"] = new[] { "x" }, ["x"] = 1 })));
    }

    [Fact]
    public async Task Keys_that_nobody_has_are_not_asked_for_each_time()
    {
        await issuers.GetAsync(issuers.Sign(issuers.Claims()));
        var before = issuers.KeysAsked;
        var key = TestKeys.Rsa("x").Key;
        for (var i = 0; i < 30; i++)
        {
            key.KeyId = $"flood-{i}";
            Assert.Equal(401, await issuers.GetAsync(issuers.Sign(issuers.Claims(), new SigningCredentials(key, SecurityAlgorithms.RsaSha256))));
        }

        Assert.InRange(issuers.KeysAsked - before, 0, 10);
    }

    [Fact]
    public async Task Neither_users_nor_clients_of_another_issuer_are_taken_for_ours()
    {
        var administrator = await issuers.Server.AddAccountAsync(AccountRole.Administrator);
        await issuers.Server.AddClientAsync("introspector", static client => client with { MayIntrospect = true });
        var claims = issuers.Claims(administrator.Id);
        claims["client_id"] = "introspector";
        claims["scope"] = "user/*.cruds system/*.cruds";
        var access = await issuers.Server.Smart.AccessOfAsync(issuers.Sign(claims), default);
        Assert.NotEqual(administrator.Id, access!.Account!.Id);
        Assert.Equal(AccountRole.Practitioner, access.Account.Role);
        Assert.NotEqual("introspector", access.Client.Id);
        Assert.False(access.Client.MayIntrospect);
        Assert.Equal("user/*.cruds", access.Scopes.ToString());
        Assert.False(access.Scope.IsAdministrators);
    }

    [Fact]
    public async Task What_an_administrator_took_from_a_user_the_issuer_does_not_give_back()
    {
        var claims = issuers.Claims("admin-1");
        claims["roles"] = new[] { "admin" };
        var token = issuers.Sign(claims);
        Assert.Equal(AccountRole.Administrator, (await issuers.Server.Smart.AccessOfAsync(token, default))!.Account!.Role);
        var shadow = await issuers.Server.Smart.State.Accounts.FindAsync(Issuers.AccountIdOf(issuers.Issuer, "admin-1"), default);
        await issuers.Server.Smart.State.Accounts.PutAsync(shadow! with { Value = shadow.Value with { Role = AccountRole.Practitioner } }, default);
        Assert.Equal(AccountRole.Practitioner, (await issuers.Server.Smart.AccessOfAsync(token, default))!.Account!.Role);
    }

    [Fact]
    public async Task A_patient_needs_a_record_that_is_here()
    {
        var claims = issuers.Claims("patient-1");
        claims["roles"] = new[] { "patient" };
        Assert.Equal(401, await issuers.GetAsync(issuers.Sign(claims)));
    }

    [Fact]
    public async Task A_service_of_another_issuer_needs_the_configuration()
    {
        var claims = issuers.Claims("app");
        claims["scope"] = "system/*.rs";
        Assert.Equal(401, await issuers.GetAsync(issuers.Sign(claims)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("ey..")]
    [InlineData("eyJhbGciOiJSUzI1NiJ9.e30.AA")]
    [InlineData("eyJhbGciOiJSUzI1NiJ9.!!!.AA")]
    [InlineData("ey.ey.ey.ey.ey")]
    public async Task What_is_no_token_is_refused(string token) => Assert.Equal(401, await issuers.GetAsync(token.Length == 0 ? new string('e', 20_000) : token));

    private Task<string> ProviderTokenAsync(string format, string subject, string? audience = IssuersFixture.Audience) =>
        issuers.Provider!.TokenAsync(format, subject, "openid user/Patient.rs", audience, new { fhirUser = $"Practitioner/{issuers.Practitioner}", roles = new[] { "doctor" } });
}
