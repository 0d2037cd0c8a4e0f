// Accounts, searched by administrators.

using Microsoft.AspNetCore.Http;

namespace FhirHub.Smart;

/// <summary><c>/auth/admin/accounts</c>.</summary>
/// <param name="smart">The server.</param>
internal sealed class AccountListPage(SmartService smart)
{
    public const string Address = $"{AdministrationPage.Address}/accounts";

    private const int PageSize = 50;

    // A page looks through so many accounts, and then says where it stopped.
    private const int MostRead = 5_000;

    public async Task ShowAsync(HttpContext http)
    {
        if (await smart.Sessions.RequireAdministratorAsync(http) is null)
            return;
        var asked = http.Request.Query["q"].ToString().Trim();
        var (found, next) = await FindAsync(asked, http.Request.Query["after"].ToString(), http.RequestAborted);
        await SmartPage.AnswerAsync(http, StatusCodes.Status200OK, AdministrationLabels.Accounts, page =>
        {
            var html = page.Html;
            html.Open("p").Element("a", AdministrationLabels.New, ("class", "button"), ("href", $"{http.Request.PathBase}{Address}/new")).Close();
            html.Open("form", ("method", "get"), ("role", "search"), ("action", http.Request.PathBase + Address));
            new FormField("q", AdministrationLabels.Search) { Type = "search", Value = asked }.Write(page);
            html.Element("button", AdministrationLabels.SearchButton, ("type", "submit"), ("class", "second")).Close();
            if (found.Count == 0)
                html.Element("p", AdministrationLabels.Nothing, ("role", "status"));
            else
                WriteTable(page, found);
            if (next is not null)
            {
                html.Open("p").Element(
                    "a", AdministrationLabels.More, ("rel", "next"), ("href", $"{http.Request.PathBase}{Address}?q={Uri.EscapeDataString(asked)}&after={Uri.EscapeDataString(next)}")).Close();
            }
        });
    }

    private async Task<(List<Account> Found, string? Next)> FindAsync(string asked, string after, CancellationToken cancel)
    {
        var found = new List<Account>();
        var read = 0;
        while (found.Count < PageSize)
        {
            var some = await smart.State.Accounts.ListAsync(null, after, 200, cancel);
            foreach (var account in some)
            {
                after = account.Id;
                if (Matches(account.Value, asked))
                    found.Add(account.Value);
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

    private static bool Matches(Account account, string asked) => asked.Length == 0
        || UserName.Fold(account.UserName).Contains(UserName.Fold(asked), StringComparison.Ordinal)
        || account.DisplayName.Contains(asked, StringComparison.OrdinalIgnoreCase)
        || account.FhirUser == asked || account.PractitionerRole == asked || account.Organization == asked;

    private static void WriteTable(SmartPage page, List<Account> found)
    {
        var html = page.Html;
        html.Open("div", ("class", "wide"), ("role", "region"), ("tabindex", "0"), ("aria-label", AdministrationLabels.Accounts.In(page.Language))).Open("table").Open("thead").Open("tr");
        foreach (var head in new[] { AccountLabels.UserName, AccountLabels.DisplayName, AccountLabels.Role, AccountLabels.Record, AdministrationLabels.Status })
            html.Element("th", head, ("scope", "col"));
        html.Close().Close().Open("tbody");
        foreach (var account in found)
        {
            html.Open("tr").Open("td").Element("a", account.UserName, ("href", $"{page.Http.Request.PathBase}{Address}/{Uri.EscapeDataString(account.Id)}")).Close();
            html.Element("td", account.DisplayName).Element("td", AccountLabels.Of(account.Role)).Element("td", account.PractitionerRole ?? account.FhirUser);
            html.Element("td", account.IsDisabled ? AdministrationLabels.Disabled : AdministrationLabels.Active).Close();
        }

        html.Close().Close().Close();
    }
}
