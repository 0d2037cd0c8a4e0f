// The second step of signing in: a code of the authenticator, or a recovery code.

using FhirHub.Html;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Smart;

/// <summary><c>/auth/login/code</c>.</summary>
/// <param name="smart">The server.</param>
internal sealed class CodePage(SmartService smart)
{
    public const string Address = $"{LoginPage.Address}/code";

    public async Task ShowAsync(HttpContext http)
    {
        if (await smart.SignIns.RequireAsync(http) is not null)
            await AnswerAsync(http, StatusCodes.Status200OK, null);
    }

    public async Task SubmitAsync(HttpContext http)
    {
        if (await SmartForm.ReadAsync(http) is not { } form || await smart.SignIns.RequireAsync(http) is not var (_, account))
            return;
        if (await smart.SignIns.CheckCodeAsync(http, account, form["code"].ToString()))
            await smart.SignIns.ContinueAsync(http, account, isCodeDone: true, LoginPage.ReturnTo(http));
        else
            await AnswerAsync(http, StatusCodes.Status400BadRequest, AccountLabels.CodeFailed);
    }

    private static Task AnswerAsync(HttpContext http, int status, Label? problem) => SmartPage.AnswerAsync(http, status, AccountLabels.CodeTitle, page =>
    {
        var target = $"?{LocalAddress.Parameter}={Uri.EscapeDataString(LoginPage.ReturnTo(http))}";
        SmartForm.Open(page, Address + target);
        new FormField("code", AccountLabels.Code)
        {
            AutoComplete = "one-time-code",
            IsRequired = true,
            Longest = 16,
            Hint = AccountLabels.CodeHint.In(page.Language),
            Problem = problem?.In(page.Language),
        }.Write(page);
        page.Html.Element("button", AccountLabels.Continue, ("type", "submit")).Close();
        page.Html.Open("p").Element("a", AccountLabels.StartAgain, ("href", http.Request.PathBase + LoginPage.Address + target)).Close();
    });
}
