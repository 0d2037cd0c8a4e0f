// Who can sign in.

namespace FhirHub.Smart;

/// <summary>What an account is for; it bounds what any token of it can do, whatever its scopes are.</summary>
public enum AccountRole
{
    /// <summary>A person whose records are here: sees those of one patient.</summary>
    Patient,

    /// <summary>Works at an institution of the region.</summary>
    Practitioner,

    /// <summary>Runs the exchange.</summary>
    Administrator,
}

/// <summary>An account of the built-in issuer, or the shadow of a user of another one.</summary>
public sealed record Account
{
    /// <summary>Its id: the <c>sub</c> of tokens; never used again.</summary>
    public required string Id { get; init; }

    /// <summary>The name to sign in with.</summary>
    public required string UserName { get; init; }

    /// <summary>The name that pages show.</summary>
    public string DisplayName { get; init; } = "";

    /// <summary>What it is for.</summary>
    public AccountRole Role { get; init; }

    /// <summary>The resource that stands for the user (<c>fhirUser</c>), such as <c>Practitioner/1</c> or <c>Patient/1</c>; null for an administrator without one.</summary>
    public string? FhirUser { get; init; }

    /// <summary>The PractitionerRole in which a practitioner acts, such as <c>PractitionerRole/1</c>.</summary>
    public string? PractitionerRole { get; init; }

    /// <summary>The institution in whose name a practitioner acts, such as <c>Organization/1</c>.</summary>
    public string? Organization { get; init; }

    /// <summary>What tokens of the account can do at most, as SMART scopes separated by blanks; null for all that its role may.</summary>
    public string? Scopes { get; init; }

    /// <summary>The issuer of an account that is a shadow; null for the built-in one.</summary>
    public string? ExternalIssuer { get; init; }

    /// <summary>Hash of the password by ASP.NET Core Identity; null for a shadow.</summary>
    public string? PasswordHash { get; init; }

    /// <summary>Changes with each change that ends all sessions.</summary>
    public string SecurityStamp { get; init; } = "";

    /// <summary>The key of TOTP, protected; null if it is off.</summary>
    public string? AuthenticatorKey { get; init; }

    /// <summary>True if signing in asks for a code too.</summary>
    public bool TwoFactor { get; init; }

    /// <summary>Codes that were used a short time ago, and are not taken again (RFC 6238, 5.2).</summary>
    public IReadOnlyList<UsedCode> UsedCodes { get; init; } = [];

    /// <summary>Hashes of recovery codes that are not used yet.</summary>
    public IReadOnlyList<string> RecoveryCodes { get; init; } = [];

    /// <summary>True if the password must be changed before anything else: it was printed or chosen by another.</summary>
    public bool MustChangePassword { get; init; }

    /// <summary>When a password that was printed or chosen by another ceases to be good; null for never.</summary>
    public DateTimeOffset? PasswordExpires { get; init; }

    /// <summary>When somebody signed in with it last; null for never.</summary>
    public DateTimeOffset? LastSignIn { get; init; }

    /// <summary>True if an administrator has disabled it: it can't sign in and its tokens are not good.</summary>
    public bool IsDisabled { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A code of an authenticator that was used.</summary>
/// <param name="Code">The digits.</param>
/// <param name="At">When.</param>
public sealed record UsedCode(string Code, DateTimeOffset At);

/// <summary>A browser in which somebody has signed in.</summary>
public sealed record Session
{
    /// <summary>The account's id.</summary>
    public required string AccountId { get; init; }

    /// <summary>When the user proved who they are (<c>auth_time</c>).</summary>
    public DateTimeOffset AuthenticatedAt { get; init; }

    /// <summary>The account's security stamp then; the session is over when it has another.</summary>
    public string SecurityStamp { get; init; } = "";

    /// <summary>What the browser said of itself, for the list of sessions.</summary>
    public string UserAgent { get; init; } = "";

    /// <summary>When it was used last, to within a minute.</summary>
    public DateTimeOffset LastUsed { get; init; }
}
