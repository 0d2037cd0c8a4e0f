// The authorization endpoint: what it answers with a code, what with an error, and when it sends nobody anywhere.

using System.Net;
using FhirHub.Server.Tests;
using FhirHub.Tests;
using Microsoft.AspNetCore.WebUtilities;

namespace FhirHub.Smart.Tests.Authorization;

public class AuthorizeTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    private const string Scope = "openid fhirUser user/Patient.rs offline_access";

    [Theory]
    [Covers(CoversAttribute.Smart, 27, 48, 49, 53, 56, 57, 59, 354)]
    [Covers(CoversAttribute.Inferno, 24, 25, 26, 27, 28)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_launch_ends_at_the_app_with_a_code_the_state_and_the_issuer(bool byPost)
    {
        var answer = await server.LaunchAsync(new LaunchPlan(Scope) { State = "ex act/%20&=é", ByPost = byPost });
        Assert.Equal("http://127.0.0.1:9/callback", answer.Address.GetLeftPart(UriPartial.Path));
        Assert.Equal(43, answer.Code.Length);
        Assert.Equal("ex act/%20&=é", answer["state"]);
        Assert.Equal(server.Root, answer["iss"]);
        Assert.Null(answer["error"]);
    }

    [Theory]
    [InlineData("client_id", null)]
    [InlineData("client_id", "nobody")]
    [InlineData("redirect_uri", null)]
    [InlineData("redirect_uri", "https://evil.example/callback")]
    public async Task Without_a_known_client_and_its_address_nobody_is_sent_anywhere(string name, string? value)
    {
        await KnowClientAsync();
        using var browser = server.Browser();
        var answer = await server.AuthorizeAsync(browser, new LaunchPlan(Scope) { Change = new Dictionary<string, string?> { [name] = value } });
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Null(answer.Headers.Location);
        Assert.Contains("role=\"alert\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [Covers(CoversAttribute.Smart, 18)]
    [InlineData("https://app.example/cb/")]
    [InlineData("https://app.example/cb.evil")]
    [InlineData("https://app.example/cb?x=1")]
    [InlineData("https://app.example/cb#x")]
    [InlineData("https://app.example/cb/../evil")]
    [InlineData("https://app.example/%63b")]
    [InlineData("https://app.example/CB")]
    [InlineData("https://APP.example/cb")]
    [InlineData("https://app.example:443/cb")]
    [InlineData("https://app.example.evil/cb")]
    [InlineData("https://user@app.example/cb")]
    [InlineData("https://app.example@evil.example/cb")]
    [InlineData("http://app.example/cb")]
    [InlineData("//app.example/cb")]
    [InlineData("https://app.example/cb ")]
    [InlineData("https://app.example\\@evil.example/cb")]
    [InlineData("javascript:alert(1)")]
    [InlineData("http://127.0.0.1.evil.example/native")]
    [InlineData("http://127.0.0.1:1@evil.example/native")]
    [InlineData("http://127.0.0.1:99999/native")]
    [InlineData("http://127.0.0.1:/native")]
    [InlineData("http://127.0.0.1:0/native")]
    [InlineData("http://127.0.0.1:80/native/../x")]
    [InlineData("http://127.0.0.1:80/native?x=1")]
    [InlineData("http://localhost:5000/native")]
    [InlineData("http://127.1:5000/native")]
    [InlineData("http://[::1]:5000/native")]
    [InlineData("https://127.0.0.1:5000/native")]
    [InlineData("/relative")]
    public async Task An_address_that_is_not_written_as_it_was_registered_is_no_address(string address)
    {
        var client = new Client { Id = "tricks", Name = "Tricks", RedirectUris = ["https://app.example/cb", "http://127.0.0.1/native", "/relative"] };
        Assert.False(RedirectUris.IsRegistered(client, address, server.Root));
        await server.AddClientAsync("tricks", made => made with { RedirectUris = client.RedirectUris });
        using var browser = server.Browser();
        var answer = await server.AuthorizeAsync(browser, new LaunchPlan(Scope) { ClientId = "tricks", RedirectUri = address });
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Null(answer.Headers.Location);
    }

    [Theory]
    [InlineData("http://127.0.0.1:51004/native", ClientAuthentication.None, true)]
    [InlineData("http://127.0.0.1/native", ClientAuthentication.None, true)]
    [InlineData("http://[::1]:7/other", ClientAuthentication.None, true)]
    [InlineData("http://127.0.0.1:51004/native", ClientAuthentication.Secret, false)]
    [InlineData("https://app.example/cb", ClientAuthentication.Secret, true)]
    public void A_native_app_chooses_its_port_on_the_loopback_address(string address, ClientAuthentication authentication, bool isGood)
    {
        var client = new Client { Id = "native", Name = "Native", Authentication = authentication, RedirectUris = ["http://127.0.0.1/native", "http://[::1]:1/other", "https://app.example/cb"] };
        Assert.Equal(isGood, RedirectUris.IsRegistered(client, address, "https://fhir.example"));
    }

    [Fact]
    public void Addresses_below_the_issuer_are_for_the_servers_own_clients()
    {
        var client = new Client { Id = "viewer", Name = "Viewer", IsBuiltIn = true, RedirectUris = ["/viewer"] };
        Assert.True(RedirectUris.IsRegistered(client, "https://fhir.example/viewer", "https://fhir.example"));
        Assert.False(RedirectUris.IsRegistered(client with { IsBuiltIn = false }, "https://fhir.example/viewer", "https://fhir.example"));
        Assert.False(RedirectUris.IsRegistered(client, "https://fhir.example/viewer/x", "https://fhir.example"));
    }

    [Theory]
    [Covers(CoversAttribute.Smart, 14, 15, 31, 54, 96)]
    [Covers(CoversAttribute.Inferno, 137)]
    [InlineData("response_type", null, "invalid_request")]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("response_type", "code id_token", "unsupported_response_type")]
    [InlineData("response_mode", "fragment", "invalid_request")]
    [InlineData("response_mode", "form_post", "invalid_request")]
    [InlineData("aud", null, "invalid_request")]
    [InlineData("aud", "https://inferno.healthit.gov/invalid_aud", "invalid_request")]
    [InlineData("resource", "https://evil.example/fhir", "invalid_request")]
    [InlineData("code_challenge", null, "invalid_request")]
    [InlineData("code_challenge", "short", "invalid_request")]
    [InlineData("code_challenge", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=", "invalid_request")]
    [InlineData("code_challenge_method", null, "invalid_request")]
    [InlineData("code_challenge_method", "plain", "invalid_request")]
    [InlineData("code_challenge_method", "s256", "invalid_request")]
    [InlineData("scope", null, "invalid_scope")]
    [InlineData("prompt", "none login", "invalid_request")]
    [InlineData("prompt", "surprise", "invalid_request")]
    [InlineData("max_age", "-1", "invalid_request")]
    [InlineData("request", "eyJhbGciOiJub25lIn0.e30.", "request_not_supported")]
    [InlineData("request_uri", "https://evil.example/request", "request_uri_not_supported")]
    [InlineData("registration", "{}", "registration_not_supported")]
    [InlineData("launch", "x", "invalid_request")]
    [InlineData("prompt", "none", "login_required")]
    public async Task What_is_wrong_with_a_request_the_app_is_told(string name, string? value, string error)
    {
        await KnowClientAsync();
        using var browser = server.Browser();
        var answer = new LaunchAnswer(new LaunchPlan(Scope), (await server.AuthorizeAsync(browser, new LaunchPlan(Scope) { Change = new Dictionary<string, string?> { [name] = value } })).Headers.Location!);
        Assert.StartsWith("http://127.0.0.1:9/callback?", answer.Address.AbsoluteUri, StringComparison.Ordinal);
        Assert.Equal(error, answer["error"]);
        Assert.Equal(answer.Plan.State, answer["state"]);
        Assert.Equal(server.Root, answer["iss"]);
        Assert.False(string.IsNullOrEmpty(answer["error_description"]));
        Assert.Null(answer["code"]);
    }

    [Fact]
    public async Task A_request_without_state_is_refused()
    {
        await KnowClientAsync();
        using var browser = server.Browser();
        var answer = await server.AuthorizeAsync(browser, new LaunchPlan(Scope) { Change = new Dictionary<string, string?> { ["state"] = null } });
        Assert.Contains("error=invalid_request", answer.Headers.Location!.Query, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("aud")]
    [InlineData("resource")]
    public async Task The_audience_may_be_named_either_way_and_with_a_slash(string name)
    {
        await KnowClientAsync();
        var answer = await server.LaunchAsync(new LaunchPlan(Scope) { Change = new Dictionary<string, string?> { ["aud"] = null, [name] = server.Base + "/" } });
        Assert.NotEmpty(answer.Code);
    }

    [Theory]
    [InlineData("scope", true)]
    [InlineData("state", true)]
    [InlineData("code_challenge", true)]
    [InlineData("unknown", true)]
    [InlineData("client_id", false)]
    [InlineData("redirect_uri", false)]
    public async Task A_parameter_that_is_there_twice_is_refused(string name, bool isTold)
    {
        await KnowClientAsync();
        using var browser = server.Browser();
        var address = QueryHelpers.AddQueryString("auth/authorize", server.ParametersOf(new LaunchPlan(Scope) { Change = new Dictionary<string, string?> { ["unknown"] = "1" } })!);
        var answer = await browser.GetAsync($"{address}&{name}=twice");
        if (isTold)
            Assert.Contains("error=invalid_request", answer.Headers.Location!.OriginalString, StringComparison.Ordinal);
        else
            Assert.Equal(400, (int)answer.StatusCode);
    }

    [Fact]
    public async Task What_is_too_long_is_refused()
    {
        await KnowClientAsync();
        using var browser = server.Browser();
        foreach (var (name, value) in new[] { ("state", new string('x', 3_000)), ("nonce", new string('x', 3_000)), ("scope", string.Join(' ', Enumerable.Range(0, 200))) })
        {
            var answer = await server.AuthorizeAsync(browser, new LaunchPlan(Scope) { ByPost = true, Change = new Dictionary<string, string?> { [name] = value } });
            Assert.Contains("error=", answer.Headers.Location!.OriginalString, StringComparison.Ordinal);
        }

        using var form = new StringContent(new string('x', 100_000), null, "application/x-www-form-urlencoded");
        Assert.Equal(400, (int)(await browser.PostAsync("auth/authorize", form)).StatusCode);
        using var json = new StringContent("{}", null, "application/json");
        Assert.Equal(400, (int)(await browser.PostAsync("auth/authorize", json)).StatusCode);
    }

    [Fact]
    public async Task A_request_survives_the_sign_in_whichever_way_it_came()
    {
        await KnowClientAsync();
        var account = await server.AddAccountAsync();
        foreach (var byPost in (bool[])[false, true])
        {
            using var browser = server.Browser();
            var plan = new LaunchPlan(Scope) { ByPost = byPost };
            var page = await server.AuthorizeAsync(browser, plan);
            Assert.Equal("/auth/login", page.RequestMessage!.RequestUri!.AbsolutePath);

            // Browsers hold the redirects that follow a form to the policy of its page, and with a remembered consent the app comes next.
            Assert.Contains("form-action 'self' http://127.0.0.1:9", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            var signedIn = await browser.SubmitAsync(await page.Content.ReadAsStringAsync(), null, ("username", account.UserName), ("password", SmartFixture.Password));
            var consent = await server.FollowAsync(browser, signedIn);
            Assert.Equal("/auth/authorize", consent.RequestMessage!.RequestUri!.AbsolutePath);
            var html = await consent.Content.ReadAsStringAsync();
            var answer = await browser.SubmitAsync(html, "/auth/consent", SmartFixture.ConsentOf(html, plan));
            Assert.Contains("code=", answer.Headers.Location!.Query, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("prompt", "login")]
    [InlineData("prompt", "select_account")]
    [InlineData("max_age", "0")]
    public async Task A_user_who_is_to_prove_anew_who_they_are_signs_in_again(string name, string value)
    {
        await KnowClientAsync();
        var account = await server.AddAccountAsync();
        using var browser = await server.SignInAsync(account);
        var plan = new LaunchPlan(Scope) { Change = new Dictionary<string, string?> { [name] = value } };
        var page = await server.AuthorizeAsync(browser, plan);
        Assert.Equal("/auth/login", page.RequestMessage!.RequestUri!.AbsolutePath);
        var signedIn = await browser.SubmitAsync(await page.Content.ReadAsStringAsync(), null, ("username", account.UserName), ("password", SmartFixture.Password));
        Assert.Equal("/auth/authorize", (await server.FollowAsync(browser, signedIn)).RequestMessage!.RequestUri!.AbsolutePath);
    }

    [Fact]
    public async Task A_disabled_client_gets_nothing_even_in_the_middle_of_a_request()
    {
        await server.AddClientAsync("stopped");
        using var browser = await server.SignInAsync();
        var plan = new LaunchPlan(Scope) { ClientId = "stopped" };
        var page = await server.AuthorizeAsync(browser, plan);
        var html = await page.Content.ReadAsStringAsync();
        var kept = await server.Smart.State.Clients.FindAsync("stopped", default);
        await server.Smart.State.Clients.PutAsync(kept! with { Value = kept.Value with { Status = ClientStatus.Disabled } }, default);
        var answer = await browser.SubmitAsync(html, "/auth/consent", SmartFixture.ConsentOf(html, plan));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Null(answer.Headers.Location);
    }

    [Fact]
    public async Task A_client_without_the_grant_is_told_so()
    {
        await server.AddClientAsync("service", client => client with { GrantTypes = [Client.ClientCredentials] });
        using var browser = server.Browser();
        var answer = await server.AuthorizeAsync(browser, new LaunchPlan(Scope) { ClientId = "service" });
        Assert.Contains("error=unauthorized_client", answer.Headers.Location!.Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_pages_can_not_be_framed_and_their_addresses_go_nowhere()
    {
        await KnowClientAsync();
        using var browser = await server.SignInAsync();
        var page = await server.AuthorizeAsync(browser, new LaunchPlan(Scope));
        Assert.Equal("DENY", page.Headers.GetValues("X-Frame-Options").Single());
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("form-action 'self' http://127.0.0.1:9", policy, StringComparison.Ordinal);
        Assert.Equal("no-referrer", page.Headers.GetValues("Referrer-Policy").Single());
        Assert.True(page.Headers.CacheControl!.NoStore);
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 55, 58)]
    public async Task A_code_lives_a_minute_and_is_kept_as_its_hash()
    {
        var answer = await server.LaunchAsync(new LaunchPlan(Scope));
        Assert.Null(await server.Smart.State.Codes.FindAsync(answer.Code, default));
        var kept = (await server.Smart.State.Codes.FindAsync(Secret.HashOf(answer.Code), default))!;
        var grant = (await server.Smart.State.Grants.FindAsync(kept.Value.GrantId, default))!;
        Assert.InRange(kept.Expires!.Value - grant.Value.CreatedAt, TimeSpan.FromSeconds(59), TimeSpan.FromSeconds(61));
        Assert.Equal(answer.Plan.Challenge, kept.Value.CodeChallenge);
    }

    [Fact]
    public async Task A_stolen_code_is_worth_nothing_in_another_browsers_app()
    {
        var stolen = await server.LaunchAsync(new LaunchPlan(Scope));
        var own = new LaunchPlan(Scope);
        Assert.Equal(400, (int)(await server.ExchangeAsync(stolen, ("code_verifier", own.Verifier))).StatusCode);
        Assert.Equal(400, (int)(await server.ExchangeAsync(stolen)).StatusCode);
    }

    [Fact]
    public async Task Whoever_has_signed_out_takes_the_code_along()
    {
        await KnowClientAsync();
        using var browser = await server.SignInAsync();
        var answer = await server.LaunchAsync(browser, new LaunchPlan(Scope));
        await browser.PostFormAsync("auth/logout");
        Assert.Equal(400, (int)(await server.ExchangeAsync(answer)).StatusCode);
    }

    private async Task KnowClientAsync()
    {
        if (await server.Smart.State.Clients.FindAsync("test", default) is null)
            await server.AddClientAsync("test");
    }
}
