// Decides whether a token is a good one of another issuer: a JWT by its signature, any other by asking.

using System.Buffers.Text;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FhirHub.Smart;

/// <summary>Verifies the tokens of one issuer.</summary>
/// <param name="issuer">The issuer.</param>
/// <param name="fetch">The way out.</param>
/// <param name="keys">Keys that others publish.</param>
/// <param name="clock">The clock.</param>
internal sealed class ForeignTokens(ExternalIssuer issuer, GuardedFetch fetch, RemoteKeys keys, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan s_skew = TimeSpan.FromMinutes(1);
    private static readonly JsonWebTokenHandler s_handler = new();
    private readonly IssuerDocument _document = new(issuer, fetch, clock);

    /// <summary>The issuer.</summary>
    public ExternalIssuer Issuer => issuer;

    /// <summary>Whether it can be asked about tokens.</summary>
    public bool CanIntrospect => issuer.ClientId is not null && issuer.ClientSecret is not null;

    /// <summary>The claims of a JWT; null if it is not good (RFC 9068, 4; RFC 8725).</summary>
    public async Task<ForeignClaims?> VerifyAsync(JsonWebToken token, CancellationToken cancel)
    {
        // An id_token or a refresh token is signed with the same keys and is no access token.
        if (!issuer.Algorithms.Contains(token.Alg, StringComparer.Ordinal) || token.TryGetHeaderValue<object>("crit", out _)
            || token.Typ?.ToUpperInvariant() is not (null or "" or "JWT" or "AT+JWT" or "APPLICATION/AT+JWT")
            || (await _document.FindAsync(cancel)).JwksUri is not { } address)
        {
            return null;
        }

        var kid = token.Kid is { Length: > 0 } named ? named : null;
        JsonWebKey[] fitting = [.. (await keys.FindAsync(address, kid, cancel)).Where(key => Fits(key, kid, token.Alg))];
        if (fitting is not [var only])
            return null;
        var result = await s_handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidAlgorithms = issuer.Algorithms,
            IssuerSigningKey = only,
            TryAllIssuerSigningKeys = false,
            ValidIssuer = issuer.Issuer,
            ValidAudience = issuer.Audience,
            IgnoreTrailingSlashWhenValidatingAudience = false,

            // By the server's clock, for tokens of both kinds alike.
            ValidateLifetime = false,
        });
        if (!result.IsValid)
            return null;
        using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(token.EncodedPayload), new JsonDocumentOptions { MaxDepth = GuardedFetch.MaxDepth });
        var claims = new ForeignClaims(payload.RootElement.Clone());

        // Keycloak says what a token is in its claims.
        return claims.Time("exp") is not null && !claims.Has("nonce") && !claims.Has("at_hash") && claims.Text("typ") is null or "Bearer" && IsGood(claims) ? claims : null;
    }

    /// <summary>The claims of a token that the issuer was asked about; null if it is not good (RFC 7662).</summary>
    public async Task<ForeignClaims?> IntrospectAsync(string token, CancellationToken cancel)
    {
        if ((await _document.FindAsync(cancel)).Introspection is not { } address)
            return null;

        // RFC 6749, 2.3.1: each part is encoded as in a form before it goes into the header.
        var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Uri.EscapeDataString(issuer.ClientId!)}:{Uri.EscapeDataString(issuer.ClientSecret!)}"));
        var answer = await fetch.PostAsync(
            address, new Dictionary<string, string> { ["token"] = token, ["token_type_hint"] = "access_token" }, new AuthenticationHeaderValue("Basic", credentials), cancel);
        if (answer.Status != 200)
            throw new FetchException($"The introspection endpoint of {issuer.Issuer} answered {answer.Status.ToString(CultureInfo.InvariantCulture)}; check ClientId and ClientSecret.");
        var json = answer.Json();
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("active", out var active) || active.ValueKind != JsonValueKind.True)
            return null;
        var claims = new ForeignClaims(json);
        return claims.IsFor(issuer.Audience) && (claims.Issuer ?? issuer.Issuer) == issuer.Issuer && IsGood(claims) ? claims : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _document.Dispose();

    // A token that is bound to a key of its holder (RFC 7800) proves nothing without the proof, which is not understood here.
    private bool IsGood(ForeignClaims claims)
    {
        var now = clock.GetUtcNow();
        return (claims.Has("exp") ? claims.Time("exp") > now - s_skew : true) && (claims.Has("nbf") ? claims.Time("nbf") <= now + s_skew : true)
            && !claims.Has("cnf") && issuer.Required.All(required => claims.Is(required.Key, required.Value));
    }

    private static bool Fits(JsonWebKey key, string? kid, string algorithm) =>
        (kid is null || key.Kid == kid) && (key.Alg is null || key.Alg == algorithm)
        && (algorithm.StartsWith("ES", StringComparison.Ordinal) ? key.Kty == JsonWebAlgorithmsKeyTypes.EllipticCurve && key.Crv == CurveOf(algorithm) : key.Kty == JsonWebAlgorithmsKeyTypes.RSA);

    private static string CurveOf(string algorithm) => algorithm switch
    {
        SecurityAlgorithms.EcdsaSha256 => JsonWebKeyECTypes.P256,
        SecurityAlgorithms.EcdsaSha384 => JsonWebKeyECTypes.P384,
        _ => JsonWebKeyECTypes.P521,
    };
}
