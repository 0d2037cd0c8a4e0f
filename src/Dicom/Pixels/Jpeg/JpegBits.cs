// Reads bits of entropy-coded data, up to the next marker (ISO 10918-1 B.1.1.5, F.2.2.5).

using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace FhirHub.Dicom.Pixels;

/// <summary>Bits of a scan, the most significant first. Behind a marker come zeros, and that they were used is told.</summary>
internal ref struct JpegBits(ReadOnlySpan<byte> data, int position)
{
    // A filled buffer serves a code and its additional bits, 32 bits together, without another look.
    private const int Enough = 32;

    private readonly ReadOnlySpan<byte> _data = data;
    private ulong _buffer;
    private int _count;
    private int _padding;

    /// <summary>Where the next byte would be read; at a marker once all before it is read.</summary>
    public int Position { get; private set; } = position;

    /// <summary>Whether bits were used that are not there.</summary>
    public readonly bool IsOverrun => _padding > _count;

    /// <summary>Sees to it that a code and its additional bits are in the buffer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prepare()
    {
        if (_count < Enough)
            Fill();
    }

    /// <summary>The next 16 bits; <see cref="Prepare"/> has been called.</summary>
    public readonly int Peek16() => (int)(_buffer >> 48);

    /// <summary>Passes over bits that <see cref="Peek16"/> showed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Skip(int count)
    {
        _buffer <<= count;
        _count -= count;
    }

    /// <summary>A number of 1 to 16 bits; <see cref="Prepare"/> has been called.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Take(int count)
    {
        var value = (int)(_buffer >> (64 - count));
        Skip(count);
        return value;
    }

    /// <summary>A difference or coefficient of a category of 1 to 16 (F.2.2.1, EXTEND).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int TakeSigned(int category)
    {
        var value = Take(category);
        return value < 1 << (category - 1) ? value - (1 << category) + 1 : value;
    }

    /// <summary>One bit, wherever the buffer stands.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TakeBit()
    {
        if (_count == 0)
            Fill();
        var bit = (long)_buffer < 0;
        Skip(1);
        return bit;
    }

    /// <summary>Goes on behind the restart marker that ends the interval (F.2.1.3.1).</summary>
    /// <exception cref="DicomException">No restart marker is there.</exception>
    public void Restart()
    {
        // Bytes that nobody needed may be left before the marker.
        while (Position + 1 < _data.Length && !(_data[Position] == 0xFF && _data[Position + 1] is not (0 or 0xFF)))
            Position++;
        if (Position + 1 >= _data.Length)
            throw new DicomException(DicomFault.Truncated, "a JPEG stream ends where a restart marker should be", DicomTags.PixelData);
        if (_data[Position + 1] is < 0xD0 or > 0xD7)
            throw new DicomException(DicomFault.Malformed, "a JPEG scan has another marker where a restart marker should be", DicomTags.PixelData);
        Position += 2;
        (_buffer, _count, _padding) = (0, 0, 0);
    }

    private void Fill()
    {
        // Eight bytes without FF hold no marker and nothing stuffed. What is read beyond the count is read again, to the same bits.
        if (Position + 8 <= _data.Length)
        {
            var next = BinaryPrimitives.ReadUInt64BigEndian(_data[Position..]);
            if (((~next - 0x0101_0101_0101_0101) & next & 0x8080_8080_8080_8080) == 0)
            {
                _buffer |= next >> _count;
                var bytes = (63 - _count) >> 3;
                Position += bytes;
                _count += 8 * bytes;
                return;
            }
        }

        while (_count <= 56)
        {
            if (Position >= _data.Length || !TakeByte(out var value))
            {
                _padding += 64 - _count;
                _count = 64;
                return;
            }

            _buffer |= (ulong)value << (56 - _count);
            _count += 8;
        }
    }

    private bool TakeByte(out byte value)
    {
        value = _data[Position];
        if (value == 0xFF)
        {
            var next = Position + 1;
            while (next < _data.Length && _data[next] == 0xFF)
                next++;
            if (next >= _data.Length || _data[next] != 0)
                return false;
            Position = next;
        }

        Position++;
        return true;
    }
}
