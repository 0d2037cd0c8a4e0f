// The app on a user's phone: codes of a key (RFC 6238), from the definition.

using System.Buffers.Binary;
using System.Security.Cryptography;

namespace FhirHub.Smart.Tests.Accounts;

internal static class Totp
{
    /// <summary>The code of a moment.</summary>
    /// <param name="key">The key in base32.</param>
    /// <param name="steps">Steps of 30 s from now.</param>
    public static string Code(string key, int steps = 0)
    {
        var counter = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, (DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 30) + steps);
#pragma warning disable CA5350 // What RFC 6238 says that apps do.
        var hash = HMACSHA1.HashData(Bytes(key), counter);
#pragma warning restore CA5350
        var offset = hash[^1] & 15;
        return ((BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(offset, 4)) & int.MaxValue) % 1_000_000).ToString("000000");
    }

    private static byte[] Bytes(string base32)
    {
        var bits = string.Concat(base32.Select(static c => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(c, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. bits.Chunk(8).Where(static eight => eight.Length == 8).Select(static eight => Convert.ToByte(new string(eight), 2))];
    }
}
