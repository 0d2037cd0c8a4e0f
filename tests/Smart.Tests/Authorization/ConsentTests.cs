// Consent: every scope can be refused, nothing else can be granted, and only who was asked can answer.

using FhirHub.Server.Tests;
using FhirHub.Tests;

namespace FhirHub.Smart.Tests.Authorization;

public class ConsentTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    private const string Scope = "openid fhirUser user/Patient.rs user/Observation.rs user/Encounter.read offline_access";

    [Fact]
    [Covers(CoversAttribute.Smart, 78, 79, 115, 145)]
    [Covers(CoversAttribute.Inferno, 120, 121, 122)]
    public async Task What_the_user_clears_is_not_granted()
    {
        var token = await TokenAsync(new LaunchPlan(Scope) { Refused = ["user/Observation.rs", "offline_access"] });
        Assert.Equal("openid fhirUser user/Patient.rs user/Encounter.read", (string?)token["scope"]);
        Assert.Null(token["refresh_token"]);
    }

    [Fact]
    [Covers(CoversAttribute.Inferno, 158, 159)]
    public async Task The_page_says_who_asks_and_what_for_in_both_languages()
    {
        await server.AddClientAsync("told", client => client with
        {
            Name = "<b>Heart & Soul</b>",
            ClientUri = "https://heart.example/",
            PolicyUri = "https://heart.example/privacy",
            TosUri = "javascript:alert(1)",
            Contacts = ["help@heart.example"],
        });
        using var browser = await server.SignInAsync(fhirUser: "Practitioner/p");
        var plan = new LaunchPlan(Scope + " user/Condition.rs?category=http://terminology.hl7.org/CodeSystem/condition-category|problem-list-item user/Procedure.rs?status=completed") { ClientId = "told" };
        var page = await server.AuthorizeAsync(browser, plan);
        var html = await page.Content.ReadAsStringAsync();
        Assert.Contains("&lt;b&gt;Heart &amp; Soul&lt;/b&gt;", html, StringComparison.Ordinal);
        Assert.Contains("https://heart.example/privacy", html, StringComparison.Ordinal);
        Assert.DoesNotContain("javascript:", html, StringComparison.Ordinal);
        Assert.Contains("help@heart.example", html, StringComparison.Ordinal);
        Assert.Contains("Visits and stays of all that you may see yourself: read, search", html, StringComparison.Ordinal);
        Assert.Contains("read, search; only: Problem list<", html, StringComparison.Ordinal);
        Assert.Contains("only where status = completed<", html, StringComparison.Ordinal);
        Assert.Contains("keeps this access until you end it", html, StringComparison.Ordinal);
        using var chinese = new HttpRequestMessage(HttpMethod.Get, page.RequestMessage!.RequestUri);
        chinese.Headers.AcceptLanguage.ParseAdd("zh-CN");
        var translated = await (await browser.SendAsync(chinese)).Content.ReadAsStringAsync();
        Assert.Contains("lang=\"zh-CN\"", translated, StringComparison.Ordinal);
        Assert.Contains("就诊与住院（您本人有权查看的全部）：读取、检索", translated, StringComparison.Ordinal);
        Assert.Contains("仅限：问题列表<", translated, StringComparison.Ordinal);
        Assert.Contains("在您离开后继续访问", translated, StringComparison.Ordinal);
    }

    [Theory]
    [Covers(CoversAttribute.Smart, 54)]
    [InlineData("decision", "deny")]
    [InlineData("other", "x")]
    public async Task A_user_who_does_not_allow_grants_nothing(string name, string value)
    {
        await KnowClientAsync();
        using var browser = await server.SignInAsync();
        var html = await (await server.AuthorizeAsync(browser, new LaunchPlan(Scope))).Content.ReadAsStringAsync();
        var answer = new LaunchAnswer(new LaunchPlan(Scope), (await browser.SubmitAsync(html, "/auth/consent", (name, value), ("scope", "openid"))).Headers.Location!);
        Assert.Equal("access_denied", answer["error"]);
        Assert.Equal(answer.Plan.State, answer["state"]);
        Assert.Equal(server.Root, answer["iss"]);
    }

    [Fact]
    public async Task Boxes_that_were_never_asked_grant_nothing()
    {
        var account = await server.AddAccountAsync(AccountRole.Administrator);
        await KnowClientAsync();
        using var browser = await server.SignInAsync(account);
        var plan = new LaunchPlan("user/Patient.rs user/Observation.rs");
        var html = await (await server.AuthorizeAsync(browser, plan)).Content.ReadAsStringAsync();
        var answer = await browser.SubmitAsync(
            html, "/auth/consent",
            [.. SmartFixture.ConsentOf(html, plan), ("scope", "user/*.cruds"), ("scope", "system/*.cruds"), ("choice:user/*.cruds", "all"), ("part", "user/Condition.rs"), ("scope", "user/Patient.rs user/Task.cruds"), ("scope", "offline_access")]);
        var token = await (await server.ExchangeAsync(new LaunchAnswer(plan, answer.Headers.Location!))).JsonAsync();
        Assert.Equal("user/Patient.rs user/Observation.rs", (string?)token["scope"]);
    }

    [Fact]
    [Covers(CoversAttribute.Inferno, 154, 155, 169)]
    public async Task A_user_may_grant_categories_in_place_of_a_whole_type()
    {
        const string Problems = "user/Condition.rs?category=http://terminology.hl7.org/CodeSystem/condition-category|problem-list-item";
        const string Vitals = "user/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs";
        const string ClinicalTests = "user/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|procedure";
        var token = await TokenAsync(new LaunchPlan("user/Patient.rs user/Condition.rs user/Observation.rs") { Parts = [Problems, Vitals, ClinicalTests] });
        Assert.Equal(new HashSet<string> { "user/Patient.rs", Problems, Vitals, ClinicalTests }, ((string)token["scope"]!).Split(' ').ToHashSet());
    }

    [Fact]
    public async Task A_user_may_grant_single_types_in_place_of_all()
    {
        var token = await TokenAsync(new LaunchPlan("openid user/*.read") { Parts = ["user/Patient.read", "user/Goal.read"] });
        Assert.Equal("openid user/Patient.read user/Goal.read", (string?)token["scope"]);
    }

    [Fact]
    public async Task A_consent_is_given_once()
    {
        await KnowClientAsync();
        using var browser = await server.SignInAsync();
        var plan = new LaunchPlan(Scope);
        var html = await (await server.AuthorizeAsync(browser, plan)).Content.ReadAsStringAsync();
        var first = await browser.SubmitAsync(html, "/auth/consent", SmartFixture.ConsentOf(html, plan));
        Assert.Contains("code=", first.Headers.Location!.Query, StringComparison.Ordinal);
        var again = await browser.SubmitAsync(html, "/auth/consent", SmartFixture.ConsentOf(html, plan));
        Assert.Equal(400, (int)again.StatusCode);
        Assert.Null(again.Headers.Location);
    }

    [Fact]
    public async Task A_form_of_another_site_or_of_another_user_grants_nothing()
    {
        await KnowClientAsync();
        using var victim = await server.SignInAsync();
        var plan = new LaunchPlan(Scope);
        var html = await (await server.AuthorizeAsync(victim, plan)).Content.ReadAsStringAsync();

        // Without the token of the form, as another site would send it.
        var pending = html.Split("name=\"pending\" value=\"")[1].Split('"')[0];
        using var forged = new FormUrlEncodedContent([new("pending", pending), new("decision", "allow"), new("scope", "user/Patient.rs")]);
        Assert.Equal(400, (int)(await victim.PostAsync("auth/consent", forged)).StatusCode);

        // With a form of another user's own, which names the victim's request.
        using var attacker = await server.SignInAsync();
        var own = await (await server.AuthorizeAsync(attacker, plan)).Content.ReadAsStringAsync();
        var answer = await attacker.SubmitAsync(own, "/auth/consent", [("pending", pending), .. SmartFixture.ConsentOf(own, plan)]);
        Assert.Equal($"/auth/authorize?pending={pending}", answer.Headers.Location!.OriginalString);

        // And the victim's form is none of the attacker's.
        Assert.Equal(400, (int)(await attacker.SubmitAsync(html, "/auth/consent", SmartFixture.ConsentOf(html, plan))).StatusCode);
    }

    [Fact]
    public async Task A_request_that_another_user_opens_is_asked_anew_of_its_user()
    {
        await KnowClientAsync();
        using var first = await server.SignInAsync();
        var plan = new LaunchPlan(Scope);
        var page = await server.AuthorizeAsync(first, plan);
        var html = await page.Content.ReadAsStringAsync();
        using var second = await server.SignInAsync();
        Assert.Equal(200, (int)(await second.GetAsync(page.RequestMessage!.RequestUri)).StatusCode);
        var late = await first.SubmitAsync(html, "/auth/consent", SmartFixture.ConsentOf(html, plan));
        Assert.StartsWith("/auth/authorize?pending=", late.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://app.example/cb", ClientAuthentication.None, true)]
    [InlineData("http://127.0.0.1:9/callback", ClientAuthentication.Secret, true)]
    [InlineData("http://127.0.0.1:9/callback", ClientAuthentication.None, false)]
    [InlineData("com.example.app:/cb", ClientAuthentication.None, false)]
    public async Task Consent_is_remembered_where_nobody_else_can_be_the_app(string address, ClientAuthentication authentication, bool isRemembered)
    {
        var id = $"remember-{address.Length}-{authentication}";
        await server.AddClientAsync(id, client => client with { RedirectUris = [address], Authentication = authentication });
        using var browser = await server.SignInAsync();
        var plan = new LaunchPlan("user/Patient.rs openid") { ClientId = id, RedirectUri = address, Remember = true };
        Assert.NotEmpty((await server.LaunchAsync(browser, plan)).Code);
        Assert.Equal(isRemembered, (await server.AuthorizeAsync(browser, plan with { Scope = "user/Patient.r" })).Headers.Location is not null);

        // More, or when the app wants the user to be asked.
        Assert.Null((await server.AuthorizeAsync(browser, plan with { Scope = "user/Patient.rs user/Goal.rs" })).Headers.Location);
        Assert.Null((await server.AuthorizeAsync(browser, plan with { Change = new Dictionary<string, string?> { ["prompt"] = "consent" } })).Headers.Location);

        // Another user's consent is another.
        using var other = await server.SignInAsync();
        Assert.Null((await server.AuthorizeAsync(other, plan)).Headers.Location);
        var silent = await server.AuthorizeAsync(other, plan with { Change = new Dictionary<string, string?> { ["prompt"] = "none" } });
        Assert.Contains("error=consent_required", silent.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("auth/apps/end")]
    [InlineData("auth/apps/end-all")]
    public async Task Whoever_ended_an_apps_access_is_asked_again(string action)
    {
        var id = $"ended-{action.Length}";
        await server.AddClientAsync(id, client => client with { RedirectUris = ["https://app.example/cb"] });
        using var browser = await server.SignInAsync();
        var plan = new LaunchPlan("user/Patient.rs offline_access") { ClientId = id, RedirectUri = "https://app.example/cb", Remember = true };
        var answer = await server.LaunchAsync(browser, plan);
        Assert.Equal(200, (int)(await server.ExchangeAsync(answer)).StatusCode);
        Assert.NotNull((await server.AuthorizeAsync(browser, plan)).Headers.Location);
        var grant = (await server.Smart.State.Codes.FindAsync(Secret.HashOf(answer.Code), default))!.Value.GrantId;
        Assert.Equal(303, (int)(await browser.PostFormAsync("auth/apps", action, ("grant", grant))).StatusCode);
        Assert.Null((await server.AuthorizeAsync(browser, plan)).Headers.Location);
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 100, 366)]
    public async Task Online_access_ends_with_the_session_in_which_it_was_granted()
    {
        await KnowClientAsync();
        using var browser = await server.SignInAsync();
        var response = await server.ExchangeAsync(await server.LaunchAsync(browser, new LaunchPlan("user/Patient.rs online_access")));
        var token = await response.JsonAsync();
        Assert.Equal("user/Patient.rs online_access", (string?)token["scope"]);
        Assert.NotNull(token["refresh_token"]);
        await browser.PostFormAsync("auth/logout");
        using var api = new HttpClient();
        api.DefaultRequestHeaders.Authorization = new System.Net.Http.Headers.AuthenticationHeaderValue("Bearer", (string?)token["access_token"]);
        Assert.Equal(401, (int)(await api.GetAsync($"{server.Base}/Patient")).StatusCode);
        using var form = new FormUrlEncodedContent([new("grant_type", "refresh_token"), new("refresh_token", (string)token["refresh_token"]!), new("client_id", "test")]);
        using var app = new HttpClient();
        Assert.Equal(400, (int)(await app.PostAsync($"{server.Root}/auth/token", form)).StatusCode);
    }

    private async Task<System.Text.Json.Nodes.JsonNode> TokenAsync(LaunchPlan plan)
    {
        var response = await server.ExchangeAsync(await server.LaunchAsync(plan, fhirUser: "Practitioner/p"));
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.JsonAsync();
    }

    private async Task KnowClientAsync()
    {
        if (await server.Smart.State.Clients.FindAsync("test", default) is null)
            await server.AddClientAsync("test");
    }
}
