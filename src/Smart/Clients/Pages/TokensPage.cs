// What all users granted, for administrators: by account or by client, and ending it.

using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FhirHub.Smart;

/// <summary><c>/auth/admin/tokens</c>.</summary>
/// <param name="smart">The server.</param>
internal sealed class TokensPage(SmartService smart)
{
    public const string Address = $"{AdministrationPage.Address}/tokens";

    private const int PageSize = 25;

    // A page looks through so many, and then says where it stopped.
    private const int MostRead = 5_000;

    public async Task ShowAsync(HttpContext http)
    {
        if (await smart.Sessions.RequireAdministratorAsync(http) is null)
            return;
        var (account, client) = (http.Request.Query["account"].ToString().Trim(), http.Request.Query["client"].ToString().Trim());
        var (found, next) = await FindAsync(account, client, http.Request.Query["after"].ToString(), http.RequestAborted);
        await SmartPage.AnswerAsync(http, StatusCodes.Status200OK, ClientLabels.Tokens, page =>
        {
            var html = page.Html;
            GrantCard.WriteDone(page);
            html.Open("form", ("method", "get"), ("role", "search"), ("action", http.Request.PathBase + Address));
            new FormField("account", ClientLabels.TokensAccount) { Value = account }.Write(page);
            new FormField("client", ClientLabels.TokensClient) { Value = client }.Write(page);
            html.Element("button", ClientLabels.Show, ("type", "submit"), ("class", "second")).Close();
            if (found.Count == 0)
                html.Element("p", ClientLabels.NoTokens, ("role", "status"));
            else
                WriteGrants(page, found, account, client);
            if (next is not null)
            {
                html.Open("p").Element(
                    "a", ClientLabels.More, ("rel", "next"), ("href", $"{http.Request.PathBase}{Address}{QueryOf(account, client)}&after={Uri.EscapeDataString(next)}")).Close();
            }
        });
    }

    public async Task EndAsync(HttpContext http)
    {
        if (await SmartForm.ReadAsync(http) is not { } form || await smart.Sessions.RequireAdministratorAsync(http) is not { } signedIn)
            return;
        var (id, account, client) = (form["grant"].ToString(), form["account"].ToString(), form["client"].ToString());
        if (id.Length is > 0 and <= 100)
            await smart.Grants.EndAsync(id, "ended by an administrator", http.RequestAborted);
        else if (account.Length is > 0 and <= 100)
            await smart.Grants.EndAllOfAccountAsync(account, "ended by an administrator", http.RequestAborted);
        else if (client.Length is > 0 and <= 100)
            await smart.Grants.EndAllOfClientAsync(client, "ended by an administrator", http.RequestAborted);
        smart.Log.LogInformation("Grants were ended by {Administrator}.", signedIn.Account.Id);
        LocalAddress.SeeOther(http, $"{Address}?{AccountPage.Done}=ended");
    }

    private static void WriteGrants(SmartPage page, List<(Kept<Grant> Grant, Client Client, string Account)> found, string account, string client)
    {
        var html = page.Html;
        html.Open("ul", ("class", "cards"));
        foreach (var (grant, of, owner) in found)
            GrantCard.Write(page, grant, of, owner, grant.Value.Context.Patient is { } patient ? $"Patient/{patient}" : null, $"{Address}/end");
        html.Close();

        // All of one account or of one client; of everybody at once only by disabling clients.
        if ((account.Length > 0) == (client.Length > 0))
            return;
        SmartForm.Open(page, $"{Address}/end");
        var id = account.Length > 0 ? found[0].Grant.Value.AccountId : found[0].Grant.Value.ClientId;
        html.Empty("input", ("type", "hidden"), ("name", account.Length > 0 ? "account" : "client"), ("value", id));
        html.Element("button", ClientLabels.EndAll, ("type", "submit"), ("class", "danger")).Close();
    }

    private static string QueryOf(string account, string client) => $"?account={Uri.EscapeDataString(account)}&client={Uri.EscapeDataString(client)}";

    private async Task<(List<(Kept<Grant> Grant, Client Client, string Account)> Found, string? Next)> FindAsync(string account, string client, string after, CancellationToken cancel)
    {
        var found = new List<(Kept<Grant>, Client, string)>();
        string? owner = null;
        if (account.Length > 0)
        {
            owner = await smart.State.Accounts.FindAsync(account, cancel) is { } byId ? byId.Id : (await smart.Accounts.FindByNameAsync(account))?.Id;
            if (owner is null)
                return (found, null);
        }

        var now = smart.Clock.GetUtcNow();
        for (var read = 0; found.Count < PageSize;)
        {
            var some = await smart.State.Grants.ListAsync(owner, after, 200, cancel);
            foreach (var grant in some)
            {
                after = grant.Id;
                if ((client.Length == 0 || grant.Value.ClientId == client) && grant.Value.Ended is null
                    && await smart.Clients.FindAsync(grant.Value.ClientId, cancel) is { } of && GrantCard.IsGood(grant, of, now))
                {
                    found.Add((grant, of, grant.Value.AccountId is { } id ? (await smart.State.Accounts.FindAsync(id, cancel))?.Value.UserName ?? id : "–"));
                }

                if (found.Count == PageSize)
                    break;
            }

            if (some.Count < 200 && found.Count < PageSize)
                return (found, null);
            if ((read += some.Count) >= MostRead)
                break;
        }

        return (found, after);
    }
}
