// Signing out: asked by a link, done by a form.

using Microsoft.AspNetCore.Http;

namespace FhirHub.Smart;

/// <summary><c>/auth/logout</c>.</summary>
/// <param name="smart">The server.</param>
internal sealed class LogoutPage(SmartService smart)
{
    public const string Address = $"{SmartService.Root}/logout";

    public async Task ShowAsync(HttpContext http)
    {
        var signedIn = await smart.Sessions.FindAsync(http);
        await SmartPage.AnswerAsync(http, StatusCodes.Status200OK, signedIn is null ? AccountLabels.SignedOut : AccountLabels.SignOut, page =>
        {
            if (signedIn is null)
            {
                page.Html.Open("p").Element("a", AccountLabels.SignIn, ("href", http.Request.PathBase + LoginPage.Address)).Close();
                return;
            }

            page.Html.Open("p").Text(AccountLabels.SignedInAs).Text(" ").Element("strong", signedIn.Account.UserName).Close();
            page.Html.Element("p", AccountLabels.SignOutQuestion);
            SmartForm.Open(page, Address);
            page.Html.Element("button", AccountLabels.SignOut, ("type", "submit")).Close();
        });
    }

    public async Task SubmitAsync(HttpContext http)
    {
        if (await SmartForm.ReadAsync(http) is null)
            return;
        await smart.Sessions.EndAsync(http);
        LocalAddress.SeeOther(http, Address);
    }
}
