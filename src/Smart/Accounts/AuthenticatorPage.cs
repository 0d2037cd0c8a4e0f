// Setting up an authenticator (TOTP), freely or as a step of signing in, and turning it off.

using FhirHub.Html;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Smart;

/// <summary><c>/auth/account/authenticator</c> and <c>/auth/login/authenticator</c>.</summary>
/// <param name="smart">The server.</param>
internal sealed class AuthenticatorPage(SmartService smart)
{
    public const string Address = $"{AccountPage.Address}/authenticator";
    public const string SignInAddress = $"{LoginPage.Address}/authenticator";
    public const string RecoveryCodesAddress = $"{AccountPage.Address}/recovery-codes";

    private const string RecoveryCodes = "recovery-codes";

    public async Task ShowAsync(HttpContext http)
    {
        if (await smart.Sessions.RequireAsync(http) is { } signedIn)
            await AnswerAsync(http, StatusCodes.Status200OK, signedIn.Account, null);
    }

    public async Task ShowSignInAsync(HttpContext http)
    {
        if (await RequireAsync(http) is not var (_, account))
            return;
        var key = await smart.Accounts.PendingAuthenticatorAsync(account) ?? await smart.Accounts.BeginAuthenticatorAsync(account.Id);
        await AnswerSignInAsync(http, StatusCodes.Status200OK, account, key, null);
    }

    public async Task StartAsync(HttpContext http)
    {
        if (await SmartForm.ReadAsync(http) is not { } form || await smart.Sessions.RequireAsync(http) is not { } signedIn)
            return;
        if (!await smart.SignIns.CheckAgainAsync(http, signedIn.Account, form["password"].ToString()))
        {
            await AnswerAsync(http, StatusCodes.Status400BadRequest, signedIn.Account with { AuthenticatorKey = null }, AccountLabels.CurrentPasswordFailed);
            return;
        }

        await smart.Accounts.BeginAuthenticatorAsync(signedIn.Account.Id);
        LocalAddress.SeeOther(http, Address);
    }

    public async Task ConfirmAsync(HttpContext http)
    {
        if (await SmartForm.ReadAsync(http) is not { } form || await smart.Sessions.RequireAsync(http) is not { } signedIn)
            return;
        if (await smart.Accounts.ConfirmAuthenticatorAsync(signedIn.Account.Id, form["code"].ToString(), http.RequestAborted) is not var (account, codes))
        {
            await AnswerAsync(http, StatusCodes.Status400BadRequest, signedIn.Account, AccountLabels.CodeFailed);
            return;
        }

        await KeepAsync(await smart.Sessions.BeginAsync(http, account), codes, http);
        LocalAddress.SeeOther(http, RecoveryCodesAddress);
    }

    public async Task ConfirmSignInAsync(HttpContext http)
    {
        if (await SmartForm.ReadAsync(http) is not { } form || await RequireAsync(http) is not var (_, pending))
            return;
        if (await smart.Accounts.ConfirmAuthenticatorAsync(pending.Id, form["code"].ToString(), http.RequestAborted) is not var (account, codes))
        {
            await AnswerSignInAsync(http, StatusCodes.Status400BadRequest, pending, await smart.Accounts.PendingAuthenticatorAsync(pending), AccountLabels.CodeFailed);
            return;
        }

        var next = $"{RecoveryCodesAddress}?{LocalAddress.Parameter}={Uri.EscapeDataString(LoginPage.ReturnTo(http))}";
        if (await smart.SignIns.ContinueAsync(http, account, isCodeDone: true, next) is { } signedIn)
            await KeepAsync(signedIn, codes, http);
    }

    public async Task RenewAsync(HttpContext http)
    {
        if (await ReadConfirmedAsync(http) is not { } signedIn)
            return;
        await KeepAsync(signedIn, await smart.Accounts.RenewRecoveryCodesAsync(signedIn.Account.Id), http);
        LocalAddress.SeeOther(http, RecoveryCodesAddress);
    }

    public async Task RemoveAsync(HttpContext http)
    {
        if (await ReadConfirmedAsync(http) is not { } signedIn)
            return;
        if (!MayRemove(signedIn.Account) || await smart.Accounts.RemoveAuthenticatorAsync(signedIn.Account.Id, http.RequestAborted) is not { } account)
        {
            LocalAddress.SeeOther(http, Address);
            return;
        }

        await smart.Sessions.BeginAsync(http, account);
        LocalAddress.SeeOther(http, $"{AccountPage.Address}?{AccountPage.Done}=authenticator");
    }

    public async Task ShowRecoveryCodesAsync(HttpContext http)
    {
        if (await smart.Sessions.RequireAsync(http) is not { } signedIn)
            return;
        var codes = await smart.OneTimeTexts.TakeAsync(signedIn, RecoveryCodes, http.RequestAborted);
        await SmartPage.AnswerAsync(http, StatusCodes.Status200OK, AccountLabels.RecoveryCodes, page =>
        {
            var html = page.Html;
            html.Element("p", codes is null ? AccountLabels.RecoveryCodesGone : AccountLabels.RecoveryCodesHint);
            if (codes is not null)
            {
                html.Open("ul", ("class", "codes"));
                foreach (var code in codes.Split(' '))
                    html.Open("li").Element("code", code).Close();
                html.Close();
            }

            html.Open("p").Element("a", AccountLabels.Continue, ("class", "button"), ("href", http.Request.PathBase + LoginPage.ReturnTo(http))).Close();
        });
    }

    private Task KeepAsync(SignedIn signedIn, IReadOnlyList<string> codes, HttpContext http) =>
        smart.OneTimeTexts.KeepAsync(signedIn, RecoveryCodes, string.Join(' ', codes), http.RequestAborted);

    private bool MayRemove(Account account) => !smart.Options.AdministratorTotp || account.Role != AccountRole.Administrator;

    // The step is only for who has passed those before it.
    private async Task<(PendingSignIn Pending, Account Account)?> RequireAsync(HttpContext http)
    {
        if (await smart.SignIns.RequireAsync(http) is not var (pending, account))
            return null;
        if (account is { TwoFactor: false, MustChangePassword: false })
            return (pending, account);
        await smart.SignIns.ContinueAsync(http, account, pending.IsCodeDone, LoginPage.ReturnTo(http));
        return null;
    }

    // What weakens the account asks for both factors again.
    private async Task<SignedIn?> ReadConfirmedAsync(HttpContext http)
    {
        if (await SmartForm.ReadAsync(http) is not { } form || await smart.Sessions.RequireAsync(http) is not { } signedIn)
            return null;
        if (signedIn.Account.TwoFactor
            && await smart.SignIns.CheckAgainAsync(http, signedIn.Account, form["password"].ToString())
            && await smart.SignIns.CheckCodeAsync(http, signedIn.Account, form["code"].ToString()))
        {
            return signedIn;
        }

        await AnswerAsync(http, StatusCodes.Status400BadRequest, signedIn.Account, AccountLabels.AuthenticatorRefused);
        return null;
    }

    private async Task AnswerAsync(HttpContext http, int status, Account account, Label? problem)
    {
        var key = await smart.Accounts.PendingAuthenticatorAsync(account);
        await SmartPage.AnswerAsync(http, status, AccountLabels.Authenticator, page =>
        {
            var html = page.Html;
            if (account.TwoFactor)
            {
                html.Element("p", AccountLabels.AuthenticatorOn);
                html.Element("p", string.Format(null, AccountLabels.RecoveryCodesLeft.In(page.Language), account.RecoveryCodes.Count));
                html.Element("h2", AccountLabels.AuthenticatorChange);
                SmartForm.Open(page, $"{Address}/recovery-codes");
                Password(page, problem);
                Code(page, null);
                html.Element("button", AccountLabels.RecoveryCodesNew, ("type", "submit"));
                if (MayRemove(account))
                    html.Element("button", AccountLabels.AuthenticatorRemove, ("type", "submit"), ("class", "danger"), ("formaction", $"{http.Request.PathBase}{Address}/remove"));
                html.Close();
            }
            else if (key is not null)
            {
                WriteKey(page, account, key, $"{Address}/confirm", problem);
            }
            else
            {
                html.Element("p", AccountLabels.AuthenticatorOff);
                SmartForm.Open(page, $"{Address}/start");
                Password(page, problem);
                html.Element("button", AccountLabels.AuthenticatorSetUp, ("type", "submit")).Close();
            }

            html.Open("p").Element("a", AccountLabels.Account, ("href", http.Request.PathBase + AccountPage.Address)).Close();
        });
    }

    private static Task AnswerSignInAsync(HttpContext http, int status, Account account, string? key, Label? problem) =>
        SmartPage.AnswerAsync(http, status, AccountLabels.Authenticator, page =>
        {
            page.Html.Element("p", AccountLabels.AuthenticatorNeeded, ("class", "notice"));
            if (key is not null)
                WriteKey(page, account, key, $"{SignInAddress}?{LocalAddress.Parameter}={Uri.EscapeDataString(LoginPage.ReturnTo(http))}", problem);
        });

    private static void WriteKey(SmartPage page, Account account, string key, string action, Label? problem)
    {
        var html = page.Html;
        var address = $"otpauth://totp/FhirHub:{Uri.EscapeDataString(account.UserName)}?secret={key}&issuer=FhirHub";
        html.Element("p", AccountLabels.AuthenticatorSteps);
        QrCode.Write(html, AccountLabels.AuthenticatorPicture, address);
        html.Open("p").Text(AccountLabels.AuthenticatorKey).Text(" ").Element("code", string.Join(' ', key.Chunk(4).Select(static four => new string(four)))).Close();
        html.Open("p").Element("a", AccountLabels.AuthenticatorOpen, ("href", address)).Close();
        SmartForm.Open(page, action);
        Code(page, problem);
        html.Element("button", AccountLabels.AuthenticatorConfirm, ("type", "submit")).Close();
    }

    private static void Password(SmartPage page, Label? problem) =>
        new FormField("password", AccountLabels.CurrentPassword)
        {
            Type = "password",
            AutoComplete = "current-password",
            IsRequired = true,
            Longest = PasswordRules.Longest,
            Problem = problem?.In(page.Language),
        }.Write(page);

    private static void Code(SmartPage page, Label? problem) =>
        new FormField("code", AccountLabels.Code) { AutoComplete = "one-time-code", IsRequired = true, Longest = 16, Problem = problem?.In(page.Language) }.Write(page);
}
