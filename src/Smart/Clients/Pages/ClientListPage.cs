// The clients, for administrators: those that wait first.

using FhirHub.Html;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Smart;

/// <summary><c>/auth/admin/clients</c>.</summary>
/// <param name="smart">The server.</param>
internal sealed class ClientListPage(SmartService smart)
{
    public const string Address = $"{AdministrationPage.Address}/clients";

    /// <summary>What a status is called.</summary>
    public static Label Of(ClientStatus status) => status switch
    {
        ClientStatus.Active => ClientLabels.Active,
        ClientStatus.Disabled => ClientLabels.Disabled,
        _ => ClientLabels.Pending,
    };

    /// <summary>What a kind of client is called.</summary>
    public static Label KindOf(Client client) => client.GrantTypes.Contains(Client.ClientCredentials, StringComparer.Ordinal) ? ClientLabels.KindService : client.Authentication switch
    {
        ClientAuthentication.None => ClientLabels.KindPublic,
        ClientAuthentication.Secret => ClientLabels.KindSecret,
        _ => ClientLabels.KindSigned,
    };

    public async Task ShowAsync(HttpContext http)
    {
        if (await smart.Sessions.RequireAdministratorAsync(http) is null)
            return;
        var clients = await smart.Clients.ListAsync(http.RequestAborted);
        await SmartPage.AnswerAsync(http, StatusCodes.Status200OK, ClientLabels.Clients, page =>
        {
            var html = page.Html;
            html.Open("p").Element("a", ClientLabels.NewClient, ("class", "button"), ("href", $"{http.Request.PathBase}{Address}/new")).Close();
            html.Element("h2", ClientLabels.Waiting);
            Write(page, [.. clients.Where(static client => client.Status == ClientStatus.Pending)], ClientLabels.NoneWaiting);
            html.Element("h2", ClientLabels.Registered);
            Write(page, [.. clients.Where(static client => client.Status != ClientStatus.Pending)], ClientLabels.NoClients);
        });
    }

    private static void Write(SmartPage page, IReadOnlyList<Client> clients, Label none)
    {
        var html = page.Html;
        if (clients.Count == 0)
        {
            html.Element("p", none);
            return;
        }

        html.Open("ul", ("class", "cards"));
        foreach (var client in clients)
        {
            html.Open("li").Element("a", client.Name, ("href", page.Http.Request.PathBase + ClientPage.AddressOf(client.Id)));
            html.Open("p", ("class", "hint")).Text(KindOf(client)).Text(" · ").Text(Of(client.Status)).Close().Close();
        }

        html.Close();
    }
}
