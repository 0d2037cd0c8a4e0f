// Private keys as testers keep them in files.

using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace FhirHub.Conformance.Tests;

/// <summary>JWKs of backend services.</summary>
internal static class RunKeys
{
    /// <summary>A key for RS384, private and public.</summary>
    public static (string Private, string Public) Rsa(string kid, int bits = 2048)
    {
        using var rsa = RSA.Create(bits);
        var key = rsa.ExportParameters(true);
        var open = $$"""
            "kty":"RSA","kid":"{{kid}}","n":"{{Encode(key.Modulus)}}","e":"{{Encode(key.Exponent)}}"
            """;
        return ($$"""
            {{{open}},"d":"{{Encode(key.D)}}","p":"{{Encode(key.P)}}","q":"{{Encode(key.Q)}}","dp":"{{Encode(key.DP)}}","dq":"{{Encode(key.DQ)}}","qi":"{{Encode(key.InverseQ)}}"}
            """, $"{{{open}}}");
    }

    /// <summary>A key of a curve, private and public: P-384 is for ES384.</summary>
    public static (string Private, string Public) Elliptic(string kid, bool p256 = false)
    {
        using var curve = ECDsa.Create(p256 ? ECCurve.NamedCurves.nistP256 : ECCurve.NamedCurves.nistP384);
        var key = curve.ExportParameters(true);
        var open = $$"""
            "kty":"EC","crv":"{{(p256 ? "P-256" : "P-384")}}","kid":"{{kid}}","x":"{{Encode(key.Q.X)}}","y":"{{Encode(key.Q.Y)}}"
            """;
        return ($$"""{{{open}},"d":"{{Encode(key.D)}}"}""", $"{{{open}}}");
    }

    private static string Encode(byte[]? bytes) => Base64UrlEncoder.Encode(bytes!);
}
