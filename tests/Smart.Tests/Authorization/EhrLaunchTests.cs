// Launches from an EHR: by our own page and by the systems of others, once, for one app and one user.

using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FhirHub.Server.Tests;
using FhirHub.Tests;
using Microsoft.AspNetCore.WebUtilities;

namespace FhirHub.Smart.Tests.Authorization;

public class EhrLaunchTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    private const string Scope = "launch openid fhirUser user/Patient.rs user/Encounter.rs offline_access";

    [Theory]
    [InlineData("zh-CN", "门诊 · 进行中")]
    [InlineData("en", "ambulatory · in progress")]
    public async Task Visits_are_told_apart_in_the_language_of_the_page(string language, string expected)
    {
        var (patient, _, _) = await RecordsAsync();
        await KnowClientAsync("test");
        using var browser = await server.SignInAsync();
        browser.DefaultRequestHeaders.AcceptLanguage.ParseAdd(language);
        await browser.PostFormAsync("auth/launch", ("patient", patient));
        Assert.Contains(expected, await browser.GetStringAsync("auth/launch"), StringComparison.Ordinal);
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 171, 172, 173, 174, 175, 176, 178, 194, 349, 351, 352, 359, 360, 361, 362)]
    [Covers(CoversAttribute.Inferno, 50, 51, 53, 130, 131)]
    public async Task An_app_that_is_opened_from_the_launcher_page_gets_its_context()
    {
        var (patient, encounter, study) = await RecordsAsync();
        await KnowClientAsync("test");
        var account = await server.AddAccountAsync(change: account => account with { FhirUser = "Practitioner/p", Organization = "Organization/o1" });
        using var browser = await server.SignInAsync(account);
        var chosen = await browser.PostFormAsync("auth/launch", ("patient", patient));
        Assert.Equal("/auth/launch", chosen.Headers.Location!.OriginalString);
        var html = await browser.GetStringAsync("auth/launch");
        var app = System.Net.WebUtility.HtmlDecode(html.Split("<option value=\"").Single(static option => option.Contains("Client test<", StringComparison.Ordinal)).Split('"')[0]);
        var launched = await browser.SubmitAsync(
            html[html.IndexOf("<select", StringComparison.Ordinal)..].Insert(0, html[html.LastIndexOf("<form", html.IndexOf("<select", StringComparison.Ordinal), StringComparison.Ordinal)..html.IndexOf("<select", StringComparison.Ordinal)]),
            "/auth/launch",
            ("action", "launch"), ("app", app), ("encounter", encounter), ("intent", "summary-timeline-view"), ("context", $"ImagingStudy/{study}"));
        Assert.Equal(303, (int)launched.StatusCode);
        Assert.StartsWith("http://127.0.0.1:9/launch?", launched.Headers.Location!.AbsoluteUri, StringComparison.Ordinal);
        var query = QueryHelpers.ParseQuery(launched.Headers.Location.Query);
        Assert.Equal(server.Base, query["iss"]);
        var token = await TokenAsync(browser, new LaunchPlan(Scope) { Launch = query["launch"] });
        Assert.Equal(Scope, (string?)token["scope"]);
        Assert.Equal(patient, (string?)token["patient"]);
        Assert.Equal(encounter, (string?)token["encounter"]);
        Assert.Equal("summary-timeline-view", (string?)token["intent"]);
        Assert.Equal("o1", (string?)token["tenant"]);
        Assert.False((bool?)token["need_patient_banner"]);
        Assert.Equal($"ImagingStudy/{study}", (string?)Assert.Single(token["fhirContext"]!.AsArray())!["reference"]);
        var style = await new HttpClient().GetAsync((string?)token["smart_style_url"]);
        Assert.Equal(200, (int)style.StatusCode);
        Assert.Equal("*", style.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Matches("^#[0-9a-f]{6}$", (string?)(await style.JsonAsync())["color_background"]);
    }

    [Fact]
    [Covers(CoversAttribute.Inferno, 144)]
    public async Task The_patient_of_a_launch_bounds_patient_scopes_too()
    {
        var (patient, _, _) = await RecordsAsync();
        var (other, _, _) = await RecordsAsync();
        await KnowClientAsync("test");
        var account = await server.AddAccountAsync();
        using var browser = await server.SignInAsync(account);
        var token = await TokenAsync(browser, new LaunchPlan("launch patient/Patient.rs") { Launch = await LaunchAsync("test", account.Id, patient) });
        using var api = new HttpClient();
        api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string?)token["access_token"]);
        Assert.Equal(200, (int)(await api.GetAsync($"{server.Base}/Patient/{patient}")).StatusCode);
        Assert.Equal(404, (int)(await api.GetAsync($"{server.Base}/Patient/{other}")).StatusCode);
    }

    [Fact]
    public async Task A_launch_is_used_once()
    {
        var (patient, _, _) = await RecordsAsync();
        await KnowClientAsync("test");
        var account = await server.AddAccountAsync();
        using var browser = await server.SignInAsync(account);
        var plan = new LaunchPlan("launch user/Patient.rs") { Launch = await LaunchAsync("test", account.Id, patient) };
        Assert.NotEmpty((await server.LaunchAsync(browser, plan)).Code);
        Assert.Equal("invalid_request", (await server.LaunchAsync(browser, plan))["error"]);
    }

    [Fact]
    public async Task A_launch_is_of_no_use_to_another_app_or_user_and_is_not_used_up_by_them()
    {
        var (patient, _, _) = await RecordsAsync();
        await KnowClientAsync("test");
        await KnowClientAsync("thief");
        var account = await server.AddAccountAsync();
        using var browser = await server.SignInAsync(account);
        using var other = await server.SignInAsync();
        var plan = new LaunchPlan("launch user/Patient.rs") { Launch = await LaunchAsync("test", account.Id, patient) };
        Assert.Equal("invalid_request", (await server.LaunchAsync(browser, plan with { ClientId = "thief" }))["error"]);
        Assert.Equal("invalid_request", (await server.LaunchAsync(other, plan))["error"]);
        Assert.Equal("invalid_request", (await server.LaunchAsync(browser, plan with { Launch = "guessed" }))["error"]);
        Assert.NotEmpty((await server.LaunchAsync(browser, plan)).Code);
    }

    [Fact]
    public async Task A_request_that_holds_a_launch_is_not_carried_on_by_another_user()
    {
        var (patient, _, _) = await RecordsAsync();
        await KnowClientAsync("test");
        var account = await server.AddAccountAsync();
        using var browser = await server.SignInAsync(account);
        var page = await server.AuthorizeAsync(browser, new LaunchPlan("launch user/Patient.rs") { Launch = await LaunchAsync("test", account.Id, patient) });
        using var other = await server.SignInAsync();
        var answer = await other.GetAsync(page.RequestMessage!.RequestUri);
        Assert.Contains("error=invalid_request", answer.Headers.Location!.Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_user_can_not_see_is_no_context_whatever_the_launch_says()
    {
        var (patient, encounter, _) = await RecordsAsync();
        var (own, _, _) = await RecordsAsync();
        await KnowClientAsync("test");
        var account = await server.AddAccountAsync(AccountRole.Patient, change: account => account with { FhirUser = $"Patient/{own}" });
        using var browser = await server.SignInAsync(account);
        var plan = new LaunchPlan("launch user/Patient.rs");
        Assert.Equal("access_denied", (await server.LaunchAsync(browser, plan with { Launch = await LaunchAsync("test", account.Id, patient) }))["error"]);
        Assert.Equal("access_denied", (await server.LaunchAsync(browser, plan with { Launch = await LaunchAsync("test", account.Id, own, encounter) }))["error"]);
        Assert.Equal(400, (int)(await browser.PostFormAsync("auth/launch", ("action", "launch"), ("app", "0:test"), ("context", $"Patient/{patient}"))).StatusCode);
        Assert.Equal(400, (int)(await browser.PostFormAsync("auth/launch", ("action", "launch"), ("app", "0:test"), ("encounter", encounter))).StatusCode);
        Assert.Equal(400, (int)(await browser.PostFormAsync("auth/launch", ("action", "launch"), ("app", "7:test"))).StatusCode);
    }

    [Fact]
    public async Task The_launcher_page_is_for_whoever_has_signed_in_and_finds_patients_without_telling_it_in_addresses()
    {
        await KnowClientAsync("test");
        using var stranger = server.Browser();
        Assert.StartsWith("/auth/login", (await stranger.GetAsync("auth/launch")).Headers.Location!.OriginalString, StringComparison.Ordinal);
        var (patient, _, _) = await RecordsAsync("Launchling");
        using var browser = await server.SignInAsync();
        var answer = await browser.PostFormAsync("auth/launch", ("action", "search"), ("name", "Launchling"));
        Assert.Equal("/auth/launch", answer.Headers.Location!.OriginalString);
        Assert.Contains(patient, await browser.GetStringAsync("auth/launch"), StringComparison.Ordinal);
        Assert.Equal(400, (int)(await browser.PostFormAsync("auth/launch", ("patient", "nobody"))).StatusCode);
    }

    [Theory]
    [Covers(CoversAttribute.Smart, 177, 178, 179, 180, 181, 182, 183, 184, 185, 186, 187, 188, 189, 190, 192)]
    [InlineData("""[{"reference":"ImagingStudy/1"},{"reference":"ImagingStudy/2","role":"https://example.org/prior"}]""", true)]
    [InlineData("""[{"canonical":"https://example.org/Questionnaire/1|2","type":"Questionnaire"}]""", true)]
    [InlineData("""[{"identifier":{"system":"urn:x","value":"1"},"type":"ServiceRequest","role":"launch"}]""", true)]
    [InlineData("""[{"reference":"Patient/1","role":"https://example.org/mother"}]""", true)]
    [InlineData("""["ImagingStudy/1"]""", false)]
    [InlineData("""{"reference":"ImagingStudy/1"}""", false)]
    [InlineData("""[{}]""", false)]
    [InlineData("""[{"role":"https://example.org/x"}]""", false)]
    [InlineData("""[{"reference":"Patient/1"}]""", false)]
    [InlineData("""[{"reference":"Encounter/1","role":"launch"}]""", false)]
    [InlineData("""[{"identifier":{"value":"1"},"type":"Patient"}]""", false)]
    [InlineData("""[{"reference":"https://evil.example/ImagingStudy/1"}]""", false)]
    [InlineData("""[{"reference":"ImagingStudy/../Patient/1"}]""", false)]
    [InlineData("""[{"reference":"Nothing/1"}]""", false)]
    [InlineData("""[{"reference":"ImagingStudy/1","role":""}]""", false)]
    [InlineData("""[{"reference":"ImagingStudy/1","role":"prior"}]""", false)]
    [InlineData("""[{"reference":"ImagingStudy/1","type":"Patient","role":"https://x.example/y"}]""", false)]
    [InlineData("""[{"canonical":"javascript:alert(1)"}]""", false)]
    [InlineData("""[{"identifier":"1"}]""", false)]
    public void Further_context_is_as_the_standard_has_it(string json, bool isGood)
    {
        var problem = FhirContexts.Read(JsonNode.Parse(json), out var items);
        Assert.Equal(isGood, problem is null);
        Assert.Equal(isGood, items is not null);
    }

    [Fact]
    public async Task Another_ehr_launches_for_its_user_by_the_api()
    {
        var (patient, encounter, _) = await RecordsAsync();
        await KnowClientAsync("test");
        var account = await server.AddAccountAsync();
        using var ehr = await EhrAsync("his", client => client with { MayLaunch = true, Authentication = ClientAuthentication.PrivateKeyJwt });
        var response = await ehr.PostAsJsonAsync("auth/launch", new { client_id = "test", sub = account.Id, patient, encounter, intent = "order", need_patient_banner = true, tenant = "ward-7" });
        Assert.Equal(201, (int)response.StatusCode);
        var answer = await response.JsonAsync();
        Assert.Equal(600, (int?)answer["expires_in"]);
        var query = QueryHelpers.ParseQuery(new Uri((string)answer["launch_url"]!).Query);
        Assert.Equal((string?)answer["launch"], query["launch"]);
        Assert.Equal(server.Base, query["iss"]);
        using var browser = await server.SignInAsync(account);
        var token = await TokenAsync(browser, new LaunchPlan("launch user/Patient.rs") { Launch = query["launch"] });
        Assert.Equal((patient, encounter, "order", "ward-7", true), ((string?)token["patient"], (string?)token["encounter"], (string?)token["intent"], (string?)token["tenant"], (bool?)token["need_patient_banner"]));
    }

    [Fact]
    public async Task The_launch_api_is_for_confidential_clients_that_may_launch()
    {
        await KnowClientAsync("test");
        var account = await server.AddAccountAsync();
        var body = new { client_id = "test", sub = account.Id };
        using var nobody = server.Browser();
        Assert.Equal(401, (int)(await nobody.PostAsJsonAsync("auth/launch", body)).StatusCode);
        using var any = await EhrAsync("any", client => client with { Authentication = ClientAuthentication.PrivateKeyJwt });
        Assert.Equal(403, (int)(await any.PostAsJsonAsync("auth/launch", body)).StatusCode);
        using var open = await EhrAsync("open", client => client with { MayLaunch = true });
        Assert.Equal(403, (int)(await open.PostAsJsonAsync("auth/launch", body)).StatusCode);

        // The cookie of a browser is no token, whatever page has it send JSON.
        using var browser = await server.SignInAsync(account);
        Assert.Equal(401, (int)(await browser.PostAsJsonAsync("auth/launch", body)).StatusCode);
    }

    [Theory]
    [InlineData("""{"client_id":"test"}""")]
    [InlineData("""{"client_id":"test","sub":"nobody"}""")]
    [InlineData("""{"client_id":"nobody","sub":"SUB"}""")]
    [InlineData("""{"client_id":"test","sub":"SUB","launch_uri":"https://evil.example"}""")]
    [InlineData("""{"client_id":"test","sub":"SUB","patient":"../1"}""")]
    [InlineData("""{"client_id":"test","sub":"SUB","patient":7}""")]
    [InlineData("""{"client_id":"test","sub":"SUB","encounter":"1"}""")]
    [InlineData("""{"client_id":"test","sub":"SUB","need_patient_banner":"yes"}""")]
    [InlineData("""{"client_id":"test","sub":"SUB","smart_style_url":"javascript:x"}""")]
    [InlineData("""{"client_id":"test","sub":"SUB","fhirContext":[{}]}""")]
    [InlineData("""{"client_id":"test","client_id":"other","sub":"SUB"}""")]
    [InlineData("""[]""")]
    [InlineData("""{""")]
    public async Task What_is_wrong_with_a_launch_the_ehr_is_told(string json)
    {
        await KnowClientAsync("test");
        var account = await server.AddAccountAsync();
        using var ehr = await EhrAsync("his", client => client with { MayLaunch = true, Authentication = ClientAuthentication.PrivateKeyJwt });
        using var body = new StringContent(json.Replace("SUB", account.Id, StringComparison.Ordinal), null, "application/json");
        var answer = await ehr.PostAsync("auth/launch", body);
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Equal("invalid_request", (string?)(await answer.JsonAsync())["error"]);
    }

    private async Task<JsonNode> TokenAsync(HttpClient browser, LaunchPlan plan)
    {
        var response = await server.ExchangeAsync(await server.LaunchAsync(browser, plan));
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.JsonAsync();
    }

    private async Task<string> LaunchAsync(string clientId, string accountId, string? patient, string? encounter = null) =>
        await new Launches(server.Smart.State, server.Smart.Options, server.Smart.Clock).CreateAsync(clientId, accountId, new LaunchContext { Patient = patient, Encounter = encounter }, default);

    private async Task<(string Patient, string Encounter, string Study)> RecordsAsync(string name = "Launched")
    {
        using var writer = await server.ClientAsync("user/*.cruds", role: AccountRole.Administrator);
        var (patient, _) = await writer.CreateAsync("Patient", $$"""{"resourceType":"Patient","name":[{"family":"{{name}}"}]}""");
        var (encounter, _) = await writer.CreateAsync("Encounter", $$"""{"resourceType":"Encounter","status":"in-progress","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},"subject":{"reference":"Patient/{{patient}}"} }""");
        var (study, _) = await writer.CreateAsync("ImagingStudy", $$"""{"resourceType":"ImagingStudy","status":"available","subject":{"reference":"Patient/{{patient}}"} }""");
        return (patient, encounter, study);
    }

    private async Task<HttpClient> EhrAsync(string id, Func<Client, Client> change)
    {
        if (await server.Smart.State.Clients.FindAsync(id, default) is null)
            await server.AddClientAsync(id, client => change(client with { GrantTypes = [Client.ClientCredentials] }));
        var grant = await server.Smart.Grants.CreateAsync(new Grant { ClientId = id, Scope = "system/Patient.rs" }, null, default);
        var client = server.Browser();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer", await server.Smart.Grants.IssueAsync(grant, "system/Patient.rs", TimeSpan.FromMinutes(5), hasIdToken: false, default));
        return client;
    }

    private async Task KnowClientAsync(string id)
    {
        if (await server.Smart.State.Clients.FindAsync(id, default) is null)
            await server.AddClientAsync(id);
    }
}
