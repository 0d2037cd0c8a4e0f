// Changing one's password: freely, or as a step of signing in with one that another chose.

using FhirHub.Html;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;

namespace FhirHub.Smart;

/// <summary><c>/auth/password</c> and <c>/auth/login/password</c>.</summary>
/// <param name="smart">The server.</param>
internal sealed class PasswordPage(SmartService smart)
{
    public const string Address = $"{SmartService.Root}/password";
    public const string SignInAddress = $"{LoginPage.Address}/password";

    public async Task ShowAsync(HttpContext http)
    {
        if (await smart.Sessions.RequireAsync(http) is not null)
            await AnswerAsync(http, StatusCodes.Status200OK, isSigningIn: false, new Problems());
    }

    public async Task ShowSignInAsync(HttpContext http)
    {
        if (await RequireAsync(http) is not null)
            await AnswerAsync(http, StatusCodes.Status200OK, isSigningIn: true, new Problems());
    }

    public async Task SubmitAsync(HttpContext http)
    {
        if (await SmartForm.ReadAsync(http) is not { } form || await smart.Sessions.RequireAsync(http) is not { } signedIn)
            return;
        var problems = await smart.SignIns.CheckAgainAsync(http, signedIn.Account, form["current-password"].ToString())
            ? await ChangeAsync(http, form, signedIn.Account)
            : new Problems(Current: AccountLabels.CurrentPasswordFailed);
        if (!problems.IsNone)
        {
            await AnswerAsync(http, StatusCodes.Status400BadRequest, isSigningIn: false, problems);
            return;
        }

        await smart.Sessions.BeginAsync(http, (await smart.Accounts.FindAsync(signedIn.Account.Id, http.RequestAborted))!);
        LocalAddress.SeeOther(http, $"{AccountPage.Address}?{AccountPage.Done}=password");
    }

    public async Task SubmitSignInAsync(HttpContext http)
    {
        if (await SmartForm.ReadAsync(http) is not { } form || await RequireAsync(http) is not var (pending, account))
            return;
        var problems = await ChangeAsync(http, form, account);
        if (problems.IsNone)
            await smart.SignIns.ContinueAsync(http, (await smart.Accounts.FindAsync(account.Id, http.RequestAborted))!, pending.IsCodeDone, LoginPage.ReturnTo(http));
        else
            await AnswerAsync(http, StatusCodes.Status400BadRequest, isSigningIn: true, problems);
    }

    // A sign-in whose code is still asked for must not come here first.
    private async Task<(PendingSignIn Pending, Account Account)?> RequireAsync(HttpContext http)
    {
        if (await smart.SignIns.RequireAsync(http) is not var (pending, account))
            return null;
        if (account.MustChangePassword && (pending.IsCodeDone || !account.TwoFactor))
            return (pending, account);
        await smart.SignIns.ContinueAsync(http, account, pending.IsCodeDone, LoginPage.ReturnTo(http));
        return null;
    }

    private async Task<Problems> ChangeAsync(HttpContext http, IFormCollection form, Account account)
    {
        var password = form["new-password"].ToString();
        if (password != form["repeated-password"].ToString())
            return new Problems(Repeated: AccountLabels.PasswordsDiffer);
        if (await smart.Accounts.IsPasswordAsync(account, password, http.RequestAborted))
            return new Problems(New: AccountLabels.PasswordIsTheSame);
        var (_, errors) = await smart.Accounts.SetPasswordAsync(account.Id, password, isOneTime: false, http.RequestAborted);
        return errors.Count == 0 ? new Problems() : new Problems(New: Of(errors[0]));
    }

    private static Label Of(IdentityError error) => error.Code switch
    {
        PasswordRules.TooShort => AccountLabels.PasswordTooShort,
        PasswordRules.TooLong => AccountLabels.PasswordTooLong,
        PasswordRules.HoldsName => AccountLabels.PasswordHoldsName,
        _ => AccountLabels.PasswordTooCommon,
    };

    private Task AnswerAsync(HttpContext http, int status, bool isSigningIn, Problems problems) => SmartPage.AnswerAsync(http, status, AccountLabels.ChangePassword, page =>
    {
        page.Html.Element("p", isSigningIn ? AccountLabels.MustChangePassword : AccountLabels.ChangeEndsAll);
        SmartForm.Open(page, isSigningIn ? $"{SignInAddress}?{LocalAddress.Parameter}={Uri.EscapeDataString(LoginPage.ReturnTo(http))}" : Address);
        if (!isSigningIn)
            Field("current-password", AccountLabels.CurrentPassword, "current-password", problems.Current, null).Write(page);
        Field("new-password", AccountLabels.NewPassword, "new-password", problems.New, AccountLabels.PasswordHint).Write(page);
        Field("repeated-password", AccountLabels.RepeatPassword, "new-password", problems.Repeated, null).Write(page);
        page.Html.Element("button", AccountLabels.ChangePassword, ("type", "submit")).Close();

        FormField Field(string name, Label label, string autoComplete, Label? problem, Label? hint) => new(name, label)
        {
            Type = "password",
            AutoComplete = autoComplete,
            IsRequired = true,
            Longest = PasswordRules.Longest,
            Problem = Text(problem),
            Hint = Text(hint),
        };

        string? Text(Label? label) => label is { } text
            ? string.Format(null, text.In(page.Language), text == AccountLabels.PasswordTooLong ? PasswordRules.Longest : smart.Options.PasswordLength)
            : null;
    });

    private sealed record Problems(Label? Current = null, Label? New = null, Label? Repeated = null)
    {
        public bool IsNone => this == new Problems();
    }
}
