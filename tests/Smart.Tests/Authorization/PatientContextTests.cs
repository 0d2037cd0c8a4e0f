// The patient and the encounter in context: chosen with the user's own access, whatever a form says.

using FhirHub.Server.Tests;
using FhirHub.Tests;

namespace FhirHub.Smart.Tests.Authorization;

public class PatientContextTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    private const string Scope = "launch/patient openid fhirUser patient/Patient.rs patient/Encounter.rs offline_access";

    [Fact]
    [Covers(CoversAttribute.Smart, 83, 136, 149, 164, 168, 169, 170, 348, 353, 363, 367)]
    [Covers(CoversAttribute.Inferno, 110, 111, 114, 133, 145)]
    public async Task A_patient_works_with_their_own_record_and_is_not_asked_whose()
    {
        var own = await PatientAsync("Own");
        var other = await PatientAsync("Other");
        var token = await TokenAsync(new LaunchPlan(Scope), AccountRole.Patient, $"Patient/{own}");
        Assert.Equal(own, (string?)token["patient"]);
        Assert.Equal(Scope, (string?)token["scope"]);
        Assert.NotNull(token["id_token"]);
        Assert.NotNull(token["refresh_token"]);
        using var api = ApiOf(token);
        Assert.Equal(200, (int)(await api.GetAsync($"{server.Base}/Patient/{own}")).StatusCode);
        Assert.Equal(404, (int)(await api.GetAsync($"{server.Base}/Patient/{other}")).StatusCode);
        Assert.Equal(403, (int)(await api.GetAsync($"{server.Base}/Observation?patient={own}")).StatusCode);
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 165, 167, 350)]
    public async Task A_practitioner_chooses_whom_a_standalone_app_works_with_also_if_only_the_scopes_need_it()
    {
        var patient = await PatientAsync("Chosen");
        var token = await TokenAsync(new LaunchPlan("patient/Patient.rs") { Patient = patient });
        Assert.Equal(patient, (string?)token["patient"]);
        Assert.Equal("patient/Patient.rs", (string?)token["scope"]);
        Assert.True((bool?)token["need_patient_banner"]);
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 127)]
    public async Task Scopes_of_version_1_are_answered_as_they_were_asked()
    {
        const string Asked = "launch/patient patient/Patient.read patient/Observation.read patient/*.read";
        var patient = await PatientAsync("Version");
        var token = await TokenAsync(new LaunchPlan(Asked) { Patient = patient });
        Assert.Equal(Asked, (string?)token["scope"]);
        using var api = ApiOf(token);
        Assert.Equal(200, (int)(await api.GetAsync($"{server.Base}/Patient/{patient}")).StatusCode);
        Assert.Equal(200, (int)(await api.GetAsync($"{server.Base}/Goal?patient={patient}")).StatusCode);
    }

    [Fact]
    [Covers(CoversAttribute.Inferno, 151, 152, 153)]
    public async Task Categories_that_are_asked_for_are_granted_and_nothing_beside_them()
    {
        const string Laboratory = "patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory";
        var patient = await PatientAsync("Granular");
        using var writer = await server.ClientAsync("user/*.cruds", role: AccountRole.Administrator);
        var (inside, _) = await writer.CreateAsync("Observation", ObservationOf(patient, "laboratory"));
        var (outside, _) = await writer.CreateAsync("Observation", ObservationOf(patient, "vital-signs"));
        var token = await TokenAsync(new LaunchPlan($"launch/patient patient/Patient.rs {Laboratory}") { Patient = patient });
        Assert.Equal($"launch/patient patient/Patient.rs {Laboratory}", (string?)token["scope"]);
        using var api = ApiOf(token);
        Assert.Equal(200, (int)(await api.GetAsync($"{server.Base}/Observation/{inside}")).StatusCode);
        Assert.Equal(404, (int)(await api.GetAsync($"{server.Base}/Observation/{outside}")).StatusCode);
        var found = await (await api.GetAsync($"{server.Base}/Observation?patient={patient}")).JsonAsync();
        Assert.Equal(inside, (string?)Assert.Single(found["entry"]!.AsArray())!["resource"]!["id"]);
    }

    [Fact]
    public async Task Patients_are_found_by_name_pinyin_identifier_and_date_and_no_address_tells_whom()
    {
        using var writer = await server.ClientAsync("user/*.cruds", role: AccountRole.Administrator);
        var (id, _) = await writer.CreateAsync("Patient", """{"resourceType":"Patient","name":[{"text":"欧阳晓月"}],"gender":"female","birthDate":"1980-05-21","identifier":[{"system":"urn:card","value":"C-77,8"}]}""");
        await KnowClientAsync();
        using var browser = await server.SignInAsync();
        var page = await server.AuthorizeAsync(browser, new LaunchPlan(Scope));
        Assert.Equal("/auth/patient", page.RequestMessage!.RequestUri!.AbsolutePath);
        foreach (var (name, value, isFound) in new[]
        {
            ("name", "欧阳", true), ("name", "ouyang", true), ("name", "nobody", false), ("identifier", "C-77,8", true), ("identifier", "C-77", false),
            ("birthdate", "1980-05-21", true), ("birthdate", "not a date", false), ("name", "<script>", false),
        })
        {
            var html = await page.Content.ReadAsStringAsync();
            var answer = await browser.SubmitAsync(html, "/auth/patient", ("action", "search"), ("name", ""), ("identifier", ""), ("birthdate", ""), (name, value));
            page = await server.FollowAsync(browser, answer);
            html = await page.Content.ReadAsStringAsync();
            Assert.Equal(200, (int)page.StatusCode);
            Assert.True(isFound == html.Contains($"value=\"{id}\"", StringComparison.Ordinal), $"{name}={value}: {html}");
            Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
            Assert.DoesNotContain(Uri.EscapeDataString(value), page.RequestMessage!.RequestUri!.Query, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Found_patients_are_paged()
    {
        using var writer = await server.ClientAsync("user/*.cruds", role: AccountRole.Administrator);
        for (var i = 0; i < 25; i++)
            await writer.CreateAsync("Patient", $$"""{"resourceType":"Patient","name":[{"family":"Pagerton","given":["N{{i}}"]}]}""");
        await KnowClientAsync();
        using var browser = await server.SignInAsync();
        var html = await (await server.AuthorizeAsync(browser, new LaunchPlan(Scope))).Content.ReadAsStringAsync();
        var page = await server.FollowAsync(browser, await browser.SubmitAsync(html, "/auth/patient", ("action", "search"), ("name", "Pagerton")));
        var first = await page.Content.ReadAsStringAsync();
        Assert.Equal(20, Buttons(first));
        var next = System.Net.WebUtility.HtmlDecode(first.Split("<p><a href=\"")[1].Split('"')[0]);
        Assert.Equal(5, Buttons(await browser.GetStringAsync(next)));
        Assert.Equal(20, Buttons(await browser.GetStringAsync($"{next}tampered")));

        static int Buttons(string html) => html.Split("name=\"patient\"").Length - 1;
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("")]
    [InlineData("../Practitioner/1")]
    [InlineData("1,2")]
    public async Task A_patient_that_was_never_shown_can_not_be_chosen(string id)
    {
        await KnowClientAsync();
        using var browser = await server.SignInAsync();
        var html = await (await server.AuthorizeAsync(browser, new LaunchPlan(Scope))).Content.ReadAsStringAsync();
        var answer = await browser.SubmitAsync(html, "/auth/patient", ("patient", id));
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Contains("role=\"alert\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_with_a_ceiling_finds_and_chooses_nobody_beyond_it()
    {
        var patient = await PatientAsync("Ceiling");
        await KnowClientAsync();
        using var browser = await server.SignInAsync(change: account => account with { Scopes = "user/Observation.rs patient/Observation.rs" });
        var html = await (await server.AuthorizeAsync(browser, new LaunchPlan("launch/patient patient/Observation.rs"))).Content.ReadAsStringAsync();
        var found = await server.FollowAsync(browser, await browser.SubmitAsync(html, "/auth/patient", ("action", "search"), ("name", "Ceiling")));
        Assert.DoesNotContain(patient, await found.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(400, (int)(await browser.SubmitAsync(html, "/auth/patient", ("patient", patient))).StatusCode);
    }

    [Fact]
    public async Task A_patient_can_not_choose_another_record()
    {
        var own = await PatientAsync("Mine");
        var other = await PatientAsync("Theirs");
        await KnowClientAsync();
        using var browser = await server.SignInAsync(AccountRole.Patient, $"Patient/{own}");
        var plan = new LaunchPlan(Scope);
        var page = await server.AuthorizeAsync(browser, plan);
        var html = await page.Content.ReadAsStringAsync();
        var pending = page.RequestMessage!.RequestUri!.Query;
        Assert.Equal(303, (int)(await browser.GetAsync($"auth/patient{pending}")).StatusCode);
        Assert.Equal(303, (int)(await browser.SubmitAsync(html.Replace("/auth/consent", "/auth/patient", StringComparison.Ordinal), "/auth/patient", ("patient", other))).StatusCode);
        var answer = await browser.SubmitAsync(html, "/auth/consent", [.. SmartFixture.ConsentOf(html, plan), ("patient", other)]);
        var token = await (await server.ExchangeAsync(new LaunchAnswer(plan, answer.Headers.Location!))).JsonAsync();
        Assert.Equal(own, (string?)token["patient"]);
    }

    [Fact]
    public async Task An_account_of_no_patient_has_no_patient_in_context()
    {
        await KnowClientAsync();
        foreach (var fhirUser in (string?[])[null, "RelatedPerson/r", "Patient/missing"])
        {
            using var browser = await server.SignInAsync(AccountRole.Patient, fhirUser);
            var answer = await server.AuthorizeAsync(browser, new LaunchPlan("launch/patient openid patient/Patient.rs"));
            Assert.Contains("error=access_denied", answer.Headers.Location!.Query, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Covers(CoversAttribute.Smart, 171, 364)]
    public async Task The_user_chooses_the_encounter_that_an_app_asks_for()
    {
        var patient = await PatientAsync("Visitor");
        var encounter = await EncounterAsync(patient);
        var other = await EncounterAsync(await PatientAsync("Another"));
        await KnowClientAsync();
        using var browser = await server.SignInAsync();
        var plan = new LaunchPlan("launch/patient launch/encounter patient/Encounter.rs") { Patient = patient, Encounter = encounter };
        var token = await (await server.ExchangeAsync(await server.LaunchAsync(browser, plan))).JsonAsync();
        Assert.Equal(patient, (string?)token["patient"]);
        Assert.Equal(encounter, (string?)token["encounter"]);

        // One of another patient is none of this one's.
        await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(() => server.LaunchAsync(browser, plan with { Encounter = other }));

        // None may be chosen, and where there is none nobody is asked.
        Assert.Null((await (await server.ExchangeAsync(await server.LaunchAsync(browser, plan with { Encounter = "" }))).JsonAsync())["encounter"]);
        var without = await PatientAsync("Unvisited");
        Assert.Null((await (await server.ExchangeAsync(await server.LaunchAsync(browser, plan with { Patient = without, Encounter = "x" }))).JsonAsync())["encounter"]);
    }

    [Fact]
    public async Task An_app_that_may_not_ask_is_not_answered_by_a_page()
    {
        await KnowClientAsync();
        using var browser = await server.SignInAsync();
        var answer = await server.AuthorizeAsync(browser, new LaunchPlan(Scope) { Change = new Dictionary<string, string?> { ["prompt"] = "none" } });
        Assert.Contains("error=interaction_required", answer.Headers.Location!.Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_tells_the_patient_is_left_out_with_all_that_needs_it()
    {
        var patient = await PatientAsync("Refused");
        var token = await TokenAsync(new LaunchPlan("launch/patient patient/Patient.rs user/Goal.rs openid") { Patient = patient, Refused = ["launch/patient", "patient/Patient.rs"] });
        Assert.Equal("user/Goal.rs openid", (string?)token["scope"]);
        Assert.Null(token["patient"]);
        Assert.Null(token["need_patient_banner"]);
    }

    private static string ObservationOf(string patient, string category) =>
        $$"""{"resourceType":"Observation","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"{{category}}"}]}],"code":{"text":"x"},"subject":{"reference":"Patient/{{patient}}"} }""";

    private async Task<System.Text.Json.Nodes.JsonNode> TokenAsync(LaunchPlan plan, AccountRole role = AccountRole.Practitioner, string? fhirUser = null)
    {
        var response = await server.ExchangeAsync(await server.LaunchAsync(plan, role, fhirUser));
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.JsonAsync();
    }

    private static HttpClient ApiOf(System.Text.Json.Nodes.JsonNode token)
    {
        var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new System.Net.Http.Headers.AuthenticationHeaderValue("Bearer", (string?)token["access_token"]);
        return client;
    }

    private async Task<string> PatientAsync(string name)
    {
        using var writer = await server.ClientAsync("user/*.cruds", role: AccountRole.Administrator);
        return (await writer.CreateAsync("Patient", $$"""{"resourceType":"Patient","name":[{"family":"{{name}}"}]}""")).Id;
    }

    private async Task<string> EncounterAsync(string patient)
    {
        using var writer = await server.ClientAsync("user/*.cruds", role: AccountRole.Administrator);
        return (await writer.CreateAsync("Encounter", $$"""{"resourceType":"Encounter","status":"in-progress","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},"subject":{"reference":"Patient/{{patient}}"},"period":{"start":"2026-03-01T08:00:00Z"} }""")).Id;
    }

    private async Task KnowClientAsync()
    {
        if (await server.Smart.State.Clients.FindAsync("test", default) is null)
            await server.AddClientAsync("test");
    }
}
