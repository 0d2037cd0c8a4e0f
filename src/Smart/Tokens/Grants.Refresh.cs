// The tokens of a grant: the first ones for a code, and new ones for a refresh token, which is used once (RFC 6749, 6; RFC 9700, 4.14.2).

namespace FhirHub.Smart;

/// <summary>Tokens that were issued.</summary>
/// <param name="GrantId">Their grant.</param>
/// <param name="Grant">What was granted.</param>
/// <param name="AccessToken">The access token.</param>
/// <param name="Scope">Its scopes.</param>
/// <param name="Life">How long it is good.</param>
/// <param name="RefreshToken">The refresh token; null for none.</param>
internal sealed record IssuedTokens(string GrantId, Grant Grant, string AccessToken, string Scope, TimeSpan Life, string? RefreshToken);

/// <content>Issuing and refreshing.</content>
public sealed partial class Grants
{
    /// <summary>The scope of refresh tokens that outlive the session.</summary>
    internal const string OfflineAccess = "offline_access";

    /// <summary>The scope of refresh tokens that end with the session.</summary>
    internal const string OnlineAccess = "online_access";

    /// <summary>A grant without a refresh token is kept for that much longer than its one access token, whose own time is to decide.</summary>
    internal static readonly TimeSpan Beyond = TimeSpan.FromMinutes(1);

    private const string NotGood = "The refresh token is not good, or not any more; let the user authorize again.";

    /// <summary>Issues the first tokens of a grant.</summary>
    /// <param name="grantId">The grant.</param>
    /// <param name="client">Its client.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>Null if the grant is over.</returns>
    internal async Task<IssuedTokens?> BeginAsync(string grantId, Client client, CancellationToken cancel)
    {
        while (await _state.Grants.FindAsync(grantId, cancel) is { Value.Ended: null } kept)
        {
            var grant = kept.Value;
            var scopes = ScopeSet.Parse(grant.Scope);
            if (await LifeAsync(grant, cancel) is not { } life)
                return null;
            var secret = client.GrantTypes.Contains(Client.RefreshToken) && (scopes.Has(OfflineAccess) || (scopes.Has(OnlineAccess) && grant.SessionId is not null))
                ? Secret.Create()
                : null;
            var now = _clock.GetUtcNow();
            var expires = now + (secret is null ? life + Beyond : _options.RefreshTokenLife);
            if (secret is not null)
                await _state.RefreshTokens.AddAsync(Secret.HashOf(secret), new RefreshToken { GrantId = grantId }, grantId, expires, cancel);
            grant = grant with { LastUsed = now, RefreshTokenHash = secret is null ? null : Secret.HashOf(secret) };
            if (await _state.Grants.PutAsync(kept with { Value = grant, Expires = expires }, cancel) is not null)
                return await IssueAsync(grantId, grant, grant.Scope, life, secret, cancel);
        }

        return null;
    }

    /// <summary>The client that a refresh token was issued to; null if there is none such. It says nothing of whether the token is good.</summary>
    internal async Task<string?> ClientOfRefreshTokenAsync(string token, CancellationToken cancel) =>
        await _state.RefreshTokens.FindAsync(Secret.HashOf(token), cancel) is { } kept ? (await _state.Grants.FindAsync(kept.Value.GrantId, cancel))?.Value.ClientId : null;

    /// <summary>Issues new tokens for a refresh token, which thereby is used up.</summary>
    /// <param name="token">The refresh token.</param>
    /// <param name="client">The client, which has proved that it is.</param>
    /// <param name="scope">The scopes that it asks for; null for those of the grant.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="OAuthException">It is not good. One that was used before ends its grant.</exception>
    internal async Task<IssuedTokens> RefreshAsync(string token, Client client, string? scope, CancellationToken cancel)
    {
        var hash = Secret.HashOf(token);
        if (await _state.RefreshTokens.FindAsync(hash, cancel) is not { Value.GrantId: var grantId })
            throw OAuthException.InvalidGrant(NotGood);
        while (await _state.Grants.FindAsync(grantId, cancel) is { Value.Ended: null } kept && kept.Value.ClientId == client.Id)
        {
            var grant = kept.Value;
            var now = _clock.GetUtcNow();
            if (grant.RefreshTokenHash != hash)
            {
                if (grant.Rotated is { } rotated && rotated.Hash == hash && rotated.Until > now)
                    return await IssueAsync(grantId, grant, Narrow(grant, scope), await LifeAsync(grant, cancel) ?? throw OAuthException.InvalidGrant(NotGood), Secret.Derive(token, rotated.Salt), cancel);
                await EndAsync(grantId, "refresh token reused", cancel);
                break;
            }

            var narrowed = Narrow(grant, scope);
            if (await LifeAsync(grant, cancel) is not { } life)
            {
                await EndAsync(grantId, "session ended", cancel);
                break;
            }

            if (await IsDisabledAsync(grant, cancel))
                break;

            // The successor is known before the grant names it: what decides is the one write of the grant.
            var salt = Secret.Create();
            var next = Secret.Derive(token, salt);
            var expires = now + _options.RefreshTokenLife;
            await _state.RefreshTokens.AddAsync(Secret.HashOf(next), new RefreshToken { GrantId = grantId }, grantId, expires, cancel);
            grant = grant with { LastUsed = now, RefreshTokenHash = Secret.HashOf(next), Rotated = new RotatedToken(hash, salt, now + _options.RefreshRetry) };
            if (await _state.Grants.PutAsync(kept with { Value = grant, Expires = expires }, cancel) is not null)
                return await IssueAsync(grantId, grant, narrowed, life, next, cancel);
        }

        throw OAuthException.InvalidGrant(NotGood);
    }

    private async Task<IssuedTokens> IssueAsync(string grantId, Grant grant, string scope, TimeSpan life, string? refreshToken, CancellationToken cancel)
    {
        var hasIdToken = grant.AccountId is not null && ScopeSet.Parse(grant.Scope).Has("openid");
        return new IssuedTokens(grantId, grant, await IssueAsync(grantId, scope, life, hasIdToken, cancel), scope, life, refreshToken);
    }

    private static string Narrow(Grant grant, string? scope)
    {
        if (scope is null)
            return grant.Scope;
        var asked = ScopeSet.Parse(scope);
        return ScopeSet.Parse(grant.Scope).FirstBeyond(asked) is null
            ? asked.ToString()
            : throw OAuthException.InvalidScope("The refresh asks for a scope that was not granted; ask for those of the token answer, or fewer.");
    }

    private async ValueTask<bool> IsDisabledAsync(Grant grant, CancellationToken cancel) =>
        grant.AccountId is { } id && (await _state.Accounts.FindAsync(id, cancel))?.Value is null or { IsDisabled: true };

    // Null if the session is over that the grant ends with. Issuing a token is a use of the session, as its user is at work in the app; how long a
    // session lasts at most holds here too.
    private async ValueTask<TimeSpan?> LifeAsync(Grant grant, CancellationToken cancel)
    {
        if (grant.SessionId is not { } id)
            return _options.AccessTokenLife;
        if (await _state.Sessions.FindAsync(id, cancel) is not { } kept || kept.Value.AccountId != grant.AccountId)
            return null;
        var now = _clock.GetUtcNow();
        var expires = now + _options.SessionLife;
        var longest = kept.Value.AuthenticatedAt + _options.LongestSession;
        if (expires > longest)
            expires = longest;
        if (kept.Expires is { } until && until < expires && await _state.Sessions.PutAsync(kept with { Value = kept.Value with { LastUsed = now }, Expires = expires }, cancel) is null)
            expires = until;
        var life = expires - now;
        return life < _options.AccessTokenLife ? life : _options.AccessTokenLife;
    }
}
