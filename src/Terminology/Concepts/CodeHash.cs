// Hash and equality of codes and other short texts in UTF-8, with case or without.

using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace FhirHub.Terminology;

/// <summary>How a table finds codes. The seed is drawn for each table, so that nobody can send codes that all fall into one place.</summary>
internal readonly struct CodeHash(long seed, bool ignoresCase)
{
    private const ulong First = 0x9E3779B97F4A7C15;
    private const ulong Second = 0xD6E8FEB86659FD93;

    /// <summary>The hash of a code.</summary>
    public uint Of(ReadOnlySpan<byte> code)
    {
        if (!ignoresCase)
            return OfBytes(code);
        byte[]? rented = null;
        var folded = code.Length <= 128 ? stackalloc byte[128 * 3] : (rented = ArrayPool<byte>.Shared.Rent(code.Length * 3));
        var hash = OfBytes(folded[..Fold(code, folded)]);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return hash;
    }

    /// <summary>True if two codes are the same.</summary>
    public bool Equals(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (left.SequenceEqual(right))
            return true;
        return ignoresCase && (Ascii.EqualsIgnoreCase(left, right)
            || ((!Ascii.IsValid(left) || !Ascii.IsValid(right))
                && string.Equals(Encoding.UTF8.GetString(left), Encoding.UTF8.GetString(right), StringComparison.OrdinalIgnoreCase)));
    }

    private uint OfBytes(ReadOnlySpan<byte> bytes)
    {
        var hash = (ulong)seed ^ ((ulong)bytes.Length * First);
        while (bytes.Length >= 8)
        {
            hash = Mix(hash ^ MemoryMarshal.Read<ulong>(bytes));
            bytes = bytes[8..];
        }

        ulong rest = 0;
        for (var i = 0; i < bytes.Length; i++)
            rest |= (ulong)bytes[i] << (8 * i);
        hash = Mix(hash ^ rest);
        return (uint)(hash ^ (hash >> 32));
    }

    private static ulong Mix(ulong value)
    {
        var high = Math.BigMul(value ^ Second, First, out var low);
        return BitOperations.RotateLeft(high, 23) ^ low;
    }

    // A byte that is no UTF-8 becomes a character of three; capitals never need more than that.
    private static int Fold(ReadOnlySpan<byte> code, Span<byte> folded)
    {
        if (Ascii.ToUpper(code, folded, out var written) == OperationStatus.Done)
            return written;
        written = 0;
        while (!code.IsEmpty)
        {
            Rune.DecodeFromUtf8(code, out var rune, out var consumed);
            written += Rune.ToUpperInvariant(rune).EncodeToUtf8(folded[written..]);
            code = code[consumed..];
        }

        return written;
    }
}
