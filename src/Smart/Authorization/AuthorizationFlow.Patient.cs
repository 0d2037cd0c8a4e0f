// The page on which a user chooses the patient and the encounter that an app is to work with.

using Microsoft.AspNetCore.Http;

namespace FhirHub.Smart;

/// <content>The choice of patient and encounter (SMART App Launch 2.2.0, scopes-and-launch-context.html#requesting-context-with-scopes).</content>
internal sealed partial class AuthorizationFlow
{
    /// <summary>The page.</summary>
    public async Task HandlePatientPageAsync(HttpContext http)
    {
        var secret = http.Request.Query[Pending].ToString();
        if (await StepAsync(http, secret) is not { } step)
            return;
        if (!MayChoose(step))
            SeeOther(http, http.Request.PathBase + AddressOf(AuthorizePath, secret));
        else if (step is Step.Choose && step.Request.Patient is not null)
            await ShowEncountersAsync(http, secret, step, hasFailed: false);
        else
            await ShowPatientsAsync(http, secret, step, hasFailed: false);
    }

    /// <summary>Its forms: search, and choose.</summary>
    public async Task HandlePatientAsync(HttpContext http)
    {
        if (await SmartForm.ReadAsync(http) is not { } form)
            return;
        var secret = form[Pending].ToString();
        if (await StepAsync(http, secret) is not { } step)
            return;
        if (form[PatientPage.ActionField] == "cancel")
        {
            await FailAsync(http, step.Kept, new AuthorizationError(AuthorizationError.AccessDenied, "The user refused."));
            return;
        }

        if (!MayChoose(step))
        {
            SeeOther(http, http.Request.PathBase + AddressOf(AuthorizePath, secret));
            return;
        }

        var directory = new PatientDirectory(smart, UserAccess.Of(smart, step.Client, step.User.Account));
        if (form[PatientPage.ActionField] == PatientPage.Search)
        {
            await smart.State.AuthorizationRequests.PutAsync(step.Kept with { Value = step.Request with { Search = PatientPage.CriteriaOf(form) } }, http.RequestAborted);
            SeeOther(http, http.Request.PathBase + AddressOf(PatientPath, secret));
        }
        else if (form.ContainsKey(PatientPage.EncounterField))
        {
            await ChooseEncounterAsync(http, secret, step, directory, form[PatientPage.EncounterField].ToString());
        }
        else if (await directory.FindPatientAsync(form[PatientPage.PatientField].ToString(), http.RequestAborted) is { } patient)
        {
            // Whatever was chosen before was for another patient.
            var chosen = step.Request with { Patient = patient.Id, Encounter = null, EncounterAsked = false, Search = null };
            await smart.State.AuthorizationRequests.PutAsync(step.Kept with { Value = chosen }, http.RequestAborted);
            SeeOther(http, http.Request.PathBase + AddressOf(AuthorizePath, secret));
        }
        else
        {
            await ShowPatientsAsync(http, secret, step, hasFailed: true);
        }
    }

    // The patient of a launch is the EHR's to choose, and a patient has one record.
    private static bool MayChoose(Step step) =>
        step is Step.Choose
        || (step.Request.Launched?.Patient is null && UserAccess.PatientOf(step.User.Account) is null && ScopeNegotiation.NeedsPatient(step.Offers));

    private async Task ChooseEncounterAsync(HttpContext http, string secret, Step step, PatientDirectory directory, string encounter)
    {
        if (step.Request.Patient is not { } patient
            || (encounter.Length > 0 && await directory.FindEncounterAsync(encounter, patient, http.RequestAborted) is null))
        {
            await ShowEncountersAsync(http, secret, step, hasFailed: true);
            return;
        }

        var chosen = step.Request with { Encounter = encounter.Length > 0 ? encounter : null, EncounterAsked = true };
        await smart.State.AuthorizationRequests.PutAsync(step.Kept with { Value = chosen }, http.RequestAborted);
        SeeOther(http, http.Request.PathBase + AddressOf(AuthorizePath, secret));
    }

    private async Task ShowPatientsAsync(HttpContext http, string secret, Step step, bool hasFailed)
    {
        var directory = new PatientDirectory(smart, UserAccess.Of(smart, step.Client, step.User.Account));
        var criteria = step.Request.Search;
        var found = criteria is null or { IsEmpty: true } ? null : await directory.SearchAsync(criteria, http.Request.Query["page"], http.RequestAborted);
        await SmartPage.AnswerAsync(
            http,
            hasFailed ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK,
            AuthorizationLabels.PatientTitle,
            page =>
            {
                page.Html.Open("p").Element("strong", step.Client.Name).Text(AuthorizationLabels.PatientReason).Close();
                if (hasFailed)
                    page.Html.Element("p", AuthorizationLabels.NotVisible, ("role", "alert"), ("class", "problem"));
                SmartForm.Open(page, PatientPath);
                page.Html.Empty("input", ("type", "hidden"), ("name", Pending), ("value", secret));
                PatientPage.WriteSearch(page, criteria);
                PatientPage.WriteFound(page, found, found?.Next is { } next ? $"{http.Request.PathBase}{AddressOf(PatientPath, secret)}&page={Uri.EscapeDataString(next)}" : null);
                WriteCancel(page);
                page.Html.Close();
            },
            RedirectUris.SourceOf(step.Request.RedirectUri));
    }

    private async Task ShowEncountersAsync(HttpContext http, string secret, Step step, bool hasFailed)
    {
        var directory = new PatientDirectory(smart, UserAccess.Of(smart, step.Client, step.User.Account));
        var patient = await directory.FindPatientAsync(step.Request.Patient!, http.RequestAborted);
        var encounters = await directory.EncountersAsync(step.Request.Patient!, http.RequestAborted);
        await SmartPage.AnswerAsync(
            http,
            hasFailed ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK,
            AuthorizationLabels.EncounterTitle,
            page =>
            {
                page.Html.Open("p").Element("strong", step.Client.Name).Text(AuthorizationLabels.EncounterReason).Close();
                if (patient is not null)
                    PatientPage.WritePatient(page, patient);
                if (hasFailed)
                    page.Html.Element("p", AuthorizationLabels.NotVisible, ("role", "alert"), ("class", "problem"));
                SmartForm.Open(page, PatientPath);
                page.Html.Empty("input", ("type", "hidden"), ("name", Pending), ("value", secret));
                PatientPage.WriteEncounters(page, encounters);
                page.Html.Element("button", AuthorizationLabels.Choose, ("type", "submit"));
                WriteCancel(page);
                page.Html.Close();
            },
            RedirectUris.SourceOf(step.Request.RedirectUri));
    }

    private static void WriteCancel(SmartPage page) => page.Html.Element(
        "button", AuthorizationLabels.Cancel, ("type", "submit"), ("name", PatientPage.ActionField), ("value", "cancel"), ("class", "second"), ("formnovalidate", "formnovalidate"));
}
