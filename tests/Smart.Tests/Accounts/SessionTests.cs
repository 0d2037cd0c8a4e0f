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

/// <summary>A server whose time a test moves.</summary>
public class TimedFixture : SmartFixture
{
    public FakeTime Time { get; } = new();

    protected override TimeProvider? Clock => Time;
}

public class SessionTimeTests(TimedFixture server) : IClassFixture<TimedFixture>
{
    [Fact]
    public async Task A_session_ends_half_an_hour_after_its_last_use()
    {
        using var browser = await server.SignInAsync();
        for (var i = 0; i < 3; i++)
        {
            server.Time.Advance(TimeSpan.FromMinutes(29));
            Assert.Equal(200, (int)(await browser.GetAsync("auth/account")).StatusCode);
        }

        server.Time.Advance(TimeSpan.FromMinutes(31));
        Assert.Equal(303, (int)(await browser.GetAsync("auth/account")).StatusCode);
    }

    [Fact]
    public async Task A_session_ends_twelve_hours_after_its_beginning_however_much_it_is_used()
    {
        using var browser = await server.SignInAsync();
        for (var i = 0; i < 35; i++)
        {
            server.Time.Advance(TimeSpan.FromMinutes(20));
            Assert.Equal(200, (int)(await browser.GetAsync("auth/account")).StatusCode);
        }

        server.Time.Advance(TimeSpan.FromMinutes(21));
        Assert.Equal(303, (int)(await browser.GetAsync("auth/account")).StatusCode);
    }

    [Fact]
    public async Task A_sign_in_that_is_not_complete_ends_after_a_quarter_of_an_hour()
    {
        var account = await server.AddAccountAsync(change: static account => account with { MustChangePassword = true });
        using var browser = server.Browser();
        var page = (await browser.PostFormAsync("auth/login", ("username", account.UserName), ("password", SmartFixture.Password))).Headers.Location;
        Assert.Equal(200, (int)(await browser.GetAsync(page)).StatusCode);
        server.Time.Advance(TimeSpan.FromMinutes(16));
        Assert.StartsWith("/auth/login?", (await browser.GetAsync(page)).Headers.Location!.OriginalString, StringComparison.Ordinal);
    }
}

/// <summary>A server behind a proxy that ends TLS.</summary>
public class ProxiedFixture : SmartFixture
{
    protected override IReadOnlyList<string> Settings => [.. base.Settings, "--FhirHub:Http:ForwardedHeaders=true", "--FhirHub:Auth:Issuer=https://fhir.example.org"];
}

public class SecureCookieTests(ProxiedFixture server) : IClassFixture<ProxiedFixture>
{
    [Fact]
    public async Task Over_https_every_cookie_is_secure_and_of_this_host_alone()
    {
        var account = await server.AddAccountAsync();
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri($"{server.Root}/") };
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        var page = await client.GetAsync("auth/login");
        var cookies = page.Headers.GetValues("Set-Cookie").ToList();
        client.DefaultRequestHeaders.Add("Cookie", cookies[0].Split(';')[0]);
        var answer = await client.SubmitAsync(await page.Content.ReadAsStringAsync(), null, ("username", account.UserName), ("password", SmartFixture.Password));
        Assert.Equal(303, (int)answer.StatusCode);
        cookies.AddRange(answer.Headers.GetValues("Set-Cookie"));
        cookies.AddRange((await client.GetAsync("auth/language/zh")).Headers.GetValues("Set-Cookie").Select(static cookie => $"__Host-{cookie}"));
        Assert.Contains(cookies, static cookie => cookie.StartsWith("__Host-fhirhub-session=", StringComparison.Ordinal));
        Assert.All(cookies, static cookie =>
        {
            Assert.StartsWith("__Host-", cookie, StringComparison.Ordinal);
            Assert.Contains("secure", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("path=/;", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("domain", cookie, StringComparison.OrdinalIgnoreCase);
        });
    }
}

public class HostileFormTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    [Fact]
    public async Task Cookies_that_were_made_up_are_nobodys()
    {
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri($"{server.Root}/") };
        foreach (var value in new[] { "x", "CfDJ8AAAAAAAAAAA", "%00", new string('A', 4_000) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "auth/account");
            request.Headers.Add("Cookie", $"fhirhub-session={value}; fhirhub-sign-in={value}; fhirhub-browser={value}; fhirhub-form={value}; fhirhub-language={value}");
            Assert.Equal(303, (int)(await client.SendAsync(request)).StatusCode);
            using var login = new HttpRequestMessage(HttpMethod.Get, "auth/login");
            login.Headers.Add("Cookie", request.Headers.GetValues("Cookie"));
            Assert.Equal(200, (int)(await client.SendAsync(login)).StatusCode);
        }
    }

    [Fact]
    public async Task The_cookie_of_a_sign_in_that_is_not_complete_is_no_session()
    {
        var account = await server.AddAccountAsync(change: static account => account with { MustChangePassword = true });
        var cookies = new CookieContainer();
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = cookies }) { BaseAddress = new Uri($"{server.Root}/") };
        await browser.PostFormAsync("auth/login", ("username", account.UserName), ("password", SmartFixture.Password));
        cookies.Add(browser.BaseAddress!, new Cookie("fhirhub-session", cookies.GetCookies(browser.BaseAddress!)["fhirhub-sign-in"]!.Value));
        Assert.Equal(303, (int)(await browser.GetAsync("auth/account")).StatusCode);
    }

    [Fact]
    public async Task A_body_that_no_form_of_the_server_sends_is_refused()
    {
        using var browser = server.Browser();
        var token = KeyValuePair.Create("form-token", "x");
        HttpContent[] bodies =
        [
            new FormUrlEncodedContent([token, KeyValuePair.Create("username", new string('x', 300_000))]),
            new FormUrlEncodedContent(Enumerable.Range(0, 2_000).Select(i => KeyValuePair.Create($"f{i}", "x"))),
            new FormUrlEncodedContent([KeyValuePair.Create(new string('k', 1_000), "x")]),
            new MultipartFormDataContent { { new StringContent("x"), "form-token" } },
            new StringContent("""{"username":"x"}""", System.Text.Encoding.UTF8, "application/json"),
            new ByteArrayContent([0xFF, 0xFE, 0]),
        ];
        foreach (var body in bodies)
        {
            Assert.Equal(400, (int)(await browser.PostAsync("auth/login", body)).StatusCode);
            body.Dispose();
        }
    }

    [Fact]
    public async Task Names_and_passwords_of_any_kind_are_only_wrong()
    {
        using var browser = server.Browser();
        foreach (var text in new[] { "", " ", "\0", "' OR 1=1 --", "<script>", new string('x', 5_000), "admin\r\nSet-Cookie: x=y", "\uD800", "../../etc/passwd", "海鸥" })
            Assert.Equal(400, (int)(await browser.PostFormAsync("auth/login", ("username", text), ("password", text))).StatusCode);
    }
}
