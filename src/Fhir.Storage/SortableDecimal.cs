// Decimals as short byte strings that sort as the numbers do: exact where REAL would round, and 3 to 6 bytes for usual values.

namespace FhirHub.Storage;

/// <summary>Order-preserving encoding: sign, exponent in base 100, digits in base 100; complemented if negative.</summary>
internal static class SortableDecimal
{
    private const byte Zero = 0x80;
    private const int ExponentBias = 32;
    private const byte EndOfNegative = 0xFF;

    /// <summary>The bytes of a number; numbers that are equal whatever their scale have equal bytes.</summary>
    public static byte[] Encode(decimal value)
    {
        if (value == 0)
            return [Zero];

        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        var scale = (parts[3] >> 16) & 0x7F;
        var mantissa = new UInt128((uint)parts[2], ((ulong)(uint)parts[1] << 32) | (uint)parts[0]);
        if ((scale & 1) == 1)
        {
            mantissa *= 10;
            scale++;
        }

        // Least significant digit pair first; trailing zero pairs only move the exponent.
        Span<byte> pairs = stackalloc byte[20];
        var count = 0;
        var exponent = -scale / 2;
        while (mantissa != 0)
        {
            var (rest, pair) = UInt128.DivRem(mantissa, 100);
            mantissa = rest;
            if (count == 0 && pair == 0)
                exponent++;
            else
                pairs[count++] = (byte)(uint)pair;
        }

        var negative = value < 0;
        var bytes = new byte[1 + count + (negative ? 1 : 0)];
        bytes[0] = (byte)(Zero + ExponentBias + exponent + count);
        for (var i = 0; i < count; i++)
            bytes[1 + i] = (byte)(pairs[count - 1 - i] + 1);
        if (!negative)
            return bytes;

        for (var i = 0; i <= count; i++)
            bytes[i] = (byte)~bytes[i];
        bytes[^1] = EndOfNegative;
        return bytes;
    }
}
