// Makes one gzip stream of kept metadata: pieces as they are, the address of the service between them, and the checksum of the whole.

using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using FhirHub.Dicom;

namespace FhirHub.Dicomweb;

/// <summary>Assembles a gzip stream (RFC 1952) of pieces that were deflated before, and of text.</summary>
internal sealed class MetadataAssembly
{
    // No name, no time, and no system that could be told from the answer.
    private static readonly byte[] Header = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF];

    // An empty last block with fixed codes (RFC 1951 3.2.6).
    private static readonly byte[] LastBlock = [0x03, 0x00];

    private readonly IBufferWriter<byte> _output;
    private readonly byte[] _address;
    private readonly uint _addressCrc;
    private readonly uint _addressShift;
    private uint _crc;
    private uint _length;

    /// <summary>Assembles into <paramref name="output"/>.</summary>
    /// <param name="output">Where the stream goes.</param>
    /// <param name="address">The root of the service, which goes between the pieces of an instance.</param>
    public MetadataAssembly(IBufferWriter<byte> output, string address)
    {
        _output = output;
        _address = Encoding.UTF8.GetBytes(address);
        _addressCrc = Crc32.Of(_address);
        _addressShift = Crc32.Shift(_address.Length);
    }

    /// <summary>Begins a stream.</summary>
    public void Begin()
    {
        _crc = 0;
        _length = 0;
        _output.Write(Header);
    }

    /// <summary>Adds text, such as the commas between instances.</summary>
    public void AddText(ReadOnlySpan<byte> text)
    {
        InstanceMetadata.WriteStored(text, _output);
        Follow(Crc32.Of(text), Crc32.Shift(text.Length), (uint)text.Length);
    }

    /// <summary>Adds the metadata of an instance.</summary>
    public void Add(ReadOnlySpan<byte> pieces)
    {
        var at = 0;
        var first = true;
        while (InstanceMetadata.TryRead(pieces, ref at, out var piece))
        {
            if (!first)
            {
                InstanceMetadata.WriteStored(_address, _output);
                Follow(_addressCrc, _addressShift, (uint)_address.Length);
            }

            first = false;
            _output.Write(pieces.Slice(piece.Start, piece.Length));
            Follow(piece.Crc, piece.Shift, piece.PlainLength);
        }
    }

    /// <summary>Ends the stream.</summary>
    public void End()
    {
        _output.Write(LastBlock);
        var trailer = _output.GetSpan(8);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, _crc);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[4..], _length);
        _output.Advance(8);
    }

    private void Follow(uint crc, uint shift, uint length)
    {
        _crc = Crc32.Join(_crc, crc, shift);
        _length += length;
    }
}
