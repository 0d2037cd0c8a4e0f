// The launcher page: from here users open an app in a patient's context, as from an EHR; and the address at which other EHRs do so.

using System.Globalization;
using System.Text.Json.Nodes;
using FhirHub.Html;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Smart;

/// <summary>Launches apps (SMART App Launch 2.2.0, app-launch.html#launch-app-ehr-launch).</summary>
/// <param name="smart">The server.</param>
internal sealed class LaunchFlow(SmartService smart)
{
    private const string LaunchPath = SmartService.Root + "/launch";
    private const string OtherPatient = "other-patient";
    private const string Start = "launch";
    private const string AppField = "app";
    private const string IntentField = "intent";
    private const string ContextField = "context";
    private const string BannerField = "banner";
    private const int MostClients = 1_000;

    private readonly Launches _launches = new(smart.State, smart.Options, smart.Clock);

    /// <summary>The page.</summary>
    public async Task HandlePageAsync(HttpContext http)
    {
        if (await smart.Sessions.FindAsync(http) is { } user)
            await ShowAsync(http, user, null);
        else
            await smart.Sessions.ChallengeAsync(http, LaunchPath);
    }

    /// <summary>Its forms, and what EHRs send.</summary>
    public async Task HandlePostAsync(HttpContext http)
    {
        if (http.Request.HasJsonContentType())
        {
            await LaunchApi.HandleAsync(smart, _launches, http);
            return;
        }

        if (await SmartForm.ReadAsync(http) is not { } form)
            return;
        if (await smart.Sessions.FindAsync(http) is not { } user)
        {
            await smart.Sessions.ChallengeAsync(http, LaunchPath);
            return;
        }

        var draft = await DraftAsync(user, http.RequestAborted);
        var action = form[PatientPage.ActionField].ToString();
        if (action == PatientPage.Search)
            await KeepAsync(http, user, draft with { Search = PatientPage.CriteriaOf(form) });
        else if (action == OtherPatient)
            await KeepAsync(http, user, new LaunchDraft());
        else if (action == Start)
            await StartAsync(http, user, draft, form);
        else if (await DirectoryOf(user).FindPatientAsync(form[PatientPage.PatientField].ToString(), http.RequestAborted) is { } patient)
            await KeepAsync(http, user, new LaunchDraft { Patient = patient.Id });
        else
            await ShowAsync(http, user, AuthorizationLabels.NotVisible);
    }

    private PatientDirectory DirectoryOf(SignedIn user) => new(smart, UserAccess.Of(smart, new Client { Id = LaunchPath, Name = "" }, user.Account));

    private async Task<LaunchDraft> DraftAsync(SignedIn user, CancellationToken cancel)
    {
        var draft = (await smart.State.LaunchDrafts.FindAsync(user.SessionId, cancel))?.Value ?? new LaunchDraft();
        return UserAccess.PatientOf(user.Account) is { } own ? draft with { Patient = own } : draft;
    }

    private async Task KeepAsync(HttpContext http, SignedIn user, LaunchDraft draft)
    {
        var kept = await smart.State.LaunchDrafts.FindAsync(user.SessionId, http.RequestAborted) ?? new Kept<LaunchDraft>(user.SessionId, draft);
        await smart.State.LaunchDrafts.PutAsync(
            kept with { Value = draft, Owner = user.Account.Id, Expires = smart.Clock.GetUtcNow() + smart.Options.SessionLife }, http.RequestAborted);
        LocalAddress.SeeOther(http, LaunchPath);
    }

    private async Task<IReadOnlyList<Client>> ClientsAsync(CancellationToken cancel) =>
        [.. (await smart.State.Clients.ListAsync(null, "", MostClients, cancel)).Select(static kept => kept.Value).Where(Launches.IsLaunchable).OrderBy(static client => client.Name, StringComparer.Ordinal)];

    private async Task StartAsync(HttpContext http, SignedIn user, LaunchDraft draft, IFormCollection form)
    {
        // The value is which of its addresses, and the client, as the page wrote it.
        var (index, clientId) = form[AppField].ToString().Split(':', 2) is [var number, var id] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? (position, id) : (-1, "");
        if (await smart.State.Clients.FindAsync(clientId, http.RequestAborted) is not { Value: var client } || !Launches.IsLaunchable(client) || index < 0 || index >= client.LaunchUris.Count)
        {
            await ShowAsync(http, user, LaunchLabels.NotChosen);
            return;
        }

        var directory = DirectoryOf(user);
        var encounter = form[PatientPage.EncounterField].ToString();
        if ((draft.Patient is { } patient && await directory.FindPatientAsync(patient, http.RequestAborted) is null)
            || (encounter.Length > 0 && (draft.Patient is null || await directory.FindEncounterAsync(encounter, draft.Patient, http.RequestAborted) is null)))
        {
            await ShowAsync(http, user, LaunchLabels.NotChosen);
            return;
        }

        var body = new JsonObject { ["need_patient_banner"] = form[BannerField] == "true" };
        if (draft.Patient is not null)
            body["patient"] = draft.Patient;
        if (encounter.Length > 0)
            body["encounter"] = encounter;
        if (form[IntentField].ToString().Trim() is { Length: > 0 } intent)
            body["intent"] = intent;
        if (user.Account.Organization?.Split('/') is [_, { Length: > 0 } tenant])
            body["tenant"] = tenant;
        body["fhirContext"] = new JsonArray([.. form[ContextField].ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(static reference => new JsonObject { ["reference"] = reference })]);
        if (Launches.Read(body, out var context) is not null || !await AreSeenAsync(directory, context, http.RequestAborted))
        {
            await ShowAsync(http, user, LaunchLabels.BadContext);
            return;
        }

        var launch = await _launches.CreateAsync(client.Id, user.Account.Id, context, http.RequestAborted);
        var issuer = smart.IssuerOf(http);
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = RedirectUris.With(Launches.AddressOf(client, client.LaunchUris[index], issuer), ("iss", smart.FhirBaseOf(http)), ("launch", launch));
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
    }

    private static async Task<bool> AreSeenAsync(PatientDirectory directory, LaunchContext context, CancellationToken cancel)
    {
        foreach (var item in context.FhirContext?.OfType<JsonObject>() ?? [])
        {
            if (FhirContexts.KeyOf(item) is not { } key || !await directory.CanSeeAsync(key, cancel))
                return false;
        }

        return true;
    }

    private async Task ShowAsync(HttpContext http, SignedIn user, Label? problem)
    {
        var clients = await ClientsAsync(http.RequestAborted);
        var draft = await DraftAsync(user, http.RequestAborted);
        var directory = DirectoryOf(user);
        var patient = draft.Patient is null ? null : await directory.FindPatientAsync(draft.Patient, http.RequestAborted);
        var encounters = patient is null ? [] : await directory.EncountersAsync(patient.Id, http.RequestAborted);
        var found = patient is not null || draft.Search is null or { IsEmpty: true } ? null : await directory.SearchAsync(draft.Search, http.Request.Query["page"], http.RequestAborted);
        var issuer = smart.IssuerOf(http);
        var sources = clients.SelectMany(client => client.LaunchUris.Select(uri => Launches.AddressOf(client, uri, issuer)).Concat(client.RedirectUris))
            .Select(RedirectUris.SourceOf).Where(static source => source.Length > 0).Distinct(StringComparer.Ordinal);
        await SmartPage.AnswerAsync(
            http,
            problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest,
            LaunchLabels.Title,
            page =>
            {
                page.Html.Element("p", LaunchLabels.Reason);
                if (problem is { } told)
                    page.Html.Element("p", told, ("role", "alert"), ("class", "problem"));
                WritePatientForm(http, page, user, draft, patient, found);
                WriteLaunchForm(page, clients, encounters);
            },
            string.Join(' ', sources));
    }

    private static void WritePatientForm(HttpContext http, SmartPage page, SignedIn user, LaunchDraft draft, PatientEntry? patient, PatientEntries? found)
    {
        page.Html.Element("h2", AuthorizationLabels.ThePatient);
        if (patient is not null)
            PatientPage.WritePatient(page, patient);
        if (UserAccess.PatientOf(user.Account) is not null)
            return;
        SmartForm.Open(page, LaunchPath);
        if (patient is null)
        {
            PatientPage.WriteSearch(page, draft.Search);
            PatientPage.WriteFound(page, found, found?.Next is { } next ? $"{http.Request.PathBase}{LaunchPath}?page={Uri.EscapeDataString(next)}" : null);
        }
        else
        {
            page.Html.Element("button", LaunchLabels.OtherPatient, ("type", "submit"), ("class", "second"), ("name", PatientPage.ActionField), ("value", OtherPatient));
        }

        page.Html.Close();
    }

    private static void WriteLaunchForm(SmartPage page, IReadOnlyList<Client> clients, IReadOnlyList<EncounterEntry> encounters)
    {
        var html = page.Html;
        html.Element("h2", LaunchLabels.App);
        if (clients.Count == 0)
        {
            html.Element("p", LaunchLabels.NoApps, ("class", "notice"));
            return;
        }

        SmartForm.Open(page, LaunchPath);
        html.Element("label", LaunchLabels.App, ("for", AppField)).Open("select", ("id", AppField), ("name", AppField));
        foreach (var client in clients)
        {
            for (var i = 0; i < client.LaunchUris.Count; i++)
                html.Element("option", client.LaunchUris.Count == 1 ? client.Name : $"{client.Name} ({client.LaunchUris[i]})", ("value", string.Create(CultureInfo.InvariantCulture, $"{i}:{client.Id}")));
        }

        html.Close();
        if (encounters.Count > 0)
            PatientPage.WriteEncounters(page, encounters);
        html.Element("label", LaunchLabels.Intent, ("for", IntentField)).Empty("input", ("type", "text"), ("id", IntentField), ("name", IntentField), ("maxlength", "256"));
        html.Element("label", LaunchLabels.Context, ("for", ContextField)).Empty("input", ("type", "text"), ("id", ContextField), ("name", ContextField), ("maxlength", "1000"));
        html.Open("div", ("class", "choice")).Empty("input", ("type", "checkbox"), ("id", BannerField), ("name", BannerField), ("value", "true"), ("checked", "checked"));
        html.Element("label", LaunchLabels.Banner, ("for", BannerField)).Close();
        html.Element("button", LaunchLabels.Launch, ("type", "submit"), ("name", PatientPage.ActionField), ("value", Start)).Close();
    }
}
