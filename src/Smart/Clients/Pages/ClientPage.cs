// One client, for administrators: what it asks for in plain words, the decision about it, and changing it.

using FhirHub.Html;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace FhirHub.Smart;

/// <summary><c>/auth/admin/clients/new</c> and <c>/auth/admin/clients/{id}</c>.</summary>
/// <param name="smart">The server.</param>
internal sealed class ClientPage(SmartService smart)
{
    private const string NewAddress = $"{ClientListPage.Address}/new";
    private const string FingerprintField = "seen";

    /// <summary>The page of a client.</summary>
    public static string AddressOf(string id) => $"{ClientListPage.Address}/{Uri.EscapeDataString(id)}";

    public async Task ShowNewAsync(HttpContext http)
    {
        if (await smart.Sessions.RequireAdministratorAsync(http) is not null)
            await AnswerNewAsync(http, StatusCodes.Status200OK, new Client { Id = "", Name = "", Scope = "openid fhirUser launch launch/patient patient/*.rs" }, []);
    }

    public async Task CreateAsync(HttpContext http)
    {
        if (await SmartForm.ReadAsync(http) is not { } form || await smart.Sessions.RequireAdministratorAsync(http) is not { } signedIn)
            return;
        var asked = ClientForm.Read(form, new Client { Id = "", Name = "", Status = ClientStatus.Active });
        var problems = await ClientForm.CheckAsync(smart, asked, http.RequestAborted);
        if (problems.Count > 0)
        {
            await AnswerNewAsync(http, StatusCodes.Status400BadRequest, asked, problems);
            return;
        }

        var (client, secret) = await smart.Clients.AddAsync(asked, http.RequestAborted);
        await DoneAsync(http, signedIn, client.Id, "made", secret);
    }

    public async Task ShowAsync(HttpContext http)
    {
        if (await smart.Sessions.RequireAdministratorAsync(http) is { } signedIn && await FindAsync(http) is { } client)
            await AnswerAsync(http, StatusCodes.Status200OK, client, client, [], await smart.OneTimeTexts.TakeAsync(signedIn, SecretOf(client.Id), http.RequestAborted));
    }

    public async Task SaveAsync(HttpContext http)
    {
        if (await SmartForm.ReadAsync(http) is not { } form || await smart.Sessions.RequireAdministratorAsync(http) is not { } signedIn || await FindAsync(http) is not { } client)
            return;
        if (client.IsBuiltIn)
        {
            await AnswerAsync(http, StatusCodes.Status400BadRequest, client, client, [], null, ClientLabels.BuiltIn);
            return;
        }

        var asked = ClientForm.Read(form, client);
        var problems = await ClientForm.CheckAsync(smart, asked, http.RequestAborted);
        if (problems.Count > 0)
        {
            await AnswerAsync(http, StatusCodes.Status400BadRequest, client, asked, problems, null);
            return;
        }

        string? secret = null;
        var seen = form[FingerprintField].ToString();
        var saved = await smart.Clients.ChangeAsync(
            client.Id,
            now =>
            {
                if (ClientRegistry.FingerprintOf(now) != seen)
                    return null;
                (var changed, secret) = ClientRegistry.WithSecret(ClientForm.Read(form, now));
                return changed;
            },
            http.RequestAborted);
        if (saved is null)
        {
            await AnswerAsync(http, StatusCodes.Status409Conflict, client, client, [], null, ClientLabels.Changed);
            return;
        }

        // What was granted was granted to what the client was before.
        if (saved.Scope != client.Scope || saved.Authentication != client.Authentication || !saved.RedirectUris.SequenceEqual(client.RedirectUris, StringComparer.Ordinal))
            await smart.Grants.EndAllOfClientAsync(client.Id, "client changed", http.RequestAborted);
        await DoneAsync(http, signedIn, client.Id, "changed", secret);
    }

    public async Task ApproveAsync(HttpContext http)
    {
        if (await SmartForm.ReadAsync(http) is not { } form || await smart.Sessions.RequireAdministratorAsync(http) is not { } signedIn || await FindAsync(http) is not { } client)
            return;
        if (await smart.Clients.ApproveAsync(client.Id, form[FingerprintField].ToString(), http.RequestAborted) is not null)
            await DoneAsync(http, signedIn, client.Id, "approved", null);
        else if (await FindAsync(http) is { } now)
            await AnswerAsync(http, StatusCodes.Status409Conflict, now, now, [], null, ClientLabels.Changed);
    }

    public async Task DisableAsync(HttpContext http)
    {
        if (await SmartForm.ReadAsync(http) is null || await smart.Sessions.RequireAdministratorAsync(http) is not { } signedIn || await FindAsync(http) is not { } client)
            return;
        await smart.Clients.DisableAsync(client.Id, http.RequestAborted);
        await DoneAsync(http, signedIn, client.Id, "disabled", null);
    }

    public async Task RenewSecretAsync(HttpContext http)
    {
        if (await SmartForm.ReadAsync(http) is null || await smart.Sessions.RequireAdministratorAsync(http) is not { } signedIn || await FindAsync(http) is not { } client)
            return;
        await DoneAsync(http, signedIn, client.Id, "given a new secret", await smart.Clients.RenewSecretAsync(client.Id, http.RequestAborted));
    }

    private static string SecretOf(string id) => $"client/{id}";

    private async Task DoneAsync(HttpContext http, SignedIn signedIn, string id, string what, string? secret)
    {
        smart.Log.LogInformation("Client {Client} was {What} by {Administrator}.", id, what, signedIn.Account.Id);
        if (secret is not null)
            await smart.OneTimeTexts.KeepAsync(signedIn, SecretOf(id), secret, http.RequestAborted);
        LocalAddress.SeeOther(http, $"{AddressOf(id)}?{AccountPage.Done}=saved");
    }

    private async Task<Client?> FindAsync(HttpContext http)
    {
        if (http.GetRouteValue("id") is string { Length: <= 200 } id && await smart.Clients.FindAsync(id, http.RequestAborted) is { } client)
            return client;
        await SmartPage.AnswerAsync(http, StatusCodes.Status404NotFound, ClientLabels.NotFound, static page =>
            page.Html.Element("p", ClientLabels.NotFoundReason, ("role", "alert"), ("class", "problem")));
        return null;
    }

    private static Task AnswerNewAsync(HttpContext http, int status, Client client, IReadOnlyList<ClientProblem> problems) => SmartPage.AnswerAsync(http, status, ClientLabels.NewClient, page =>
    {
        SmartForm.Open(page, NewAddress);
        ClientForm.Write(page, client, problems);
        page.Html.Element("button", ClientLabels.Create, ("type", "submit")).Close();
    });

    private static Task AnswerAsync(HttpContext http, int status, Client client, Client asked, IReadOnlyList<ClientProblem> problems, string? secret, Label? problem = null) =>
        SmartPage.AnswerAsync(http, status, new Label(client.Name, client.Name), page =>
        {
            var html = page.Html;
            if (problem is { } text)
                html.Element("p", text, ("role", "alert"), ("class", "problem"));
            if (http.Request.Query[AccountPage.Done] == "saved")
                html.Element("p", ClientLabels.Saved, ("role", "status"), ("class", "notice"));
            if (secret is not null)
                html.Open("div", ("role", "status"), ("class", "notice")).Element("p", ClientLabels.SecretIs).Open("p").Element("code", secret).Close().Close();
            WriteFacts(page, client);
            WriteActions(page, client);
            if (client.IsBuiltIn)
            {
                html.Element("p", ClientLabels.BuiltIn);
            }
            else
            {
                html.Element("h2", ClientLabels.Edit);
                SmartForm.Open(page, AddressOf(client.Id));
                WriteSeen(html, client);
                ClientForm.Write(page, asked, problems);
                html.Element("button", ClientLabels.Save, ("type", "submit")).Close();
            }

            html.Open("p").Element("a", ClientLabels.Tokens, ("href", $"{http.Request.PathBase}{TokensPage.Address}?client={Uri.EscapeDataString(client.Id)}")).Text(" ");
            html.Element("a", ClientLabels.Clients, ("href", http.Request.PathBase + ClientListPage.Address)).Close();
        });

    private static void WriteFacts(SmartPage page, Client client)
    {
        var html = page.Html;
        html.Open("dl").Element("dt", ClientLabels.Status).Element("dd", ClientListPage.Of(client.Status));
        html.Element("dt", ClientLabels.Kind).Element("dd", ClientListPage.KindOf(client));
        html.Element("dt", ClientLabels.ClientId).Open("dd").Element("code", client.Id).Close();
        html.Element("dt", ClientLabels.Since).Open("dd");
        AccountPage.WriteTime(html, client.CreatedAt);
        html.Close();
        Fact(ClientLabels.RedirectUris, client.RedirectUris);
        Fact(ClientLabels.LaunchUris, client.LaunchUris);
        Fact(ClientLabels.Origins, client.Origins);
        Fact(ClientLabels.KeysUri, client.JwksUri is { } address ? [address] : []);

        // Addresses that a stranger wrote are shown, and nobody is sent there by them.
        Fact(ClientLabels.Website, client.ClientUri is { } website ? [website] : []);
        Fact(ClientLabels.Policy, client.PolicyUri is { } policy ? [policy] : []);
        Fact(ClientLabels.Terms, client.TosUri is { } terms ? [terms] : []);
        Fact(ClientLabels.Contacts, client.Contacts);
        html.Close();
        if (client.Jwks is not null)
            html.Element("p", ClientLabels.KeysReminder, ("class", "notice"));
        html.Element("h2", client.Status == ClientStatus.Pending ? ClientLabels.Asked : ClientLabels.Scopes);
        GrantCard.WriteScopes(html, client.Scope);

        void Fact(Label label, IReadOnlyList<string> values)
        {
            if (values.Count == 0)
                return;
            html.Element("dt", label).Open("dd");
            for (var i = 0; i < values.Count; i++)
            {
                if (i > 0)
                    html.Empty("br");
                html.Element("code", values[i]);
            }

            html.Close();
        }
    }

    private static void WriteActions(SmartPage page, Client client)
    {
        var html = page.Html;
        SmartForm.Open(page, AddressOf(client.Id) + "/approve");
        WriteSeen(html, client);
        if (client.Status != ClientStatus.Active)
            html.Element("button", client.Status == ClientStatus.Pending ? ClientLabels.Approve : ClientLabels.Enable, ("type", "submit"));
        if (client.Status != ClientStatus.Disabled)
        {
            html.Element(
                "button", client.Status == ClientStatus.Pending ? ClientLabels.Refuse : ClientLabels.Disable, ("type", "submit"), ("class", "danger"),
                ("formaction", $"{page.Http.Request.PathBase}{AddressOf(client.Id)}/disable"));
        }

        if (client.Authentication == ClientAuthentication.Secret)
        {
            html.Element("button", ClientLabels.NewSecret, ("type", "submit"), ("class", "second"), ("formaction", $"{page.Http.Request.PathBase}{AddressOf(client.Id)}/secret"), ("aria-describedby", "secret-hint"));
            html.Element("p", ClientLabels.NewSecretHint, ("class", "hint"), ("id", "secret-hint"));
        }

        html.Close();
    }

    private static void WriteSeen(HtmlWriter html, Client client) => html.Empty("input", ("type", "hidden"), ("name", FingerprintField), ("value", ClientRegistry.FingerprintOf(client)));
}
