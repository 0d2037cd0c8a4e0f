// Assertions by which a backend service proves who it is (RFC 7523, 3), good ones and, for scripts that prove a server's refusals, spoiled ones.

using System.Globalization;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FhirHub.Conformance;

/// <summary>Signs assertions of one client. Thread-safe.</summary>
/// <param name="clientId">The <c>client_id</c>.</param>
/// <param name="key">The key.</param>
/// <param name="clock">The clock.</param>
public sealed class ClientAssertions(string clientId, SigningKey key, TimeProvider clock)
{
    /// <summary>The <c>client_assertion_type</c>.</summary>
    public const string Type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    // Five minutes are the most that servers take, and clocks differ.
    private const int LifeSeconds = 240;

    private static readonly JsonWebTokenHandler s_handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>The <c>client_id</c>.</summary>
    public string ClientId => clientId;

    /// <summary>An assertion that is good for one request to a token endpoint.</summary>
    /// <param name="audience">The address of the token endpoint.</param>
    public string Create(string audience) => Create(audience, new Dictionary<string, string>());

    /// <summary>An assertion of which some parts are others.</summary>
    /// <param name="audience">The address of the token endpoint.</param>
    /// <param name="changes">
    /// Claims by name, <c>exp</c>, <c>iat</c> and <c>nbf</c> as seconds from now; <c>kid</c>, <c>typ</c> and <c>jku</c> of the header; <c>signature</c>, of which
    /// <c>broken</c> fits to nothing and <c>none</c> is none. An empty value leaves the part out.
    /// </param>
    /// <exception cref="ScriptException">There is no such part.</exception>
    public string Create(string audience, IReadOnlyDictionary<string, string> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var claims = new Dictionary<string, object>
        {
            ["iss"] = clientId,
            ["sub"] = clientId,
            ["aud"] = audience,
            ["jti"] = Guid.NewGuid().ToString("N"),
            ["iat"] = now,
            ["exp"] = now + LifeSeconds,
        };
        var (keyId, type, signature) = (key.KeyId, "JWT", "good");
        var header = new Dictionary<string, object>();
        foreach (var (name, value) in changes)
        {
            switch (name)
            {
                case "iss" or "sub" or "aud" or "jti" when value.Length > 0:
                    claims[name] = value;
                    break;
                case "exp" or "iat" or "nbf" when value.Length > 0:
                    claims[name] = int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
                        ? now + seconds
                        : throw new ScriptException($"'{name}={value}' of an assertion must be a number of seconds from now, such as {name}=-60.");
                    break;
                case "iss" or "sub" or "aud" or "jti" or "exp" or "iat" or "nbf":
                    claims.Remove(name);
                    break;
                case "kid":
                    keyId = value;
                    break;
                case "typ":
                    type = value;
                    break;
                case "jku":
                    header["jku"] = value;
                    break;
                case "signature" when value is "good" or "broken" or "none":
                    signature = value;
                    break;
                default:
                    throw new ScriptException($"'{name}={value}' is no part of an assertion; use iss, sub, aud, jti, exp, iat, nbf, kid, typ, jku or signature=broken, signature=none.");
            }
        }

        return Sign(claims, header, type, keyId, signature);
    }

    private string Sign(Dictionary<string, object> claims, Dictionary<string, object> header, string type, string keyId, string signature)
    {
        var descriptor = new SecurityTokenDescriptor { Claims = claims, AdditionalHeaderClaims = header, TokenType = type };
        if (signature == "none")
            return s_handler.CreateToken(descriptor);

        // The library takes 'kid' from the key.
        var signing = Named(key.Key, keyId);
        descriptor.SigningCredentials = new SigningCredentials(signing, key.Algorithm);
        var assertion = s_handler.CreateToken(descriptor);
        if (signature == "good")
            return assertion;
        var dot = assertion.LastIndexOf('.') + 1;
        var bytes = Base64UrlEncoder.DecodeBytes(assertion[dot..]);
        bytes[^1] ^= 1;
        return assertion[..dot] + Base64UrlEncoder.Encode(bytes);
    }

    private static JsonWebKey Named(JsonWebKey key, string keyId) => keyId == key.Kid
        ? key
        : new JsonWebKey { Kid = keyId, Kty = key.Kty, Crv = key.Crv, D = key.D, DP = key.DP, DQ = key.DQ, E = key.E, N = key.N, P = key.P, Q = key.Q, QI = key.QI, X = key.X, Y = key.Y };
}
