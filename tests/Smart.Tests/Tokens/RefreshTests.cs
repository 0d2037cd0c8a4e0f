// A refresh token is used once, by its client, for what was granted or less.

using FhirHub.Server.Tests;
using FhirHub.Tests;

namespace FhirHub.Smart.Tests;

public class RefreshTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    private const string Scope = "openid fhirUser launch/patient offline_access patient/*.rs user/Practitioner.rs";

    [Fact]
    [Covers(CoversAttribute.Smart, 101, 109, 110, 111, 112, 113, 114, 116, 118)]
    [Covers(CoversAttribute.Inferno, 73, 75, 76, 77, 78, 115, 116)]
    public async Task A_public_client_refreshes_without_saying_who_it_is_and_keeps_its_scopes()
    {
        var client = await server.NewClientAsync();
        var tokens = await server.TokensAsync(client, Scope);
        var next = await (await server.RefreshAsync(tokens.Text("refresh_token"))).OkAsync();
        Assert.Equal("Bearer", next.Text("token_type"));
        Assert.InRange((int)next["expires_in"]!, 1, 3600);
        Assert.Equal(Scope, next.Text("scope"));
        Assert.NotEqual(tokens.Text("refresh_token"), next.Text("refresh_token"));
        Assert.NotEqual(tokens.Text("access_token"), next.Text("access_token"));
        Assert.Equal(200, (int)(await server.GetFhirAsync(next.Text("access_token"))).StatusCode);
        await (await server.RefreshAsync(next.Text("refresh_token"), ("client_id", client.Id))).OkAsync();
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 104, 115)]
    [Covers(CoversAttribute.Inferno, 74, 77)]
    public async Task A_refresh_may_ask_for_less_and_the_grant_keeps_the_rest()
    {
        var client = await server.NewClientAsync();
        var tokens = await server.TokensAsync(client, Scope);
        var same = await (await server.RefreshAsync(tokens.Text("refresh_token"), ("scope", Scope))).OkAsync();
        Assert.Equal(Scope.Split(' ').Order(), same.Text("scope").Split(' ').Order());
        var fewer = await (await server.RefreshAsync(same.Text("refresh_token"), ("scope", "patient/Observation.r"))).OkAsync();
        Assert.Equal("patient/Observation.r", fewer.Text("scope"));
        Assert.Equal("patient/Observation.r", (await server.Smart.Grants.FindAsync(fewer.Text("access_token"), default))!.Scopes.ToString());
        var all = await (await server.RefreshAsync(fewer.Text("refresh_token"))).OkAsync();
        Assert.Equal(Scope, all.Text("scope"));
    }

    [Theory]
    [InlineData("patient/*.cruds")]
    [InlineData("user/*.rs")]
    [InlineData("system/*.rs")]
    [InlineData("patient/*.rs online_access")]
    [InlineData("patient/*.sr")]
    public async Task A_refresh_never_asks_for_more_and_such_a_one_uses_nothing_up(string scope)
    {
        var client = await server.NewClientAsync();
        var tokens = await server.TokensAsync(client, Scope);
        await (await server.RefreshAsync(tokens.Text("refresh_token"), ("scope", scope))).RefusesAsync(400, "invalid_scope");
        await (await server.RefreshAsync(tokens.Text("refresh_token"))).OkAsync();
    }

    [Fact]
    public async Task A_constraint_is_kept_or_narrowed_and_never_dropped()
    {
        var client = await server.NewClientAsync();
        const string Vital = "patient/Observation.rs?category=vital-signs";
        var tokens = await server.TokensAsync(client, $"offline_access {Vital}");
        await (await server.RefreshAsync(tokens.Text("refresh_token"), ("scope", "patient/Observation.rs"))).RefusesAsync(400, "invalid_scope");
        await (await server.RefreshAsync(tokens.Text("refresh_token"), ("scope", "patient/Observation.rs?category=laboratory"))).RefusesAsync(400, "invalid_scope");
        Assert.Equal(Vital, (await (await server.RefreshAsync(tokens.Text("refresh_token"), ("scope", Vital))).OkAsync()).Text("scope"));
    }

    [Fact]
    public async Task A_refresh_token_that_was_used_twice_ends_all_tokens_of_its_grant()
    {
        var client = await server.NewClientAsync();
        var first = await server.TokensAsync(client, Scope);
        var second = await (await server.RefreshAsync(first.Text("refresh_token"))).OkAsync();
        var third = await (await server.RefreshAsync(second.Text("refresh_token"))).OkAsync();
        Assert.Equal(200, (int)(await server.GetFhirAsync(first.Text("access_token"))).StatusCode);
        await (await server.RefreshAsync(first.Text("refresh_token"))).RefusesAsync(400, "invalid_grant");
        await (await server.RefreshAsync(third.Text("refresh_token"))).RefusesAsync(400, "invalid_grant");
        foreach (var tokens in (System.Text.Json.Nodes.JsonNode[])[first, second, third])
            Assert.Equal(401, (int)(await server.GetFhirAsync(tokens.Text("access_token"))).StatusCode);
    }

    [Fact]
    public async Task A_refresh_token_is_used_once_and_its_second_use_ends_the_grant()
    {
        var client = await server.NewClientAsync();
        var first = await server.TokensAsync(client, Scope);
        var second = await (await server.RefreshAsync(first.Text("refresh_token"))).OkAsync();
        await (await server.RefreshAsync(first.Text("refresh_token"))).RefusesAsync(400, "invalid_grant");
        await (await server.RefreshAsync(second.Text("refresh_token"))).RefusesAsync(400, "invalid_grant");
        Assert.Equal(401, (int)(await server.GetFhirAsync(second.Text("access_token"))).StatusCode);
    }

    [Fact]
    public async Task Of_several_who_refresh_at_once_one_at_most_gets_tokens_and_they_are_not_good_for_long()
    {
        var client = await server.NewClientAsync();
        var first = await server.TokensAsync(client, Scope);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => server.RefreshAsync(first.Text("refresh_token"))));
        Assert.Single(answers, static answer => answer.IsSuccessStatusCode);
        var next = await answers.Single(static answer => answer.IsSuccessStatusCode).OkAsync();
        Assert.Equal(401, (int)(await server.GetFhirAsync(next.Text("access_token"))).StatusCode);
    }

    [Fact]
    public async Task Where_retries_are_allowed_who_asks_again_later_than_a_lost_answer_would_ends_the_grant()
    {
        await using var shared = new SharedStore();
        var smart = shared.Start(static options => options with { RefreshRetry = TimeSpan.FromSeconds(30) });
        var client = new Client { Id = "app", Name = "App", Status = ClientStatus.Active };
        await smart.State.Clients.AddAsync(client.Id, client);
        await smart.State.Accounts.AddAsync("a", new Account { Id = "a", UserName = "a" });
        var grantId = await smart.Grants.CreateAsync(new Grant { ClientId = client.Id, AccountId = "a", Scope = "offline_access user/*.rs" }, null, default);
        var first = (await smart.Grants.BeginAsync(grantId, client, default))!;
        var second = await smart.Grants.RefreshAsync(first.RefreshToken!, client, null, default);
        shared.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(second.RefreshToken, (await smart.Grants.RefreshAsync(first.RefreshToken!, client, null, default)).RefreshToken);
        shared.Time.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<OAuthException>(() => smart.Grants.RefreshAsync(first.RefreshToken!, client, null, default));
        Assert.Null(await smart.Grants.FindAsync(second.AccessToken, default));
        Assert.Equal("refresh token reused", (await smart.State.Grants.FindAsync(grantId, default))!.Value.Ended!.Reason);
    }

    [Fact]
    [Covers(CoversAttribute.Inferno, 160, 161, 162)]
    public async Task A_refresh_token_lives_for_half_a_year_from_its_last_use()
    {
        await using var shared = new SharedStore();
        var smart = shared.Start();
        var client = new Client { Id = "app", Name = "App", Status = ClientStatus.Active };
        await smart.State.Clients.AddAsync(client.Id, client);
        await smart.State.Accounts.AddAsync("a", new Account { Id = "a", UserName = "a" });
        var grantId = await smart.Grants.CreateAsync(new Grant { ClientId = client.Id, AccountId = "a", Scope = "offline_access user/*.rs" }, null, default);
        var token = (await smart.Grants.BeginAsync(grantId, client, default))!.RefreshToken!;
        shared.Time.Advance(TimeSpan.FromDays(179));
        token = (await smart.Grants.RefreshAsync(token, client, null, default)).RefreshToken!;
        shared.Time.Advance(TimeSpan.FromDays(179));
        token = (await smart.Grants.RefreshAsync(token, client, null, default)).RefreshToken!;
        shared.Time.Advance(TimeSpan.FromDays(181));
        await Assert.ThrowsAsync<OAuthException>(() => smart.Grants.RefreshAsync(token, client, null, default));
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 102, 103)]
    public async Task A_refresh_token_is_of_one_client()
    {
        var (client, secret) = await server.NewSecretClientAsync();
        var (other, othersSecret) = await server.NewSecretClientAsync();
        var code = await server.CodeAsync(client, Scope);
        var tokens = await (await server.PostAsync(
            "token", TokenRequests.Basic(client, secret), ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", TokenRequests.Redirect), ("code_verifier", TokenRequests.Verifier))).OkAsync();
        var token = tokens.Text("refresh_token");
        await (await server.PostAsync("token", TokenRequests.Basic(other, othersSecret), ("grant_type", "refresh_token"), ("refresh_token", token))).RefusesAsync(400, "invalid_grant");
        await (await server.RefreshAsync(token)).RefusesAsync(400, "invalid_client");
        await (await server.RefreshAsync(token, ("client_id", client.Id))).RefusesAsync(400, "invalid_client");
        await (await server.RefreshAsync(token, ("client_id", (await server.NewClientAsync()).Id))).RefusesAsync(400, "invalid_grant");
        await (await server.PostAsync("token", TokenRequests.Basic(client, secret), ("grant_type", "refresh_token"), ("refresh_token", token))).OkAsync();
    }

    [Fact]
    [Covers(CoversAttribute.Inferno, 117)]
    public async Task A_refresh_token_that_there_is_not_is_refused()
    {
        var (client, secret) = await server.NewSecretClientAsync();
        await (await server.PostAsync("token", TokenRequests.Basic(client, secret), ("grant_type", "refresh_token"), ("refresh_token", Secret.Create()))).RefusesAsync(400, "invalid_grant");
        await (await server.RefreshAsync(Secret.Create())).RefusesAsync(400, "invalid_grant");
        await (await server.TokenAsync(("grant_type", "refresh_token"))).RefusesAsync(400, "invalid_request");
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 100, 366)]
    public async Task Online_access_ends_with_the_session()
    {
        var account = await server.NewAccountAsync();
        var client = await server.NewClientAsync();
        var session = Secret.HashOf(Secret.Create());
        var now = DateTimeOffset.UtcNow;
        await server.Smart.State.Sessions.AddAsync(session, new Session { AccountId = account.Id, AuthenticatedAt = now, LastUsed = now }, account.Id, now + TimeSpan.FromMinutes(20));
        var tokens = await server.TokensAsync(client, "launch online_access user/Practitioner.rs", grant => grant with { SessionId = session }, account);
        Assert.InRange((int)tokens["expires_in"]!, 1, 30 * 60);
        tokens = await (await server.RefreshAsync(tokens.Text("refresh_token"))).OkAsync();
        Assert.Equal(200, (int)(await server.GetFhirAsync(tokens.Text("access_token"))).StatusCode);
        await server.Smart.State.Sessions.RemoveAsync(session, default);
        Assert.Equal(401, (int)(await server.GetFhirAsync(tokens.Text("access_token"))).StatusCode);
        await (await server.RefreshAsync(tokens.Text("refresh_token"))).RefusesAsync(400, "invalid_grant");
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 100)]
    public async Task An_app_that_refreshes_keeps_its_users_session_going_but_not_for_ever()
    {
        await using var shared = new SharedStore();
        var smart = shared.Start();
        var client = new Client { Id = "app", Name = "App", Status = ClientStatus.Active };
        await smart.State.Clients.AddAsync(client.Id, client);
        await smart.State.Accounts.AddAsync("a", new Account { Id = "a", UserName = "a" });
        await smart.State.Sessions.AddAsync("s", new Session { AccountId = "a", AuthenticatedAt = shared.Time.Now, LastUsed = shared.Time.Now }, "a", shared.Time.Now + smart.Options.SessionLife);
        var grantId = await smart.Grants.CreateAsync(new Grant { ClientId = client.Id, AccountId = "a", Scope = "online_access user/*.rs", SessionId = "s" }, null, default);
        var token = (await smart.Grants.BeginAsync(grantId, client, default))!.RefreshToken!;
        var end = shared.Time.Now + smart.Options.LongestSession;
        while (shared.Time.Now + TimeSpan.FromMinutes(20) < end)
        {
            shared.Time.Advance(TimeSpan.FromMinutes(20));
            var tokens = await smart.Grants.RefreshAsync(token, client, null, default);
            Assert.True(shared.Time.Now + tokens.Life <= end);
            token = tokens.RefreshToken!;
        }

        shared.Time.Now = end;
        await Assert.ThrowsAsync<OAuthException>(() => smart.Grants.RefreshAsync(token, client, null, default));
    }

    [Fact]
    [Covers(CoversAttribute.Inferno, 136)]
    public async Task Nothing_is_refreshed_for_who_was_disabled()
    {
        var account = await server.NewAccountAsync();
        var client = await server.NewClientAsync();
        var tokens = await server.TokensAsync(client, Scope, account: account);
        var kept = (await server.Smart.State.Accounts.FindAsync(account.Id, default))!;
        await server.Smart.State.Accounts.PutAsync(kept with { Value = kept.Value with { IsDisabled = true } }, default);
        Assert.Equal(401, (int)(await server.GetFhirAsync(tokens.Text("access_token"))).StatusCode);
        await (await server.RefreshAsync(tokens.Text("refresh_token"))).RefusesAsync(400, "invalid_grant");

        var disabled = await server.NewClientAsync();
        tokens = await server.TokensAsync(disabled, Scope);
        var keptClient = (await server.Smart.State.Clients.FindAsync(disabled.Id, default))!;
        await server.Smart.State.Clients.PutAsync(keptClient with { Value = disabled with { Status = ClientStatus.Disabled } }, default);
        Assert.Equal(401, (int)(await server.GetFhirAsync(tokens.Text("access_token"))).StatusCode);
        await (await server.RefreshAsync(tokens.Text("refresh_token"))).RefusesAsync(400, "invalid_client");
    }
}
