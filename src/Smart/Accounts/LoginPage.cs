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

    public async Task ShowAsync(HttpContext http)
    {
        var returnTo = ReturnTo(http);
        if (!http.Request.Query.ContainsKey(Again) && await smart.Sessions.FindAsync(http) is not null)
            LocalAddress.SeeOther(http, returnTo);
        else
            await AnswerAsync(http, StatusCodes.Status200OK, returnTo, "", null);
    }

    public async Task SubmitAsync(HttpContext http)
    {
        if (await SmartForm.ReadAsync(http) is not { } form)
            return;
        var name = form["username"].ToString();
        if (await smart.Accounts.FindByPasswordAsync(name, form["password"].ToString()) is not { } account)
        {
            await AnswerAsync(http, StatusCodes.Status400BadRequest, ReturnTo(http), name, AccountLabels.SignInFailed);
            return;
        }

        await smart.Sessions.BeginAsync(http, account);
        LocalAddress.SeeOther(http, ReturnTo(http));
    }

    private static string ReturnTo(HttpContext http) => LocalAddress.Or(http.Request.Query[LocalAddress.Parameter], $"{SmartService.Root}/account");

    private static Task AnswerAsync(HttpContext http, int status, string returnTo, string name, Label? problem) => SmartPage.AnswerAsync(http, status, AccountLabels.SignIn, page =>
    {
        var html = page.Html;
        if (problem is { } text)
            html.Element("p", text, ("id", "problem"), ("role", "alert"), ("class", "problem"));
        var described = problem is null ? null : "problem";
        SmartForm.Open(page, $"{Address}?{LocalAddress.Parameter}={Uri.EscapeDataString(returnTo)}");
        html.Element("label", AccountLabels.UserName, ("for", "username"));
        html.Empty(
            "input", ("type", "text"), ("id", "username"), ("name", "username"), ("value", name), ("autocomplete", "username"), ("autocapitalize", "none"), ("spellcheck", "false"),
            ("maxlength", "64"), ("required", "required"), ("aria-describedby", described));
        html.Element("label", AccountLabels.Password, ("for", "password"));
        html.Empty(
            "input", ("type", "password"), ("id", "password"), ("name", "password"), ("autocomplete", "current-password"), ("required", "required"), ("aria-describedby", described));
        html.Element("button", AccountLabels.SignIn, ("type", "submit"));
        html.Close();
    });
}
