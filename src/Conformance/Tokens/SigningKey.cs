// The private key by which a backend service signs its assertions: a JWK (RFC 7517) in a file or in the environment.

using Microsoft.IdentityModel.Tokens;

namespace FhirHub.Conformance;

/// <summary>A private key for RS384 or ES384 (SMART App Launch 2.2.0, client-confidential-asymmetric.html). Immutable; it never shows what it holds.</summary>
public sealed class SigningKey
{
    private const int MaxBytes = 64 * 1024;
    private const int LeastRsaBits = 2048;

    private SigningKey(JsonWebKey key, string algorithm)
    {
        Key = key;
        Algorithm = algorithm;
    }

    /// <summary>The algorithm: <c>RS384</c> of an RSA key, <c>ES384</c> of one on the curve P-384.</summary>
    public string Algorithm { get; }

    /// <summary>The name by which the server finds the public half.</summary>
    public string KeyId => Key.Kid;

    internal JsonWebKey Key { get; }

    /// <summary>Reads a file with a JWK, or with a set of which one key is private.</summary>
    /// <exception cref="ScriptException">There is no such file, or it holds no key that can be used.</exception>
    public static async Task<SigningKey> ReadAsync(string path, CancellationToken cancel)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxBytes })
                throw new ScriptException($"The key file {path} is larger than {MaxBytes} bytes; give a file that holds one JWK.");
            return Parse(await File.ReadAllTextAsync(path, cancel), $"The key file {path}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ScriptException($"The key file {path} can't be read: {failure.Message}");
        }
    }

    /// <summary>Reads a JWK, or a set of which one key is private.</summary>
    /// <param name="json">The text.</param>
    /// <param name="source">What it is, as the subject of messages.</param>
    /// <exception cref="ScriptException">It holds no key that can be used; the message has nothing of the text.</exception>
    public static SigningKey Parse(string json, string source)
    {
        JsonWebKey[] keys;
        try
        {
            // A key has no member 'keys', a set nothing else that matters.
            var set = new JsonWebKeySet(json);
            keys = set.Keys.Count > 0 ? [.. set.Keys.Where(static key => key.HasPrivateKey)] : [new JsonWebKey(json)];
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException or InvalidOperationException or System.Text.Json.JsonException)
        {
            // The library's messages quote the text, which is a secret.
            throw new ScriptException($"{source} is no JWK (RFC 7517).");
        }

        if (keys is not [{ HasPrivateKey: true } key])
            throw new ScriptException($"{source} must hold one private key as a JWK, and holds {keys.Count(static candidate => candidate.HasPrivateKey)}.");
        if (string.IsNullOrEmpty(key.Kid))
            throw new ScriptException($"{source} has no 'kid'; give it the one under which the public key is registered.");
        var algorithm = key switch
        {
            { Kty: JsonWebAlgorithmsKeyTypes.RSA, KeySize: >= LeastRsaBits } => SecurityAlgorithms.RsaSha384,
            { Kty: JsonWebAlgorithmsKeyTypes.EllipticCurve, Crv: JsonWebKeyECTypes.P384 } => SecurityAlgorithms.EcdsaSha384,
            _ => null,
        };
        if (algorithm is null || (key.Alg is { Length: > 0 } own && own != algorithm))
            throw new ScriptException($"{source} must be an RSA key of {LeastRsaBits} bits or more for RS384, or a key on the curve P-384 for ES384.");
        var signing = new SigningKey(key, algorithm);
        try
        {
            new ClientAssertions("probe", signing, TimeProvider.System).Create("probe");
        }
        catch (Exception unusable) when (unusable is ArgumentException or FormatException or NotSupportedException or SecurityTokenException or System.Security.Cryptography.CryptographicException)
        {
            throw new ScriptException($"{source} holds a key that can't sign; its members do not fit together.");
        }

        return signing;
    }

    /// <summary>Says which key it is, and nothing of what it holds.</summary>
    public override string ToString() => $"{Algorithm} {KeyId}";
}
