// What administrators do with accounts, and that nobody else can.

using System.Text.RegularExpressions;
using FhirHub.Server.Tests;

namespace FhirHub.Smart.Tests.Accounts;

public partial class AdministrationTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    private const string Accounts = "auth/admin/accounts";

    [Fact]
    public async Task A_practitioner_is_bound_to_a_post_which_says_who_and_where()
    {
        var (post, person, place) = await PostAsync();
        using var admin = await server.SignInAsync(AccountRole.Administrator);
        var name = Name();
        var made = await admin.PostFormAsync($"{Accounts}/new", ("username", name), ("role", "Practitioner"), ("practitioner-role", post));
        Assert.True((int)made.StatusCode == 303, await made.Content.ReadAsStringAsync());
        var account = (await server.Smart.Accounts.FindByNameAsync(name))!;
        Assert.Equal((AccountRole.Practitioner, person, place, post), (account.Role, account.FhirUser, account.Organization, account.PractitionerRole));
        Assert.True(account.MustChangePassword);

        // The password is shown once.
        var page = await admin.GetStringAsync(made.Headers.Location);
        var password = OneTime().Match(page).Groups[1].Value;
        Assert.DoesNotMatch(OneTime(), await admin.GetStringAsync(made.Headers.Location));
        using var browser = server.Browser();
        Assert.StartsWith("/auth/login/password", (await browser.PostFormAsync("auth/login", ("username", name), ("password", password))).Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_post_of_somebody_else_or_of_another_institution_is_refused()
    {
        var (post, _, _) = await PostAsync();
        var (_, otherPerson, otherPlace) = await PostAsync();
        using var admin = await server.SignInAsync(AccountRole.Administrator);
        foreach (var (field, value) in new[]
        {
            ("fhir-user", otherPerson), ("organization", otherPlace), ("practitioner-role", "PractitionerRole/none"), ("practitioner-role", "Patient/1"),
            ("practitioner-role", "PractitionerRole/../x"), ("practitioner-role", ""), ("scopes", "user/Observation.sr"), ("scopes", "openid"),
        })
        {
            var name = Name();
            (string, string)[] fields = [.. new[] { ("username", name), ("role", "Practitioner"), ("practitioner-role", post) }.Where(given => given.Item1 != field), (field, value)];
            var answer = await admin.PostFormAsync($"{Accounts}/new", fields);
            Assert.True((int)answer.StatusCode == 400, $"{field}={value}");
            Assert.Contains($"id=\"{field}-problem\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.Null(await server.Smart.Accounts.FindByNameAsync(name));
        }
    }

    [Fact]
    public async Task A_patients_account_names_a_patient_of_this_server()
    {
        using var admin = await server.SignInAsync(AccountRole.Administrator);
        var client = await server.ClientAsync("user/*.cruds", role: AccountRole.Administrator);
        var (id, _) = await client.CreateAsync("Patient", """{"resourceType":"Patient"}""");
        var name = Name();
        Assert.Equal(400, (int)(await admin.PostFormAsync($"{Accounts}/new", ("username", name), ("role", "Patient"))).StatusCode);
        Assert.Equal(400, (int)(await admin.PostFormAsync($"{Accounts}/new", ("username", name), ("role", "Patient"), ("fhir-user", "Patient/none"))).StatusCode);
        Assert.Equal(303, (int)(await admin.PostFormAsync($"{Accounts}/new", ("username", name), ("role", "Patient"), ("fhir-user", $"Patient/{id}"), ("scopes", "  patient/Observation.rs   user/Patient.r "))).StatusCode);
        var account = (await server.Smart.Accounts.FindByNameAsync(name))!;
        Assert.Equal("patient/Observation.rs user/Patient.r", account.Scopes);

        // Deleted records can't be named anew.
        Assert.Equal(204, (int)(await client.DeleteAsync($"Patient/{id}")).StatusCode);
        Assert.Equal(400, (int)(await admin.PostFormAsync($"{Accounts}/{account.Id}", $"{Accounts}/{account.Id}", ("role", "Patient"), ("fhir-user", $"Patient/{id}"))).StatusCode);
    }

    [Fact]
    public async Task Another_role_ends_the_sessions_and_what_apps_were_granted()
    {
        var account = await server.AddAccountAsync(AccountRole.Administrator);
        using var browser = await server.SignInAsync(account);
        Assert.Equal(200, (int)(await browser.GetAsync("auth/admin")).StatusCode);
        if (await server.Smart.State.Clients.FindAsync("app", default) is null)
            await server.AddClientAsync("app");
        var grant = await server.Smart.Grants.CreateAsync(new Grant { ClientId = "app", AccountId = account.Id, Scope = "user/*.cruds" }, null, default);
        var token = await server.Smart.Grants.IssueAsync(grant, "user/*.cruds", TimeSpan.FromHours(1), hasIdToken: false, default);
        var (post, _, _) = await PostAsync();

        using var admin = await server.SignInAsync(AccountRole.Administrator);
        var saved = await admin.PostFormAsync($"{Accounts}/{account.Id}", $"{Accounts}/{account.Id}", ("role", "Practitioner"), ("practitioner-role", post));
        Assert.Equal(303, (int)saved.StatusCode);
        Assert.StartsWith("/auth/login", (await browser.GetAsync("auth/admin")).Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.Null(await server.Smart.AccessOfAsync(token, default));
    }

    [Fact]
    public async Task Another_name_to_show_ends_nothing()
    {
        var account = await server.AddAccountAsync(AccountRole.Administrator);
        using var browser = await server.SignInAsync(account);
        using var admin = await server.SignInAsync(AccountRole.Administrator);
        Assert.Equal(303, (int)(await admin.PostFormAsync($"{Accounts}/{account.Id}", $"{Accounts}/{account.Id}", ("role", "Administrator"), ("display-name", "王芳 <b>"))).StatusCode);
        var page = await browser.GetStringAsync("auth/account");
        Assert.Contains("王芳 &lt;b&gt;", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disabling_ends_everything_and_enabling_lets_in_again()
    {
        var account = await server.AddAccountAsync();
        using var browser = await server.SignInAsync(account);
        using var admin = await server.SignInAsync(AccountRole.Administrator);
        Assert.Equal(303, (int)(await ActAsync(admin, account, "disable")).StatusCode);
        Assert.Equal(303, (int)(await browser.GetAsync("auth/account")).StatusCode);
        Assert.Equal(400, (int)(await browser.PostFormAsync("auth/login", ("username", account.UserName), ("password", SmartFixture.Password))).StatusCode);
        Assert.Equal(303, (int)(await ActAsync(admin, account, "enable")).StatusCode);
        Assert.Equal(303, (int)(await browser.GetAsync("auth/account")).StatusCode);
        Assert.Equal(303, (int)(await browser.PostFormAsync("auth/login", ("username", account.UserName), ("password", SmartFixture.Password))).StatusCode);
        Assert.Equal(303, (int)(await ActAsync(admin, account, "sessions")).StatusCode);
        Assert.Equal(303, (int)(await browser.GetAsync("auth/account")).StatusCode);
    }

    [Fact]
    public async Task A_password_is_reset_by_one_that_is_good_once()
    {
        var account = await server.AddAccountAsync();
        using var browser = await server.SignInAsync(account);
        using var admin = await server.SignInAsync(AccountRole.Administrator);
        var answer = await ActAsync(admin, account, "password");
        var password = OneTime().Match(await admin.GetStringAsync(answer.Headers.Location)).Groups[1].Value;
        Assert.Equal(303, (int)(await browser.GetAsync("auth/account")).StatusCode);
        Assert.Equal(400, (int)(await browser.PostFormAsync("auth/login", ("username", account.UserName), ("password", SmartFixture.Password))).StatusCode);
        Assert.StartsWith(
            "/auth/login/password", (await browser.PostFormAsync("auth/login", ("username", account.UserName), ("password", password))).Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_no_administrator_is_answered_the_same_whatever_is_asked()
    {
        var account = await server.AddAccountAsync();
        foreach (var role in new[] { AccountRole.Practitioner, AccountRole.Patient })
        {
            using var browser = await server.SignInAsync(role);
            var bodies = new HashSet<string>();
            foreach (var page in new[] { "auth/admin", Accounts, $"{Accounts}?q=a", $"{Accounts}/new", $"{Accounts}/{account.Id}", $"{Accounts}/none" })
            {
                var answer = await browser.GetAsync(page);
                Assert.Equal(403, (int)answer.StatusCode);
                bodies.Add(ReturnLinks().Replace(await answer.Content.ReadAsStringAsync(), ""));
            }

            Assert.Single(bodies);
            var html = await browser.GetStringAsync("auth/logout");
            foreach (var page in new[] { $"{Accounts}/new", $"{Accounts}/{account.Id}", $"{Accounts}/{account.Id}/disable", $"{Accounts}/{account.Id}/password", $"{Accounts}/none/disable" })
            {
                var answer = await browser.SubmitAsync(html.Replace("action=\"/auth/logout\"", $"action=\"/{page}\"", StringComparison.Ordinal), page, ("username", "evil"), ("role", "Administrator"));
                Assert.Equal(403, (int)answer.StatusCode);
            }
        }

        Assert.False((await server.Smart.Accounts.FindAsync(account.Id, default))!.IsDisabled);
        Assert.Null(await server.Smart.Accounts.FindByNameAsync("evil"));
    }

    [Fact]
    public async Task Fields_that_a_form_does_not_have_change_nothing()
    {
        var account = await server.AddAccountAsync();
        using var browser = await server.SignInAsync(account);
        (string, string)[] more =
        [
            ("role", "Administrator"), ("Role", "Administrator"), ("fhir-user", "Patient/1"), ("FhirUser", "Patient/1"), ("scopes", "system/*.cruds"), ("IsDisabled", "false"), ("Id", "1"), ("account", "1"),
        ];
        await browser.PostFormAsync("auth/password", [("current-password", SmartFixture.Password), ("new-password", "three gulls over Qingdao"), ("repeated-password", "three gulls over Qingdao"), .. more]);
        await browser.PostFormAsync("auth/account/authenticator", [("password", "three gulls over Qingdao"), .. more]);
        var now = (await server.Smart.Accounts.FindAsync(account.Id, default))!;
        Assert.Equal((account.Role, account.FhirUser, account.Scopes, account.UserName), (now.Role, now.FhirUser, now.Scopes, now.UserName));

        // An administrator's form neither sets hashes nor names.
        using var admin = await server.SignInAsync(AccountRole.Administrator);
        var (post, _, _) = await PostAsync();
        await admin.PostFormAsync(
            $"{Accounts}/{account.Id}", $"{Accounts}/{account.Id}", ("role", "Practitioner"), ("practitioner-role", post), ("username", "renamed"), ("PasswordHash", "x"), ("TwoFactor", "true"), ("MustChangePassword", "true"));
        now = (await server.Smart.Accounts.FindAsync(account.Id, default))!;
        Assert.Equal((account.UserName, false, false), (now.UserName, now.TwoFactor, now.MustChangePassword));
        Assert.NotEqual("x", now.PasswordHash);
    }

    [Fact]
    public async Task A_session_of_another_account_can_not_be_ended_by_its_id()
    {
        var theirs = await server.AddAccountAsync();
        using var other = await server.SignInAsync(theirs);
        var session = Assert.Single(await server.Smart.State.Sessions.ListAsync(theirs.Id, "", 10, default)).Id;
        var mine = await server.AddAccountAsync();
        using var first = await server.SignInAsync(mine);
        using var second = await server.SignInAsync(mine);
        Assert.Equal(303, (int)(await first.PostFormAsync("auth/account", "auth/account/sessions", ("session", session))).StatusCode);
        Assert.Equal(200, (int)(await other.GetAsync("auth/account")).StatusCode);
        Assert.Equal(200, (int)(await second.GetAsync("auth/account")).StatusCode);
        Assert.Equal(303, (int)(await first.PostFormAsync("auth/account", "auth/account/sessions", ("session", "others"))).StatusCode);
        Assert.Equal(303, (int)(await second.GetAsync("auth/account")).StatusCode);
        Assert.Equal(200, (int)(await first.GetAsync("auth/account")).StatusCode);
    }

    [Fact]
    public async Task Accounts_are_found_by_name_and_record()
    {
        var account = await server.AddAccountAsync(name: $"findme{Guid.NewGuid():N}"[..14], change: static account => account with { FhirUser = "Practitioner/find-me" });
        using var admin = await server.SignInAsync(AccountRole.Administrator);
        Assert.Contains(account.UserName, await admin.GetStringAsync($"{Accounts}?q=FINDME"), StringComparison.Ordinal);
        Assert.Contains(account.UserName, await admin.GetStringAsync($"{Accounts}?q=Practitioner/find-me"), StringComparison.Ordinal);
        Assert.DoesNotContain(account.UserName, await admin.GetStringAsync($"{Accounts}?q=nothing-like-it"), StringComparison.Ordinal);
        Assert.Equal(404, (int)(await admin.GetAsync($"{Accounts}/none")).StatusCode);
    }

    private static Task<HttpResponseMessage> ActAsync(HttpClient admin, Account account, string action) =>
        ActAsync(admin, $"{Accounts}/{account.Id}", action);

    private static async Task<HttpResponseMessage> ActAsync(HttpClient admin, string page, string action)
    {
        var html = await admin.GetStringAsync(page);
        return await admin.SubmitAsync(html.Replace($"action=\"/{page}/sessions\"", $"action=\"/{page}/{action}\"", StringComparison.Ordinal), $"{page}/{action}");
    }

    private static string Name() => $"n{Guid.NewGuid():N}"[..16];

    private async Task<(string Post, string Person, string Place)> PostAsync()
    {
        var client = await server.ClientAsync("user/*.cruds", role: AccountRole.Administrator);
        var (person, _) = await client.CreateAsync("Practitioner", """{"resourceType":"Practitioner"}""");
        var (place, _) = await client.CreateAsync("Organization", """{"resourceType":"Organization","name":"H"}""");
        var (post, _) = await client.CreateAsync(
            "PractitionerRole", $$$"""{"resourceType":"PractitionerRole","practitioner":{"reference":"Practitioner/{{{person}}}"},"organization":{"reference":"Organization/{{{place}}}"}}""");
        return ($"PractitionerRole/{post}", $"Practitioner/{person}", $"Organization/{place}");
    }

    [GeneratedRegex("<code>([a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4})</code>", RegexOptions.None, 1_000)]
    private static partial Regex OneTime();

    [GeneratedRegex("return=[^\"]*", RegexOptions.None, 1_000)]
    private static partial Regex ReturnLinks();
}

public class FirstAdministratorTests
{
    [Fact]
    public async Task The_first_start_prints_a_password_and_no_start_does_once_it_was_used()
    {
        await using var store = new SharedStore();
        var smart = store.Start();
        var first = (await smart.Accounts.EnsureAdministratorAsync(default))!;
        var second = (await smart.Accounts.EnsureAdministratorAsync(default))!;
        Assert.NotEqual(first, second);
        Assert.Null(await smart.Accounts.FindByPasswordAsync("admin", first, default));
        var admin = (await smart.Accounts.FindByPasswordAsync("admin", second, default))!;
        Assert.True(admin is { Role: AccountRole.Administrator, MustChangePassword: true });
        var (_, errors) = await smart.Accounts.SetPasswordAsync(admin.Id, "three gulls over Qingdao", isOneTime: false, default);
        Assert.Empty(errors);
        Assert.Null(await smart.Accounts.EnsureAdministratorAsync(default));
    }

    [Fact]
    public async Task Where_there_are_accounts_none_is_made()
    {
        await using var store = new SharedStore();
        var smart = store.Start();
        await smart.Accounts.CreateAsync(new Account { Id = "", UserName = "somebody" }, SmartFixture.Password);
        Assert.Null(await smart.Accounts.EnsureAdministratorAsync(default));
        Assert.Null(await smart.Accounts.FindByNameAsync("admin"));
    }

    [Fact]
    public async Task Of_the_last_two_administrators_who_go_at_once_one_stays()
    {
        await using var store = new SharedStore();
        var (one, two) = (store.Start(), store.Start());
        var (first, _) = await one.Accounts.CreateAsync(new Account { Id = "", UserName = "first", Role = AccountRole.Administrator }, SmartFixture.Password);
        var (second, _) = await one.Accounts.CreateAsync(new Account { Id = "", UserName = "second", Role = AccountRole.Administrator }, SmartFixture.Password);
        var gone = await Task.WhenAll(one.Accounts.RemoveAdministratorAsync(first!.Id, default), two.Accounts.RemoveAdministratorAsync(second!.Id, default));
        Assert.Single(gone, static isGone => isGone);
    }
}

public class LastAdministratorTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    [Fact]
    public async Task The_last_administrator_can_neither_be_disabled_nor_have_another_role()
    {
        var account = await server.AddAccountAsync(AccountRole.Administrator);
        using var admin = await server.SignInAsync(account);
        var page = $"auth/admin/accounts/{account.Id}";
        var html = await admin.GetStringAsync(page);
        var disabled = await admin.SubmitAsync(html.Replace($"action=\"/{page}/sessions\"", $"action=\"/{page}/disable\"", StringComparison.Ordinal), $"{page}/disable");
        Assert.Equal(400, (int)disabled.StatusCode);
        var client = await server.ClientAsync("user/*.cruds", role: AccountRole.Administrator);
        var (id, _) = await client.CreateAsync("Patient", """{"resourceType":"Patient"}""");
        Assert.Equal(400, (int)(await admin.PostFormAsync(page, page, ("role", "Patient"), ("fhir-user", $"Patient/{id}"))).StatusCode);
        Assert.Equal(200, (int)(await admin.GetAsync("auth/admin")).StatusCode);

        // With a second one it can.
        await server.AddAccountAsync(AccountRole.Administrator);
        Assert.Equal(303, (int)(await admin.PostFormAsync(page, page, ("role", "Patient"), ("fhir-user", $"Patient/{id}"))).StatusCode);
        Assert.Equal(303, (int)(await admin.GetAsync("auth/admin")).StatusCode);
    }
}
