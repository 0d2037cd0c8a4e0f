// The checksum of gzip, and how those of parts become that of the whole (RFC 1952 8).

namespace FhirHub.Dicomweb;

/// <summary>CRC-32 as gzip has it. Checksums are polynomials over two elements, so parts are joined by a multiplication.</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB8_8320;
    private static readonly uint[] Table = MakeTable();
    private static readonly uint[] Squares = MakeSquares();

    /// <summary>The checksum of bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
            crc = Table[(byte)(crc ^ value)] ^ (crc >> 8);
        return ~crc;
    }

    /// <summary>What the checksum of what comes before is multiplied with when so many bytes follow.</summary>
    public static uint Shift(long length)
    {
        var shift = 1u << 31;
        for (var square = 3; length > 0; length >>= 1, square++)
        {
            if ((length & 1) != 0)
                shift = Multiply(Squares[square & 31], shift);
        }

        return shift;
    }

    /// <summary>The checksum of two parts, with the <see cref="Shift"/> of the second one's length.</summary>
    public static uint Join(uint first, uint second, uint shift) => Multiply(shift, first) ^ second;

    private static uint Multiply(uint left, uint right)
    {
        var product = 0u;
        for (var bit = 1u << 31; left != 0; bit >>= 1)
        {
            if ((left & bit) != 0)
            {
                product ^= right;
                left ^= bit;
            }

            right = (right & 1) != 0 ? (right >> 1) ^ Polynomial : right >> 1;
        }

        return product;
    }

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (var i = 0u; i < table.Length; i++)
        {
            var crc = i;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ Polynomial : crc >> 1;
            table[i] = crc;
        }

        return table;
    }

    // x to the powers 1, 2, 4, 8 and so on; they repeat after 32.
    private static uint[] MakeSquares()
    {
        var squares = new uint[32];
        squares[0] = 1u << 30;
        for (var i = 1; i < squares.Length; i++)
            squares[i] = Multiply(squares[i - 1], squares[i - 1]);
        return squares;
    }
}
