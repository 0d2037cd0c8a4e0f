// The metadata of an instance as it is kept: compressed when it is stored, with places where the address of the service goes.

using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using FhirHub.Dicom;

namespace FhirHub.Dicomweb;

/// <summary>
/// Makes what is kept of an instance's metadata (PS3.18 10.4.1.1.2): its DICOM JSON without bulk data, cut where a <c>BulkDataURI</c> begins with the
/// address of the service, which depends on the request. Each piece is deflated by itself and ends at a whole byte, so that an answer is made of
/// pieces without inflating or deflating anything (ADR 0034).
/// </summary>
internal static class InstanceMetadata
{
    /// <summary>The first byte of what is kept: another form of pieces would have another.</summary>
    private const byte Form = 1;

    /// <summary>What a stored block costs is less than what a deflater costs to begin.</summary>
    private const int ShortPiece = 300;

    private const int MaxStoredBlock = ushort.MaxValue;

    // Stands for the address in JSON that is being cut. What is stored was written before this process drew it.
    private static readonly string Place = Guid.NewGuid().ToString("N");
    private static readonly byte[] PlaceBytes = Encoding.ASCII.GetBytes(Place);

    /// <summary>The pieces of an instance's metadata.</summary>
    /// <param name="dataset">The data set; large values may be elsewhere.</param>
    /// <param name="path">The instance.</param>
    /// <exception cref="DicomException">A value can't be written.</exception>
    public static byte[] Of(DicomDataset dataset, ImagePath path)
    {
        var options = new DicomModelOptions { BulkDataUri = (element, _) => $"{Place}{path}/bulkdata/{element}" };
        var json = DicomJsonWriter.ToUtf8(dataset, options).AsSpan();
        var pieces = new ArrayBufferWriter<byte>((json.Length / 3) + 64);
        pieces.Write([Form]);
        while (json.IndexOf(PlaceBytes) is >= 0 and var cut)
        {
            Add(json[..cut], pieces);
            json = json[(cut + PlaceBytes.Length)..];
        }

        Add(json, pieces);
        return pieces.WrittenSpan.ToArray();
    }

    /// <summary>The URI of a bulk data value of an instance, as its metadata has it.</summary>
    public static string BulkDataUri(string address, ImagePath path, string element) => $"{address}{path}/bulkdata/{element}";

    /// <summary>The paths of the values that the metadata of a data set has by URI.</summary>
    /// <exception cref="DicomException">A value can't be written.</exception>
    public static IReadOnlyList<string> BulkDataPaths(DicomDataset dataset)
    {
        var paths = new List<string>();
        DicomJsonWriter.ToUtf8(dataset, new DicomModelOptions
        {
            BulkDataUri = (element, _) =>
            {
                paths.Add(element);
                return element;
            },
        });
        return paths;
    }

    /// <summary>The DICOM JSON of kept metadata, a single object.</summary>
    /// <param name="pieces">What <see cref="Of"/> made.</param>
    /// <param name="address">The root of the service (<see cref="RequestBase"/>).</param>
    public static byte[] ToJson(ReadOnlySpan<byte> pieces, string address)
    {
        var assembled = new ArrayBufferWriter<byte>(pieces.Length + 256);
        var assembly = new MetadataAssembly(assembled, address);
        assembly.Begin();
        assembly.Add(pieces);
        assembly.End();
        using var json = new MemoryStream();
        using (var inflater = new GZipStream(new MemoryStream(assembled.WrittenSpan.ToArray()), CompressionMode.Decompress))
            inflater.CopyTo(json);
        return json.ToArray();
    }

    /// <summary>Reads the next piece; false behind the last.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> pieces, ref int at, out MetadataPiece piece)
    {
        piece = default;
        if (at == 0 && (pieces.IsEmpty || pieces[at++] != Form))
            throw new InvalidDataException("Kept metadata has a form that this version does not know.");
        if (at == pieces.Length)
            return false;
        var header = pieces[at..];
        piece = new(
            BinaryPrimitives.ReadUInt32LittleEndian(header),
            BinaryPrimitives.ReadUInt32LittleEndian(header[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(header[8..]),
            at + MetadataPiece.HeaderSize,
            BinaryPrimitives.ReadInt32LittleEndian(header[12..]));
        at = piece.Start + piece.Length;
        return true;
    }

    /// <summary>Writes bytes as blocks of a deflated stream that are not compressed (RFC 1951 3.2.4).</summary>
    internal static void WriteStored(ReadOnlySpan<byte> bytes, IBufferWriter<byte> output)
    {
        while (!bytes.IsEmpty)
        {
            var block = bytes[..Math.Min(bytes.Length, MaxStoredBlock)];
            var header = output.GetSpan(5);
            header[0] = 0;
            BinaryPrimitives.WriteUInt16LittleEndian(header[1..], (ushort)block.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(header[3..], (ushort)~block.Length);
            output.Advance(5);
            output.Write(block);
            bytes = bytes[block.Length..];
        }
    }

    private static void Add(ReadOnlySpan<byte> json, ArrayBufferWriter<byte> pieces)
    {
        var header = pieces.GetSpan(MetadataPiece.HeaderSize);
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)json.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], Crc32.Of(json));
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], Crc32.Shift(json.Length));
        pieces.Advance(MetadataPiece.HeaderSize);
        var start = pieces.WrittenCount;
        if (json.Length <= ShortPiece)
            WriteStored(json, pieces);
        else
            Deflate(json, pieces);
        var made = MemoryMarshal.AsMemory(pieces.WrittenMemory).Span;
        BinaryPrimitives.WriteInt32LittleEndian(made[(start - 4)..], made.Length - start);
    }

    // A flush ends at a whole byte and leaves the stream open; what the end of the stream would add is left out.
    private static void Deflate(ReadOnlySpan<byte> json, ArrayBufferWriter<byte> pieces)
    {
        using var deflated = new MemoryStream((json.Length / 3) + 64);
        using var deflater = new DeflateStream(deflated, CompressionLevel.Optimal);
        deflater.Write(json);
        deflater.Flush();
        pieces.Write(deflated.GetBuffer().AsSpan(0, (int)deflated.Length));
    }
}

/// <summary>A piece of metadata between two places of the address.</summary>
/// <param name="PlainLength">Its bytes of JSON.</param>
/// <param name="Crc">Their checksum.</param>
/// <param name="Shift">What a checksum before it is multiplied with (<see cref="Crc32.Shift"/>).</param>
/// <param name="Start">Where its deflated bytes begin among the pieces.</param>
/// <param name="Length">How many they are.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct MetadataPiece(uint PlainLength, uint Crc, uint Shift, int Start, int Length)
{
    /// <summary>Bytes before the deflated ones.</summary>
    public const int HeaderSize = 16;
}
