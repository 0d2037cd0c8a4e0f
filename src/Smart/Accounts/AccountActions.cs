// What administrators do with an account beside changing its fields.

using Microsoft.AspNetCore.Http;

namespace FhirHub.Smart;

/// <summary>The posts below <c>/auth/admin/accounts/{id}</c>.</summary>
/// <param name="smart">The server.</param>
internal sealed class AccountActions(SmartService smart)
{
    public Task DisableAsync(HttpContext http) => DoAsync(http, "disabled", async (_, account) =>
    {
        if (account.Role == AccountRole.Administrator && !account.IsDisabled && !await smart.Accounts.RemoveAdministratorAsync(account.Id, http.RequestAborted))
            return false;
        await smart.Accounts.EndEverythingAsync(account.Id, static changed => changed with { IsDisabled = true }, "account disabled", http.RequestAborted);
        return true;
    });

    public Task EnableAsync(HttpContext http) => DoAsync(http, "enabled", async (_, account) =>
    {
        if (account.Role == AccountRole.Administrator)
            await smart.Accounts.AddAdministratorAsync(account.Id, http.RequestAborted);
        await smart.Accounts.ChangeAsync(account.Id, static changed => changed with { IsDisabled = false }, http.RequestAborted);
        return true;
    });

    public Task ResetPasswordAsync(HttpContext http) => DoAsync(http, "given a one-time password", async (signedIn, account) =>
    {
        if (account.PasswordHash is not null)
            await smart.OneTimeTexts.KeepAsync(signedIn, account.Id, await smart.Accounts.ResetPasswordAsync(account.Id, http.RequestAborted), http.RequestAborted);
        return true;
    });

    public Task RemoveAuthenticatorAsync(HttpContext http) => DoAsync(http, "freed of its authenticator", async (_, account) =>
    {
        await smart.Accounts.RemoveAuthenticatorAsync(account.Id, http.RequestAborted);
        return true;
    });

    public Task EndSessionsAsync(HttpContext http) => DoAsync(http, "signed out everywhere", async (_, account) =>
    {
        await smart.Accounts.EndEverythingAsync(account.Id, static same => same, "ended by an administrator", http.RequestAborted);
        return true;
    });

    private async Task DoAsync(HttpContext http, string what, Func<SignedIn, Account, Task<bool>> action)
    {
        if (await SmartForm.ReadAsync(http) is null
            || await smart.Sessions.RequireAdministratorAsync(http) is not { } signedIn
            || await AccountEditPage.FindAsync(smart, http) is not { } account)
        {
            return;
        }

        if (!await action(signedIn, account))
        {
            await AccountEditPage.AnswerAsync(http, StatusCodes.Status400BadRequest, account, AccountForm.Of(account), null, AdministrationLabels.LastAdministrator);
            return;
        }

        smart.LogChange(signedIn, what, account.Id);
        LocalAddress.SeeOther(http, $"{AccountEditPage.AddressOf(account.Id)}?{AccountPage.Done}=done");
    }
}
