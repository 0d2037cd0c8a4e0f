// Makes grants and access tokens, and finds what a token stands for.

namespace FhirHub.Smart;

/// <summary>The grants of the server.</summary>
/// <param name="state">What is kept.</param>
/// <param name="constraints">What the constraints of scopes mean.</param>
/// <param name="clock">The clock.</param>
public sealed class Grants(SmartState state, ScopeConstraints constraints, TimeProvider clock)
{
    /// <summary>Keeps a new grant.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> CreateAsync(Grant grant, DateTimeOffset? expires, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(grant);
        var id = Guid.CreateVersion7().ToString("N");
        await state.Grants.AddAsync(id, grant, grant.AccountId ?? grant.ClientId, expires, cancel);
        return id;
    }

    /// <summary>Issues an access token.</summary>
    /// <param name="grantId">The grant.</param>
    /// <param name="scope">Its scopes: those of the grant, or fewer.</param>
    /// <param name="life">How long it is good.</param>
    /// <param name="hasIdToken">True if an id_token comes with it.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async Task<string> IssueAsync(string grantId, string scope, TimeSpan life, bool hasIdToken, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var secret = Secret.Create();
        await state.AccessTokens.AddAsync(
            Secret.HashOf(secret), new AccessToken { GrantId = grantId, Scope = scope, IssuedAt = now, HasIdToken = hasIdToken }, grantId, now + life, cancel);
        return secret;
    }

    /// <summary>Ends a grant, so that none of its tokens is good from the moment on that the task ends.</summary>
    public async Task EndAsync(string grantId, string reason, CancellationToken cancel)
    {
        while (await state.Grants.FindAsync(grantId, cancel) is { Value.Ended: null } kept)
        {
            if (await state.Grants.PutAsync(kept with { Value = kept.Value with { Ended = new GrantEnd(clock.GetUtcNow(), reason), RefreshTokenHash = null } }, cancel) is not null)
                return;
        }
    }

    /// <summary>What a token stands for; null if it is not good.</summary>
    public async ValueTask<Access?> FindAsync(string token, CancellationToken cancel)
    {
        if (await state.AccessTokens.FindAsync(Secret.HashOf(token), cancel) is not { } access
            || await state.Grants.FindAsync(access.Value.GrantId, cancel) is not { Value: { Ended: null } grant }
            || await state.Clients.FindAsync(grant.ClientId, cancel) is not { Value: { Status: ClientStatus.Active } client })
        {
            return null;
        }

        Account? account = null;
        if (grant.AccountId is { } id)
        {
            account = (await state.Accounts.FindAsync(id, cancel))?.Value;
            if (account is null or { IsDisabled: true })
                return null;
        }

        var scopes = ScopeSet.Parse(access.Value.Scope);
        return new Access(access.Value.GrantId, grant, client, account, scopes, SmartAccessScope.Of(constraints, scopes, grant, client, account));
    }
}
