// Chunks of PNG and their check values (ISO 15948 5.3, 5.5).

using System.Buffers;
using System.Buffers.Binary;

namespace FhirHub.Dicom.Pixels;

/// <summary>Writes chunks.</summary>
internal static class PngChunk
{
    /// <summary>Writes a chunk.</summary>
    public static void Write(ReadOnlySpan<byte> type, ReadOnlySpan<byte> content, IBufferWriter<byte> output)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        output.Write(number);
        output.Write(type);
        output.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Of(content, Crc32.Of(type)));
        output.Write(number);
    }
}
