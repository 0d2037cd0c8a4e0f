// Another issuer whose tokens are taken here, as the host reads it.

namespace FhirHub.Smart;

/// <summary>An entry of <c>FhirHub:Auth:Issuers</c>.</summary>
public sealed record ExternalIssuer
{
    /// <summary><c>Issuer</c>: its identifier, exactly as the claim <c>iss</c> has it.</summary>
    public required string Issuer { get; init; }

    /// <summary><c>Audience</c>: the value that the claim <c>aud</c> of its tokens must hold for them to be good here.</summary>
    public required string Audience { get; init; }

    /// <summary><c>Metadata</c>: the address of its discovery document, where that is not the usual one.</summary>
    public string? Metadata { get; init; }

    /// <summary><c>ClientId</c>: who this server is there, for introspection; null for tokens that are JWTs only.</summary>
    public string? ClientId { get; init; }

    /// <summary><c>ClientSecret</c>.</summary>
    public string? ClientSecret { get; init; }

    /// <summary><c>Algorithms</c>: what its tokens may be signed with.</summary>
    public IReadOnlyList<string> Algorithms { get; init; } = AllAlgorithms;

    /// <summary><c>IntrospectionSeconds</c>: how long the answer about an opaque token is kept.</summary>
    public TimeSpan IntrospectionLife { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary><c>Claims:fhirUser</c>: the claim that names the user's resource.</summary>
    public string FhirUserClaim { get; init; } = "fhirUser";

    /// <summary><c>Claims:scope</c>.</summary>
    public string ScopeClaim { get; init; } = "scope";

    /// <summary><c>Claims:patient</c>: the claim with the id of the patient in context.</summary>
    public string PatientClaim { get; init; } = "patient";

    /// <summary><c>Claims:encounter</c>.</summary>
    public string EncounterClaim { get; init; } = "encounter";

    /// <summary><c>Claims:organization</c>: the claim that names the Organization; null for none.</summary>
    public string? OrganizationClaim { get; init; }

    /// <summary><c>Claims:roles</c>: the claim with the user's roles; null for none.</summary>
    public string? RolesClaim { get; init; }

    /// <summary><c>Roles:Administrator</c> and so on: what a role is called there.</summary>
    public IReadOnlyDictionary<AccountRole, string> Roles { get; init; } = new Dictionary<AccountRole, string>();

    /// <summary><c>DefaultRole</c>: the role of users of whom no other is told; null to refuse them.</summary>
    public AccountRole? DefaultRole { get; init; }

    /// <summary><c>Required</c>: claims that a token must have with just these values.</summary>
    public IReadOnlyDictionary<string, string> Required { get; init; } = new Dictionary<string, string>();

    /// <summary><c>Scopes</c>: what scopes of that issuer mean as scopes of SMART, where its own can't be written so.</summary>
    public IReadOnlyDictionary<string, string> Scopes { get; init; } = new Dictionary<string, string>();

    /// <summary><c>Services</c>: whether tokens without a user are good: those of backend services, with their <c>system/</c> scopes.</summary>
    public bool Services { get; init; }

    /// <summary>What may be allowed: signatures with a public key.</summary>
    public static IReadOnlyList<string> AllAlgorithms { get; } = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

    /// <summary>Never the secret.</summary>
    public override string ToString() => Issuer;
}
