// Guessing passwords: what it costs, and that it tells nothing and locks nobody out for ever.

using System.Net;
using FhirHub.Server.Tests;

namespace FhirHub.Smart.Tests.Accounts;

public class SignInTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    [Fact]
    public async Task After_five_tries_the_right_password_is_refused_too_with_the_same_words_however_the_name_is_written()
    {
        var account = await server.AddAccountAsync(name: $"Zhang.Wei-{Guid.NewGuid():N}"[..20]);
        using var browser = server.Browser();
        var name = account.UserName;
        var wide = string.Concat(name.Select(static c => (char)(c + 0xFEE0)));
        string[] variants = [name, name.ToUpperInvariant(), name.ToLowerInvariant(), wide, $" {name}\u3000"];
        var bodies = new List<string>();
        foreach (var variant in variants)
        {
            var answer = await browser.PostFormAsync("auth/login", ("username", variant), ("password", "not the password"));
            Assert.Equal(400, (int)answer.StatusCode);
            bodies.Add((await answer.Content.ReadAsStringAsync()).WithoutTokens().Replace(WebUtility.HtmlEncode(variant), "", StringComparison.Ordinal));
        }

        var locked = await browser.PostFormAsync("auth/login", ("username", name), ("password", SmartFixture.Password));
        Assert.Equal(400, (int)locked.StatusCode);
        bodies.Add((await locked.Content.ReadAsStringAsync()).WithoutTokens().Replace(name, "", StringComparison.Ordinal));
        Assert.Equal(bodies[0], bodies[^1]);
        Assert.Equal(bodies[0], bodies[1]);
    }

    [Fact]
    public async Task A_name_that_nobody_has_is_locked_in_the_same_way()
    {
        await using var store = new SharedStore();
        var smart = store.Start();
        var tries = new Tries(smart.State, smart.Clock);
        for (var i = 0; i < Tries.Free; i++)
            Assert.True(await tries.BeginAsync("password nobody", default));
        Assert.False(await tries.BeginAsync("password nobody", default));
    }

    [Fact]
    public async Task Waits_grow_to_a_quarter_of_an_hour_and_no_further()
    {
        await using var store = new SharedStore();
        var smart = store.Start();
        var tries = new Tries(smart.State, smart.Clock);
        for (var i = 0; i < Tries.Free; i++)
            await tries.BeginAsync("x", default);
        foreach (var seconds in new[] { 30, 60, 120, 240, 480, 900, 900, 900 })
        {
            store.Time.Advance(TimeSpan.FromSeconds(seconds - 1));
            Assert.False(await tries.BeginAsync("x", default));
            store.Time.Advance(TimeSpan.FromSeconds(1));
            Assert.True(await tries.BeginAsync("x", default));
        }

        await tries.SucceedAsync("x", default);
        Assert.True(await tries.BeginAsync("x", default));
    }

    [Fact]
    public async Task Tries_at_once_are_counted_one_by_one()
    {
        await using var store = new SharedStore();
        var smart = store.Start();
        var tries = new Tries(smart.State, smart.Clock);
        var begun = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => tries.BeginAsync("x", default)));
        Assert.Equal(Tries.Free, begun.Count(static may => may));
    }

    [Fact]
    public async Task Strangers_who_guess_make_each_other_wait_and_not_the_browser_that_the_account_knows()
    {
        var account = await server.AddAccountAsync();
        using var known = await server.SignInAsync(account);
        Assert.Equal(303, (int)(await known.PostFormAsync("auth/logout")).StatusCode);
        using var stranger = server.Browser();
        for (var i = 0; i < Tries.Free; i++)
            await stranger.PostFormAsync("auth/login", ("username", account.UserName), ("password", "not the password"));
        Assert.Equal(400, (int)(await stranger.PostFormAsync("auth/login", ("username", account.UserName), ("password", SmartFixture.Password))).StatusCode);
        Assert.Equal(303, (int)(await known.PostFormAsync("auth/login", ("username", account.UserName), ("password", SmartFixture.Password))).StatusCode);
    }

    [Fact]
    public async Task A_browser_that_one_account_knows_is_a_stranger_to_another()
    {
        var mine = await server.AddAccountAsync();
        var theirs = await server.AddAccountAsync();
        using var browser = await server.SignInAsync(mine);
        using var stranger = server.Browser();
        for (var i = 0; i < Tries.Free; i++)
            await stranger.PostFormAsync("auth/login", ("username", theirs.UserName), ("password", "not the password"));
        var answer = await browser.PostFormAsync("auth/login?again=true", ("username", theirs.UserName), ("password", SmartFixture.Password));
        Assert.Equal(400, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_disabled_account_is_answered_like_a_wrong_password_and_its_cookie_is_worthless()
    {
        var account = await server.AddAccountAsync();
        using var browser = await server.SignInAsync(account);
        Assert.Equal(200, (int)(await browser.GetAsync("auth/account")).StatusCode);
        await server.Smart.Accounts.ChangeAsync(account.Id, static account => account with { IsDisabled = true }, default);
        Assert.Equal(303, (int)(await browser.GetAsync("auth/account")).StatusCode);
        var disabled = await browser.PostFormAsync("auth/login", ("username", account.UserName), ("password", SmartFixture.Password));
        var unknown = await browser.PostFormAsync("auth/login", ("username", "nobody"), ("password", SmartFixture.Password));
        Assert.Equal(400, (int)disabled.StatusCode);
        Assert.Equal(
            (await unknown.Content.ReadAsStringAsync()).WithoutTokens().Replace("nobody", "", StringComparison.Ordinal),
            (await disabled.Content.ReadAsStringAsync()).WithoutTokens().Replace(account.UserName, "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Names_that_differ_only_in_case_or_width_are_one_name()
    {
        var name = $"li{Guid.NewGuid():N}"[..12];
        await server.AddAccountAsync(name: name);
        var (again, errors) = await server.Smart.Accounts.CreateAsync(new Account { Id = "", UserName = name.ToUpperInvariant() }, SmartFixture.Password);
        Assert.Null(again);
        Assert.Equal("DuplicateUserName", errors[0].Code);
        Assert.NotNull(await server.Smart.Accounts.FindByNameAsync(string.Concat(name.Select(static c => (char)(c + 0xFEE0)))));
    }

    [Theory]
    [InlineData("аdmin")]
    [InlineData("adm\u0131n")]
    [InlineData("ad\u200Bmin")]
    [InlineData("a b")]
    [InlineData("")]
    [InlineData("admin\n")]
    [InlineData("ａｄｍｉｎ１")]
    public async Task A_name_that_looks_like_another_is_refused(string name)
    {
        var (account, errors) = await server.Smart.Accounts.CreateAsync(new Account { Id = "", UserName = name }, SmartFixture.Password);
        Assert.Null(account);
        Assert.Equal("InvalidUserName", errors[0].Code);
    }

    [Fact]
    public async Task Of_many_who_want_a_name_at_once_one_gets_it()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => server.Smart.Accounts.CreateAsync(new Account { Id = "", UserName = "wanted" }, SmartFixture.Password)));
        Assert.Single(made, static made => made.Account is not null);
    }

    [Fact]
    public async Task A_name_whose_account_was_never_written_can_be_had()
    {
        await server.Smart.State.AccountNames.AddAsync("orphan", new AccountName("gone"));
        var (account, _) = await server.Smart.Accounts.CreateAsync(new Account { Id = "", UserName = "orphan" }, SmartFixture.Password);
        Assert.NotNull(account);
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    public void One_customer_is_one_network(string address, string network) => Assert.Equal(network, SignInLimit.NetworkOf(IPAddress.Parse(address)));
}

/// <summary>A server that lets one address try three times a minute.</summary>
public class LimitedFixture : SmartFixture
{
    protected override IReadOnlyList<string> Settings => ["--FhirHub:Auth:Mode=Smart", "--FhirHub:Auth:SignInsPerMinute=3"];
}

public class SignInLimitTests(LimitedFixture server) : IClassFixture<LimitedFixture>
{
    [Fact]
    public async Task One_address_has_so_many_tries_a_minute_whatever_names_it_tries()
    {
        using var browser = server.Browser();
        HttpResponseMessage? refused = null;
        var tried = 0;

        // The limit gives back a try each ten seconds, so on a slow machine there are some more.
        for (; refused is null && tried < 60; tried++)
        {
            var answer = await browser.PostFormAsync("auth/login", ("username", $"name{tried}"), ("password", "x"));
            refused = (int)answer.StatusCode == 429 ? answer : null;
        }

        Assert.True(tried > 3);
        Assert.NotNull(refused);
        Assert.True(refused!.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Assert.Contains("role=\"alert\"", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(200, (int)(await browser.GetAsync("auth/login")).StatusCode);
    }
}
