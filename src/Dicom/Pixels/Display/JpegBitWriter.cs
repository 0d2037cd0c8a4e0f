// The entropy-coded bits of a JPEG stream, on their way out (ISO 10918-1 F.1.2).

using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace FhirHub.Dicom.Pixels;

/// <summary>Writes bits, most significant first, with a zero behind each byte of ones (B.1.1.5).</summary>
internal ref struct JpegBitWriter(IBufferWriter<byte> output)
{
    // No block has more than 63 coefficients of 26 bits, each byte of which may need another.
    private const int BlockBytes = 1024;
    private const int ChunkBytes = 32 * 1024;

    private Span<byte> _span = output.GetSpan(ChunkBytes);
    private int _at;
    private ulong _bits;
    private int _count;

    /// <summary>Makes room for a block.</summary>
    public void Reserve()
    {
        if (_span.Length - _at >= BlockBytes)
            return;
        output.Advance(_at);
        _span = output.GetSpan(ChunkBytes);
        _at = 0;
    }

    /// <summary>Writes up to 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put(uint bits, int length)
    {
        _bits = (_bits << length) | bits;
        _count += length;
        if (_count >= 32)
            Flush();
    }

    /// <summary>Fills the last byte with ones, and gives all to the output.</summary>
    public void Finish()
    {
        var rest = (8 - (_count % 8)) % 8;
        Put((1u << rest) - 1, rest);
        for (; _count > 0; _count -= 8)
            PutByte((byte)(_bits >> (_count - 8)));
        output.Advance(_at);
    }

    private void Flush()
    {
        _count -= 32;
        var word = (uint)(_bits >> _count);
        // A byte of ones is the only one that has its high bit set and loses it when one is added to it.
        if ((word & 0x8080_8080 & ~(word + 0x0101_0101)) == 0)
        {
            BinaryPrimitives.WriteUInt32BigEndian(_span[_at..], word);
            _at += 4;
            return;
        }

        for (var shift = 24; shift >= 0; shift -= 8)
            PutByte((byte)(word >> shift));
    }

    private void PutByte(byte value)
    {
        _span[_at++] = value;
        if (value == 0xFF)
            _span[_at++] = 0;
    }
}
