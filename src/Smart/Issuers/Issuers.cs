// Tokens of other issuers: what they stand for here.

using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FhirHub.Search;
using FhirHub.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FhirHub.Smart;

/// <summary>
/// The other issuers that the configuration trusts. Their users have shadows among the accounts, so that an administrator can disable and limit them;
/// neither their users nor their clients can be taken for those of this server, whatever they are called.
/// </summary>
public sealed class Issuers : IDisposable
{
    private const int MaxToken = 16 * 1024;
    private const int MaxKept = 10_000;

    /// <summary>Questions to an issuer within a second at most: whoever makes tokens up can't make this server knock at its door without end.</summary>
    internal const int MostInASecond = 50;

    // The claims of a token that was found good are not looked at again for this time; keys that an issuer takes back are out of use as late.
    private static readonly TimeSpan s_verified = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_refused = TimeSpan.FromSeconds(10);

    private readonly SmartService _smart;
    private readonly Dictionary<string, ForeignTokens> _issuers;
    private readonly ConcurrentDictionary<string, Verified> _verified = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private DateTimeOffset _second;
    private int _inSecond;

    internal Issuers(SmartService smart)
    {
        _smart = smart;
        _issuers = smart.Options.Issuers.ToDictionary(static issuer => issuer.Issuer, issuer => new ForeignTokens(issuer, smart.Fetch, smart.RemoteKeys, smart.Clock), StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var issuer in _issuers.Values)
            issuer.Dispose();
    }

    /// <summary>What a token of another issuer stands for; null if it is not good.</summary>
    public ValueTask<Access?> FindAsync(string token, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(token);
        return _issuers.Count == 0 || token.Length > MaxToken ? new((Access?)null) : new(ReadAsync(token, cancel));
    }

    /// <summary>The id of the account that stands for a user of another issuer.</summary>
    public static string AccountIdOf(string issuer, string subject) => $"external-{HashOf(issuer, subject)}";

    private static string HashOf(string issuer, string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{issuer.Length}:{issuer}{name}")))[..40];

    private async Task<Access?> ReadAsync(string token, CancellationToken cancel)
    {
        var now = _smart.Clock.GetUtcNow();
        var hash = Secret.HashOf(token);
        if (!_verified.TryGetValue(hash, out var verified) || verified.Until <= now)
        {
            verified = await VerifyAsync(token, now, cancel);
            if (_verified.Count >= MaxKept)
                _verified.Clear();
            if (verified.Until > now)
                _verified[hash] = verified;
        }

        return verified is { Issuer: { } issuer, Claims: { } claims } ? await AccessOfAsync(issuer, claims, verified.Expires, hash, cancel) : null;
    }

    private async Task<Verified> VerifyAsync(string token, DateTimeOffset now, CancellationToken cancel)
    {
        try
        {
            // A JWT says whose it is; nobody else is shown it.
            if (Parse(token) is { Issuer.Length: > 0 } jwt)
                return _issuers.TryGetValue(jwt.Issuer, out var named) ? Keep(named.Issuer, await named.VerifyAsync(jwt, cancel), s_verified, now) : default;
        }
        catch (Exception failure) when (failure is FetchException or ArgumentException or FormatException or JsonException or SecurityTokenException)
        {
            _smart.Log.LogWarning("A token of another issuer can't be verified: {Reason}", failure.Message);
            return default;
        }

        foreach (var issuer in _issuers.Values.Where(static issuer => issuer.CanIntrospect))
        {
            if (!MayAsk(now))
                return default;
            try
            {
                if (await issuer.IntrospectAsync(token, cancel) is { } claims)
                    return Keep(issuer.Issuer, claims, issuer.Issuer.IntrospectionLife, now);
            }
            catch (FetchException failure)
            {
                _smart.Log.LogWarning("A token can't be introspected: {Reason}", failure.Message);
                return default;
            }
        }

        return new Verified(null, null, null, now + s_refused);
    }

    // No answer outlives the token.
    private static Verified Keep(ExternalIssuer issuer, ForeignClaims? claims, TimeSpan life, DateTimeOffset now)
    {
        if (claims is null)
            return new Verified(null, null, null, now + s_refused);
        var until = now + life;
        var expires = claims.Time("exp");
        return new Verified(issuer, claims, expires, expires < until ? expires.Value : until);
    }

    private static JsonWebToken? Parse(string token)
    {
        if (!token.StartsWith("ey", StringComparison.Ordinal) || token.AsSpan().Count('.') != 2)
            return null;
        try
        {
            return new JsonWebToken(token);
        }
        catch (Exception malformed) when (malformed is ArgumentException or SecurityTokenException or FormatException or JsonException)
        {
            return null;
        }
    }

    private bool MayAsk(DateTimeOffset now)
    {
        lock (_gate)
        {
            if (now - _second >= TimeSpan.FromSeconds(1) || now < _second)
                (_second, _inSecond) = (now, 0);
            return _inSecond++ < MostInASecond;
        }
    }

    private async Task<Access?> AccessOfAsync(ExternalIssuer issuer, ForeignClaims claims, DateTimeOffset? expires, string hash, CancellationToken cancel)
    {
        var isService = claims.Subject is not { } subject || subject == claims.ClientId || claims.Is("idtyp", "app");
        if (isService && !issuer.Services)
            return null;
        var scopes = ScopesOf(issuer, claims, isService);
        var organization = await ReferenceAsync(issuer.OrganizationClaim is { } name ? claims.Text(name) : null, static type => type == "Organization", cancel);
        Account? account = null;
        if (!isService && (account = await ShadowAsync(issuer, claims, organization, cancel)) is null)
            return null;
        var client = new Client
        {
            Id = $"external-{HashOf(issuer.Issuer, claims.ClientId ?? "")}",
            Name = claims.ClientId ?? issuer.Issuer,
            Status = ClientStatus.Active,
            Scope = scopes.ToString(),
            Organization = isService ? organization : null,
        };
        var context = new LaunchContext
        {
            Patient = IdOf(await ReferenceAsync(InContext(claims, issuer.PatientClaim, "Patient"), static type => type == "Patient", cancel)),
            Encounter = IdOf(await ReferenceAsync(InContext(claims, issuer.EncounterClaim, "Encounter"), static type => type == "Encounter", cancel)),
        };
        var grant = new Grant
        {
            ClientId = client.Id,
            AccountId = account?.Id,
            Scope = scopes.ToString(),
            Context = context,
            Audience = issuer.Audience,
            CreatedAt = claims.Time("iat") ?? _smart.Clock.GetUtcNow(),
        };
        return new Access($"external-{hash}", grant, client, account, scopes, SmartAccessScope.Of(_smart.Constraints, scopes, grant, client, account)) { ExpiresAt = expires ?? DateTimeOffset.MaxValue };
    }

    // A user gives nothing of a client's own, and a client nothing of a user's.
    private static ScopeSet ScopesOf(ExternalIssuer issuer, ForeignClaims claims, bool isService)
    {
        var words = claims.Texts(issuer.ScopeClaim);
        if (words.Count == 0 && issuer.ScopeClaim == "scope")
            words = claims.Texts("scp");
        var all = ScopeSet.Parse(string.Join(' ', words.Select(word => issuer.Scopes.GetValueOrDefault(word, word))));
        return new ScopeSet([.. all.Resources.Where(scope => scope.Level == ScopeLevel.System == isService)], all.Others);
    }

    private async Task<Account?> ShadowAsync(ExternalIssuer issuer, ForeignClaims claims, string? organization, CancellationToken cancel)
    {
        var id = AccountIdOf(issuer.Issuer, claims.Subject!);
        var claimedUser = claims.Text(issuer.FhirUserClaim);
        var fhirUser = await ReferenceAsync(claimedUser, static type => type is "Patient" or "Practitioner" or "PractitionerRole" or "RelatedPerson" or "Person", cancel);

        // A user who is said to be somebody that is not here is nobody.
        if (claimedUser is not null && fhirUser is null)
            return null;
        var kept = await _smart.State.Accounts.FindAsync(id, cancel);
        if (RoleOf(issuer, claims) is not { } role)
            return null;
        if (kept is null)
        {
            var made = new Account
            {
                Id = id,
                UserName = $"{id[^12..]}@{new Uri(issuer.Issuer).Host}",
                DisplayName = claims.Text("name") is { Length: <= 100 } name ? name : claims.Text("preferred_username") is { Length: <= 100 } preferred ? preferred : "",
                Role = role,
                FhirUser = fhirUser,
                Organization = organization,
                ExternalIssuer = issuer.Issuer,
                CreatedAt = _smart.Clock.GetUtcNow(),
            };
            kept = await _smart.State.Accounts.AddAsync(id, made, cancel: cancel) ?? await _smart.State.Accounts.FindAsync(id, cancel);
        }

        if (kept is not { Value: { IsDisabled: false } shadow } || shadow.ExternalIssuer != issuer.Issuer)
            return null;

        // The token says who somebody is; what an administrator made less of here stays less.
        var account = shadow with { Role = role < shadow.Role ? role : shadow.Role, FhirUser = fhirUser ?? shadow.FhirUser, Organization = organization ?? shadow.Organization };
        return account.Role == AccountRole.Patient && account.FhirUser?.StartsWith("Patient/", StringComparison.Ordinal) != true ? null : account;
    }

    private static AccountRole? RoleOf(ExternalIssuer issuer, ForeignClaims claims)
    {
        var told = issuer.RolesClaim is { } name ? claims.Texts(name) : [];
        foreach (var role in new[] { AccountRole.Administrator, AccountRole.Practitioner, AccountRole.Patient })
        {
            if (issuer.Roles.TryGetValue(role, out var called) && told.Contains(called, StringComparer.Ordinal))
                return role;
        }

        return issuer.DefaultRole;
    }

    private static string? InContext(ForeignClaims claims, string name, string type) =>
        claims.Text(name) is { } value ? value.Contains('/', StringComparison.Ordinal) ? value : $"{type}/{value}" : null;

    private static string? IdOf(string? reference) => reference?[(reference.IndexOf('/', StringComparison.Ordinal) + 1)..];

    // A resource that is here, as Type/id; an absolute address must be one of this server.
    private async Task<string?> ReferenceAsync(string? value, Func<string, bool> isType, CancellationToken cancel)
    {
        if (value is null)
            return null;
        if (_smart.Options.Issuer is { } root && value.StartsWith($"{root}{_smart.Options.FhirPath}/", StringComparison.Ordinal))
            value = value[(root.Length + _smart.Options.FhirPath.Length + 1)..];
        return value.Split('/') is [var type, { Length: > 0 and <= 64 } id] && isType(type) && id.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.')
            && await _smart.Resources.ReadAsync(AccessScope.Full, new ResourceKey(type, id), cancel) is { IsDeleted: false } ? value : null;
    }

    private readonly record struct Verified(ExternalIssuer? Issuer, ForeignClaims? Claims, DateTimeOffset? Expires, DateTimeOffset Until);
}
