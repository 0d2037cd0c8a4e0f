// Where each frame of a stored instance is, so that a frame is served without parsing anything.

using System.Buffers;
using System.Runtime.InteropServices;
using FhirHub.Dicom;
using FhirHub.Dicom.Pixels;

namespace FhirHub.Dicomweb;

/// <summary>A stretch of an instance's bytes.</summary>
/// <param name="Offset">From the first byte of the instance.</param>
/// <param name="Length">How many bytes.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ByteStretch(long Offset, long Length);

/// <summary>
/// The stretches of each frame: one, or several where an encapsulated frame has several fragments. There are none of native frames that don't begin at
/// a byte (single bits) or have their most significant byte first, and of deflated instances: these need <c>PixelFrames</c>.
/// </summary>
public sealed class FrameTable
{
    private const byte NoFrames = 0;
    private const byte NativeFrames = 1;
    private const byte EncapsulatedFrames = 2;

    // The head of an item, which is between two fragments.
    private const int ItemHead = 8;

    private readonly IReadOnlyList<IReadOnlyList<ByteStretch>>? _frames;
    private readonly long _offset;
    private readonly long _length;

    /// <summary>A table of all frames, in order.</summary>
    public FrameTable(IReadOnlyList<IReadOnlyList<ByteStretch>> frames)
    {
        _frames = frames;
        Count = frames.Count;
    }

    /// <summary>A table of frames of one length, one behind the other.</summary>
    /// <param name="offset">Where the first begins.</param>
    /// <param name="length">How long each is.</param>
    /// <param name="count">How many there are.</param>
    public FrameTable(long offset, long length, int count)
    {
        _offset = offset;
        _length = length;
        Count = count;
    }

    /// <summary>A table of an instance without such frames.</summary>
    public static FrameTable Empty { get; } = new([]);

    /// <summary>How many frames it tells of.</summary>
    public int Count { get; }

    /// <summary>The stretches of a frame.</summary>
    /// <param name="frame">The number of the frame, from 0.</param>
    public IReadOnlyList<ByteStretch> this[int frame]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(frame);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(frame, Count);
            return _frames is null ? [new(_offset + (frame * _length), _length)] : _frames[frame];
        }
    }

    /// <summary>The frames of a file; none where they can't be told apart, which whoever decodes them is told.</summary>
    public static FrameTable Of(DicomFile file)
    {
        // Of a deflated file the places are those in what it inflates to.
        if (PixelsOf(file.Dataset) is not { } pixels || file.TransferSyntax.IsDeflated || file.ContradictsTransferSyntax)
            return Empty;
        try
        {
            return pixels.Fragments is { } fragments ? Encapsulated(file.Dataset, fragments) : Native(file.Dataset, pixels);
        }
        catch (DicomException)
        {
            return Empty;
        }
    }

    /// <summary>Reads what <see cref="Write"/> has written.</summary>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public static FrameTable Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || bytes[0] == NoFrames)
            return Empty;
        var kind = bytes[0];
        bytes = bytes[1..];
        if (kind == NativeFrames)
            return new((long)Varint.Read(ref bytes), (long)Varint.Read(ref bytes), (int)Varint.Read(ref bytes));
        if (kind != EncapsulatedFrames)
            throw new InvalidDataException("The image index has a frame table of an unknown kind.");
        var frames = new IReadOnlyList<ByteStretch>[(int)Varint.Read(ref bytes)];
        var end = 0L;
        for (var i = 0; i < frames.Length; i++)
        {
            var stretches = new ByteStretch[(int)Varint.Read(ref bytes)];
            for (var k = 0; k < stretches.Length; k++)
            {
                var offset = end + ItemHead + Varint.ReadSigned(ref bytes);
                stretches[k] = new(offset, (long)Varint.Read(ref bytes));
                end = offset + stretches[k].Length;
            }

            frames[i] = stretches;
        }

        return new(frames);
    }

    /// <summary>Writes it in few bytes: of native frames place, length and number, of encapsulated ones two or three bytes each.</summary>
    public byte[] Write()
    {
        if (Count == 0)
            return [NoFrames];
        var output = new ArrayBufferWriter<byte>(32);
        output.Write([_frames is null ? NativeFrames : EncapsulatedFrames]);
        if (_frames is null)
        {
            Varint.Write(output, (ulong)_offset);
            Varint.Write(output, (ulong)_length);
            Varint.Write(output, (ulong)Count);
            return output.WrittenSpan.ToArray();
        }

        Varint.Write(output, (ulong)Count);
        var end = 0L;
        foreach (var stretches in _frames)
        {
            Varint.Write(output, (ulong)stretches.Count);
            foreach (var (offset, length) in stretches)
            {
                Varint.WriteSigned(output, offset - end - ItemHead);
                Varint.Write(output, (ulong)length);
                end = offset + length;
            }
        }

        return output.WrittenSpan.ToArray();
    }

    /// <summary>The pixel data of an instance, of whatever kind; null if it has none.</summary>
    internal static DicomElement? PixelsOf(DicomDataset dataset) =>
        dataset.Find(DicomTags.PixelData) ?? dataset.Find(DicomTags.FloatPixelData) ?? dataset.Find(DicomTags.DoubleFloatPixelData);

    private static FrameTable Native(DicomDataset dataset, DicomElement pixels)
    {
        var description = PixelDescription.Of(dataset);
        var bits = description.NativeFrameBits;
        if (bits % 8 != 0 || pixels.Offset < 0 || pixels.IsBigEndian || bits / 8 * description.NumberOfFrames > pixels.Length)
            return Empty;
        return new(pixels.Offset, bits / 8, description.NumberOfFrames);
    }

    private static FrameTable Encapsulated(DicomDataset dataset, DicomFragments fragments)
    {
        if (fragments.All.Count == 0)
            return Empty;
        var index = FrameIndex.Of(dataset);
        var frames = new IReadOnlyList<ByteStretch>[index.Count];
        for (var i = 0; i < frames.Length; i++)
        {
            var left = index[i].Length;
            var stretches = new List<ByteStretch>(index[i].Count);
            for (var k = index[i].First; k < index[i].First + index[i].Count && left > 0; k++)
            {
                var fragment = fragments.All[k];
                stretches.Add(new(fragment.Offset, Math.Min(left, fragment.Length)));
                left -= stretches[^1].Length;
            }

            frames[i] = [.. stretches];
        }

        return new(frames);
    }
}
