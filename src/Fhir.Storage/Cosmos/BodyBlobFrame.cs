// How bytes lie in a blob: behind their SHA-256, so that what is read is what was written.

using System.Security.Cryptography;

namespace FhirHub.Storage.Cosmos;

/// <summary>The same in a folder and in a bucket: blobs can be copied from the one to the other.</summary>
public static class BodyBlobFrame
{
    /// <summary>Bytes of a blob at most: more than the greatest body that <c>FhirHub:Limits:BodyBytes</c> can let in takes when coded.</summary>
    public const int MostBytes = (1 << 30) + (1 << 20);

    /// <summary>Bytes before those of the body.</summary>
    internal const int HeaderLength = SHA256.HashSizeInBytes;

    /// <summary>What is written.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are more than <see cref="MostBytes"/>.</exception>
    internal static byte[] Frame(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, MostBytes, nameof(bytes));
        var framed = GC.AllocateUninitializedArray<byte>(HeaderLength + bytes.Length);
        SHA256.HashData(bytes, framed);
        bytes.CopyTo(framed.AsSpan(HeaderLength));
        return framed;
    }

    /// <summary>What was written.</summary>
    /// <exception cref="StoreException">It is not what was written.</exception>
    internal static ReadOnlyMemory<byte> Open(string name, ReadOnlyMemory<byte> framed) =>
        framed.Length >= HeaderLength && SHA256.HashData(framed.Span[HeaderLength..]).AsSpan().SequenceEqual(framed.Span[..HeaderLength])
            ? framed[HeaderLength..]
            : throw Damaged(name);

    /// <summary>What is told of a blob that is not as it was written.</summary>
    internal static StoreException Damaged(string name) => new($"The blob {name} is damaged. Restore it from a backup of the blobs.");

    /// <summary>What is told of a blob that is not there.</summary>
    internal static StoreException Missing(string name) => new($"There is no blob {name}, which a version names. Restore it from a backup of the blobs.");
}
