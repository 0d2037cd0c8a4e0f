// Browsers in which somebody has signed in: the cookie holds a secret, and a record in the store decides whether it is good.

using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace FhirHub.Smart;

/// <summary>Who uses a browser.</summary>
/// <param name="Account">The account as it is now.</param>
/// <param name="Session">The session.</param>
/// <param name="SessionId">Its id, which is no secret.</param>
public sealed record SignedIn(Account Account, Session Session, string SessionId);

/// <summary>The sessions of browsers.</summary>
/// <param name="smart">The server.</param>
public sealed class Sessions(SmartService smart)
{
    private const string SecretClaim = "secret";
    private const int LongestUserAgent = 256;

    /// <summary>Who has signed in, in the browser that sent a request; null for nobody.</summary>
    public async ValueTask<SignedIn?> FindAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (http.Features.Get<Found>() is not { } found)
            http.Features.Set(found = new Found(await ReadAsync(http)));
        return found.SignedIn;
    }

    /// <summary>Begins a session under a new secret, whatever the browser had before; nobody can have planted it.</summary>
    /// <returns>The session.</returns>
    public async Task<SignedIn> BeginAsync(HttpContext http, Account account)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(account);
        await EndAsync(http);
        var now = smart.Clock.GetUtcNow();
        var secret = Secret.Create();
        var agent = http.Request.Headers[HeaderNames.UserAgent].ToString();
        var session = new Session
        {
            AccountId = account.Id,
            AuthenticatedAt = now,
            LastUsed = now,
            SecurityStamp = account.SecurityStamp,
            UserAgent = agent.Length > LongestUserAgent ? agent[..LongestUserAgent] : agent,
        };
        await smart.State.Sessions.AddAsync(Secret.HashOf(secret), session, account.Id, ExpiryOf(session), http.RequestAborted);
        var principal = new ClaimsPrincipal(new ClaimsIdentity([new Claim(SecretClaim, secret)], SessionCookies.Session));
        await http.SignInAsync(SessionCookies.Session, principal);
        http.User = principal;
        var signedIn = new SignedIn(account, session, Secret.HashOf(secret));
        http.Features.Set(new Found(signedIn));
        return signedIn;
    }

    /// <summary>Ends the session of the browser that sent a request, and what was granted for as long as it lasts.</summary>
    public async Task EndAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (await FindAsync(http) is { } signedIn)
            await EndAsync(signedIn.Account.Id, signedIn.SessionId, http.RequestAborted);
        await http.SignOutAsync(SessionCookies.Session);
        http.User = new ClaimsPrincipal(new ClaimsIdentity());
        http.Features.Set(new Found(null));
    }

    /// <summary>Ends a session, and what was granted for as long as it lasts.</summary>
    /// <param name="accountId">Whose it is; one of another account is left alone.</param>
    /// <param name="sessionId">Its id.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async Task EndAsync(string accountId, string sessionId, CancellationToken cancel)
    {
        if (await smart.State.Sessions.FindAsync(sessionId, cancel) is { } kept && kept.Owner == accountId)
        {
            await smart.State.Sessions.RemoveAsync(sessionId, cancel);
            await smart.Grants.EndOfSessionAsync(accountId, sessionId, "session ended", cancel);
        }
    }

    /// <summary>Who has signed in; null for nobody, and then the browser was sent to sign in.</summary>
    public async Task<SignedIn?> RequireAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (await FindAsync(http) is { } signedIn)
            return signedIn;
        await ChallengeAsync(http, HttpMethods.IsGet(http.Request.Method) ? null : AccountPage.Address);
        return null;
    }

    /// <summary>The administrator who has signed in; null for anybody else, who is answered the same whatever the address is about.</summary>
    public async Task<SignedIn?> RequireAdministratorAsync(HttpContext http)
    {
        if (await RequireAsync(http) is not { } signedIn)
            return null;
        if (signedIn.Account.Role == AccountRole.Administrator && (signedIn.Account.TwoFactor || !smart.Options.AdministratorTotp))
            return signedIn;
        await SmartPage.AnswerAsync(http, StatusCodes.Status403Forbidden, SmartLabels.Forbidden, static page =>
            page.Html.Element("p", SmartLabels.ForbiddenReason, ("role", "alert"), ("class", "problem")));
        return null;
    }

    /// <summary>The sessions of an account that are good, the last used first.</summary>
    public async Task<IReadOnlyList<SignedIn>> ListAsync(Account account, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(account);
        var kept = await smart.State.Sessions.ListAsync(account.Id, "", 1_000, cancel);
        return [.. kept.Where(session => IsGood(session.Value, account)).OrderByDescending(static session => session.Value.LastUsed)
            .Select(session => new SignedIn(account, session.Value, session.Id))];
    }

    /// <summary>Sends a browser to the page that signs in, and afterwards back.</summary>
    /// <param name="http">The request.</param>
    /// <param name="returnTo">Where to go afterwards, on this server; the address of the request unless it is said.</param>
    /// <param name="again">True to ask for the password of one who is signed in too (<c>prompt=login</c>, <c>max_age</c>); the session that it begins has a new <see cref="Session.AuthenticatedAt"/>.</param>
    public async Task ChallengeAsync(HttpContext http, string? returnTo = null, bool again = false)
    {
        ArgumentNullException.ThrowIfNull(http);
        returnTo ??= http.Request.Path + http.Request.QueryString.Value;

        // A cookie that is not good any more would be sent for ever.
        if (await FindAsync(http) is null && http.Request.Cookies.Count > 0)
            await http.SignOutAsync(SessionCookies.Session);
        LocalAddress.SeeOther(http, $"{LoginPage.Address}?{(again ? $"{LoginPage.Again}=true&" : "")}{LocalAddress.Parameter}={Uri.EscapeDataString(returnTo)}");
    }

    /// <summary>Tells the antiforgery of ASP.NET Core who is signed in or about to, so that a form of one session is no good in another.</summary>
    internal async Task IdentifyAsync(HttpContext http)
    {
        var scheme = await FindAsync(http) is null ? SessionCookies.SignIn : SessionCookies.Session;
        if (await http.AuthenticateAsync(scheme) is { Principal: { } principal })
            http.User = principal;
    }

    /// <summary>Who has signed in, where that was asked before.</summary>
    internal static SignedIn? Of(HttpContext http) => http.Features.Get<Found>()?.SignedIn;

    private async Task<SignedIn?> ReadAsync(HttpContext http)
    {
        if (await http.AuthenticateAsync(SessionCookies.Session) is not { Succeeded: true } ticket || ticket.Principal.FindFirst(SecretClaim) is not { } secret)
            return null;
        var id = Secret.HashOf(secret.Value);
        if (await smart.State.Sessions.FindAsync(id, http.RequestAborted) is not { } kept
            || await smart.State.Accounts.FindAsync(kept.Value.AccountId, http.RequestAborted) is not { Value: var account }
            || !IsGood(kept.Value, account))
        {
            return null;
        }

        var now = smart.Clock.GetUtcNow();
        if (now - kept.Value.LastUsed > TimeSpan.FromMinutes(1))
        {
            // If another request has just written it, that is as good.
            var used = kept with { Value = kept.Value with { LastUsed = now } };
            await smart.State.Sessions.PutAsync(used with { Expires = ExpiryOf(used.Value) }, http.RequestAborted);
        }

        return new SignedIn(account, kept.Value, id);
    }

    private bool IsGood(Session session, Account account) => !account.IsDisabled && session.SecurityStamp == account.SecurityStamp && ExpiryOf(session) > smart.Clock.GetUtcNow();

    private DateTimeOffset ExpiryOf(Session session)
    {
        var idle = session.LastUsed + smart.Options.SessionLife;
        var absolute = session.AuthenticatedAt + smart.Options.LongestSession;
        return idle < absolute ? idle : absolute;
    }

    private sealed record Found(SignedIn? SignedIn);
}
