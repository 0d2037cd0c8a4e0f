// The checksum of PNG and gzip, and how those of parts become that of the whole (ISO 15948 5.5, RFC 1952 8).

using System.Buffers.Binary;

namespace FhirHub.Dicom;

/// <summary>CRC-32. Checksums are polynomials over two elements, so parts are joined by a multiplication.</summary>
public static class Crc32
{
    private const uint Polynomial = 0xEDB8_8320;

    // Eight tables, so that eight bytes are taken at once.
    private static readonly uint[][] Tables = MakeTables();
    private static readonly uint[] Squares = MakeSquares();

    /// <summary>The checksum of bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="before">The checksum of the bytes before them; 0 for none.</param>
    public static uint Of(ReadOnlySpan<byte> bytes, uint before = 0)
    {
        var crc = ~before;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = Tables[7][(byte)low] ^ Tables[6][(byte)(low >> 8)] ^ Tables[5][(byte)(low >> 16)] ^ Tables[4][low >> 24]
                ^ Tables[3][(byte)high] ^ Tables[2][(byte)(high >> 8)] ^ Tables[1][(byte)(high >> 16)] ^ Tables[0][high >> 24];
        }

        foreach (var value in bytes)
            crc = Tables[0][(byte)(crc ^ value)] ^ (crc >> 8);
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

    private static uint[][] MakeTables()
    {
        var tables = new uint[8][];
        for (var table = 0; table < 8; table++)
        {
            tables[table] = new uint[256];
            for (uint i = 0; i < 256; i++)
            {
                if (table > 0)
                {
                    var before = tables[table - 1][i];
                    tables[table][i] = tables[0][(byte)before] ^ (before >> 8);
                    continue;
                }

                var value = i;
                for (var bit = 0; bit < 8; bit++)
                    value = (value & 1) != 0 ? Polynomial ^ (value >> 1) : value >> 1;
                tables[0][i] = value;
            }
        }

        return tables;
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
