// Keys that tests sign with.

using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace FhirHub.Smart.Tests;

/// <summary>Keys as clients and other issuers have them.</summary>
internal static class TestKeys
{
    /// <summary>A key for ES384, and its public part as JSON.</summary>
    public static (ECDsaSecurityKey Key, string Public) Es384(string kid)
    {
        var key = new ECDsaSecurityKey(ECDsa.Create(ECCurve.NamedCurves.nistP384)) { KeyId = kid };
        var point = key.ECDsa.ExportParameters(false).Q;
        return (key, $$"""{"kty":"EC","crv":"P-384","kid":"{{kid}}","x":"{{Base64UrlEncoder.Encode(point.X!)}}","y":"{{Base64UrlEncoder.Encode(point.Y!)}}"}""");
    }

    /// <summary>A key for RS256 and RS384, and its public part as JSON.</summary>
    public static (RsaSecurityKey Key, string Public) Rsa(string kid, int bits = 2048)
    {
        var key = new RsaSecurityKey(RSA.Create(bits)) { KeyId = kid };
        var parts = key.Rsa.ExportParameters(false);
        return (key, $$"""{"kty":"RSA","kid":"{{kid}}","n":"{{Base64UrlEncoder.Encode(parts.Modulus!)}}","e":"{{Base64UrlEncoder.Encode(parts.Exponent!)}}"}""");
    }

    /// <summary>A set of public keys.</summary>
    public static string Set(params string[] keys) => $$"""{"keys":[{{string.Join(',', keys)}}]}""";
}
