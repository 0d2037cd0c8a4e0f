// What a user has granted, and ending it: the management endpoint of SMART App Launch 2.2.0.

using Microsoft.AspNetCore.Http;

namespace FhirHub.Smart;

/// <summary><c>/auth/apps</c>.</summary>
/// <param name="smart">The server.</param>
internal sealed class AppsPage(SmartService smart)
{
    public const string Address = $"{SmartService.Root}/apps";

    private const int Most = 500;

    public async Task ShowAsync(HttpContext http)
    {
        if (await smart.Sessions.RequireAsync(http) is not { } signedIn)
            return;
        var grants = await FindAsync(signedIn.Account.Id, http.RequestAborted);
        var shown = new List<(Kept<Grant> Grant, Client Client, string? Patient)>();
        foreach (var grant in grants)
        {
            if (await smart.Clients.FindAsync(grant.Value.ClientId, http.RequestAborted) is { } client && GrantCard.IsGood(grant, client, smart.Clock.GetUtcNow()))
                shown.Add((grant, client, await PatientOfAsync(grant.Value, client, signedIn.Account, http.RequestAborted)));
        }

        await SmartPage.AnswerAsync(http, StatusCodes.Status200OK, ClientLabels.Apps, page =>
        {
            GrantCard.WriteDone(page);
            page.Html.Element("p", ClientLabels.AppsHint);
            if (shown.Count == 0)
            {
                page.Html.Element("p", ClientLabels.NoApps, ("role", "status"));
                return;
            }

            page.Html.Open("ul", ("class", "cards"));
            foreach (var (grant, client, patient) in shown)
                GrantCard.Write(page, grant, client, null, patient, $"{Address}/end");
            page.Html.Close();
            SmartForm.Open(page, $"{Address}/end-all");
            page.Html.Element("button", ClientLabels.EndAll, ("type", "submit"), ("class", "danger")).Close();
        });
    }

    public async Task EndAsync(HttpContext http)
    {
        if (await SmartForm.ReadAsync(http) is not { } form || await smart.Sessions.RequireAsync(http) is not { } signedIn)
            return;

        // A grant of somebody else is as one that is not there.
        var id = form["grant"].ToString();
        if (id.Length is > 0 and <= 100 && await smart.State.Grants.FindAsync(id, http.RequestAborted) is { } grant && grant.Value.AccountId == signedIn.Account.Id)
        {
            // Whoever ends an app's access wants to be asked before it has any again.
            await smart.Consents.ForgetAsync(signedIn.Account.Id, grant.Value.ClientId, http.RequestAborted);
            await smart.Grants.EndAsync(id, "revoked", http.RequestAborted);
        }

        LocalAddress.SeeOther(http, $"{Address}?{AccountPage.Done}=ended");
    }

    public async Task EndAllAsync(HttpContext http)
    {
        if (await SmartForm.ReadAsync(http) is null || await smart.Sessions.RequireAsync(http) is not { } signedIn)
            return;
        await smart.Consents.ForgetAllAsync(signedIn.Account.Id, http.RequestAborted);
        await smart.Grants.EndAllOfAccountAsync(signedIn.Account.Id, "revoked", http.RequestAborted);
        LocalAddress.SeeOther(http, $"{Address}?{AccountPage.Done}=ended");
    }

    // The name only if the user may still see the patient.
    private async Task<string?> PatientOfAsync(Grant grant, Client client, Account account, CancellationToken cancel)
    {
        if (grant.Context.Patient is not { } id)
            return null;
        var entry = await new PatientDirectory(smart, UserAccess.Of(smart, client, account)).FindPatientAsync(id, cancel);
        return entry is { Name.Length: > 0 } ? $"{entry.Name} (Patient/{id})" : $"Patient/{id}";
    }

    private async Task<List<Kept<Grant>>> FindAsync(string accountId, CancellationToken cancel)
    {
        var found = new List<Kept<Grant>>();
        for (var after = ""; found.Count < Most;)
        {
            var some = await smart.State.Grants.ListAsync(accountId, after, Most, cancel);
            found.AddRange(some.Where(static grant => grant.Value.Ended is null));
            if (some.Count < Most)
                break;
            after = some[^1].Id;
        }

        return [.. found.OrderByDescending(static grant => grant.Value.CreatedAt)];
    }
}
