// What a token stands for, for those who may ask.

using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using FhirHub.Server.Tests;
using FhirHub.Tests;
using Microsoft.IdentityModel.JsonWebTokens;

namespace FhirHub.Smart.Tests;

public class IntrospectionTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    private const string Scope = "openid fhirUser launch/patient offline_access patient/*.rs";

    [Fact]
    [Covers(CoversAttribute.Smart, 99, 269, 271, 272, 273, 274, 275, 276, 277, 278, 279, 280, 282, 283)]
    [Covers(CoversAttribute.Inferno, 86, 88, 89, 90, 91, 92, 93, 94, 95, 146, 163)]
    public async Task A_client_that_may_introspect_is_told_of_any_token_all_that_came_with_it()
    {
        var account = await server.NewAccountAsync();
        var client = await server.NewClientAsync();
        var context = new LaunchContext
        {
            Patient = "p1",
            Encounter = "e1",
            Intent = "read",
            NeedPatientBanner = true,
            SmartStyleUrl = $"{server.Root}/auth/style.json",
            Tenant = "t1",
            FhirContext = new JsonArray(new JsonObject { ["reference"] = "ImagingStudy/1" }),
        };
        var tokens = await server.TokensAsync(client, Scope, grant => grant with { Context = context }, account);
        var told = await IntrospectAsync(await BearerAsync(), tokens.Text("access_token"));
        var idToken = new JsonWebToken(tokens.Text("id_token"));
        Assert.True((bool)told["active"]!);
        Assert.Equal(tokens.Text("scope").Split(' ').Order(), told.Text("scope").Split(' ').Order());
        Assert.Equal(client.Id, told.Text("client_id"));
        Assert.Equal("Bearer", told.Text("token_type"));
        Assert.Equal(idToken.Issuer, told.Text("iss"));
        Assert.Equal(idToken.Subject, told.Text("sub"));
        Assert.Equal(idToken.GetPayloadValue<string>("fhirUser"), told.Text("fhirUser"));
        Assert.Equal(server.Base, told.Text("aud"));
        Assert.Equal((long)tokens["expires_in"]!, (long)told["exp"]! - (long)told["iat"]!);
        foreach (var name in (string[])["patient", "encounter", "intent", "need_patient_banner", "smart_style_url", "tenant", "fhirContext"])
            Assert.Equal(tokens[name]!.ToJsonString(), told[name]!.ToJsonString());

        var refreshed = await (await server.RefreshAsync(tokens.Text("refresh_token"))).OkAsync();
        Assert.Equal(idToken.Subject, (await IntrospectAsync(await BearerAsync(), refreshed.Text("access_token"))).Text("sub"));
    }

    [Fact]
    public async Task Without_openid_it_tells_no_user()
    {
        var client = await server.NewClientAsync();
        var tokens = await server.TokensAsync(client, "launch/patient patient/*.rs");
        var told = await IntrospectAsync(await BearerAsync(), tokens.Text("access_token"));
        Assert.Null(told["sub"]);
        Assert.Null(told["iss"]);
        Assert.Null(told["fhirUser"]);
    }

    [Fact]
    [Covers(CoversAttribute.Inferno, 87, 96, 97)]
    [Covers(CoversAttribute.Smart, 272)]
    public async Task What_is_not_good_is_not_active_and_nothing_more_is_said()
    {
        var client = await server.NewClientAsync();
        var tokens = await server.TokensAsync(client, Scope);
        var revoked = await server.TokensAsync(client, Scope);
        await server.Smart.Grants.EndAsync((await server.Smart.Grants.FindAsync(revoked.Text("access_token"), default))!.GrantId, "revoked", default);
        var bearer = await BearerAsync();
        foreach (var token in (string[])["invalid_token_value", Secret.Create(), revoked.Text("access_token"), tokens.Text("refresh_token"), tokens.Text("id_token"), new string('x', 10_000)])
            Assert.Equal("""{"active":false}""", (await IntrospectAsync(bearer, token)).ToJsonString());
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 281)]
    public async Task Every_other_client_is_told_of_its_own_tokens_only_and_proves_who_it_is()
    {
        var (client, secret) = await server.NewSecretClientAsync();
        var (other, othersSecret) = await server.NewSecretClientAsync();
        var (signing, key) = await server.NewSigningClientAsync();
        var tokens = await (await server.PostAsync(
            "token", TokenRequests.Basic(client, secret), ("grant_type", "authorization_code"), ("code", await server.CodeAsync(client, Scope)), ("redirect_uri", TokenRequests.Redirect),
            ("code_verifier", TokenRequests.Verifier))).OkAsync();
        var token = tokens.Text("access_token");
        Assert.True((bool)(await (await server.PostAsync("introspect", TokenRequests.Basic(client, secret), ("token", token), ("token_type_hint", "access_token"))).OkAsync())["active"]!);
        Assert.Equal("""{"active":false}""", (await (await server.PostAsync("introspect", TokenRequests.Basic(other, othersSecret), ("token", token))).OkAsync()).ToJsonString());
        var own = await (await server.ServiceAsync(server.Assertion(signing, key))).OkAsync();
        Assert.True((bool)(await (await server.PostAsync("introspect", null, [("token", own.Text("access_token")), .. TokenRequests.Asserted(server.Assertion(signing, key))])).OkAsync())["active"]!);
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 281)]
    public async Task Nobody_else_may_ask()
    {
        var client = await server.NewClientAsync();
        var token = (await server.TokensAsync(client, Scope)).Text("access_token");
        var open = await server.PostAsync("introspect", null, ("token", token));
        await open.RefusesAsync(401, "invalid_client");
        Assert.Contains("Bearer", open.Headers.WwwAuthenticate.Select(static challenge => challenge.Scheme));
        await (await server.PostAsync("introspect", null, ("token", token), ("client_id", client.Id))).RefusesAsync(401, "invalid_client");
        await (await server.PostAsync("introspect", new("Bearer", token), ("token", token))).RefusesAsync(403, "insufficient_scope");
        await (await server.PostAsync("introspect", new("Bearer", Secret.Create()), ("token", token))).RefusesAsync(401, "invalid_token");
        await (await server.PostAsync("introspect", await BearerAsync())).RefusesAsync(400, "invalid_request");
    }

    // Of a backend service that an administrator allowed to.
    private async Task<AuthenticationHeaderValue> BearerAsync()
    {
        var (client, key) = await server.NewSigningClientAsync(change: static client => client with { MayIntrospect = true });
        return new("Bearer", (await (await server.ServiceAsync(server.Assertion(client, key))).OkAsync()).Text("access_token"));
    }

    private async Task<JsonNode> IntrospectAsync(AuthenticationHeaderValue bearer, string token) => await (await server.PostAsync("introspect", bearer, ("token", token))).OkAsync();
}
