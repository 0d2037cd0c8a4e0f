// Huffman tables of JPEG (ISO 10918-1 C, F.2.2.3).

using System.Runtime.CompilerServices;

namespace FhirHub.Dicom.Pixels;

/// <summary>A Huffman table, made for decoding.</summary>
internal sealed class JpegHuffmanTable
{
    private const int LookupBits = 10;

    // Length and symbol of the code that the next bits begin with; 0 where it is longer.
    private readonly ushort[] _lookup = new ushort[1 << LookupBits];
    private readonly byte[] _symbols;

    // For each length the first code beyond, left-aligned to 16 bits, and what turns a code into the place of its symbol.
    private readonly int[] _limit = new int[18];
    private readonly int[] _offset = new int[17];

    /// <summary>A table of the number of codes of each length and their symbols.</summary>
    /// <exception cref="DicomException">There are more codes than bits can tell apart.</exception>
    public JpegHuffmanTable(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols)
    {
        _symbols = symbols.ToArray();
        int code = 0, place = 0;
        for (var length = 1; length <= 16; length++)
        {
            _offset[length] = place - code;
            for (var i = 0; i < counts[length - 1]; i++, code++, place++)
            {
                if (code >= 1 << length)
                    throw new DicomException(DicomFault.Malformed, "a Huffman table of a JPEG stream has too many codes", DicomTags.PixelData);
                if (length > LookupBits)
                    continue;
                var first = code << (LookupBits - length);
                _lookup.AsSpan(first, 1 << (LookupBits - length)).Fill((ushort)((length << 8) | _symbols[place]));
            }

            _limit[length] = code << (16 - length);
            code <<= 1;
        }

        _limit[17] = int.MaxValue;
    }

    /// <summary>The next symbol; afterwards its 16 additional bits are in the buffer too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Decode(ref JpegBits bits)
    {
        bits.Prepare();
        var next = bits.Peek16();
        var found = _lookup[next >> (16 - LookupBits)];
        if (found == 0)
            return DecodeLong(ref bits, next);
        bits.Skip(found >> 8);
        return found & 0xFF;
    }

    private int DecodeLong(ref JpegBits bits, int next)
    {
        var length = LookupBits + 1;
        while (next >= _limit[length])
            length++;
        if (length > 16)
            throw new DicomException(DicomFault.Malformed, "a JPEG stream has a code that its Huffman table does not have", DicomTags.PixelData);
        bits.Skip(length);
        return _symbols[_offset[length] + (next >> (16 - length))];
    }
}
