// Chunks of PNG and their check values (ISO 15948 5.3, 5.5).

using System.Buffers;
using System.Buffers.Binary;

namespace FhirHub.Dicom.Pixels;

/// <summary>Writes chunks.</summary>
internal static class PngChunk
{
    // Eight tables, so that eight bytes are taken at once.
    private static readonly uint[][] Tables = MakeTables();

    /// <summary>Writes a chunk.</summary>
    public static void Write(ReadOnlySpan<byte> type, ReadOnlySpan<byte> content, IBufferWriter<byte> output)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        output.Write(number);
        output.Write(type);
        output.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(content, Crc(type, uint.MaxValue)));
        output.Write(number);
    }

    private static uint Crc(ReadOnlySpan<byte> bytes, uint crc)
    {
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = Tables[7][(byte)low] ^ Tables[6][(byte)(low >> 8)] ^ Tables[5][(byte)(low >> 16)] ^ Tables[4][low >> 24]
                ^ Tables[3][(byte)high] ^ Tables[2][(byte)(high >> 8)] ^ Tables[1][(byte)(high >> 16)] ^ Tables[0][high >> 24];
        }

        foreach (var value in bytes)
            crc = Tables[0][(byte)(crc ^ value)] ^ (crc >> 8);
        return crc;
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
                    value = (value & 1) != 0 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1;
                tables[0][i] = value;
            }
        }

        return tables;
    }
}
