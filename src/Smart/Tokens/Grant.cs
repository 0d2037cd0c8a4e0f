// What was granted, and the codes and tokens that stand for it.

namespace FhirHub.Smart;

/// <summary>
/// What one authorization granted: the family of all its tokens. A token is good as long as its grant is there and not ended, so ending the grant
/// revokes all of them at once.
/// </summary>
public sealed record Grant
{
    /// <summary>The client.</summary>
    public required string ClientId { get; init; }

    /// <summary>The account; null for a backend service.</summary>
    public string? AccountId { get; init; }

    /// <summary>What was granted, as scopes separated by blanks.</summary>
    public required string Scope { get; init; }

    /// <summary>The launch context.</summary>
    public LaunchContext Context { get; init; } = LaunchContext.None;

    /// <summary>The FHIR base that it is for (<c>aud</c>).</summary>
    public string Audience { get; init; } = "";

    /// <summary>The session that it ends with (<c>online_access</c>), by its id; null if it does not.</summary>
    public string? SessionId { get; init; }

    /// <summary>The <c>nonce</c> of the authorization request.</summary>
    public string? Nonce { get; init; }

    /// <summary>When the user proved who they are.</summary>
    public DateTimeOffset AuthenticatedAt { get; init; }

    /// <summary>When it was granted.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When a token of it was issued last.</summary>
    public DateTimeOffset LastUsed { get; init; }

    /// <summary>When it was ended, and why; null as long as it is good.</summary>
    public GrantEnd? Ended { get; init; }

    /// <summary>The hash of the one refresh token that is good now; null for none.</summary>
    public string? RefreshTokenHash { get; init; }

    /// <summary>The refresh token before that one; null for none.</summary>
    public RotatedToken? Rotated { get; init; }
}

/// <summary>
/// A refresh token that was used. Where the configuration says so, it may for a short time be used again, as long as its successor was not, and gets the same successor: the answer that
/// held it may be lost, and two windows of an app may refresh at once.
/// </summary>
/// <param name="Hash">Its hash.</param>
/// <param name="Salt">What makes its successor of it (<see cref="Secret.Derive"/>), so that the successor itself is kept nowhere.</param>
/// <param name="Until">When that time ends.</param>
public sealed record RotatedToken(string Hash, string Salt, DateTimeOffset Until);

/// <summary>The end of a grant.</summary>
/// <param name="At">When.</param>
/// <param name="Reason">Why: <c>revoked</c>, <c>refresh token reused</c>, <c>code reused</c>, <c>session ended</c>, ….</param>
public sealed record GrantEnd(DateTimeOffset At, string Reason);

/// <summary>An authorization code (RFC 6749, 4.1.2; RFC 7636).</summary>
public sealed record AuthorizationCode
{
    /// <summary>The grant that it stands for; it is made with the code, and its tokens when the code is used.</summary>
    public required string GrantId { get; init; }

    /// <summary>The client.</summary>
    public required string ClientId { get; init; }

    /// <summary>The <c>redirect_uri</c> of the authorization request.</summary>
    public required string RedirectUri { get; init; }

    /// <summary>The <c>code_challenge</c>, S256.</summary>
    public required string CodeChallenge { get; init; }

    /// <summary>The session of the browser in which the user consented; the code is no good once it has ended.</summary>
    public string SessionId { get; init; } = "";

    /// <summary>True once it was used: used again, it ends the grant.</summary>
    public bool IsUsed { get; init; }
}

/// <summary>An access token.</summary>
public sealed record AccessToken
{
    /// <summary>The grant.</summary>
    public required string GrantId { get; init; }

    /// <summary>Its scopes: those of the grant, or fewer.</summary>
    public required string Scope { get; init; }

    /// <summary>When it was issued.</summary>
    public DateTimeOffset IssuedAt { get; init; }

    /// <summary>True if it came with an id_token, so that introspection tells <c>iss</c> and <c>sub</c>.</summary>
    public bool HasIdToken { get; init; }
}

/// <summary>A refresh token; which one of a grant is good now, the grant says.</summary>
public sealed record RefreshToken
{
    /// <summary>The grant.</summary>
    public required string GrantId { get; init; }
}
