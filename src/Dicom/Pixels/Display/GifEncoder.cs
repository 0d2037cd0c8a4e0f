// GIF 89a: gray exactly, colours by a palette of each frame; several frames move.

using System.Buffers;
using System.Buffers.Binary;

namespace FhirHub.Dicom.Pixels;

/// <summary>Encodes images as GIF, frame by frame.</summary>
public sealed class GifEncoder
{
    private readonly IBufferWriter<byte> _output;
    private readonly int _width;
    private readonly int _height;
    private readonly int _channels;
    private readonly LzwWriter _lzw = new();

    /// <summary>Begins a GIF of images of one size.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="width">Columns of each frame.</param>
    /// <param name="height">Rows of each frame.</param>
    /// <param name="channels">1 or 3.</param>
    /// <param name="isAnimated">Whether frames follow each other without end.</param>
    public GifEncoder(IBufferWriter<byte> output, int width, int height, int channels, bool isAnimated)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Math.Max(width, height), ushort.MaxValue);
        (_output, _width, _height, _channels) = (output, width, height, channels);
        output.Write("GIF89a"u8);
        Number(width);
        Number(height);
        if (channels == 1)
        {
            // One palette of all 256 shades for all frames.
            output.Write<byte>([0xF7, 0, 0]);
            Span<byte> shades = stackalloc byte[768];
            for (var i = 0; i < shades.Length; i++)
                shades[i] = (byte)(i / 3);
            output.Write(shades);
        }
        else
        {
            output.Write<byte>([0x70, 0, 0]);
        }

        if (isAnimated)
            output.Write<byte>([0x21, 0xFF, 11, .. "NETSCAPE2.0"u8, 3, 1, 0, 0, 0]);
    }

    /// <summary>Adds a frame.</summary>
    /// <param name="image">The image, of the size that was announced.</param>
    /// <param name="milliseconds">How long it is shown; 0 for an image that stands still.</param>
    public void Add(RenderedImage image, double milliseconds = 0)
    {
        if (image.Width != _width || image.Height != _height || image.Channels != _channels)
            throw new ArgumentException("A frame is not of the size and kind of the first.", nameof(image));

        // Viewers take less than two hundredths of a second for a mistake, and show them slowly.
        var delay = milliseconds > 0 ? (int)Math.Clamp(Math.Round(milliseconds / 10), 2, ushort.MaxValue) : 0;
        _output.Write<byte>([0x21, 0xF9, 4, 4]);
        Number(delay);
        _output.Write<byte>([0, 0, 0x2C, 0, 0, 0, 0]);
        Number(_width);
        Number(_height);
        if (_channels == 1)
        {
            _output.Write<byte>([0]);
            _lzw.Write(image.Samples.Span, _output);
            return;
        }

        var indices = ArrayPool<byte>.Shared.Rent(_width * _height);
        try
        {
            Span<byte> palette = stackalloc byte[768];
            palette.Clear();
            ColorQuantizer.Quantize(image.Samples.Span, palette, indices.AsSpan(0, _width * _height));
            _output.Write<byte>([0x87]);
            _output.Write(palette);
            _lzw.Write(indices.AsSpan(0, _width * _height), _output);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(indices);
        }
    }

    /// <summary>Ends the GIF.</summary>
    public void Finish() => _output.Write<byte>([0x3B]);

    private void Number(int number)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_output.GetSpan(2), (ushort)number);
        _output.Advance(2);
    }

    /// <summary>LZW of bytes with codes of 9 to 12 bits, in blocks of up to 255 bytes.</summary>
    private sealed class LzwWriter
    {
        private const int ClearCode = 256;
        private const int EndCode = 257;
        private const int CodeLimit = 4096;

        // Twice as many places as codes; a key is a string's code and the next byte, one more so that zero is nothing.
        private const int Places = 8192;

        private readonly int[] _keys = new int[Places];
        private readonly short[] _codes = new short[Places];
        private readonly byte[] _block = new byte[256];
        private int _blockLength;
        private uint _bits;
        private int _bitCount;

        public void Write(ReadOnlySpan<byte> indices, IBufferWriter<byte> output)
        {
            (_blockLength, _bits, _bitCount) = (0, 0, 0);
            output.Write<byte>([8]);
            Array.Clear(_keys);
            int size = 9, next = EndCode + 1;
            Put(ClearCode, size, output);
            int prefix = indices[0];
            for (var i = 1; i < indices.Length; i++)
            {
                var key = ((prefix << 8) | indices[i]) + 1;
                var place = (int)((uint)(key * 0x9E37_79B1L) >> 19);
                while (_keys[place] != key && _keys[place] != 0)
                    place = (place + 1) & (Places - 1);
                if (_keys[place] == key)
                {
                    prefix = _codes[place];
                    continue;
                }

                Put(prefix, size, output);
                prefix = indices[i];
                if (next == CodeLimit)
                {
                    Put(ClearCode, size, output);
                    Array.Clear(_keys);
                    (size, next) = (9, EndCode + 1);
                    continue;
                }

                // A decoder knows a code one step later than this, so codes grow when one beyond the size is made.
                if (next == 1 << size)
                    size++;
                _keys[place] = key;
                _codes[place] = (short)next++;
            }

            Put(prefix, size, output);
            if (next == 1 << size && size < 12)
                size++;
            Put(EndCode, size, output);
            if (_bitCount > 0)
                PutByte((byte)_bits, output);
            FlushBlock(output);
            output.Write<byte>([0]);
        }

        private void Put(int code, int size, IBufferWriter<byte> output)
        {
            _bits |= (uint)code << _bitCount;
            _bitCount += size;
            for (; _bitCount >= 8; _bitCount -= 8, _bits >>= 8)
                PutByte((byte)_bits, output);
        }

        private void PutByte(byte value, IBufferWriter<byte> output)
        {
            _block[++_blockLength] = value;
            if (_blockLength == 255)
                FlushBlock(output);
        }

        private void FlushBlock(IBufferWriter<byte> output)
        {
            if (_blockLength == 0)
                return;
            _block[0] = (byte)_blockLength;
            output.Write(_block.AsSpan(0, _blockLength + 1));
            _blockLength = 0;
        }
    }
}
