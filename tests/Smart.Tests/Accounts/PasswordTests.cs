// Which passwords are taken, and how they are changed.

using FhirHub.Server.Tests;

namespace FhirHub.Smart.Tests.Accounts;

public class PasswordTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    [Theory]
    [InlineData("short", PasswordRules.TooShort)]
    [InlineData("elevenchars", PasswordRules.TooShort)]
    [InlineData("password1234", PasswordRules.TooCommon)]
    [InlineData("P@ssw0rd!2026", PasswordRules.TooCommon)]
    [InlineData("ｐａｓｓｗｏｒｄ１２３４", PasswordRules.TooCommon)]
    [InlineData("passwordpassword", PasswordRules.TooCommon)]
    [InlineData("aaaaaaaaaaaaaaaa", PasswordRules.TooCommon)]
    [InlineData("abcdefghijklmnop", PasswordRules.TooCommon)]
    [InlineData("poiuytrewqlkjhgf", PasswordRules.TooCommon)]
    [InlineData("qweasdzxc123", PasswordRules.TooCommon)]
    [InlineData("1qaz2wsx3edc4rfv", PasswordRules.TooCommon)]
    [InlineData("138001380001380013", PasswordRules.TooCommon)]
    [InlineData("qwertyuiop2026!", PasswordRules.TooCommon)]
    [InlineData("correcthorsebatterystaple", PasswordRules.TooCommon)]
    [InlineData("xx-WangFang-2026-yy", PasswordRules.HoldsName)]
    public async Task A_password_that_is_guessed_first_is_refused(string password, string code)
    {
        var (account, errors) = await server.Smart.Accounts.CreateAsync(new Account { Id = "", UserName = "wangfang" }, password);
        Assert.Null(account);
        Assert.Equal(code, errors[0].Code);
    }

    [Theory]
    [InlineData("three gulls over Qingdao")]
    [InlineData("k7#mQ2vT!x9bLp")]
    [InlineData("海鸥飞过青岛的三座旧灯塔呀")]
    [InlineData("nmr bsd hpk")]
    public async Task A_password_needs_no_particular_kinds_of_characters(string password)
    {
        var (account, errors) = await server.Smart.Accounts.CreateAsync(new Account { Id = "", UserName = $"u{Guid.NewGuid():N}" }, password + " x");
        Assert.True(account is not null, errors.Count == 0 ? null : errors[0].Code);
    }

    [Fact]
    public async Task A_password_that_is_too_long_is_refused_before_it_costs_anything()
    {
        var (account, errors) = await server.Smart.Accounts.CreateAsync(new Account { Id = "", UserName = "long" }, string.Concat(Enumerable.Repeat("bdfhk", 100)));
        Assert.Null(account);
        Assert.Equal(PasswordRules.TooLong, errors[0].Code);
    }

    [Fact]
    public async Task What_is_kept_of_a_password_is_its_hash()
    {
        var account = await server.AddAccountAsync();
        var record = await server.Smart.State.Store.FindAsync("account", account.Id, default);
        Assert.DoesNotContain(SmartFixture.Password, System.Text.Encoding.UTF8.GetString(record!.Body.Span), StringComparison.Ordinal);
        Assert.Equal(1, Convert.FromBase64String(account.PasswordHash!)[0]);
    }

    [Fact]
    public async Task Changing_the_password_asks_for_the_old_one_ends_other_sessions_and_what_apps_were_granted()
    {
        var account = await server.AddAccountAsync();
        using var here = await server.SignInAsync(account);
        using var there = await server.SignInAsync(account);
        if (await server.Smart.State.Clients.FindAsync("app", default) is null)
            await server.AddClientAsync("app");
        var grant = await server.Smart.Grants.CreateAsync(new Grant { ClientId = "app", AccountId = account.Id, Scope = "user/*.rs" }, null, default);
        var token = await server.Smart.Grants.IssueAsync(grant, "user/*.rs", TimeSpan.FromHours(1), hasIdToken: false, default);

        var wrong = await here.PostFormAsync("auth/password", ("current-password", "not the password"), ("new-password", "three gulls over Qingdao"), ("repeated-password", "three gulls over Qingdao"));
        Assert.Equal(400, (int)wrong.StatusCode);
        var differ = await here.PostFormAsync("auth/password", ("current-password", SmartFixture.Password), ("new-password", "three gulls over Qingdao"), ("repeated-password", "four gulls over Qingdao"));
        Assert.Equal(400, (int)differ.StatusCode);
        var same = await here.PostFormAsync("auth/password", ("current-password", SmartFixture.Password), ("new-password", SmartFixture.Password), ("repeated-password", SmartFixture.Password));
        Assert.Equal(400, (int)same.StatusCode);
        Assert.Equal(200, (int)(await there.GetAsync("auth/account")).StatusCode);
        Assert.NotNull(await server.Smart.AccessOfAsync(token, default));

        var changed = await here.PostFormAsync("auth/password", ("current-password", SmartFixture.Password), ("new-password", "three gulls over Qingdao"), ("repeated-password", "three gulls over Qingdao"));
        Assert.Equal(303, (int)changed.StatusCode);
        Assert.Contains("role=\"status\"", await here.GetStringAsync(changed.Headers.Location), StringComparison.Ordinal);
        Assert.Equal(303, (int)(await there.GetAsync("auth/account")).StatusCode);
        Assert.Null(await server.Smart.AccessOfAsync(token, default));
        using var browser = server.Browser();
        Assert.Equal(400, (int)(await browser.PostFormAsync("auth/login", ("username", account.UserName), ("password", SmartFixture.Password))).StatusCode);
        Assert.Equal(303, (int)(await browser.PostFormAsync("auth/login", ("username", account.UserName), ("password", "three gulls over Qingdao"))).StatusCode);
    }

    [Fact]
    public async Task A_password_that_another_chose_must_be_changed_before_there_is_a_session()
    {
        var account = await server.AddAccountAsync(change: static account => account with { MustChangePassword = true });
        using var browser = server.Browser();
        var answer = await browser.PostFormAsync("auth/login?return=/auth/apps", ("username", account.UserName), ("password", SmartFixture.Password));
        Assert.StartsWith("/auth/login/password?", answer.Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.StartsWith("/auth/login", (await browser.GetAsync("auth/account")).Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.Empty(await server.Smart.State.Sessions.ListAsync(account.Id, "", 10, default));

        var page = answer.Headers.Location.OriginalString;
        Assert.Equal(400, (int)(await browser.PostFormAsync(page, ("new-password", SmartFixture.Password), ("repeated-password", SmartFixture.Password))).StatusCode);
        Assert.Equal(400, (int)(await browser.PostFormAsync(page, ("new-password", "password1234"), ("repeated-password", "password1234"))).StatusCode);
        var changed = await browser.PostFormAsync(page, ("new-password", "three gulls over Qingdao"), ("repeated-password", "three gulls over Qingdao"));
        Assert.Equal("/auth/apps", changed.Headers.Location!.OriginalString);
        Assert.Equal(200, (int)(await browser.GetAsync("auth/account")).StatusCode);
        Assert.False((await server.Smart.Accounts.FindAsync(account.Id, default))!.MustChangePassword);
    }

    [Fact]
    public async Task A_password_in_an_address_is_not_looked_at()
    {
        var account = await server.AddAccountAsync();
        using var browser = server.Browser();
        var query = $"auth/login?username={account.UserName}&password={Uri.EscapeDataString(SmartFixture.Password)}";
        Assert.Equal(200, (int)(await browser.GetAsync(query)).StatusCode);
        Assert.Equal(400, (int)(await browser.PostFormAsync(query, ("username", account.UserName))).StatusCode);
        Assert.Equal(303, (int)(await browser.GetAsync("auth/account")).StatusCode);
        Assert.DoesNotContain(SmartFixture.Password, await browser.GetStringAsync(query), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_that_was_printed_is_good_for_a_week()
    {
        await using var store = new SharedStore();
        var smart = store.Start();
        var password = (await smart.Accounts.EnsureAdministratorAsync(default))!;
        Assert.NotNull(await smart.Accounts.FindByPasswordAsync("admin", password, default));
        store.Time.Advance(AccountRegistry.OneTimePasswordLife);
        Assert.Null(await smart.Accounts.FindByPasswordAsync("admin", password, default));
    }
}
