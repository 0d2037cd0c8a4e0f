// Making an account and changing it, by administrators.

using FhirHub.Html;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;

namespace FhirHub.Smart;

/// <summary><c>/auth/admin/accounts/new</c> and <c>/auth/admin/accounts/{id}</c>.</summary>
/// <param name="smart">The server.</param>
internal sealed class AccountEditPage(SmartService smart)
{
    private const string NewAddress = $"{AccountListPage.Address}/new";

    /// <summary>The page of an account.</summary>
    public static string AddressOf(string id) => $"{AccountListPage.Address}/{Uri.EscapeDataString(id)}";

    public async Task ShowNewAsync(HttpContext http)
    {
        if (await smart.Sessions.RequireAdministratorAsync(http) is not null)
            await AnswerNewAsync(http, StatusCodes.Status200OK, "", null, new AccountForm());
    }

    public async Task CreateAsync(HttpContext http)
    {
        if (await SmartForm.ReadAsync(http) is not { } posted || await smart.Sessions.RequireAdministratorAsync(http) is not { } signedIn)
            return;
        var name = posted["username"].ToString().Trim();
        var form = await AccountForm.Of(posted).CheckAsync(smart, SmartPage.LanguageOf(http), http.RequestAborted);
        if (form.Problems.Count > 0)
        {
            await AnswerNewAsync(http, StatusCodes.Status400BadRequest, name, UserName.IsGood(name) ? null : AdministrationLabels.NameWrong, form);
            return;
        }

        var password = AccountRegistry.CreateOneTimePassword();
        var (account, errors) = await smart.Accounts.CreateAsync(
            form.Apply(new Account { Id = "", UserName = name }) with { MustChangePassword = true, PasswordExpires = smart.Clock.GetUtcNow() + AccountRegistry.OneTimePasswordLife }, password);
        if (account is null)
        {
            var isTaken = errors[0].Code == nameof(IdentityErrorDescriber.DuplicateUserName);
            await AnswerNewAsync(http, StatusCodes.Status400BadRequest, name, isTaken ? AdministrationLabels.NameTaken : AdministrationLabels.NameWrong, form);
            return;
        }

        smart.LogChange(signedIn, "made", account.Id);
        await smart.OneTimeTexts.KeepAsync(signedIn, account.Id, password, http.RequestAborted);
        LocalAddress.SeeOther(http, AddressOf(account.Id));
    }

    public async Task ShowAsync(HttpContext http)
    {
        if (await smart.Sessions.RequireAdministratorAsync(http) is { } signedIn && await FindAsync(http) is { } account)
            await AnswerAsync(http, StatusCodes.Status200OK, account, AccountForm.Of(account), await smart.OneTimeTexts.TakeAsync(signedIn, account.Id, http.RequestAborted));
    }

    public async Task SaveAsync(HttpContext http)
    {
        if (await SmartForm.ReadAsync(http) is not { } posted || await smart.Sessions.RequireAdministratorAsync(http) is not { } signedIn || await FindAsync(http) is not { } account)
            return;
        var language = SmartPage.LanguageOf(http);
        var form = await AccountForm.Of(posted).CheckAsync(smart, language, http.RequestAborted);
        if (form.Problems.Count == 0 && form.Role == AccountRole.Administrator)
        {
            await smart.Accounts.AddAdministratorAsync(account.Id, http.RequestAborted);
        }
        else if (form.Problems.Count == 0 && account.Role == AccountRole.Administrator && !account.IsDisabled && !await smart.Accounts.RemoveAdministratorAsync(account.Id, http.RequestAborted))
        {
            form = form with { Problems = new Dictionary<string, string> { ["role"] = AdministrationLabels.LastAdministrator.In(language) } };
        }

        if (form.Problems.Count > 0)
        {
            await AnswerAsync(http, StatusCodes.Status400BadRequest, account, form, null);
            return;
        }

        // What apps were granted was granted to what the account was before.
        if (AccountForm.Of(account).GivesTheSame(form))
            await smart.Accounts.ChangeAsync(account.Id, form.Apply, http.RequestAborted);
        else
            await smart.Accounts.EndEverythingAsync(account.Id, form.Apply, "account changed", http.RequestAborted);
        smart.LogChange(signedIn, "changed", account.Id);
        LocalAddress.SeeOther(http, $"{AddressOf(account.Id)}?{AccountPage.Done}=saved");
    }

    /// <summary>The account that the address names; null for none, and then that was answered.</summary>
    public static async Task<Account?> FindAsync(SmartService smart, HttpContext http)
    {
        if (await smart.Accounts.FindAsync((string)http.GetRouteValue("id")!, http.RequestAborted) is { } account)
            return account;
        await SmartPage.AnswerAsync(http, StatusCodes.Status404NotFound, AdministrationLabels.NoAccount, static page =>
            page.Html.Element("p", AdministrationLabels.NoAccountReason, ("role", "alert"), ("class", "problem")));
        return null;
    }

    /// <summary>Answers with the page of an account.</summary>
    public static Task AnswerAsync(HttpContext http, int status, Account account, AccountForm form, string? password, Label? problem = null) =>
        SmartPage.AnswerAsync(http, status, Named(account), page =>
        {
            var html = page.Html;
            if (problem is { } text)
                html.Element("p", text, ("role", "alert"), ("class", "problem"));
            Label? done = http.Request.Query[AccountPage.Done].ToString() switch
            {
                "saved" => AdministrationLabels.Saved,
                "done" => AdministrationLabels.Done,
                _ => null,
            };
            if (done is { } said)
                html.Element("p", said, ("role", "status"), ("class", "notice"));
            if (password is not null)
            {
                html.Open("div", ("role", "status"), ("class", "notice"));
                html.Element("p", string.Format(null, AdministrationLabels.OneTimePassword.In(page.Language), account.UserName));
                html.Open("p").Element("code", password).Close().Close();
            }

            WriteFacts(page, account);
            SmartForm.Open(page, AddressOf(account.Id));
            form.Write(page);
            html.Element("button", AdministrationLabels.Save, ("type", "submit")).Close();
            html.Element("h2", AdministrationLabels.Actions).Element("p", AdministrationLabels.ActionsHint, ("class", "hint"));
            SmartForm.Open(page, AddressOf(account.Id) + "/sessions");
            Action("sessions", AdministrationLabels.EndSessions, "second");
            if (account.PasswordHash is not null)
                Action("password", AdministrationLabels.ResetPassword, "second");
            if (account.TwoFactor)
                Action("authenticator", AdministrationLabels.ResetAuthenticator, "second");
            if (account.IsDisabled)
                Action("enable", AdministrationLabels.Enable, "second");
            else
                Action("disable", AdministrationLabels.Disable, "danger");
            html.Close();
            html.Open("p").Element("a", AdministrationLabels.Accounts, ("href", http.Request.PathBase + AccountListPage.Address)).Close();

            void Action(string name, Label label, string kind) =>
                html.Element("button", label, ("type", "submit"), ("class", kind), ("formaction", $"{http.Request.PathBase}{AddressOf(account.Id)}/{name}"));
        });

    private static Label Named(Account account) => new(
        string.Format(null, AdministrationLabels.Edit.English, account.UserName), string.Format(null, AdministrationLabels.Edit.Chinese, account.UserName));

    private static void WriteFacts(SmartPage page, Account account)
    {
        var html = page.Html;
        html.Open("dl").Element("dt", AdministrationLabels.Status).Element("dd", account.IsDisabled ? AdministrationLabels.Disabled : AdministrationLabels.Active);
        html.Element("dt", AdministrationLabels.LastSignIn).Open("dd");
        if (account.LastSignIn is { } last)
            AccountPage.WriteTime(html, last);
        else
            html.Text(AdministrationLabels.Never);
        html.Close().Element("dt", AdministrationLabels.SecondFactor).Element("dd", account.TwoFactor ? AdministrationLabels.On : AdministrationLabels.Off);
        if (account.ExternalIssuer is { } issuer)
            html.Element("dt", AdministrationLabels.External).Element("dd", issuer);
        html.Close();
    }

    private Task<Account?> FindAsync(HttpContext http) => FindAsync(smart, http);

    private static Task AnswerNewAsync(HttpContext http, int status, string name, Label? problem, AccountForm form) => SmartPage.AnswerAsync(http, status, AdministrationLabels.New, page =>
    {
        SmartForm.Open(page, NewAddress);
        new FormField("username", AccountLabels.UserName)
        {
            Value = name,
            IsRequired = true,
            Longest = UserName.Longest,
            Hint = AdministrationLabels.NameHint.In(page.Language),
            Problem = problem?.In(page.Language),
        }.Write(page);
        form.Write(page);
        page.Html.Element("button", AdministrationLabels.Create, ("type", "submit")).Close();
    });
}
