// Signing in, step by step: the password, then what else the account must do, and only then a session.

using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Smart;

/// <summary>A sign-in whose password was right, and that is not complete.</summary>
internal sealed record PendingSignIn
{
    /// <summary>The account's id.</summary>
    public required string AccountId { get; init; }

    /// <summary>The account's security stamp; the sign-in is over when it has another.</summary>
    public string SecurityStamp { get; init; } = "";

    /// <summary>True once a code was right.</summary>
    public bool IsCodeDone { get; init; }
}

/// <summary>The sign-ins.</summary>
/// <param name="smart">The server.</param>
internal sealed class SignIns(SmartService smart)
{
    private const string SecretClaim = "secret";

    private static readonly TimeSpan s_life = TimeSpan.FromMinutes(15);

    private readonly Tries _tries = new(smart.State, smart.Clock);
    private readonly KnownBrowser _browsers = new(smart);

    /// <summary>Checks a name and a password.</summary>
    /// <returns>The account; null if they are not right, or if it is not time for another try: the two look the same.</returns>
    public async Task<Account?> CheckAsync(HttpContext http, string name, string password)
    {
        var key = "password " + _browsers.KeyOf(http, name, await smart.Accounts.FindByNameAsync(name));
        if (!await _tries.BeginAsync(key, http.RequestAborted) || await smart.Accounts.FindByPasswordAsync(name, password, http.RequestAborted) is not { } account)
            return null;
        await _tries.SucceedAsync(key, http.RequestAborted);
        return account;
    }

    /// <summary>Checks the password of one who is signed in, for what asks for it again.</summary>
    public async Task<bool> CheckAgainAsync(HttpContext http, Account account, string password)
    {
        var key = "password " + _browsers.KeyOf(http, account.UserName, account);
        if (!await _tries.BeginAsync(key, http.RequestAborted) || !await smart.Accounts.IsPasswordAsync(account, password, http.RequestAborted))
            return false;
        await _tries.SucceedAsync(key, http.RequestAborted);
        return true;
    }

    /// <summary>Checks a code of the account's authenticator, or a recovery code, and uses it up.</summary>
    public async Task<bool> CheckCodeAsync(HttpContext http, Account account, string code)
    {
        var key = "code " + _browsers.KeyOf(http, account.UserName, account);
        if (!await _tries.BeginAsync(key, http.RequestAborted) || !await smart.Accounts.UseCodeAsync(account.Id, code))
            return false;
        await _tries.SucceedAsync(key, http.RequestAborted);
        return true;
    }

    /// <summary>Goes on after a step: to the next one, or with a session to where the user was going.</summary>
    /// <param name="http">The request.</param>
    /// <param name="account">The account as it is now.</param>
    /// <param name="isCodeDone">True if a code was right, or the authenticator was just set up.</param>
    /// <param name="returnTo">Where the user was going.</param>
    /// <returns>The session; null if there is another step. The answer is written.</returns>
    public async Task<SignedIn?> ContinueAsync(HttpContext http, Account account, bool isCodeDone, string returnTo)
    {
        await ForgetAsync(http);
        var next = account switch
        {
            { TwoFactor: true } when !isCodeDone => CodePage.Address,
            { MustChangePassword: true } => PasswordPage.SignInAddress,
            { Role: AccountRole.Administrator, TwoFactor: false } when smart.Options.AdministratorTotp => AuthenticatorPage.SignInAddress,
            _ => null,
        };
        if (next is not null)
        {
            var secret = Secret.Create();
            var pending = new PendingSignIn { AccountId = account.Id, SecurityStamp = account.SecurityStamp, IsCodeDone = isCodeDone };
            await smart.State.SignIns.AddAsync(Secret.HashOf(secret), pending, account.Id, smart.Clock.GetUtcNow() + s_life, http.RequestAborted);
            await http.SignInAsync(SessionCookies.SignIn, new ClaimsPrincipal(new ClaimsIdentity([new Claim(SecretClaim, secret)], SessionCookies.SignIn)));
            LocalAddress.SeeOther(http, $"{next}?{LocalAddress.Parameter}={Uri.EscapeDataString(returnTo)}");
            return null;
        }

        _browsers.Remember(http, account);
        var now = smart.Clock.GetUtcNow();
        var signedIn = await smart.Sessions.BeginAsync(http, await smart.Accounts.ChangeAsync(account.Id, changed => changed with { LastSignIn = now }, http.RequestAborted) ?? account);
        LocalAddress.SeeOther(http, returnTo);
        return signedIn;
    }

    /// <summary>The sign-in of the browser that sent a request, and its account; null for none, and then the browser was sent to the beginning.</summary>
    public async Task<(PendingSignIn Pending, Account Account)?> RequireAsync(HttpContext http)
    {
        if (await http.AuthenticateAsync(SessionCookies.SignIn) is { Succeeded: true } ticket
            && ticket.Principal.FindFirst(SecretClaim) is { } secret
            && await smart.State.SignIns.FindAsync(Secret.HashOf(secret.Value), http.RequestAborted) is { } kept
            && await smart.Accounts.FindAsync(kept.Value.AccountId, http.RequestAborted) is { IsDisabled: false } account
            && account.SecurityStamp == kept.Value.SecurityStamp)
        {
            return (kept.Value, account);
        }

        await smart.Sessions.ChallengeAsync(http, LoginPage.ReturnTo(http));
        return null;
    }

    private async Task ForgetAsync(HttpContext http)
    {
        if (await http.AuthenticateAsync(SessionCookies.SignIn) is { Succeeded: true } ticket && ticket.Principal.FindFirst(SecretClaim) is { } secret)
        {
            await smart.State.SignIns.RemoveAsync(Secret.HashOf(secret.Value), http.RequestAborted);
            await http.SignOutAsync(SessionCookies.SignIn);
        }
    }
}
