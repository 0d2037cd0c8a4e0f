// What administrators can do here.

using FhirHub.Html;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Smart;

/// <summary><c>/auth/admin</c>.</summary>
/// <param name="smart">The server.</param>
internal sealed class AdministrationPage(SmartService smart)
{
    public const string Address = $"{SmartService.Root}/admin";

    public async Task ShowAsync(HttpContext http)
    {
        if (await smart.Sessions.RequireAdministratorAsync(http) is null)
            return;
        await SmartPage.AnswerAsync(http, StatusCodes.Status200OK, AccountLabels.Administration, page =>
        {
            page.Html.Open("ul", ("class", "cards"));
            Card(AccountListPage.Address, AdministrationLabels.Accounts, AdministrationLabels.AccountsHint);
            Card($"{Address}/clients", AdministrationLabels.Clients, AdministrationLabels.ClientsHint);
            Card($"{Address}/tokens", AdministrationLabels.Tokens, AdministrationLabels.TokensHint);
            Card($"{SmartService.Root}/launch", AdministrationLabels.Launch, AdministrationLabels.LaunchHint);
            if (smart.Options.ConformancePath is { } conformance)
                Card(conformance, AdministrationLabels.Conformance, AdministrationLabels.ConformanceHint);
            page.Html.Close();

            void Card(string address, Label label, Label hint) =>
                page.Html.Open("li").Element("a", label, ("href", http.Request.PathBase + address)).Element("p", hint, ("class", "hint")).Close();
        });
    }
}
