// Turns numbers between the byte orders (PS3.5 7.3).

using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace FhirHub.Dicom;

/// <summary>Swaps bytes in place.</summary>
internal static class ByteOrder
{
    /// <summary>Swaps each unit of a size; bytes that make no whole unit stay as they are.</summary>
    public static void Swap(Span<byte> bytes, int unitSize)
    {
        bytes = bytes[..(bytes.Length / unitSize * unitSize)];
        switch (unitSize)
        {
            case 2:
                var words = MemoryMarshal.Cast<byte, ushort>(bytes);
                BinaryPrimitives.ReverseEndianness(words, words);
                break;
            case 4:
                var longs = MemoryMarshal.Cast<byte, uint>(bytes);
                BinaryPrimitives.ReverseEndianness(longs, longs);
                break;
            case 8:
                var quads = MemoryMarshal.Cast<byte, ulong>(bytes);
                BinaryPrimitives.ReverseEndianness(quads, quads);
                break;
            default:
                break;
        }
    }
}
