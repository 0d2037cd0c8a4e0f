// Everything that the authorization server keeps, by kind.

using FhirHub.Storage;

namespace FhirHub.Smart;

/// <summary>The records of the authorization server. Secrets are ids here only as their hashes (<see cref="Secret"/>).</summary>
/// <param name="store">Where they lie.</param>
public sealed class SmartState(IStateStore store)
{
    /// <summary>
    /// The kinds that move with the server to another store, in the order in which they are put there: what tells which key file they
    /// belong to comes first, so that a store of another one refuses before anything is written.
    /// </summary>
    public static IReadOnlyList<string> LastingKinds { get; } =
    [
        KeyFile.Kind, StateXmlRepository.Kind, FhirHub.Smart.SigningKeys.Kind,
        "administrators", "account", "account-name", "client", "consent", "grant", "access-token", "refresh-token", "brand-version", "tries", ClientAssertion.ReplayKind,
    ];

    /// <summary>The kinds that last no longer than somebody's visit; whoever is in the middle of one begins it anew elsewhere.</summary>
    public static IReadOnlyList<string> PassingKinds { get; } =
        ["sign-in", "one-time-text", "session", "launch", "code", "authorization-request", "launch-draft"];

    /// <summary>The store, for what keeps records of its own kinds.</summary>
    public IStateStore Store { get; } = store;

    /// <summary>Clients, by client_id.</summary>
    public StateSet<Client> Clients { get; } = new(store, "client");

    /// <summary>Accounts, by their id.</summary>
    public StateSet<Account> Accounts { get; } = new(store, "account");

    /// <summary>The names of accounts, in the form in which they are compared.</summary>
    internal StateSet<AccountName> AccountNames { get; } = new(store, "account-name");

    /// <summary>Sign-ins that are not complete, by the hash of their secret; the owner is the account.</summary>
    internal StateSet<PendingSignIn> SignIns { get; } = new(store, "sign-in");

    /// <summary>Tries to guess a secret, by the hash of what is guessed at.</summary>
    internal StateSet<TryCount> Tries { get; } = new(store, "tries");

    /// <summary>Texts that are shown once, by the session that they are shown in and what they are about.</summary>
    internal StateSet<OneTimeText> OneTimeTexts { get; } = new(store, "one-time-text");

    /// <summary>Who the administrators are, in one record that decides whether one of them can go.</summary>
    internal StateSet<AdministratorList> Administrators { get; } = new(store, "administrators");

    /// <summary>Browsers' sessions, by the hash of their secret; the owner is the account.</summary>
    public StateSet<Session> Sessions { get; } = new(store, "session");

    /// <summary>Launches from an EHR that wait for their app, by the hash of the launch parameter.</summary>
    public StateSet<Launch> Launches { get; } = new(store, "launch");

    /// <summary>Authorization codes, by their hash; the owner is the grant.</summary>
    public StateSet<AuthorizationCode> Codes { get; } = new(store, "code");

    /// <summary>What was granted, by id; the owner is the account, or the client of a backend service. It alone decides whether its tokens are good.</summary>
    public StateSet<Grant> Grants { get; } = new(store, "grant");

    /// <summary>Access tokens, by their hash; the owner is the grant.</summary>
    public StateSet<AccessToken> AccessTokens { get; } = new(store, "access-token");

    /// <summary>Refresh tokens, by their hash, those that were used too: the owner is the grant.</summary>
    public StateSet<RefreshToken> RefreshTokens { get; } = new(store, "refresh-token");

    /// <summary>The keys that sign id_tokens: one record.</summary>
    public StateSet<SigningKeyRecord> SigningKeys { get; } = new(store, FhirHub.Smart.SigningKeys.Kind);

    /// <summary>Authorization requests that wait for their user, by the hash of the secret that the addresses of their pages have.</summary>
    public StateSet<AuthorizationRequest> AuthorizationRequests { get; } = new(store, "authorization-request");

    /// <summary>Consents that are remembered; the owner is the account.</summary>
    public StateSet<Consent> Consents { get; } = new(store, "consent");

    /// <summary>What users have chosen so far on the launcher page, by their session.</summary>
    public StateSet<LaunchDraft> LaunchDrafts { get; } = new(store, "launch-draft");

    /// <summary>When the Bundle of brands became what it is: one record.</summary>
    public StateSet<BrandVersion> BrandVersions { get; } = new(store, "brand-version");
}
