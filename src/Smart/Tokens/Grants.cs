// Makes grants and access tokens, finds what a token stands for, and ends them.

using FhirHub.Search;

namespace FhirHub.Smart;

/// <summary>The grants of the server.</summary>
public sealed partial class Grants
{
    // Ours are 43 characters long; what is far longer is not even hashed.
    private const int LongestToken = 128;
    private const int GrantsPerPage = 500;

    private readonly SmartState _state;
    private readonly ScopeConstraints _constraints;
    private readonly SmartOptions _options;
    private readonly TimeProvider _clock;
    private readonly AccessCache _cache;

    /// <summary>Makes the grants of a server.</summary>
    /// <param name="state">What is kept.</param>
    /// <param name="constraints">What the constraints of scopes mean.</param>
    /// <param name="options">The configuration.</param>
    /// <param name="clock">The clock.</param>
    public Grants(SmartState state, ScopeConstraints constraints, SmartOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(state);
        _state = state;
        _constraints = constraints;
        _options = options;
        _clock = clock;
        _cache = new AccessCache(state.Store);
    }

    /// <summary>Keeps a new grant.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> CreateAsync(Grant grant, DateTimeOffset? expires, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(grant);
        var id = Guid.CreateVersion7().ToString("N");
        await _state.Grants.AddAsync(id, grant, grant.AccountId ?? grant.ClientId, expires, cancel);
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
        var now = _clock.GetUtcNow();
        var secret = Secret.Create();
        await _state.AccessTokens.AddAsync(
            Secret.HashOf(secret), new AccessToken { GrantId = grantId, Scope = scope, IssuedAt = now, HasIdToken = hasIdToken }, grantId, now + life, cancel);
        return secret;
    }

    /// <summary>Ends a grant, so that none of its tokens is good from the moment on that the task ends.</summary>
    public async Task EndAsync(string grantId, string reason, CancellationToken cancel)
    {
        while (await _state.Grants.FindAsync(grantId, cancel) is { Value.Ended: null } kept)
        {
            var ended = kept.Value with { Ended = new GrantEnd(_clock.GetUtcNow(), reason), RefreshTokenHash = null, Rotated = null };
            if (await _state.Grants.PutAsync(kept with { Value = ended }, cancel) is not null)
                return;
        }
    }

    /// <summary>Ends all that an account granted, to whatever client.</summary>
    public Task EndAllOfAccountAsync(string accountId, string reason, CancellationToken cancel) => EndAllAsync(accountId, static _ => true, reason, cancel);

    /// <summary>Ends all that was granted to a client, by whatever account.</summary>
    public Task EndAllOfClientAsync(string clientId, string reason, CancellationToken cancel) => EndAllAsync(null, grant => grant.ClientId == clientId, reason, cancel);

    /// <summary>Ends what was granted for as long as a session lasts (<c>online_access</c>).</summary>
    /// <param name="accountId">The session's account.</param>
    /// <param name="sessionId">The session, by the id under which it is kept.</param>
    /// <param name="reason">Why it is over.</param>
    /// <param name="cancel">Ends the wait.</param>
    public Task EndOfSessionAsync(string accountId, string sessionId, string reason, CancellationToken cancel) =>
        EndAllAsync(accountId, grant => grant.SessionId == sessionId, reason, cancel);

    /// <summary>What a token stands for; null if it is not good.</summary>
    public ValueTask<Access?> FindAsync(string token, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(token);
        if (token.Length > LongestToken)
            return new((Access?)null);
        var hash = Secret.HashOf(token);
        var parameters = _constraints.Parameters;
        return _cache.Find(hash, parameters, _clock.GetUtcNow()) is { } kept ? new(kept) : ReadAsync(hash, parameters, cancel);
    }

    // The marks are taken before the records are read, so that a write in between leaves what is kept here over from the start.
    private async ValueTask<Access?> ReadAsync(string hash, SearchParameterRegistry parameters, CancellationToken cancel)
    {
        var marks = new List<AccessCache.Mark>(5);
        var access = await ReadAsync(hash, marks, cancel);
        if (access is null)
            _cache.Forget(_state.AccessTokens.Kind, hash);
        else
            _cache.Keep(hash, access, parameters, marks);
        return access;
    }

    private async ValueTask<Access?> ReadAsync(string hash, List<AccessCache.Mark> marks, CancellationToken cancel)
    {
        if (await FindAsync(_state.AccessTokens, hash, marks, cancel) is not { } token
            || await FindAsync(_state.Grants, token.Value.GrantId, marks, cancel) is not { Value: { Ended: null } grant } granted
            || await FindAsync(_state.Clients, grant.ClientId, marks, cancel) is not { Value: { Status: ClientStatus.Active } client })
        {
            return null;
        }

        Account? account = null;
        if (grant.AccountId is { } id)
        {
            account = (await FindAsync(_state.Accounts, id, marks, cancel))?.Value;
            if (account is null or { IsDisabled: true })
                return null;
        }

        var expires = Earlier(token.Expires, granted.Expires);
        if (grant.SessionId is { } sessionId)
        {
            if (await FindAsync(_state.Sessions, sessionId, marks, cancel) is not { } session
                || session.Value.AccountId != grant.AccountId || session.Value.SecurityStamp != account?.SecurityStamp)
                return null;
            expires = Earlier(expires, session.Expires);
        }

        var scopes = ScopeSet.Parse(token.Value.Scope);
        return new Access(token.Value.GrantId, grant, client, account, scopes, SmartAccessScope.Of(_constraints, scopes, grant, client, account))
        {
            Token = token.Value,
            ExpiresAt = expires ?? DateTimeOffset.MaxValue,
        };
    }

    private ValueTask<Kept<T>?> FindAsync<T>(StateSet<T> records, string id, List<AccessCache.Mark> marks, CancellationToken cancel)
        where T : class
    {
        marks.Add(_cache.MarkOf(records.Kind, id));
        return records.FindAsync(id, cancel);
    }

    private async Task EndAllAsync(string? owner, Func<Grant, bool> isMeant, string reason, CancellationToken cancel)
    {
        var after = "";
        while (true)
        {
            var page = await _state.Grants.ListAsync(owner, after, GrantsPerPage, cancel);
            foreach (var kept in page)
            {
                if (kept.Value.Ended is null && isMeant(kept.Value))
                    await EndAsync(kept.Id, reason, cancel);
            }

            if (page.Count < GrantsPerPage)
                return;
            after = page[^1].Id;
        }
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? left, DateTimeOffset? right) => left is null || right < left ? right : left;
}
