// The configuration of the authorization server, as the host reads it.

using System.Net;

namespace FhirHub.Smart;

/// <summary><c>FhirHub:Auth</c>.</summary>
public sealed record SmartOptions
{
    /// <summary>
    /// <c>FhirHub:Auth:Issuer</c>: the address of this server as its clients see it, without a slash at the end, such as <c>https://fhir.example.org</c>;
    /// null for the address of each request, which is right only where nobody but this machine can choose the header <c>Host</c>.
    /// </summary>
    public string? Issuer { get; init; }

    /// <summary>The path of the FHIR API below the issuer.</summary>
    public string FhirPath { get; init; } = "/fhir";

    /// <summary>The path of the image service below the issuer; null if there is none.</summary>
    public string? ImagesPath { get; init; }

    /// <summary>The path of the pages of conformance tests below the issuer; null if there are none.</summary>
    public string? ConformancePath { get; init; }

    /// <summary><c>FhirHub:Auth:KeyFile</c>: the file of the key that protects all other keys; it is made at the first start.</summary>
    public required string KeyFile { get; init; }

    /// <summary>
    /// <c>FhirHub:Auth:ResetKeys</c>: makes a new key file where that of the database is lost, and drops what only the lost one could open.
    /// </summary>
    public bool ResetKeys { get; init; }

    /// <summary><c>FhirHub:Auth:AccessTokenSeconds</c>: life of an access token that a user consented to (SMART: an hour at most).</summary>
    public TimeSpan AccessTokenLife { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Life of an access token of a backend service (SMART: five minutes at most).</summary>
    public TimeSpan ServiceTokenLife { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary><c>FhirHub:Auth:RefreshTokenDays</c>: life of a refresh token for offline access, from its last use.</summary>
    public TimeSpan RefreshTokenLife { get; init; } = TimeSpan.FromDays(180);

    /// <summary>
    /// <c>FhirHub:Auth:RefreshRetrySeconds</c>: how long a used refresh token gets its successor again, as long as that one was not used. With none,
    /// as it is by default, any second use ends the grant.
    /// </summary>
    public TimeSpan RefreshRetry { get; init; } = TimeSpan.Zero;

    /// <summary><c>FhirHub:Auth:TokenRequestsPerMinute</c>: requests a minute for tokens, of one address and of one client; one that may be a guess counts as ten.</summary>
    public int TokenRequestsPerMinute { get; init; } = 600;

    /// <summary>Life of an authorization code.</summary>
    public TimeSpan CodeLife { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Life of a launch.</summary>
    public TimeSpan LaunchLife { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary><c>FhirHub:Auth:SessionMinutes</c>: a browser's session ends that long after its last use.</summary>
    public TimeSpan SessionLife { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary><c>FhirHub:Auth:SessionHours</c>: a browser's session ends that long after its beginning, however much it is used.</summary>
    public TimeSpan LongestSession { get; init; } = TimeSpan.FromHours(12);

    /// <summary><c>FhirHub:Auth:PasswordLength</c>: characters of a password at least.</summary>
    public int PasswordLength { get; init; } = 12;

    /// <summary><c>FhirHub:Auth:AdministratorTotp</c>: whether administrators must have an authenticator (TOTP).</summary>
    public bool AdministratorTotp { get; init; }

    /// <summary><c>FhirHub:Auth:SignInsPerMinute</c>: tries to sign in that one network address has each minute.</summary>
    public int SignInsPerMinute { get; init; } = 60;

    /// <summary><c>FhirHub:Auth:Registration</c>: whether anybody may ask to register a client; a request waits until an administrator approves it.</summary>
    public bool Registration { get; init; } = true;

    /// <summary><c>FhirHub:Auth:InitialAccessToken</c>: what a request to register must bring (RFC 7591, 3); null if it needs nothing.</summary>
    public string? InitialAccessToken { get; init; }

    /// <summary><c>FhirHub:Auth:RegistrationsPerHour</c>: registrations that one network address may ask for.</summary>
    public int RegistrationsPerHour { get; init; } = 20;

    /// <summary>
    /// <c>FhirHub:Auth:FetchPrivate</c>: networks that keys of clients and documents of other issuers may be fetched from although they are not public;
    /// http only from loopback addresses among them.
    /// </summary>
    public IReadOnlyList<IPNetwork> FetchPrivate { get; init; } = [];

    /// <summary><c>FhirHub:Auth:Issuers</c>: other issuers whose tokens are taken too.</summary>
    public IReadOnlyList<ExternalIssuer> Issuers { get; init; } = [];

    /// <summary>How long a fetch may take.</summary>
    public TimeSpan FetchTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary><c>FhirHub:Auth:Brand</c>: as what users of apps find this exchange.</summary>
    public BrandOptions Brand { get; init; } = new();
}
