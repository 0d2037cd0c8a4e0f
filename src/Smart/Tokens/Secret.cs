// Random secrets that are given out once and kept as their hash.

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace FhirHub.Smart;

/// <summary>256 random bits as text, and the hash under which they are kept.</summary>
public static class Secret
{
    /// <summary>A new secret: 43 characters of base64url.</summary>
    public static string Create() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>
    /// What is kept of a secret. A plain hash is enough for 256 random bits, and as the hash is what is looked up, the time that a look-up takes tells
    /// nothing of the secrets that there are.
    /// </summary>
    public static string HashOf(string secret) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>The secret that follows another one: nobody can tell it who lacks the other one or the salt.</summary>
    public static string Derive(string secret, string salt) => Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(salt)));

    /// <summary>Compares without telling by its time where the texts differ.</summary>
    public static bool AreEqual(string left, string right) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(left)), SHA256.HashData(Encoding.UTF8.GetBytes(right)));
}
