// private_key_jwt: a client proves by a signature who it is (RFC 7523, 3; SMART App Launch 2.2.0, client-confidential-asymmetric.html).

using System.Text;
using FhirHub.Storage;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FhirHub.Smart;

/// <summary>Verifies the assertions of clients.</summary>
/// <param name="smart">The server.</param>
internal sealed class ClientAssertion(SmartService smart)
{
    /// <summary>The one <c>client_assertion_type</c>.</summary>
    public const string Type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    /// <summary>The kind of the records that tell which assertions were used.</summary>
    internal const string ReplayKind = "client-assertion";
    private const int Longest = 8 * 1024;
    private const int LongestId = 512;

    private static readonly TimeSpan s_life = TimeSpan.FromMinutes(5);

    // Clocks of hospitals differ.
    private static readonly TimeSpan s_skew = TimeSpan.FromSeconds(30);

    private static readonly JsonWebTokenHandler s_handler = new() { MaximumTokenSizeInBytes = Longest, MapInboundClaims = false };

    /// <summary>The client that made an assertion.</summary>
    /// <param name="text">The assertion.</param>
    /// <param name="clientId">The parameter <c>client_id</c>, which must be the same one; null if it was not sent.</param>
    /// <param name="addresses">The addresses of the server; the assertion must be for it alone.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="OAuthException"><c>invalid_client</c>.</exception>
    public async Task<Client> VerifyAsync(string text, string? clientId, SmartAddresses addresses, CancellationToken cancel)
    {
        var jwt = Read(text);
        if (!Discovery.SigningAlgorithms.Contains(jwt.Alg, StringComparer.Ordinal))
            throw Refused("Sign the assertion by RS384 or ES384.");
        if (jwt.Typ is not { } type || !(type.Equals("JWT", StringComparison.OrdinalIgnoreCase) || type.Equals("client-authentication+jwt", StringComparison.OrdinalIgnoreCase)))
            throw Refused("The header 'typ' of the assertion must be JWT.");
        if (jwt.TryGetHeaderValue<object>("crit", out _))
            throw Refused("The assertion has a header 'crit', which is not understood.");
        var issuer = Claim(jwt, JwtRegisteredClaimNames.Iss);
        if (issuer is null || issuer != Claim(jwt, JwtRegisteredClaimNames.Sub) || (clientId ?? issuer) != issuer)
            throw Refused("'iss' and 'sub' of the assertion must both be the client_id.");
        CheckTimes(jwt, out var expires);
        if (Claim(jwt, JwtRegisteredClaimNames.Jti) is not { Length: > 0 and <= LongestId } id)
            throw Refused($"The assertion needs a 'jti' that is never used again, of {LongestId} characters at most.");
        if (jwt.Audiences.ToArray() is not [{ } audience] || (audience != addresses.Token && audience != addresses.Issuer))
            throw Refused("'aud' of the assertion must be the address of the token endpoint, as discovery tells it, and nothing else.");
        var client = await FindAsync(jwt, issuer, cancel) ?? throw Refused(ClientProof.NotProved);

        // What decides that it is used once is one conditional write; it is kept for as long as the assertion would be good.
        var replay = new StateRecord(ReplayKind, Secret.HashOf($"{issuer}\n{id}"), Encoding.UTF8.GetBytes("{}")) { Expires = expires + s_skew };
        return await smart.State.Store.PutAsync(replay, 0, cancel) is null ? throw Refused("The assertion was used before; make a new one with another 'jti' for each request.") : client;
    }

    private static JsonWebToken Read(string text)
    {
        try
        {
            if (text.Length <= Longest && new JsonWebToken(text) is { IsEncrypted: false } jwt)
                return jwt;
        }
        catch (Exception malformed) when (malformed is ArgumentException or SecurityTokenException or FormatException or System.Text.Json.JsonException)
        {
            // Told below.
        }

        throw Refused("The assertion is no signed JWT.");
    }

    private void CheckTimes(JsonWebToken jwt, out DateTimeOffset expires)
    {
        var now = smart.Clock.GetUtcNow();
        expires = Time(jwt, JwtRegisteredClaimNames.Exp) ?? throw Refused("The assertion needs an 'exp'.");
        if (expires <= now - s_skew)
            throw Refused("The assertion has expired; make a new one for each request.");
        if (expires > now + s_life + s_skew)
            throw Refused("'exp' of the assertion must be five minutes ahead at most.");
        if (Time(jwt, JwtRegisteredClaimNames.Nbf) > now + s_skew || Time(jwt, JwtRegisteredClaimNames.Iat) > now + s_skew)
            throw Refused("'nbf' or 'iat' of the assertion lies ahead; set the clock.");
    }

    // The one key that fits: with several the client has not said which it means.
    private async Task<Client?> FindAsync(JsonWebToken jwt, string id, CancellationToken cancel)
    {
        if (id.Length > LongestId || await smart.State.Clients.FindAsync(id, cancel) is not { Value: { Authentication: ClientAuthentication.PrivateKeyJwt } client })
            return null;
        string? jku = null;
        if (jwt.TryGetHeaderValue<object>("jku", out _) && (!jwt.TryGetHeaderValue(JwtHeaderParameterNames.Jku, out jku) || jku is null || jku != client.JwksUri))
            return null;
        if (jwt.Kid is not { Length: > 0 } kid)
            return null;
        var type = jwt.Alg == SecurityAlgorithms.RsaSha384 ? JsonWebAlgorithmsKeyTypes.RSA : JsonWebAlgorithmsKeyTypes.EllipticCurve;
        JsonWebKey[] fitting = [.. (await smart.ClientKeys.FindAsync(client, jku, kid, cancel)).Where(key => key.Kid == kid && key.Kty == type)];
        if (fitting is not [{ } key] || (key.Alg is { Length: > 0 } algorithm && algorithm != jwt.Alg) || (type == JsonWebAlgorithmsKeyTypes.EllipticCurve && key.Crv != JsonWebKeyECTypes.P384))
            return null;
        var result = await s_handler.ValidateTokenAsync(jwt, new TokenValidationParameters
        {
            ValidAlgorithms = Discovery.SigningAlgorithms,
            IssuerSigningKey = key,
            TryAllIssuerSigningKeys = false,
            ValidIssuer = client.Id,

            // Checked before, by the server's clock and to the letter.
            ValidateAudience = false,
            ValidateLifetime = false,
        });
        return result.IsValid ? client : null;
    }

    private static string? Claim(JsonWebToken jwt, string name) => jwt.TryGetPayloadValue<object>(name, out var value) ? value as string : null;

    private static DateTimeOffset? Time(JsonWebToken jwt, string name)
    {
        if (!jwt.TryGetPayloadValue<object>(name, out var value) || value is null)
            return null;
        var seconds = value switch { long whole => whole, int whole => whole, double part => part, decimal part => (double)part, _ => double.NaN };
        return seconds is >= 0 and < 253_402_300_000 ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : throw Refused($"'{name}' of the assertion must be a number of seconds.");
    }

    private static OAuthException Refused(string description) => OAuthException.InvalidClient(description);
}
