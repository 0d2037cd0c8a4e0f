// What a JPEG 2000 codestream says of itself before its first tile (ISO 15444-1 A).

using System.Buffers.Binary;

namespace FhirHub.Dicom.Pixels.Native;

/// <summary>The main header of a codestream.</summary>
internal ref struct Jpeg2000Headers
{
    private const int MaxTiles = 16_384;
    private const int LeastPackets = 65_536;

    private readonly ReadOnlySpan<byte> _stream;
    private readonly PixelDescription _description;
    private long _packets;
    private long _tileColumns;
    private long _tileRows;
    private long _tileWidth;
    private long _tileHeight;

    private Jpeg2000Headers(ReadOnlySpan<byte> stream, PixelDescription description)
    {
        _stream = stream;
        _description = description;
    }

    private static ReadOnlySpan<byte> FileSignature => [0, 0, 0, 12, (byte)'j', (byte)'P', (byte)' ', (byte)' '];

    /// <summary>The codestream of a frame, in which some writers put a whole JP2 file (ISO 15444-1 I).</summary>
    public static ReadOnlyMemory<byte> Codestream(ReadOnlyMemory<byte> frame)
    {
        var bytes = frame.Span;
        if (!bytes.StartsWith(FileSignature))
            return frame;
        for (long position = 0; position + 16 <= bytes.Length;)
        {
            var box = bytes[(int)position..];
            long length = BinaryPrimitives.ReadUInt32BigEndian(box), header = 8;
            if (length == 1)
                (length, header) = ((long)Math.Min(BinaryPrimitives.ReadUInt64BigEndian(box[8..]), long.MaxValue), 16);
            else if (length == 0)
                length = box.Length;
            if (length < header || length > box.Length)
                break;
            if (box.Slice(4, 4).SequenceEqual("jp2c"u8))
                return frame.Slice((int)(position + header), (int)(length - header));
            position += length;
        }

        throw Malformed("is a JP2 file without a codestream");
    }

    /// <summary>Refuses a codestream that is not of the image that the data set describes, or that has more parts than bytes.</summary>
    /// <exception cref="DicomException">It is refused.</exception>
    public static void Check(ReadOnlySpan<byte> stream, PixelDescription description)
    {
        if (description.Kind != SampleKind.Integer || description.BitsAllocated is not (1 or 8 or 16 or 32))
            throw new DicomException(DicomFault.Unsupported, $"JPEG 2000 has whole numbers in up to 32 bits, and the data set allocates {description.BitsAllocated}", DicomTags.BitsAllocated);
        new Jpeg2000Headers(stream, description).Check();
    }

    private void Check()
    {
        if (_stream.Length < 4 || BinaryPrimitives.ReadUInt32BigEndian(_stream) != 0xFF4F_FF51)
            throw Malformed("does not begin as one");
        var position = 2;
        var hasSize = false;
        while (true)
        {
            if (position + 4 > _stream.Length)
                throw new DicomException(DicomFault.Truncated, "a JPEG 2000 stream ends within its headers", DicomTags.PixelData);
            var marker = BinaryPrimitives.ReadUInt16BigEndian(_stream[position..]);
            if (marker < 0xFF01)
                throw Malformed("has bytes between its markers");
            var length = BinaryPrimitives.ReadUInt16BigEndian(_stream[(position + 2)..]);
            position += 4;
            if (length < 2 || position + length - 2 > _stream.Length)
                throw new DicomException(DicomFault.Truncated, "a JPEG 2000 stream has a marker segment that is longer than what follows", DicomTags.PixelData);
            var segment = _stream.Slice(position, length - 2);
            position += length - 2;
            switch (marker)
            {
                case 0xFF51:
                    if (hasSize)
                        throw Malformed("has two headers of its size");
                    hasSize = true;
                    CheckSize(segment);
                    break;
                case 0xFF52:
                    // Style, order, layers, transform; then levels, code-blocks and precincts (A.6.1).
                    if (segment.Length < 10)
                        throw Malformed("has a coding style that is too short");
                    CountPackets(segment[5..], (segment[0] & 1) != 0, BinaryPrimitives.ReadUInt16BigEndian(segment[2..]));
                    break;
                case 0xFF53:
                    // A component, in two bytes if there are many, and a style of its own (A.6.2).
                    if (segment.Length < 7)
                        throw Malformed("has a coding style that is too short");
                    CountPackets(segment[2..], (segment[1] & 1) != 0, 1);
                    break;
                case 0xFF90:
                    return;
                default:
                    break;
            }
        }
    }

    private void CheckSize(ReadOnlySpan<byte> segment)
    {
        if (segment.Length < 36)
            throw Malformed("has a header of its size that is too short");
        long right = Number(segment, 2), bottom = Number(segment, 6), left = Number(segment, 10), top = Number(segment, 14);
        long tileLeft = Number(segment, 26), tileTop = Number(segment, 30);
        (_tileWidth, _tileHeight) = (Number(segment, 18), Number(segment, 22));
        int components = BinaryPrimitives.ReadUInt16BigEndian(segment[34..]);
        if (bottom - top != _description.Rows || right - left != _description.Columns)
            throw Malformed($"is of {bottom - top:N0} rows and {right - left:N0} columns, and the data set says {_description.Rows:N0} and {_description.Columns:N0}");
        if (components != _description.SamplesPerPixel)
            throw Malformed($"has {components:N0} components, and the data set says {_description.SamplesPerPixel}");
        if (segment.Length < 36 + (3 * components))
            throw Malformed("has a header of its size that is too short");
        for (var i = 0; i < components; i++)
        {
            var component = segment.Slice(36 + (3 * i), 3);
            var precision = (component[0] & 0x7F) + 1;
            if (precision > Math.Max(8, _description.BitsAllocated) || precision > 31)
                throw Malformed($"has samples of {precision} bits, and the data set allocates {_description.BitsAllocated}");
            if (component[1] != 1 || component[2] != 1)
                throw new DicomException(DicomFault.Unsupported, "a JPEG 2000 stream has components of different sizes, which DICOM does not have", DicomTags.PixelData);
        }

        if (_tileWidth == 0 || _tileHeight == 0 || tileLeft > left || tileTop > top || tileLeft + _tileWidth <= left || tileTop + _tileHeight <= top)
            throw Malformed("has tiles that can't be");
        _tileColumns = Parts(right - tileLeft, _tileWidth);
        _tileRows = Parts(bottom - tileTop, _tileHeight);
        if (_tileColumns * _tileRows > MaxTiles)
            throw new DicomException(DicomFault.LimitExceeded, $"a JPEG 2000 stream has {_tileColumns * _tileRows:N0} tiles, more than the {MaxTiles:N0} that are allowed", DicomTags.PixelData);
        _tileWidth = Math.Min(_tileWidth, right - left);
        _tileHeight = Math.Min(_tileHeight, bottom - top);
    }

    // Each precinct has a packet in each layer, and no packet is shorter than a byte (B.9, B.10), so that few bytes can't be a great many of them.
    private void CountPackets(ReadOnlySpan<byte> style, bool hasPrecincts, int layers)
    {
        int levels = style[0], width = style[1] + 2, height = style[2] + 2;
        if (levels > 32 || layers == 0)
            throw Malformed("has levels or layers that can't be");
        if (width > 10 || height > 10 || width + height > 12)
            throw Malformed("has code-blocks that can't be");
        if (hasPrecincts && style.Length < 5 + levels + 1)
            throw Malformed("has a coding style that is too short");
        for (var level = 0; level <= levels; level++)
        {
            var size = hasPrecincts ? style[5 + level] : 0xFF;
            var shift = levels - level;
            var across = Parts(Parts(_tileWidth, 1L << shift), 1L << (size & 15));
            var down = Parts(Parts(_tileHeight, 1L << shift), 1L << (size >> 4));
            _packets += across * down * layers * _tileColumns * _tileRows * _description.SamplesPerPixel;
        }

        if (_packets > Math.Max(LeastPackets, _stream.Length))
            throw new DicomException(DicomFault.LimitExceeded, $"a JPEG 2000 stream of {_stream.Length:N0} bytes says that it has {_packets:N0} packets", DicomTags.PixelData);
    }

    private static long Number(ReadOnlySpan<byte> segment, int at) => BinaryPrimitives.ReadUInt32BigEndian(segment[at..]);

    private static long Parts(long size, long part) => (size + part - 1) / part;

    private static DicomException Malformed(string reason) => new(DicomFault.Malformed, $"a JPEG 2000 stream {reason}", DicomTags.PixelData);
}
