// The second factor: set up, asked for, used up, and taken away.

using System.Text.RegularExpressions;
using FhirHub.Server.Tests;

namespace FhirHub.Smart.Tests.Accounts;

public partial class AuthenticatorTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    private const string Page = "auth/account/authenticator";

    [Fact]
    public async Task Signing_in_asks_for_a_code_once_an_authenticator_is_set_up()
    {
        var (account, browser, _, _) = await SetUpAsync();
        using var first = browser;
        Assert.Equal(200, (int)(await first.GetAsync("auth/account")).StatusCode);

        using var other = server.Browser();
        var password = await other.PostFormAsync("auth/login?return=/auth/apps", ("username", account.UserName), ("password", SmartFixture.Password));
        Assert.StartsWith("/auth/login/code?", password.Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.Equal(303, (int)(await other.GetAsync("auth/account")).StatusCode);
        Assert.Equal(400, (int)(await other.PostFormAsync("auth/login/code", ("code", "000000"))).StatusCode);
    }

    [Fact]
    public async Task A_code_is_good_once()
    {
        var (account, browser, key, _) = await SetUpAsync();
        browser.Dispose();

        // The code of the set-up is used up too; that of the next step is not.
        using var first = await AtCodeAsync(account);
        Assert.Equal(400, (int)(await first.PostFormAsync("auth/login/code", ("code", await UsedAsync(account)))).StatusCode);
        var code = Totp.Code(key, 1);
        Assert.Equal(303, (int)(await first.PostFormAsync("auth/login/code", ("code", code))).StatusCode);
        foreach (var variant in new[] { code, $" {code}", $"{code[..3]} {code[3..]}", $"+{code}", $"0{code}", string.Concat(code.Select(static c => (char)(c + 0xFEE0))) })
            Assert.False(await server.Smart.Accounts.UseCodeAsync(account.Id, variant), variant);
    }

    [Fact]
    public async Task Of_two_who_bring_the_same_code_at_once_one_gets_in()
    {
        var (account, browser, key, _) = await SetUpAsync();
        browser.Dispose();
        var code = Totp.Code(key, 1);
        var used = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => server.Smart.Accounts.UseCodeAsync(account.Id, code)));
        Assert.Single(used, static isGood => isGood);
    }

    [Fact]
    public async Task Codes_can_be_guessed_at_no_more_often_than_passwords()
    {
        var (account, browser, key, _) = await SetUpAsync();
        browser.Dispose();
        using var guessing = await AtCodeAsync(account);
        for (var i = 0; i < Tries.Free; i++)
            Assert.Equal(400, (int)(await guessing.PostFormAsync("auth/login/code", ("code", "000000"))).StatusCode);

        // Knowing the password and beginning anew gives no new tries.
        using var again = await AtCodeAsync(account);
        Assert.Equal(400, (int)(await again.PostFormAsync("auth/login/code", ("code", Totp.Code(key, 1)))).StatusCode);
    }

    [Fact]
    public async Task Recovery_codes_are_shown_once_and_each_is_good_once()
    {
        var (account, browser, _, codes) = await SetUpAsync();
        Assert.Equal(10, codes.Count);
        Assert.DoesNotContain(codes[0], await browser.GetStringAsync("auth/account/recovery-codes"), StringComparison.Ordinal);
        browser.Dispose();
        using var first = await AtCodeAsync(account);
        Assert.Equal(303, (int)(await first.PostFormAsync("auth/login/code", ("code", codes[0].ToLowerInvariant().Replace("-", " ", StringComparison.Ordinal)))).StatusCode);
        using var second = await AtCodeAsync(account);
        Assert.Equal(400, (int)(await second.PostFormAsync("auth/login/code", ("code", codes[0]))).StatusCode);
        Assert.Equal(303, (int)(await second.PostFormAsync("auth/login/code", ("code", codes[1]))).StatusCode);
        Assert.Contains("8", await second.GetStringAsync(Page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_and_recovery_codes_are_not_readable_in_the_database()
    {
        var (account, browser, key, codes) = await SetUpAsync();
        browser.Dispose();
        var record = System.Text.Encoding.UTF8.GetString((await server.Smart.State.Store.FindAsync("account", account.Id, default))!.Body.Span);
        Assert.DoesNotContain(key, record, StringComparison.Ordinal);
        Assert.DoesNotContain(codes[0], record, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Turning_it_off_asks_for_password_and_code_and_ends_other_sessions()
    {
        var (account, browser, key, codes) = await SetUpAsync();
        using var here = browser;
        using var there = await AtCodeAsync(account);
        Assert.Equal(303, (int)(await there.PostFormAsync("auth/login/code", ("code", codes[0]))).StatusCode);

        var html = await here.GetStringAsync(Page);
        Assert.Equal(400, (int)(await RemoveAsync(here, html, "not the password", codes[1])).StatusCode);
        Assert.Equal(400, (int)(await RemoveAsync(here, html, SmartFixture.Password, "000000")).StatusCode);
        Assert.Equal(303, (int)(await RemoveAsync(here, html, SmartFixture.Password, Totp.Code(key, 1))).StatusCode);
        Assert.False((await server.Smart.Accounts.FindAsync(account.Id, default))!.TwoFactor);
        Assert.Equal(200, (int)(await here.GetAsync("auth/account")).StatusCode);
        Assert.Equal(303, (int)(await there.GetAsync("auth/account")).StatusCode);
    }

    [Fact]
    public async Task Setting_up_gives_the_browser_a_new_session()
    {
        var account = await server.AddAccountAsync();
        using var browser = await server.SignInAsync(account);
        var before = Assert.Single(await server.Smart.State.Sessions.ListAsync(account.Id, "", 10, default)).Id;
        await ConfirmAsync(browser);
        Assert.NotEqual(before, Assert.Single(await server.Smart.State.Sessions.ListAsync(account.Id, "", 10, default)).Id);
    }

    [Fact]
    public async Task A_key_is_in_force_only_when_a_code_of_it_was_shown()
    {
        var account = await server.AddAccountAsync();
        using var browser = await server.SignInAsync(account);
        Assert.Equal(400, (int)(await browser.PostFormAsync(Page, ("password", "not the password"))).StatusCode);
        Assert.Equal(303, (int)(await browser.PostFormAsync(Page, ("password", SmartFixture.Password))).StatusCode);
        var html = await browser.GetStringAsync(Page);
        Assert.Contains("<svg", html, StringComparison.Ordinal);
        Assert.Contains("otpauth://totp/FhirHub:", html, StringComparison.Ordinal);
        Assert.Equal(400, (int)(await browser.PostFormAsync(Page, ("code", "12345x"))).StatusCode);
        using var other = server.Browser();
        Assert.Equal("/auth/account", (await other.PostFormAsync("auth/login", ("username", account.UserName), ("password", SmartFixture.Password))).Headers.Location!.OriginalString);
    }

    private static Task<HttpResponseMessage> RemoveAsync(HttpClient browser, string html, string password, string code) =>
        browser.SubmitAsync(html.Replace("/authenticator/recovery-codes\"", "/authenticator/remove\"", StringComparison.Ordinal), $"{Page}/remove", ("password", password), ("code", code));

    private async Task<string> UsedAsync(Account account) => (await server.Smart.Accounts.FindAsync(account.Id, default))!.UsedCodes[^1].Code;

    private async Task<HttpClient> AtCodeAsync(Account account)
    {
        var browser = server.Browser();
        var answer = await browser.PostFormAsync("auth/login", ("username", account.UserName), ("password", SmartFixture.Password));
        Assert.StartsWith("/auth/login/code?", answer.Headers.Location!.OriginalString, StringComparison.Ordinal);
        return browser;
    }

    private static async Task<(string Key, IReadOnlyList<string> Codes)> ConfirmAsync(HttpClient browser)
    {
        Assert.Equal(303, (int)(await browser.PostFormAsync(Page, ("password", SmartFixture.Password))).StatusCode);
        var key = Key().Match(await browser.GetStringAsync(Page)).Groups[1].Value;
        var answer = await browser.PostFormAsync(Page, ("code", Totp.Code(key)));
        Assert.Equal("/auth/account/recovery-codes", answer.Headers.Location?.OriginalString);
        var shown = await browser.GetStringAsync(answer.Headers.Location);
        return (key, [.. Codes().Matches(shown).Select(static code => code.Groups[1].Value)]);
    }

    private async Task<(Account Account, HttpClient Browser, string Key, IReadOnlyList<string> Codes)> SetUpAsync()
    {
        var account = await server.AddAccountAsync();
        var browser = await server.SignInAsync(account);
        var (key, codes) = await ConfirmAsync(browser);
        return (account, browser, key, codes);
    }

    [GeneratedRegex("secret=([A-Z2-7]+)", RegexOptions.None, 1_000)]
    private static partial Regex Key();

    [GeneratedRegex("<code>([0-9A-Z]{5}-[0-9A-Z]{5})</code>", RegexOptions.None, 1_000)]
    private static partial Regex Codes();
}

/// <summary>A server whose administrators must have an authenticator.</summary>
public class StrictFixture : SmartFixture
{
    protected override IReadOnlyList<string> Settings => [.. base.Settings, "--FhirHub:Auth:AdministratorTotp=true"];
}

public partial class AdministratorTotpTests(StrictFixture server) : IClassFixture<StrictFixture>
{
    [Fact]
    public async Task An_administrator_sets_up_an_authenticator_before_there_is_a_session()
    {
        var account = await server.AddAccountAsync(AccountRole.Administrator);
        using var browser = server.Browser();
        var answer = await browser.PostFormAsync("auth/login?return=/auth/admin", ("username", account.UserName), ("password", SmartFixture.Password));
        var page = answer.Headers.Location!.OriginalString;
        Assert.StartsWith("/auth/login/authenticator?", page, StringComparison.Ordinal);
        Assert.Equal(303, (int)(await browser.GetAsync("auth/admin")).StatusCode);
        var key = Key().Match(await browser.GetStringAsync(page)).Groups[1].Value;
        var confirmed = await browser.PostFormAsync(page, ("code", Totp.Code(key)));
        var codes = await browser.GetStringAsync(confirmed.Headers.Location);
        Assert.Contains("href=\"/auth/admin\"", codes, StringComparison.Ordinal);
        Assert.Equal(200, (int)(await browser.GetAsync("auth/admin")).StatusCode);

        // And can't turn it off.
        Assert.DoesNotContain("/remove", await browser.GetStringAsync("auth/account/authenticator"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Others_need_none()
    {
        using var browser = await server.SignInAsync();
        Assert.Equal(200, (int)(await browser.GetAsync("auth/account")).StatusCode);
    }

    [GeneratedRegex("secret=([A-Z2-7]+)", RegexOptions.None, 1_000)]
    private static partial Regex Key();
}
