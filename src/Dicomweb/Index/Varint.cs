// Whole numbers in as few bytes as they need: seven bits in each, the lowest first.

using System.Buffers;

namespace FhirHub.Dicomweb;

/// <summary>Numbers of variable length in the index.</summary>
internal static class Varint
{
    public static void Write(IBufferWriter<byte> output, ulong value)
    {
        var span = output.GetSpan(10);
        var length = 0;
        for (; value >= 0x80; value >>= 7)
            span[length++] = (byte)(value | 0x80);
        span[length++] = (byte)value;
        output.Advance(length);
    }

    /// <summary>Takes a number off the beginning.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public static ulong Read(ref ReadOnlySpan<byte> bytes)
    {
        var value = 0UL;
        for (var i = 0; i < bytes.Length && i < 10; i++)
        {
            value |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return value;
            }
        }

        throw new InvalidDataException("The image index has a number that does not end.");
    }

    /// <summary>A signed number; small ones of both signs are short.</summary>
    public static void WriteSigned(IBufferWriter<byte> output, long value) => Write(output, (ulong)((value << 1) ^ (value >> 63)));

    /// <summary>Takes a signed number off the beginning.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public static long ReadSigned(ref ReadOnlySpan<byte> bytes)
    {
        var value = Read(ref bytes);
        return (long)(value >> 1) ^ -(long)(value & 1);
    }
}
