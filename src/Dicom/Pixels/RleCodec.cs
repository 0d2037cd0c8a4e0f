// RLE Lossless (PS3.5 G): byte planes, each compressed as PackBits does.

using System.Buffers;
using System.Buffers.Binary;

namespace FhirHub.Dicom.Pixels;

/// <summary>Decodes and encodes RLE Lossless (PS3.5 G).</summary>
public sealed class RleCodec : IPixelCodec
{
    private const int HeaderSize = 64;
    private const int MaxSegments = 15;

    private static readonly TransferSyntax[] Syntaxes = [TransferSyntax.Find("1.2.840.10008.1.2.5")!];

    /// <inheritdoc/>
    public string Name => "RLE Lossless";

    /// <inheritdoc/>
    public string? Unavailable => null;

    /// <inheritdoc/>
    public IReadOnlyCollection<TransferSyntax> Decodes => Syntaxes;

    /// <inheritdoc/>
    public IReadOnlyCollection<TransferSyntax> Encodes => Syntaxes;

    /// <inheritdoc/>
    public ValueTask<PixelDescription> DecodeAsync(
        ReadOnlyMemory<byte> frame, TransferSyntax syntax, PixelDescription description, Memory<byte> output, CancellationToken cancellationToken)
    {
        var bytes = frame.Span;
        var segments = description.SamplesPerPixel * description.BytesPerSample;
        if (bytes.Length < HeaderSize)
            throw new DicomException(DicomFault.Truncated, $"an RLE frame of {bytes.Length} bytes has no header", DicomTags.PixelData);
        var count = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (count != segments)
            throw new DicomException(DicomFault.Malformed, $"an RLE frame has {count:N0} segments, and its samples {segments} bytes", DicomTags.PixelData);

        // A segment is one byte of one sample of all pixels, the most significant byte first (PS3.5 G.2).
        var pixels = description.BitsAllocated == 1 ? description.FrameBytes : (int)description.Pixels;
        for (var segment = 0; segment < segments; segment++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var start = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 + (4 * segment))..]);
            var end = segment + 1 < segments ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[(8 + (4 * segment))..]) : (uint)bytes.Length;
            if (start < HeaderSize || start > end || end > bytes.Length)
                throw new DicomException(DicomFault.Malformed, $"segment {segment + 1} of an RLE frame is not within it", DicomTags.PixelData);
            var sample = segment / description.BytesPerSample;
            var significance = description.BytesPerSample - 1 - (segment % description.BytesPerSample);
            var first = (sample * description.BytesPerSample) + significance;
            var done = segments == 1
                ? Unpack(bytes[(int)start..(int)end], output.Span[..pixels])
                : Unpack(bytes[(int)start..(int)end], output.Span, first, segments, pixels);
            if (done < pixels)
                throw new DicomException(DicomFault.Truncated, $"segment {segment + 1} of an RLE frame ends after {done:N0} of {pixels:N0} bytes", DicomTags.PixelData);
        }

        return new(description.Decoded);
    }

    /// <inheritdoc/>
    public ValueTask<PixelDescription> EncodeAsync(
        ReadOnlyMemory<byte> frame,
        PixelDescription description,
        TransferSyntax syntax,
        PixelEncodeOptions options,
        IBufferWriter<byte> output,
        CancellationToken cancellationToken)
    {
        var segments = description.SamplesPerPixel * description.BytesPerSample;
        if (segments > MaxSegments)
            throw new DicomException(DicomFault.Unsupported, $"RLE can't hold pixels of {segments} bytes, only up to {MaxSegments}", DicomTags.BitsAllocated);
        var isPacked = description.BitsAllocated == 1;
        var rowLength = isPacked ? description.FrameBytes : description.Columns;
        var rows = isPacked ? 1 : description.Rows;
        var plane = ArrayPool<byte>.Shared.Rent(rowLength);
        var packed = new ArrayBufferWriter<byte>(Math.Max(HeaderSize, description.FrameBytes / 2));
        try
        {
            Span<byte> header = stackalloc byte[HeaderSize];
            header.Clear();
            BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)segments);
            for (var segment = 0; segment < segments; segment++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                BinaryPrimitives.WriteUInt32LittleEndian(header[(4 + (4 * segment))..], (uint)(HeaderSize + packed.WrittenCount));
                var sample = segment / description.BytesPerSample;
                var at = (sample * description.BytesPerSample) + description.BytesPerSample - 1 - (segment % description.BytesPerSample);
                for (var row = 0; row < rows; row++)
                {
                    // Runs end with the row (PS3.5 G.3.1).
                    for (var i = 0; i < rowLength; i++, at += segments)
                        plane[i] = frame.Span[at];
                    Pack(plane.AsSpan(0, rowLength), packed);
                }

                if (packed.WrittenCount % 2 != 0)
                    packed.Write([(byte)0]);
            }

            output.Write(header);
            output.Write(packed.WrittenSpan);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(plane);
        }

        return new(description.SamplesPerPixel == 1 ? description : description with { IsPlanar = true });
    }

    // Bytes that lie together: runs are copied and filled at once.
    private static int Unpack(ReadOnlySpan<byte> packed, Span<byte> target)
    {
        int from = 0, to = 0;
        while (to < target.Length && from < packed.Length)
        {
            var code = (sbyte)packed[from++];
            if (code >= 0)
            {
                var length = Math.Min(code + 1, Math.Min(target.Length - to, packed.Length - from));
                packed.Slice(from, length).CopyTo(target[to..]);
                from += length;
                to += length;
            }
            else if (code != sbyte.MinValue && from < packed.Length)
            {
                var length = Math.Min(1 - code, target.Length - to);
                target.Slice(to, length).Fill(packed[from++]);
                to += length;
            }
        }

        return to;
    }

    private static int Unpack(ReadOnlySpan<byte> packed, Span<byte> target, int first, int step, int count)
    {
        int from = 0, done = 0, at = first;
        while (done < count && from < packed.Length)
        {
            var code = (sbyte)packed[from++];
            if (code >= 0)
            {
                var length = Math.Min(code + 1, Math.Min(count - done, packed.Length - from));
                foreach (var value in packed.Slice(from, length))
                {
                    target[at] = value;
                    at += step;
                }

                from += length;
                done += length;
            }
            else if (code != sbyte.MinValue && from < packed.Length)
            {
                var length = Math.Min(1 - code, count - done);
                var value = packed[from++];
                for (var i = 0; i < length; i++, at += step)
                    target[at] = value;
                done += length;
            }
        }

        return done;
    }

    // A run of two saves nothing within literals, so that runs begin with three equal bytes (PS3.5 G.3.1).
    private static void Pack(ReadOnlySpan<byte> row, ArrayBufferWriter<byte> output)
    {
        var at = 0;
        while (at < row.Length)
        {
            var run = Run(row[at..]);
            var target = output.GetSpan(130);
            if (run >= 2)
            {
                target[0] = (byte)(sbyte)(1 - run);
                target[1] = row[at];
                output.Advance(2);
                at += run;
                continue;
            }

            var length = 1;
            while (length < 128 && at + length < row.Length && Run(row[(at + length)..]) < 3)
                length++;
            target[0] = (byte)(length - 1);
            row.Slice(at, length).CopyTo(target[1..]);
            output.Advance(length + 1);
            at += length;
        }
    }

    private static int Run(ReadOnlySpan<byte> bytes)
    {
        var limit = Math.Min(bytes.Length, 128);
        var run = 1;
        while (run < limit && bytes[run] == bytes[0])
            run++;
        return run;
    }
}
