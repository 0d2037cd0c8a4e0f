// Sessions of browsers: who gets one, where it ends, and that nobody can plant or keep one.

using System.Net;
using FhirHub.Server.Tests;

namespace FhirHub.Smart.Tests.Accounts;

public class SessionTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    [Fact]
    public async Task Signing_in_gives_a_cookie_that_scripts_and_other_sites_have_no_use_of()
    {
        var account = await server.AddAccountAsync();
        using var browser = server.Browser();
        var answer = await browser.PostFormAsync("auth/login?return=/auth/logout", ("username", account.UserName), ("password", SmartFixture.Password));
        Assert.Equal(303, (int)answer.StatusCode);
        Assert.Equal("/auth/logout", answer.Headers.Location!.OriginalString);
        var cookie = answer.Headers.GetValues("Set-Cookie").Single(static cookie => cookie.StartsWith("fhirhub-session=", StringComparison.Ordinal) && !cookie.StartsWith("fhirhub-session=;", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("expires", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(account.UserName, await browser.GetStringAsync("auth/logout"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_name_are_answered_alike()
    {
        var account = await server.AddAccountAsync();
        using var browser = server.Browser();
        var wrong = await browser.PostFormAsync("auth/login", ("username", account.UserName), ("password", "not the password"));
        var unknown = await browser.PostFormAsync("auth/login", ("username", "nobody"), ("password", "not the password"));
        Assert.Equal(wrong.StatusCode, unknown.StatusCode);
        Assert.Equal(400, (int)wrong.StatusCode);
        Assert.Equal(Without(await wrong.Content.ReadAsStringAsync(), account.UserName), Without(await unknown.Content.ReadAsStringAsync(), "nobody"));

        static string Without(string html, string name) => html.WithoutTokens().Replace(name, "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signing_in_over_a_planted_session_leaves_the_planted_cookie_worthless()
    {
        var cookies = new CookieContainer();
        using var victim = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = cookies }) { BaseAddress = new Uri($"{server.Root}/") };
        var attacker = await server.AddAccountAsync();
        var target = await server.AddAccountAsync();
        await victim.PostFormAsync("auth/login", ("username", attacker.UserName), ("password", SmartFixture.Password));
        var planted = cookies.GetCookies(victim.BaseAddress!)["fhirhub-session"]!.Value;

        Assert.Equal(303, (int)(await victim.PostFormAsync("auth/login?again=true", ("username", target.UserName), ("password", SmartFixture.Password))).StatusCode);

        using var thief = server.Browser();
        using var request = new HttpRequestMessage(HttpMethod.Get, "auth/logout");
        request.Headers.Add("Cookie", $"fhirhub-session={planted}");
        Assert.DoesNotContain(target.UserName, await (await thief.SendAsync(request)).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains(target.UserName, await victim.GetStringAsync("auth/logout"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_on_the_server_too()
    {
        var cookies = new CookieContainer();
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = cookies }) { BaseAddress = new Uri($"{server.Root}/") };
        var account = await server.AddAccountAsync();
        await browser.PostFormAsync("auth/login", ("username", account.UserName), ("password", SmartFixture.Password));
        var old = cookies.GetCookies(browser.BaseAddress!)["fhirhub-session"]!.Value;
        Assert.Equal(303, (int)(await browser.PostFormAsync("auth/logout")).StatusCode);
        cookies.Add(browser.BaseAddress!, new Cookie("fhirhub-session", old));
        Assert.DoesNotContain(account.UserName, await browser.GetStringAsync("auth/logout"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_without_its_token_changes_nothing()
    {
        using var browser = await server.SignInAsync();
        using var content = new FormUrlEncodedContent([]);
        Assert.Equal(400, (int)(await browser.PostAsync("auth/logout", content)).StatusCode);
        Assert.Contains("<form", await browser.GetStringAsync("auth/logout"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    [InlineData("\\\\evil.example/")]
    [InlineData("~/x")]
    [InlineData("/a\nb")]
    [InlineData("/\t/evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("")]
    public async Task A_browser_is_never_sent_to_another_server(string address)
    {
        using var browser = server.Browser();
        var language = await browser.GetAsync($"auth/language/zh?return={Uri.EscapeDataString(address)}");
        Assert.Equal("/auth/login", language.Headers.Location!.OriginalString);
        var account = await server.AddAccountAsync();
        var login = await browser.PostFormAsync($"auth/login?return={Uri.EscapeDataString(address)}", ("username", account.UserName), ("password", SmartFixture.Password));
        Assert.Equal("/auth/account", login.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task A_chosen_language_is_kept_and_leads_back()
    {
        using var browser = server.Browser();
        var answer = await browser.GetAsync("auth/language/zh?return=%2Fauth%2Flogin%3Freturn%3D%252Fauth%252Fapps");
        Assert.Equal("/auth/login?return=%2Fauth%2Fapps", answer.Headers.Location!.OriginalString);
        Assert.Contains("lang=\"zh-CN\"", await browser.GetStringAsync("auth/login"), StringComparison.Ordinal);
        Assert.Equal(404, (int)(await browser.GetAsync("auth/language/xx")).StatusCode);
    }
}
