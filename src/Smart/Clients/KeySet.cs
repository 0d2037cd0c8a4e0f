// Reads a JSON Web Key Set (RFC 7517) down to what a signature is verified with: nothing else of it is kept, so nothing else can matter.

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace FhirHub.Smart;

/// <summary>The public keys of a set.</summary>
internal static class KeySet
{
    /// <summary>Keys of a set at most.</summary>
    public const int MaxKeys = 32;

    private const int MaxMember = 4_096;
    private const int MinRsaBytes = 256;
    private const int MaxRsaBytes = 1_024;

    /// <summary>Reads a set; keys of other kinds and for other uses are left out, as RFC 7517, 5 says.</summary>
    /// <param name="text">The JSON.</param>
    /// <param name="keys">The keys that signatures may be verified with.</param>
    /// <param name="problem">What is wrong, in a sentence; null if nothing is.</param>
    public static bool TryParse(string text, out IReadOnlyList<JsonWebKey> keys, out string? problem)
    {
        keys = [];
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = GuardedFetch.MaxDepth });
            return TryRead(document.RootElement, out keys, out problem);
        }
        catch (JsonException)
        {
            problem = "It is not JSON.";
            return false;
        }
    }

    /// <summary>Reads a set.</summary>
    public static bool TryRead(JsonElement set, out IReadOnlyList<JsonWebKey> keys, out string? problem)
    {
        keys = [];
        if (set.ValueKind != JsonValueKind.Object || !set.TryGetProperty("keys", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            problem = "It is not a JSON Web Key Set: an object with an array 'keys'.";
            return false;
        }

        if (list.GetArrayLength() > MaxKeys)
        {
            problem = $"It has more than {MaxKeys} keys.";
            return false;
        }

        var read = new List<JsonWebKey>();
        foreach (var element in list.EnumerateArray())
        {
            if (element.ValueKind == JsonValueKind.Object && element.TryGetProperty("d", out _))
            {
                problem = "It has a private key. Make a new key, keep its private part to yourself, and send the public part only.";
                return false;
            }

            if (Read(element) is { } key)
                read.Add(key);
        }

        keys = read;
        problem = null;
        return true;
    }

    private static JsonWebKey? Read(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object || Member(element, "use") is not (null or "sig") || !IsForVerifying(element))
            return null;
        var key = new JsonWebKey { Kty = Member(element, "kty"), Kid = Member(element, "kid"), Alg = Member(element, "alg") };
        switch (key.Kty)
        {
            case JsonWebAlgorithmsKeyTypes.RSA:
                key.N = Member(element, "n");
                key.E = Member(element, "e");
                return IsRsa(key.N, key.E) ? key : null;
            case JsonWebAlgorithmsKeyTypes.EllipticCurve:
                key.Crv = Member(element, "crv");
                key.X = Member(element, "x");
                key.Y = Member(element, "y");
                return IsPoint(key) ? key : null;
            default:
                return null;
        }
    }

    private static string? Member(JsonElement element, string name) =>
        element.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String && member.GetString() is { Length: > 0 and <= MaxMember } text ? text : null;

    private static bool IsForVerifying(JsonElement element) =>
        !element.TryGetProperty("key_ops", out var operations)
        || (operations.ValueKind == JsonValueKind.Array && operations.EnumerateArray().Any(static operation => operation.ValueKind == JsonValueKind.String && operation.ValueEquals("verify")));

    // RFC 7518, 3.3: 2048 bits or more; far more would cost too much for anybody who can name a key.
    private static bool IsRsa(string? modulus, string? exponent) =>
        Bytes(modulus).AsSpan().TrimStart((byte)0).Length is >= MinRsaBytes and <= MaxRsaBytes && Bytes(exponent).AsSpan().TrimStart((byte)0) is { Length: > 0 and <= 4 } e && !e.SequenceEqual([(byte)1]) && (e[^1] & 1) == 1;

    // The platform refuses a point that is not on its curve.
    private static bool IsPoint(JsonWebKey key)
    {
        ECCurve? curve = key.Crv switch
        {
            JsonWebKeyECTypes.P256 => ECCurve.NamedCurves.nistP256,
            JsonWebKeyECTypes.P384 => ECCurve.NamedCurves.nistP384,
            JsonWebKeyECTypes.P521 => ECCurve.NamedCurves.nistP521,
            _ => null,
        };
        if (curve is not { } named)
            return false;
        try
        {
            using var point = ECDsa.Create(new ECParameters { Curve = named, Q = new ECPoint { X = Bytes(key.X), Y = Bytes(key.Y) } });
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static byte[] Bytes(string? text)
    {
        try
        {
            return Base64Url.DecodeFromChars(text ?? "");
        }
        catch (FormatException)
        {
            return [];
        }
    }
}
