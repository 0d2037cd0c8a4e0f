// One's own account: who one is here, what keeps it safe, and where one is signed in.

using System.Globalization;
using FhirHub.Html;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Smart;

/// <summary><c>/auth/account</c>.</summary>
/// <param name="smart">The server.</param>
internal sealed class AccountPage(SmartService smart)
{
    public const string Address = $"{SmartService.Root}/account";
    public const string SessionsAddress = $"{Address}/sessions";

    /// <summary>The parameter that says what was done.</summary>
    public const string Done = "done";

    private const string Others = "others";

    public async Task ShowAsync(HttpContext http)
    {
        if (await smart.Sessions.RequireAsync(http) is not { } signedIn)
            return;
        var sessions = await smart.Sessions.ListAsync(signedIn.Account, http.RequestAborted);
        await SmartPage.AnswerAsync(http, StatusCodes.Status200OK, AccountLabels.Account, page =>
        {
            Label? done = http.Request.Query[Done].ToString() switch
            {
                "password" => AccountLabels.PasswordChanged,
                "authenticator" => AccountLabels.AuthenticatorRemoved,
                "session" => AccountLabels.SessionEnded,
                _ => null,
            };
            if (done is { } text)
                page.Html.Element("p", text, ("role", "status"), ("class", "notice"));
            WriteFacts(page, signedIn.Account);
            WriteSecurity(page, signedIn.Account);
            WriteSessions(page, signedIn, sessions);
        });
    }

    public async Task EndSessionAsync(HttpContext http)
    {
        if (await SmartForm.ReadAsync(http) is not { } form || await smart.Sessions.RequireAsync(http) is not { } signedIn)
            return;
        var asked = form["session"].ToString();
        foreach (var session in await smart.Sessions.ListAsync(signedIn.Account, http.RequestAborted))
        {
            if (session.SessionId != signedIn.SessionId && (asked == Others || asked == session.SessionId))
                await smart.Sessions.EndAsync(signedIn.Account.Id, session.SessionId, http.RequestAborted);
        }

        LocalAddress.SeeOther(http, $"{Address}?{Done}=session");
    }

    /// <summary>A moment as pages show it.</summary>
    public static void WriteTime(HtmlWriter html, DateTimeOffset time) => html.Element(
        "time", time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture), ("datetime", time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)));

    private static void WriteFacts(SmartPage page, Account account)
    {
        var html = page.Html;
        html.Open("dl");
        Fact(AccountLabels.UserName, account.UserName);
        Fact(AccountLabels.DisplayName, account.DisplayName);
        Fact(AccountLabels.Role, AccountLabels.Of(account.Role).In(page.Language));
        Fact(AccountLabels.Record, account.FhirUser);
        Fact(AccountLabels.Institution, account.Organization);
        html.Close();

        void Fact(Label label, string? value)
        {
            if (!string.IsNullOrEmpty(value))
                html.Element("dt", label).Element("dd", value);
        }
    }

    private static void WriteSecurity(SmartPage page, Account account)
    {
        var html = page.Html;
        var root = page.Http.Request.PathBase;
        html.Element("h2", AccountLabels.Security).Open("ul");
        if (account.PasswordHash is not null)
        {
            Link(PasswordPage.Address, AccountLabels.ChangePassword);
            Link(AuthenticatorPage.Address, AccountLabels.Authenticator);
        }

        Link($"{SmartService.Root}/apps", AccountLabels.Apps);
        if (account.Role == AccountRole.Administrator)
            Link(AdministrationPage.Address, AccountLabels.Administration);
        Link(LogoutPage.Address, AccountLabels.SignOut);
        html.Close();

        void Link(string address, Label label) => html.Open("li").Element("a", label, ("href", root + address)).Close();
    }

    private static void WriteSessions(SmartPage page, SignedIn signedIn, IReadOnlyList<SignedIn> sessions)
    {
        var html = page.Html;
        html.Element("h2", AccountLabels.Sessions, ("id", "sessions"));
        html.Open("ul", ("class", "cards"), ("aria-labelledby", "sessions"));
        foreach (var session in sessions)
        {
            var agent = session.Session.UserAgent.Length > 0 ? session.Session.UserAgent : AccountLabels.UnknownBrowser.In(page.Language);
            html.Open("li").Element("span", agent);
            html.Open("p", ("class", "hint")).Text(AccountLabels.Since).Text(" ");
            WriteTime(html, session.Session.AuthenticatedAt);
            html.Text(" · ").Text(AccountLabels.LastUsed).Text(" ");
            WriteTime(html, session.Session.LastUsed);
            html.Close();
            if (session.SessionId == signedIn.SessionId)
            {
                html.Element("strong", AccountLabels.ThisBrowser);
            }
            else
            {
                SmartForm.Open(page, SessionsAddress);
                var label = string.Format(null, AccountLabels.EndSession.In(page.Language), agent, session.Session.LastUsed.UtcDateTime.ToString("HH:mm", CultureInfo.InvariantCulture));
                html.Element("button", AccountLabels.End, ("type", "submit"), ("name", "session"), ("value", session.SessionId), ("class", "second"), ("aria-label", label)).Close();
            }

            html.Close();
        }

        html.Close();
        if (sessions.Count < 2)
            return;
        SmartForm.Open(page, SessionsAddress);
        html.Element("button", AccountLabels.EndOthers, ("type", "submit"), ("name", "session"), ("value", Others), ("class", "danger")).Close();
    }
}
