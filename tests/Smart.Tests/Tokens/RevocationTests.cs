// A client gives tokens back, and they are good no more from that moment on.

using FhirHub.Server.Tests;
using FhirHub.Tests;

namespace FhirHub.Smart.Tests;

public class RevocationTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    private const string Scope = "offline_access user/Practitioner.rs";

    [Fact]
    [Covers(CoversAttribute.Inferno, 134, 135, 136)]
    public async Task A_refresh_token_that_is_revoked_ends_all_tokens_of_its_grant()
    {
        var client = await server.NewClientAsync();
        var first = await server.TokensAsync(client, Scope);
        var second = await (await server.RefreshAsync(first.Text("refresh_token"))).OkAsync();
        await RevokedAsync(client, second.Text("refresh_token"), ("token_type_hint", "refresh_token"));
        Assert.Equal(401, (int)(await server.GetFhirAsync(first.Text("access_token"))).StatusCode);
        Assert.Equal(401, (int)(await server.GetFhirAsync(second.Text("access_token"))).StatusCode);
        await (await server.RefreshAsync(second.Text("refresh_token"))).RefusesAsync(400, "invalid_grant");
    }

    [Fact]
    public async Task A_refresh_token_that_was_used_still_ends_its_grant()
    {
        var client = await server.NewClientAsync();
        var first = await server.TokensAsync(client, Scope);
        var second = await (await server.RefreshAsync(first.Text("refresh_token"))).OkAsync();
        await RevokedAsync(client, first.Text("refresh_token"));
        Assert.Equal(401, (int)(await server.GetFhirAsync(second.Text("access_token"))).StatusCode);
    }

    [Fact]
    public async Task An_access_token_that_is_revoked_ends_alone_if_there_is_a_refresh_token()
    {
        var client = await server.NewClientAsync();
        var tokens = await server.TokensAsync(client, Scope);
        Assert.Equal(200, (int)(await server.GetFhirAsync(tokens.Text("access_token"))).StatusCode);
        await RevokedAsync(client, tokens.Text("access_token"), ("token_type_hint", "what-is-that"));
        Assert.Equal(401, (int)(await server.GetFhirAsync(tokens.Text("access_token"))).StatusCode);
        await (await server.RefreshAsync(tokens.Text("refresh_token"))).OkAsync();

        var only = await server.TokensAsync(client, "user/Practitioner.rs");
        var grantId = (await server.Smart.Grants.FindAsync(only.Text("access_token"), default))!.GrantId;
        await RevokedAsync(client, only.Text("access_token"));
        Assert.NotNull((await server.Smart.State.Grants.FindAsync(grantId, default))!.Value.Ended);
    }

    [Fact]
    public async Task What_is_no_token_is_as_good_as_revoked()
    {
        var client = await server.NewClientAsync();
        await RevokedAsync(client, Secret.Create());
        var tokens = await server.TokensAsync(client, Scope);
        await RevokedAsync(client, tokens.Text("refresh_token"));
        await RevokedAsync(client, tokens.Text("refresh_token"));
        await (await server.PostAsync("revoke", null, ("client_id", client.Id))).RefusesAsync(400, "invalid_request");
    }

    [Fact]
    public async Task A_token_of_another_client_is_left_alone()
    {
        var (client, secret) = await server.NewSecretClientAsync();
        var other = await server.NewClientAsync();
        var tokens = await (await server.PostAsync(
            "token", TokenRequests.Basic(client, secret), ("grant_type", "authorization_code"), ("code", await server.CodeAsync(client, Scope)), ("redirect_uri", TokenRequests.Redirect),
            ("code_verifier", TokenRequests.Verifier))).OkAsync();
        var token = tokens.Text("access_token");
        await (await server.PostAsync("revoke", null, ("token", token), ("client_id", other.Id))).RefusesAsync(400, "unauthorized_client");
        await (await server.PostAsync("revoke", null, ("token", tokens.Text("refresh_token")), ("client_id", client.Id))).RefusesAsync(400, "invalid_client");
        await (await server.PostAsync("revoke", null, ("token", tokens.Text("refresh_token")))).RefusesAsync(400, "invalid_client");
        await (await server.PostAsync("revoke", TokenRequests.Basic(client, "wrong"), ("token", token))).RefusesAsync(401, "invalid_client");
        Assert.Equal(200, (int)(await server.GetFhirAsync(token)).StatusCode);
        Assert.Equal(200, (int)(await server.PostAsync("revoke", TokenRequests.Basic(client, secret), ("token", token))).StatusCode);
        Assert.Equal(401, (int)(await server.GetFhirAsync(token)).StatusCode);
    }

    [Fact]
    public async Task All_of_an_account_and_all_of_a_client_end_at_once()
    {
        var account = await server.NewAccountAsync();
        var (one, two) = (await server.NewClientAsync(), await server.NewClientAsync());
        var first = (await server.TokensAsync(one, Scope, account: account)).Text("access_token");
        var second = (await server.TokensAsync(two, Scope, account: account)).Text("access_token");
        var third = (await server.TokensAsync(two, Scope)).Text("access_token");
        var fourth = (await server.TokensAsync(one, Scope)).Text("access_token");
        await server.Smart.Grants.EndAllOfAccountAsync(account.Id, "password changed", default);
        Assert.Equal("401 401 200 200", await StatusesAsync(first, second, third, fourth));
        await server.Smart.Grants.EndAllOfClientAsync(two.Id, "disabled", default);
        Assert.Equal("401 401 401 200", await StatusesAsync(first, second, third, fourth));
    }

    private async Task<string> StatusesAsync(params string[] tokens) =>
        string.Join(' ', await Task.WhenAll(tokens.Select(async token => (int)(await server.GetFhirAsync(token)).StatusCode)));

    private async Task RevokedAsync(Client client, string token, params (string Name, string Value)[] more)
    {
        var answer = await server.PostAsync("revoke", null, [("token", token), ("client_id", client.Id), .. more]);
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }
}
