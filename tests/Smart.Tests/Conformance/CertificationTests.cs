// The walks of the certification kit: whole launches of apps that ask for the types of US Core, and what their tokens open afterwards.

using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using FhirHub.Server.Tests;
using FhirHub.Tests;
using Microsoft.IdentityModel.Tokens;

namespace FhirHub.Smart.Tests.Conformance;

public class CertificationTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    private const string ConditionCategory = "http://terminology.hl7.org/CodeSystem/condition-category";
    private const string ObservationCategory = "http://terminology.hl7.org/CodeSystem/observation-category";

    // Searched by patient, one check for each.
    private static readonly string[] s_searched =
    [
        "Patient", "AllergyIntolerance", "CarePlan", "CareTeam", "Condition", "Device", "DiagnosticReport", "DocumentReference", "Goal", "Immunization", "MedicationRequest", "Observation",
        "Procedure", "Encounter", "ServiceRequest", "Coverage", "MedicationDispense",
    ];

    private static readonly string[] s_types =
    [
        .. s_searched, "Location", "Medication", "Organization", "Practitioner", "PractitionerRole", "Provenance", "QuestionnaireResponse", "RelatedPerson", "Specimen",
    ];

    [Theory]
    [InlineData("rs", false)]
    [InlineData("rs", true)]
    [InlineData("read", false)]
    [Covers(CoversAttribute.Smart, 127, 348, 356, 357)]
    [Covers(CoversAttribute.Inferno, 31, 32, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119, 145, 147, 148, 149)]
    public async Task A_standalone_app_of_a_patient_opens_every_type_of_US_Core(string access, bool signs)
    {
        var app = await AppAsync(signs);
        var (patient, _) = await RecordsAsync();
        var scope = $"launch/patient openid fhirUser offline_access {ScopesOf("patient", access)}";
        using var browser = await server.SignInAsync(AccountRole.Patient, $"Patient/{patient}");
        var tokens = await ExchangeAsync(app, await server.LaunchAsync(browser, new LaunchPlan(scope) { ClientId = app.Client.Id }));
        AssertGranted(scope, tokens);
        Assert.Equal(patient, tokens.Text("patient"));
        Assert.NotNull(tokens["id_token"]);
        await (await server.Client.GetAsync($"Patient/{patient}")).FailsAsync(401, "login");
        await OpensAsync(tokens, patient, []);

        tokens = await RefreshAsync(app, tokens.Text("refresh_token"));
        AssertGranted(scope, tokens);
        Assert.Equal(patient, tokens.Text("patient"));
        tokens = await RefreshAsync(app, tokens.Text("refresh_token"), ("scope", scope));
        AssertGranted(scope, tokens);
        Assert.Equal(200, (int)(await server.GetFhirAsync(tokens.Text("access_token"), $"Patient/{patient}")).StatusCode);
        await RefusesRefreshAsync(app);
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 95, 145)]
    [Covers(CoversAttribute.Inferno, 120, 121, 122, 123, 124)]
    public async Task Types_that_the_user_refused_stay_closed_and_the_others_open()
    {
        var app = await AppAsync(signs: false);
        var (patient, _) = await RecordsAsync();
        string[] refused = [.. s_types.Where(static (type, i) => type != "Patient" && i % 2 == 0)];
        var plan = new LaunchPlan($"launch/patient openid fhirUser offline_access {ScopesOf("patient", "rs")}")
        {
            ClientId = app.Client.Id,
            Refused = [.. refused.Select(static type => $"patient/{type}.rs")],
        };
        using var browser = await server.SignInAsync(AccountRole.Patient, $"Patient/{patient}");
        var tokens = await ExchangeAsync(app, await server.LaunchAsync(browser, plan));
        AssertGranted(string.Join(' ', plan.Scope.Split(' ').Except(plan.Refused)), tokens);
        await OpensAsync(tokens, patient, refused);
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 49, 140, 351, 354, 368)]
    [Covers(CoversAttribute.Inferno, 53, 126, 128, 129, 130, 131, 132)]
    public async Task An_app_of_a_practitioner_that_an_EHR_opens_by_post_has_its_context_and_every_type()
    {
        var app = await AppAsync(signs: false);
        var (patient, encounter) = await RecordsAsync();
        var account = await server.AddAccountAsync(change: static account => account with { FhirUser = "Practitioner/p" });
        var launch = await new Launches(server.Smart.State, server.Smart.Options, server.Smart.Clock)
            .CreateAsync(app.Client.Id, account.Id, new LaunchContext { Patient = patient, Encounter = encounter }, default);
        var scope = $"launch openid fhirUser offline_access {ScopesOf("user", "rs")}";
        using var browser = await server.SignInAsync(account);
        var tokens = await ExchangeAsync(app, await server.LaunchAsync(browser, new LaunchPlan(scope) { ClientId = app.Client.Id, Launch = launch, ByPost = true }));
        AssertGranted(scope, tokens);
        Assert.Equal(patient, tokens.Text("patient"));
        Assert.Equal(encounter, tokens.Text("encounter"));
        Assert.NotNull(tokens["need_patient_banner"]);
        using var anyone = new HttpClient();
        Assert.NotEmpty((await (await anyone.GetAsync(tokens.Text("smart_style_url"))).JsonAsync()).AsObject());
        await OpensAsync(tokens, patient, []);
        Assert.Equal(200, (int)(await server.GetFhirAsync(tokens.Text("access_token"), $"Encounter/{encounter}")).StatusCode);

        tokens = await RefreshAsync(app, tokens.Text("refresh_token"));
        tokens = await RefreshAsync(app, tokens.Text("refresh_token"), ("scope", scope));
        AssertGranted(scope, tokens);
        Assert.Equal(patient, tokens.Text("patient"));
        Assert.Equal(200, (int)(await server.GetFhirAsync(tokens.Text("access_token"), $"Patient/{patient}")).StatusCode);
        await RefusesRefreshAsync(app);
    }

    [Theory]
    [InlineData(
        "Condition", ConditionCategory + "|encounter-diagnosis", "http://hl7.org/fhir/us/core/CodeSystem/condition-category|health-concern", ConditionCategory + "|problem-list-item")]
    [InlineData("Condition", ConditionCategory + "|problem-list-item", null, ConditionCategory + "|encounter-diagnosis")]
    [InlineData("Observation", ObservationCategory + "|laboratory", ObservationCategory + "|social-history", ObservationCategory + "|vital-signs")]
    [InlineData("Observation", ObservationCategory + "|vital-signs", ObservationCategory + "|survey", ObservationCategory + "|laboratory")]
    [InlineData("Observation", "http://hl7.org/fhir/us/core/CodeSystem/us-core-category|sdoh", null, ObservationCategory + "|social-history")]
    [Covers(CoversAttribute.Inferno, 150, 151, 152, 153)]
    public async Task Categories_bound_every_search_and_every_read(string type, string category, string? alsoGranted, string outside)
    {
        var app = await AppAsync(signs: false);
        var (patient, _) = await RecordsAsync();
        string[] granted = alsoGranted is null ? [category] : [category, alsoGranted];
        using var writer = await server.ClientAsync("user/*.cruds", role: AccountRole.Administrator);
        var inside = new List<string>();
        foreach (var own in granted)
            inside.Add((await writer.CreateAsync(type, RecordOf(type, patient, own))).Id);
        var (hidden, _) = await writer.CreateAsync(type, RecordOf(type, patient, outside));

        var scope = $"launch/patient openid fhirUser offline_access patient/Patient.rs {string.Join(' ', granted.Select(own => $"patient/{type}.rs?category={own}"))}";
        using var browser = await server.SignInAsync(AccountRole.Patient, $"Patient/{patient}");
        var tokens = await ExchangeAsync(app, await server.LaunchAsync(browser, new LaunchPlan(scope) { ClientId = app.Client.Id }));
        AssertGranted(scope, tokens);
        using var api = ApiOf(tokens);
        foreach (var id in inside)
            Assert.Equal(200, (int)(await api.GetAsync($"{type}/{id}")).StatusCode);
        Assert.Equal(404, (int)(await api.GetAsync($"{type}/{hidden}")).StatusCode);

        var date = type == "Condition" ? "recorded-date" : "date";
        foreach (var search in (string[])["", "&code=http://example.org/codes|c", $"&{date}=ge2020-01-01", $"&_id={string.Join(',', inside)},{hidden}"])
        {
            Assert.Equal(inside.Order(), await FoundAsync(api, $"{type}?patient={patient}{search}"));
            using var form = new StringContent($"patient={patient}{search}", new MediaTypeHeaderValue("application/x-www-form-urlencoded"));
            Assert.Equal(inside.Order(), IdsOf(await (await api.PostAsync($"{type}/_search", form)).JsonAsync()));
        }

        for (var i = 0; i < granted.Length; i++)
            Assert.Equal([inside[i]], await FoundAsync(api, $"{type}?patient={patient}&category={Uri.EscapeDataString(granted[i])}&{date}=ge2020-01-01"));
        Assert.Empty(await FoundAsync(api, $"{type}?patient={patient}&category={Uri.EscapeDataString(outside)}"));
    }

    // No order of the scopes is promised.
    private static void AssertGranted(string scope, JsonNode tokens) => Assert.Equal(scope.Split(' ').Order(), tokens.Text("scope").Split(' ').Order());

    private static string ScopesOf(string level, string access) => string.Join(' ', s_types.Select(type => $"{level}/{type}.{access}"));

    private static string RecordOf(string type, string patient, string category)
    {
        var parts = category.Split('|');
        var more = type == "Condition" ? "\"recordedDate\":\"2024-05-01\"" : "\"status\":\"final\",\"effectiveDateTime\":\"2024-05-01\"";
        return $$"""{"resourceType":"{{type}}",{{more}},"category":[{"coding":[{"system":"{{parts[0]}}","code":"{{parts[1]}}"}]}],"code":{"coding":[{"system":"http://example.org/codes","code":"c"}]},"subject":{"reference":"Patient/{{patient}}"} }""";
    }

    private static async Task<string[]> FoundAsync(HttpClient api, string search) => IdsOf(await (await api.GetAsync(search)).JsonAsync());

    private static string[] IdsOf(JsonNode found) =>
        [.. (found["entry"]?.AsArray() ?? []).Where(static entry => (string?)entry!["search"]?["mode"] != "outcome").Select(static entry => entry!["resource"]!.Text("id")).Order()];

    // One search for each type that the kit searches: those that were refused say so, the others answer.
    private async Task OpensAsync(JsonNode tokens, string patient, string[] refused)
    {
        using var api = ApiOf(tokens);
        Assert.Equal(200, (int)(await api.GetAsync($"Patient/{patient}")).StatusCode);
        foreach (var type in s_searched)
        {
            var answer = await api.GetAsync(type == "Patient" ? $"Patient?_id={patient}" : $"{type}?patient={patient}");
            if (refused.Contains(type))
                await answer.FailsAsync(403, "forbidden");
            else
                Assert.True(answer.IsSuccessStatusCode, $"{type}: {await answer.Content.ReadAsStringAsync()}");
        }
    }

    private HttpClient ApiOf(JsonNode tokens)
    {
        var api = new HttpClient { BaseAddress = new Uri($"{server.Base}/") };
        api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens.Text("access_token"));
        return api;
    }

    private async Task<(string Patient, string Encounter)> RecordsAsync()
    {
        using var writer = await server.ClientAsync("user/*.cruds", role: AccountRole.Administrator);
        var (patient, _) = await writer.CreateAsync("Patient", """{"resourceType":"Patient","name":[{"family":"Certified"}]}""");
        var (encounter, _) = await writer.CreateAsync(
            "Encounter", $$"""{"resourceType":"Encounter","status":"in-progress","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},"subject":{"reference":"Patient/{{patient}}"} }""");
        return (patient, encounter);
    }

    private async Task<App> AppAsync(bool signs)
    {
        if (signs)
        {
            var (signing, key) = await server.NewSigningClientAsync();
            return new App(signing, null, key);
        }

        var (client, secret) = await server.NewSecretClientAsync();
        return new App(client, secret, null);
    }

    private Task<HttpResponseMessage> AskAsync(App app, params (string Name, string Value)[] fields) => app.Key is { } key
        ? server.TokenAsync([.. fields, .. TokenRequests.Asserted(server.Assertion(app.Client, key))])
        : server.PostAsync("token", TokenRequests.Basic(app.Client, app.Secret!), fields);

    private async Task<JsonNode> ExchangeAsync(App app, LaunchAnswer answer) => await (await AskAsync(
        app, ("grant_type", "authorization_code"), ("code", answer.Code), ("redirect_uri", answer.Plan.RedirectUri), ("code_verifier", answer.Plan.Verifier))).OkAsync();

    private async Task<JsonNode> RefreshAsync(App app, string token, params (string Name, string Value)[] more) =>
        await (await AskAsync(app, [("grant_type", "refresh_token"), ("refresh_token", token), .. more])).OkAsync();

    private async Task RefusesRefreshAsync(App app) =>
        await (await AskAsync(app, ("grant_type", "refresh_token"), ("refresh_token", Secret.Create()))).RefusesAsync(400, "invalid_grant");

    // An app proves itself by a secret or by its key.
    private sealed record App(Client Client, string? Secret, SecurityKey? Key);
}
