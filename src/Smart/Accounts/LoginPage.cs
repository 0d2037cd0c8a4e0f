// Signing in by name and password.

using FhirHub.Html;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Smart;

/// <summary><c>/auth/login</c>.</summary>
/// <param name="smart">The server.</param>
internal sealed class LoginPage(SmartService smart)
{
    public const string Address = $"{SmartService.Root}/login";

    /// <summary>The parameter that asks one who is signed in to sign in anew.</summary>
    public const string Again = "again";

    /// <summary>Where the user was going.</summary>
    public static string ReturnTo(HttpContext http) => LocalAddress.Or(http.Request.Query[LocalAddress.Parameter], AccountPage.Address);

    public async Task ShowAsync(HttpContext http)
    {
        if (!http.Request.Query.ContainsKey(Again) && await smart.Sessions.FindAsync(http) is not null)
            LocalAddress.SeeOther(http, ReturnTo(http));
        else
            await AnswerAsync(http, StatusCodes.Status200OK, "", null);
    }

    public async Task SubmitAsync(HttpContext http)
    {
        if (await SmartForm.ReadAsync(http) is not { } form)
            return;
        var name = form["username"].ToString();
        if (await smart.SignIns.CheckAsync(http, name, form["password"].ToString()) is { } account)
            await smart.SignIns.ContinueAsync(http, account, isCodeDone: false, ReturnTo(http));
        else
            await AnswerAsync(http, StatusCodes.Status400BadRequest, name, AccountLabels.SignInFailed);
    }

    private static Task AnswerAsync(HttpContext http, int status, string name, Label? problem) => SmartPage.AnswerAsync(http, status, AccountLabels.SignIn, page =>
    {
        SmartForm.Open(page, $"{Address}?{LocalAddress.Parameter}={Uri.EscapeDataString(ReturnTo(http))}");
        new FormField("username", AccountLabels.UserName) { Value = name, AutoComplete = "username", IsRequired = true, Longest = UserName.Longest, Problem = problem?.In(page.Language) }.Write(page);
        new FormField("password", AccountLabels.Password) { Type = "password", AutoComplete = "current-password", IsRequired = true, Longest = PasswordRules.Longest }.Write(page);
        page.Html.Element("button", AccountLabels.SignIn, ("type", "submit"));
        page.Html.Close();
    });
}
