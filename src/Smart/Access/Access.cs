// What a bearer token stands for, and the scope that every part of the server holds its request to.

using FhirHub.Search;

namespace FhirHub.Smart;

/// <summary>The access that a good token gives.</summary>
/// <param name="GrantId">The grant.</param>
/// <param name="Grant">What was granted.</param>
/// <param name="Client">The client.</param>
/// <param name="Account">The account; null for a backend service.</param>
/// <param name="Scopes">The token's scopes.</param>
/// <param name="Scope">What it may see and do.</param>
public sealed record Access(string GrantId, Grant Grant, Client Client, Account? Account, ScopeSet Scopes, AccessScope Scope)
{
    /// <summary>The token; null for one of another issuer.</summary>
    public AccessToken? Token { get; init; }

    /// <summary>When it ceases to be good.</summary>
    public DateTimeOffset ExpiresAt { get; init; } = DateTimeOffset.MaxValue;
}
