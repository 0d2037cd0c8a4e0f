// A registered client (RFC 7591, SMART App Launch 2.2.0 app-launch.html#register-app-with-ehr).

namespace FhirHub.Smart;

/// <summary>How a client proves who it is at the token endpoint.</summary>
public enum ClientAuthentication
{
    /// <summary>Not at all: a public client (<c>none</c>).</summary>
    None,

    /// <summary>By a shared secret (<c>client_secret_basic</c>, <c>client_secret_post</c>).</summary>
    Secret,

    /// <summary>By a signed assertion (<c>private_key_jwt</c>).</summary>
    PrivateKeyJwt,
}

/// <summary>Whether a client may be used.</summary>
public enum ClientStatus
{
    /// <summary>It asked to be registered and waits for an administrator.</summary>
    Pending,

    /// <summary>It may be used.</summary>
    Active,

    /// <summary>An administrator refused or disabled it; nothing that it was granted is good any more.</summary>
    Disabled,
}

/// <summary>A client.</summary>
public sealed record Client
{
    /// <summary>The grants of the authorization endpoint.</summary>
    public const string AuthorizationCode = "authorization_code";

    /// <summary>The refresh grant.</summary>
    public const string RefreshToken = "refresh_token";

    /// <summary>The grant of backend services.</summary>
    public const string ClientCredentials = "client_credentials";

    /// <summary><c>client_id</c>.</summary>
    public required string Id { get; init; }

    /// <summary><c>client_name</c>, which users are shown.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it may be used.</summary>
    public ClientStatus Status { get; init; }

    /// <summary><c>token_endpoint_auth_method</c>.</summary>
    public ClientAuthentication Authentication { get; init; }

    /// <summary>The hash of its secret (<see cref="Secret.HashOf"/>; the server makes all secrets); null for none.</summary>
    public string? SecretHash { get; init; }

    /// <summary><c>jwks</c>: its keys as a JSON Web Key Set; null for none.</summary>
    public string? Jwks { get; init; }

    /// <summary><c>jwks_uri</c>: where its keys are; null for none.</summary>
    public string? JwksUri { get; init; }

    /// <summary><c>redirect_uris</c>, compared as they are written.</summary>
    public IReadOnlyList<string> RedirectUris { get; init; } = [];

    /// <summary>Where an EHR launch begins (<c>initiate_login_uri</c>).</summary>
    public IReadOnlyList<string> LaunchUris { get; init; } = [];

    /// <summary><c>grant_types</c>.</summary>
    public IReadOnlyList<string> GrantTypes { get; init; } = [AuthorizationCode, RefreshToken];

    /// <summary><c>scope</c>: all that may be granted to it; for a backend service what it is pre-authorized for.</summary>
    public string Scope { get; init; } = "";

    /// <summary>Origins that its pages call from; those of its redirect addresses are among them.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary><c>logo_uri</c>, or null.</summary>
    public string? LogoUri { get; init; }

    /// <summary><c>client_uri</c>, or null.</summary>
    public string? ClientUri { get; init; }

    /// <summary><c>policy_uri</c>, or null.</summary>
    public string? PolicyUri { get; init; }

    /// <summary><c>tos_uri</c>, or null.</summary>
    public string? TosUri { get; init; }

    /// <summary><c>contacts</c>.</summary>
    public IReadOnlyList<string> Contacts { get; init; } = [];

    /// <summary>The Organization that runs a backend service, such as <c>Organization/1</c>: what it writes is that institution's. Null for none.</summary>
    public string? Organization { get; init; }

    /// <summary>True if its token may introspect those of other clients.</summary>
    public bool MayIntrospect { get; init; }

    /// <summary>True for an EHR that may start launches of other clients by the launch API, in the name of users who sign in here.</summary>
    public bool MayLaunch { get; init; }

    /// <summary>True for a client that the server itself makes: its redirect addresses may begin with <c>/</c>, and then are below the issuer.</summary>
    public bool IsBuiltIn { get; init; }

    /// <summary>True for a program that is installed on its user's device (<c>application_type</c> <c>native</c>): its redirect addresses may have a scheme of its own.</summary>
    public bool IsNative { get; init; }

    /// <summary><c>software_id</c>, or null.</summary>
    public string? SoftwareId { get; init; }

    /// <summary><c>software_version</c>, or null.</summary>
    public string? SoftwareVersion { get; init; }

    /// <summary>The hash of its registration access token (RFC 7592); null for one that an administrator made.</summary>
    public string? RegistrationTokenHash { get; init; }

    /// <summary>When it was registered.</summary>
    public DateTimeOffset CreatedAt { get; init; }
}
