// The pages on which clients are decided on and what was granted is ended.

using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FhirHub.Server.Tests;
using FhirHub.Tests;

namespace FhirHub.Smart.Tests;

public partial class ClientPagesTests(ClientPagesTests.Server server) : IClassFixture<ClientPagesTests.Server>
{
    private const string Evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";

    [Fact]
    [Covers(CoversAttribute.Smart, 18, 24)]
    [Covers(CoversAttribute.Inferno, 156)]
    public async Task A_registration_waits_until_an_administrator_who_has_seen_it_approves_it()
    {
        var id = await RegisterAsync("Heart app");
        var browser = await server.SignInAsync(AccountRole.Administrator);
        Assert.Contains("Heart app", await browser.GetStringAsync("auth/admin/clients"), StringComparison.Ordinal);
        var page = await browser.GetStringAsync($"auth/admin/clients/{id}");
        Assert.Contains("https://app.example.org/callback", page, StringComparison.Ordinal);
        Assert.Contains("of this patient: read, search", page, StringComparison.Ordinal);

        // What changed after it was seen is not approved.
        await server.Smart.Clients.ChangeAsync(id, static client => client with { RedirectUris = ["https://evil.example.org/callback"] }, default);
        Assert.Equal(409, (int)(await browser.SubmitAsync(page, $"auth/admin/clients/{id}/approve")).StatusCode);
        Assert.Equal(ClientStatus.Pending, (await server.Smart.Clients.FindAsync(id, default))!.Status);
        Assert.Equal(303, (int)(await browser.PostFormAsync($"auth/admin/clients/{id}", $"auth/admin/clients/{id}/approve")).StatusCode);
        Assert.Equal(ClientStatus.Active, (await server.Smart.Clients.FindAsync(id, default))!.Status);
    }

    [Fact]
    public async Task A_client_that_waits_gets_neither_codes_nor_tokens()
    {
        var id = await RegisterAsync("Early app");
        var browser = await server.SignInAsync();
        var authorize = await browser.GetAsync(
            $"auth/authorize?response_type=code&client_id={id}&redirect_uri=https%3A%2F%2Fapp.example.org%2Fcallback&scope=openid&state=1234567890123456&aud={Uri.EscapeDataString(server.Base)}&code_challenge={new string('a', 43)}&code_challenge_method=S256");
        Assert.InRange((int)authorize.StatusCode, 400, 403);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "authorization_code", ["client_id"] = id, ["code"] = "x", ["redirect_uri"] = "https://app.example.org/callback", ["code_verifier"] = new string('a', 43) });
        var token = await browser.PostAsync("auth/token", form);
        Assert.InRange((int)token.StatusCode, 400, 401);
    }

    [Fact]
    [Covers(CoversAttribute.Inferno, 135)]
    public async Task A_client_that_is_disabled_has_no_access_from_that_moment_on_and_gets_none_back()
    {
        var token = await server.TokenAsync("user/*.rs");
        using var api = Api(token);
        Assert.Equal(200, (int)(await api.GetAsync("Patient")).StatusCode);
        var browser = await server.SignInAsync(AccountRole.Administrator);
        Assert.Equal(303, (int)(await PressAsync(browser, "auth/admin/clients/test", "disable")).StatusCode);
        Assert.Equal(401, (int)(await api.GetAsync("Patient")).StatusCode);
        Assert.Equal(303, (int)(await browser.PostFormAsync("auth/admin/clients/test", "auth/admin/clients/test/approve")).StatusCode);
        Assert.Equal(401, (int)(await api.GetAsync("Patient")).StatusCode);
        using var other = Api(await server.TokenAsync("user/*.rs"));
        Assert.Equal(200, (int)(await other.GetAsync("Patient")).StatusCode);
    }

    [Fact]
    [Covers(CoversAttribute.Inferno, 134, 135, 136)]
    public async Task A_user_sees_what_was_granted_in_words_and_ends_it_at_once()
    {
        var account = await server.AddAccountAsync();
        var (grant, token) = await GrantAsync(account.Id, "offline_access user/Observation.rs");
        var issued = await server.Smart.Grants.BeginAsync(grant, (await server.Smart.Clients.FindAsync("page-app", default))!, default);
        using var api = Api(token);
        Assert.Equal(200, (int)(await api.GetAsync("Observation")).StatusCode);
        var browser = await server.SignInAsync(account);
        var page = await browser.GetStringAsync("auth/apps");
        Assert.Contains("App of the page", page, StringComparison.Ordinal);
        Assert.Contains("user/Observation.rs", page, StringComparison.Ordinal);
        Assert.Contains("read", page, StringComparison.Ordinal);
        Assert.Equal(303, (int)(await browser.PostFormAsync("auth/apps", "auth/apps/end", ("grant", grant))).StatusCode);
        Assert.Equal(401, (int)(await api.GetAsync("Observation")).StatusCode);
        using var refresh = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "refresh_token", ["refresh_token"] = issued!.RefreshToken!, ["client_id"] = "page-app" });
        Assert.Equal(400, (int)(await browser.PostAsync("auth/token", refresh)).StatusCode);
        Assert.DoesNotContain("App of the page", await browser.GetStringAsync("auth/apps"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_ends_all_at_once_and_never_what_another_granted()
    {
        var mine = await server.AddAccountAsync();
        var other = await server.AddAccountAsync();
        var (_, token) = await GrantAsync(mine.Id, "user/Observation.rs");
        await GrantAsync(mine.Id, "user/Observation.rs");
        var (theirs, theirToken) = await GrantAsync(other.Id, "user/Observation.rs");
        var browser = await server.SignInAsync(mine);
        Assert.Equal(303, (int)(await browser.PostFormAsync("auth/apps", "auth/apps/end", ("grant", theirs))).StatusCode);
        Assert.Equal(303, (int)(await browser.PostFormAsync("auth/apps", "auth/apps/end-all")).StatusCode);
        using var api = Api(token);
        Assert.Equal(401, (int)(await api.GetAsync("Observation")).StatusCode);
        using var their = Api(theirToken);
        Assert.Equal(200, (int)(await their.GetAsync("Observation")).StatusCode);
    }

    [Fact]
    public async Task An_administrator_sees_all_grants_by_account_or_client_and_ends_them()
    {
        var account = await server.AddAccountAsync();
        var (_, token) = await GrantAsync(account.Id, "user/Observation.rs");
        var browser = await server.SignInAsync(AccountRole.Administrator);
        var address = $"auth/admin/tokens?account={account.UserName}";
        Assert.Contains(account.UserName, await browser.GetStringAsync(address), StringComparison.Ordinal);
        Assert.Equal(303, (int)(await browser.PostFormAsync(address, "auth/admin/tokens/end", ("grant", ""), ("account", account.Id))).StatusCode);
        using var api = Api(token);
        Assert.Equal(401, (int)(await api.GetAsync("Observation")).StatusCode);
    }

    [Fact]
    public async Task A_client_is_made_with_a_secret_that_is_shown_once()
    {
        var browser = await server.SignInAsync(AccountRole.Administrator);
        var made = await browser.PostFormAsync(
            "auth/admin/clients/new", null, ("name", "Ward list"), ("kind", "secret"), ("scope", "openid user/*.rs"), ("redirect-uris", "https://ward.example.org/callback\r\nhttps://ward.example.org/other"),
            ("launch-uris", "https://ward.example.org/launch"), ("refresh", "true"), ("IsBuiltIn", "true"), ("Id", "viewer"));
        Assert.Equal(303, (int)made.StatusCode);
        var address = made.Headers.Location!.OriginalString.TrimStart('/');
        var page = await browser.GetStringAsync(address);
        var secret = SecretOnPage().Match(page).Groups[1].Value;
        var id = address.Split('/')[^1].Split('?')[0];
        var client = (await server.Smart.Clients.FindAsync(id, default))!;
        Assert.Equal(Secret.HashOf(secret), client.SecretHash);
        Assert.False(client.IsBuiltIn);
        Assert.Equal(2, client.RedirectUris.Count);
        Assert.DoesNotContain(secret, await browser.GetStringAsync(address), StringComparison.Ordinal);

        // Another secret takes its place.
        Assert.Equal(303, (int)(await PressAsync(browser, $"auth/admin/clients/{id}", "secret")).StatusCode);
        Assert.NotEqual(client.SecretHash, (await server.Smart.Clients.FindAsync(id, default))!.SecretHash);
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 306)]
    public async Task A_backend_service_is_made_with_its_keys_and_the_reminder_to_keep_them_up_to_date()
    {
        var browser = await server.SignInAsync(AccountRole.Administrator);
        var made = await browser.PostFormAsync(
            "auth/admin/clients/new", null, ("name", "Nightly"), ("kind", "service"), ("scope", "system/*.rs"), ("jwks", TestKeys.Set(TestKeys.Es384("k").Public)), ("may-introspect", "true"));
        Assert.Equal(303, (int)made.StatusCode);
        var address = made.Headers.Location!.OriginalString.TrimStart('/');
        Assert.Contains("must send an update", await browser.GetStringAsync(address), StringComparison.Ordinal);
        var client = (await server.Smart.Clients.FindAsync(address.Split('/')[^1].Split('?')[0], default))!;
        Assert.True(client.MayIntrospect);
        Assert.Equal([Client.ClientCredentials], client.GrantTypes);
    }

    [Fact]
    public async Task What_is_wrong_is_told_and_what_was_written_stays()
    {
        var browser = await server.SignInAsync(AccountRole.Administrator);
        var refused = await browser.PostFormAsync(
            "auth/admin/clients/new", null, ("name", "Ward list"), ("kind", "service"), ("scope", "user/*.rs"), ("redirect-uris", "javascript:alert(1)"), ("organization", "Organization/none"));
        Assert.Equal(400, (int)refused.StatusCode);
        var page = await refused.Content.ReadAsStringAsync();
        Assert.Contains("role=\"alert\"", page, StringComparison.Ordinal);
        Assert.Contains("Ward list", page, StringComparison.Ordinal);
        Assert.Contains("There is no such Organization here", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("auth/admin/clients")]
    [InlineData("auth/admin/clients/new")]
    [InlineData("auth/admin/tokens")]
    public async Task Only_administrators_see_the_pages_of_administrators(string address)
    {
        Assert.Equal(303, (int)(await server.Browser().GetAsync(address)).StatusCode);
        Assert.Equal(403, (int)(await (await server.SignInAsync()).GetAsync(address)).StatusCode);
        Assert.Equal(403, (int)(await (await server.SignInAsync(AccountRole.Patient)).GetAsync(address)).StatusCode);
    }

    [Theory]
    [InlineData("auth/apps/end")]
    [InlineData("auth/apps/end-all")]
    [InlineData("auth/admin/tokens/end")]
    [InlineData("auth/admin/clients/new")]
    [InlineData("auth/admin/clients/test/approve")]
    [InlineData("auth/admin/clients/test/disable")]
    [InlineData("auth/admin/clients/test/secret")]
    public async Task A_form_of_another_site_does_nothing(string address)
    {
        var browser = await server.SignInAsync(AccountRole.Administrator);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant"] = "x" });
        Assert.Equal(400, (int)(await browser.PostAsync(address, form)).StatusCode);
    }

    [Fact]
    public async Task Names_and_addresses_that_strangers_wrote_are_never_markup()
    {
        var id = await RegisterAsync(Evil);
        await server.Smart.Clients.ApproveAsync(id, null, default);
        var account = await server.AddAccountAsync(AccountRole.Administrator);
        await GrantAsync(account.Id, "user/*.rs", id);
        var browser = await server.SignInAsync(account);
        foreach (var address in new[] { "auth/admin/clients", $"auth/admin/clients/{id}", "auth/apps", $"auth/admin/tokens?client={id}", $"auth/admin/tokens?client={Uri.EscapeDataString(Evil)}&account={Uri.EscapeDataString(Evil)}" })
        {
            var response = await browser.GetAsync(address);
            var page = await response.Content.ReadAsStringAsync();
            Assert.Equal(200, (int)response.StatusCode);
            Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("<img", page, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("default-src 'none'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_pages_are_there_in_Chinese()
    {
        var browser = await server.SignInAsync(AccountRole.Administrator);
        browser.DefaultRequestHeaders.AcceptLanguage.ParseAdd("zh-CN");
        Assert.Contains("<html lang=\"zh-CN\"", await browser.GetStringAsync("auth/apps"), StringComparison.Ordinal);
        Assert.Contains("等待审批", await browser.GetStringAsync("auth/admin/clients"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_of_the_server_itself_is_not_changed_by_a_form()
    {
        await server.AddClientAsync("own", static client => client with { IsBuiltIn = true, RedirectUris = ["/own/"] });
        var browser = await server.SignInAsync(AccountRole.Administrator);
        Assert.DoesNotContain("name=\"redirect-uris\"", await browser.GetStringAsync("auth/admin/clients/own"), StringComparison.Ordinal);
        Assert.Equal(303, (int)(await PressAsync(browser, "auth/admin/clients/own", "disable")).StatusCode);
        Assert.Equal(ClientStatus.Disabled, (await server.Smart.Clients.FindAsync("own", default))!.Status);
    }

    private HttpClient Api(string token)
    {
        var client = new HttpClient { BaseAddress = new Uri($"{server.Base}/") };
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    // A button whose formaction is not the form's own.
    private static async Task<HttpResponseMessage> PressAsync(HttpClient browser, string page, string action)
    {
        var html = await browser.GetStringAsync(page);
        Assert.Contains($"formaction=\"/{page}/{action}\"", html, StringComparison.Ordinal);
        return await browser.SubmitAsync(html.Replace($"action=\"/{page}/approve\"", $"action=\"/{page}/{action}\"", StringComparison.Ordinal), $"{page}/{action}");
    }

    private async Task<(string Grant, string Token)> GrantAsync(string accountId, string scope, string? clientId = null)
    {
        if (clientId is null && await server.Smart.Clients.FindAsync("page-app", default) is null)
            await server.AddClientAsync("page-app", static client => client with { Name = "App of the page" });
        var grant = await server.Smart.Grants.CreateAsync(new Grant { ClientId = clientId ?? "page-app", AccountId = accountId, Scope = scope, CreatedAt = DateTimeOffset.UtcNow }, null, default);
        return (grant, await server.Smart.Grants.IssueAsync(grant, scope, TimeSpan.FromHours(1), hasIdToken: false, default));
    }

    private async Task<string> RegisterAsync(string name)
    {
        using var content = new StringContent(
            new JsonObject
            {
                ["client_name"] = name,
                ["redirect_uris"] = new JsonArray("https://app.example.org/callback"),
                ["token_endpoint_auth_method"] = "none",
                ["scope"] = "openid launch/patient patient/Observation.rs",
                ["contacts"] = new JsonArray(Evil),
            }.ToJsonString(),
            Encoding.UTF8, "application/json");
        var answer = await server.Browser().PostAsync("auth/register", content);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (string)(await answer.JsonAsync())["client_id"]!;
    }

    [GeneratedRegex("<code>([A-Za-z0-9_-]{43})</code>", RegexOptions.None, 1_000)]
    private static partial Regex SecretOnPage();

    public sealed class Server : SmartFixture
    {
        protected override IReadOnlyList<string> Settings => [.. base.Settings, "--FhirHub:Auth:RegistrationsPerHour=10000"];
    }
}
