// Reads a JPEG stream marker by marker and has its scans decoded (ISO 10918-1 B).

using System.Buffers.Binary;

namespace FhirHub.Dicom.Pixels;

/// <summary>Decodes one JPEG stream: Huffman-coded, sequential, progressive or lossless, not hierarchical.</summary>
internal sealed class JpegDecoder(ReadOnlyMemory<byte> stream, PixelDescription description, CancellationToken cancellationToken)
{
    // A progressive stream of four components and all refinements has fewer; each costs a walk over the image.
    private const int MaxScans = 200;

    private static readonly byte[] NaturalOrder =
    [
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
        35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
    ];

    private readonly int[]?[] _quantization = new int[4][];
    private readonly JpegHuffmanTable?[] _dc = new JpegHuffmanTable[4];
    private readonly JpegHuffmanTable?[] _ac = new JpegHuffmanTable[4];
    private int _restartInterval;

    /// <summary>Where the coefficient at each place of the zigzag lies in a block.</summary>
    public static ReadOnlySpan<byte> Zigzag => NaturalOrder;

    /// <summary>What an Adobe marker says of the colours: 0 none, 1 YCbCr; null without one.</summary>
    public int? AdobeTransform { get; private set; }

    /// <summary>The frame header, once it is read.</summary>
    public JpegFrameHeader? Frame { get; private set; }

    /// <summary>Decodes the stream into samples of pixels together.</summary>
    public void Decode(Span<byte> output)
    {
        var data = stream.Span;
        if (data.Length < 4 || data[0] != 0xFF || data[1] != 0xD8)
            throw JpegFrameHeader.Malformed("does not begin as one");
        var position = 2;
        var scans = 0;
        JpegLossless? lossless = null;
        JpegTransformed? transformed = null;
        try
        {
            while (NextMarker(data, ref position) is var marker && marker is not (0 or 0xD9))
            {
                if (marker is (>= 0xD0 and <= 0xD7) or 0x01 or 0xD8)
                    continue;
                var segment = Segment(data, ref position);
                switch (marker)
                {
                    case 0xC0 or 0xC1 or 0xC2 or 0xC3:
                        if (Frame is not null)
                            throw JpegFrameHeader.Malformed("has two frame headers");
                        Frame = JpegFrameHeader.Read(segment, marker switch { 0xC2 => JpegProcess.Progressive, 0xC3 => JpegProcess.Lossless, _ => JpegProcess.Sequential }, description);
                        CheckLength(Frame, data.Length - position);
                        if (Frame.Process == JpegProcess.Lossless)
                            lossless = new(Frame, description);
                        else
                            transformed = new(Frame);
                        break;
                    case 0xC5 or 0xC6 or 0xC7 or 0xCD or 0xCE or 0xCF or 0xDE:
                        throw new DicomException(DicomFault.Unsupported, "a JPEG stream is hierarchical, which is retired and not supported", DicomTags.PixelData);
                    case 0xC9 or 0xCA or 0xCB or 0xCC:
                        throw new DicomException(DicomFault.Unsupported, "a JPEG stream has arithmetic coding, which is retired and not supported", DicomTags.PixelData);
                    case 0xC4:
                        ReadHuffmanTables(segment);
                        break;
                    case 0xDB:
                        ReadQuantizationTables(segment);
                        break;
                    case 0xDD:
                        _restartInterval = segment.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(segment) : throw JpegFrameHeader.Malformed("has a restart interval that is too short");
                        break;
                    case 0xEE:
                        if (segment.Length >= 12 && segment[..5].SequenceEqual("Adobe"u8))
                            AdobeTransform = segment[11];
                        break;
                    case 0xDA:
                        if (Frame is null)
                            throw JpegFrameHeader.Malformed("has a scan before its frame header");
                        if (++scans > MaxScans)
                            throw new DicomException(DicomFault.LimitExceeded, $"a JPEG stream has more than {MaxScans} scans", DicomTags.PixelData);
                        var scan = JpegScan.Read(segment, Frame, _dc, _ac, _restartInterval);
                        var bits = new JpegBits(data, position);
                        lossless?.Decode(scan, ref bits, output, cancellationToken);
                        transformed?.Decode(scan, ref bits, _quantization, cancellationToken);
                        position = bits.Position;
                        break;
                    default:
                        break;
                }
            }

            if (Frame is null)
                throw JpegFrameHeader.Malformed("has no frame header");
            lossless?.Finish();
            transformed?.Finish(output, description, cancellationToken);
        }
        finally
        {
            lossless?.Dispose();
            transformed?.Dispose();
        }
    }

    /// <summary>The next marker, or 0 at the end. What lies between markers and belongs to none is passed over, as all decoders do.</summary>
    public static int NextMarker(ReadOnlySpan<byte> data, ref int position)
    {
        while (position + 1 < data.Length)
        {
            var skipped = data[position..].IndexOf((byte)0xFF);
            if (skipped < 0)
                break;
            position += skipped + 1;
            while (position < data.Length && data[position] == 0xFF)
                position++;
            if (position < data.Length && data[position++] is not 0 and var marker)
                return marker;
        }

        return 0;
    }

    /// <summary>The segment that follows a marker.</summary>
    public static ReadOnlySpan<byte> Segment(ReadOnlySpan<byte> data, ref int position)
    {
        if (position + 2 > data.Length)
            throw new DicomException(DicomFault.Truncated, "a JPEG stream ends within a marker", DicomTags.PixelData);
        var length = BinaryPrimitives.ReadUInt16BigEndian(data[position..]);
        if (length < 2 || position + length > data.Length)
            throw new DicomException(DicomFault.Truncated, "a JPEG stream has a marker segment that is longer than what follows", DicomTags.PixelData);
        var segment = data.Slice(position + 2, length - 2);
        position += length;
        return segment;
    }

    // No code is shorter than a bit, so that a few bytes can't be an image that fills the memory: a bit for each sample without loss, one for
    // the first coefficient of each block, and one more for the others unless they come in scans of their own.
    private static void CheckLength(JpegFrameHeader frame, int bytes)
    {
        var bits = 0L;
        foreach (var component in frame.Components)
        {
            bits += frame.Process == JpegProcess.Lossless
                ? (long)component.Width * component.Height
                : (component.Width + 7L) / 8 * ((component.Height + 7) / 8) * (frame.Process == JpegProcess.Sequential ? 2 : 1);
        }

        if (bytes * 8L < bits)
            throw new DicomException(DicomFault.Truncated, $"a JPEG stream of {frame.Rows:N0} rows and {frame.Columns:N0} columns can't be in the {bytes:N0} bytes that follow its header", DicomTags.PixelData);
    }

    private void ReadHuffmanTables(ReadOnlySpan<byte> segment)
    {
        while (segment.Length > 0)
        {
            if (segment.Length < 17)
                throw JpegFrameHeader.Malformed("has a Huffman table that is too short");
            var target = segment[0];
            var counts = segment.Slice(1, 16);
            var total = 0;
            foreach (var count in counts)
                total += count;
            if (total > 256 || segment.Length < 17 + total || (target >> 4) > 1 || (target & 15) > 3)
                throw JpegFrameHeader.Malformed("has a Huffman table that can't be");
            ((target >> 4) == 0 ? _dc : _ac)[target & 15] = new(counts, segment.Slice(17, total));
            segment = segment[(17 + total)..];
        }
    }

    private void ReadQuantizationTables(ReadOnlySpan<byte> segment)
    {
        while (segment.Length > 0)
        {
            var target = segment[0];
            var size = (target >> 4) == 0 ? 1 : 2;
            if ((target >> 4) > 1 || (target & 15) > 3 || segment.Length < 1 + (64 * size))
                throw JpegFrameHeader.Malformed("has a quantization table that can't be");
            var table = new int[64];
            for (var i = 0; i < 64; i++)
                table[NaturalOrder[i]] = size == 1 ? segment[1 + i] : BinaryPrimitives.ReadUInt16BigEndian(segment[(1 + (2 * i))..]);
            _quantization[target & 15] = table;
            segment = segment[(1 + (64 * size))..];
        }
    }
}
