// Writes DICOM byte by byte, so that tests know what they read.

using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace FhirHub.Dicom.Tests;

/// <summary>Bytes of data elements in one encoding.</summary>
internal sealed class TestFile(bool isExplicit = true, bool isBigEndian = false)
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public const uint Undefined = 0xFFFF_FFFF;

    /// <summary>Preamble, prefix and file meta information of a transfer syntax.</summary>
    public static byte[] Head(string transferSyntax = "1.2.840.10008.1.2.1")
    {
        var meta = new TestFile()
            .Element(0x00020001, "OB", [0, 1])
            .Text(0x00020002, "UI", "1.2.840.10008.5.1.4.1.1.7")
            .Text(0x00020003, "UI", "1.2.3.4")
            .Text(0x00020010, "UI", transferSyntax)
            .Text(0x00020012, "UI", "1.2.3")
            .ToArray();
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, meta.Length);
        return [.. new byte[128], .. "DICM"u8, .. new TestFile().Element(0x00020000, "UL", length).ToArray(), .. meta];
    }

    /// <summary>A whole file of elements in explicit VR, little endian.</summary>
    public byte[] ToFile(string transferSyntax = "1.2.840.10008.1.2.1") => [.. Head(transferSyntax), .. ToArray()];

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    public TestFile Text(uint tag, string vr, string text) => Element(tag, vr, Encoding.Latin1.GetBytes(text.Length % 2 == 0 ? text : text + (vr == "UI" ? "\0" : " ")));

    public TestFile US(uint tag, params ushort[] values)
    {
        var bytes = new byte[2 * values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            if (isBigEndian)
                BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2 * i), values[i]);
            else
                BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2 * i), values[i]);
        }

        return Element(tag, "US", bytes);
    }

    public TestFile Element(uint tag, string vr, ReadOnlySpan<byte> value) => Header(tag, vr, (uint)value.Length).Raw(value);

    public TestFile Header(uint tag, string vr, uint length)
    {
        Tag(tag);
        if (!isExplicit)
            return UInt32(length);
        Raw(Encoding.ASCII.GetBytes(vr));
        return vr is "OB" or "OD" or "OF" or "OL" or "OV" or "OW" or "SQ" or "SV" or "UC" or "UN" or "UR" or "UT" or "UV" or "ZZ"
            ? UInt16(0).UInt32(length)
            : UInt16((ushort)length);
    }

    public TestFile Item(uint length = Undefined) => Tag(0xFFFEE000).UInt32(length);

    public TestFile Fragment(ReadOnlySpan<byte> bytes) => Item((uint)bytes.Length).Raw(bytes);

    public TestFile EndItem() => Tag(0xFFFEE00D).UInt32(0);

    public TestFile EndSequence() => Tag(0xFFFEE0DD).UInt32(0);

    public TestFile Raw(ReadOnlySpan<byte> bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    private TestFile Tag(uint tag) => UInt16((ushort)(tag >> 16)).UInt16((ushort)tag);

    private TestFile UInt16(ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        if (isBigEndian)
            BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        else
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        return Raw(bytes);
    }

    private TestFile UInt32(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        if (isBigEndian)
            BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        else
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return Raw(bytes);
    }
}
