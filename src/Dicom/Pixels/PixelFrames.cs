// The frames of an instance, native or encapsulated, one at a time: the rest of the pixel data stays where it is.

namespace FhirHub.Dicom.Pixels;

/// <summary>The frames of an instance (PS3.5 8, PS3.3 C.7.6.6).</summary>
public sealed class PixelFrames
{
    private readonly DicomElement _element;
    private readonly IReadOnlyList<FrameFragments>? _fragments;

    private PixelFrames(DicomElement element, IReadOnlyList<FrameFragments>? fragments, TransferSyntax syntax, PixelDescription description, PixelLimits limits)
    {
        _element = element;
        _fragments = fragments;
        Limits = limits;
        TransferSyntax = syntax;
        Description = description;
    }

    /// <summary>What the data set says of the pixels.</summary>
    public PixelDescription Description { get; }

    /// <summary>How frames are encoded.</summary>
    public TransferSyntax TransferSyntax { get; }

    /// <summary>How many there are.</summary>
    public int Count => Description.NumberOfFrames;

    /// <summary>The limits of decoding.</summary>
    internal PixelLimits Limits { get; }

    /// <summary>The frames of a file.</summary>
    /// <exception cref="DicomException">It has no pixels, or what it says of them can't be.</exception>
    public static PixelFrames Of(DicomFile file, PixelLimits? limits = null) => Of(file.Dataset, file.TransferSyntax, limits);

    /// <summary>The frames of a data set.</summary>
    /// <exception cref="DicomException">It has no pixels, or what it says of them can't be.</exception>
    public static PixelFrames Of(DicomDataset dataset, TransferSyntax syntax, PixelLimits? limits = null)
    {
        var element = dataset.Find(DicomTags.PixelData) ?? dataset.Find(DicomTags.FloatPixelData) ?? dataset.Find(DicomTags.DoubleFloatPixelData)
            ?? throw new DicomException(DicomFault.Unsupported, "the instance has no pixel data", DicomTags.PixelData);
        var description = PixelDescription.Of(dataset, limits);
        if (element.Fragments is null)
        {
            if (syntax.IsEncapsulated)
                throw new DicomException(DicomFault.Malformed, $"pixel data is not in fragments, as {syntax} demands", element.Tag, element.Offset);
            return new(element, null, syntax, description, limits ?? PixelLimits.Default);
        }

        if (!syntax.IsEncapsulated)
            throw new DicomException(DicomFault.Malformed, $"pixel data is in fragments, which {syntax} does not allow", element.Tag, element.Offset);
        if (element.Fragments.All.Count == 0)
            throw new DicomException(DicomFault.Truncated, "pixel data has no fragment", element.Tag, element.Offset);
        return new(element, FrameIndex.Of(dataset), syntax, description, limits ?? PixelLimits.Default);
    }

    /// <summary>
    /// The bytes of a frame as they are encoded, fragments joined; native samples with their least significant byte first, and single bits from
    /// the start of a byte.
    /// </summary>
    /// <param name="frame">The number of the frame, from 0.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(int frame, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(frame);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(frame, Count);
        return _fragments is null ? ReadNativeAsync(frame, cancellationToken) : ReadFragmentsAsync(frame, cancellationToken);
    }

    /// <summary>Decodes a frame into <see cref="PixelDescription.FrameBytes"/> bytes.</summary>
    /// <param name="frame">The number of the frame, from 0.</param>
    /// <param name="codecs">Who decodes.</param>
    /// <param name="output">Where the pixels go; at least as long as a frame.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>What is in the output.</returns>
    /// <exception cref="DicomException">It can't be decoded.</exception>
    public async ValueTask<PixelDescription> DecodeAsync(int frame, PixelCodecs codecs, Memory<byte> output, CancellationToken cancellationToken = default)
    {
        output = output[..Description.FrameBytes];
        if (IsPlain && _element.Reference is { Source: { } source } reference)
        {
            await ReadPlainAsync(frame, source, reference, output, cancellationToken);
            return Description.Decoded;
        }

        var codec = TransferSyntax.IsEncapsulated && TransferSyntax.Pixels != PixelEncoding.Encapsulated ? codecs.Decoder(TransferSyntax) : null;
        var bytes = await ReadAsync(frame, cancellationToken);
        return codec is null ? FromNative(bytes.Span, output.Span) : await codec.DecodeAsync(bytes, TransferSyntax, Description, output, cancellationToken);
    }

    // Native samples as they are wanted: they can be read where they go to.
    private bool IsPlain => _fragments is null && !_element.IsBigEndian && Description.BitsAllocated >= 8 && !Description.IsPlanar && !Description.Photometric.IsSubsampled();

    private async ValueTask ReadPlainAsync(int frame, ByteSource source, BulkReference reference, Memory<byte> output, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(frame);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(frame, Count);
        var start = (long)output.Length * frame;
        RequireBytes(frame, start + output.Length);
        for (var done = 0; done < output.Length;)
        {
            var count = await source.ReadAsync(reference.Offset + start + done, output[done..], cancellationToken);
            done += count > 0 ? count : throw reference.Gone(_element.Tag, start + done);
        }
    }

    private void RequireBytes(int frame, long end)
    {
        if (end > _element.Length)
        {
            throw new DicomException(
                DicomFault.Truncated, $"frame {frame + 1:N0} of {Count:N0} ends at byte {end:N0} of pixel data, which has {_element.Length:N0}", _element.Tag, _element.Offset);
        }
    }

    private PixelDescription FromNative(ReadOnlySpan<byte> native, Span<byte> output)
    {
        var expected = (int)((Description.NativeFrameBits + 7) / 8);
        if (native.Length < expected)
            throw new DicomException(DicomFault.Truncated, $"a frame of {expected:N0} bytes ends after {native.Length:N0}", _element.Tag, _element.Offset);
        native = native[..expected];
        if (Description.Photometric.IsSubsampled())
        {
            if (Description.Photometric == PhotometricInterpretation.YbrPartial420 || Description.Columns % 2 != 0 || Description.BitsAllocated is not (8 or 16))
                throw new DicomException(DicomFault.Unsupported, $"native frames of {Description.Photometric.Term()} need an even number of columns and 8 or 16 bits", DicomTags.PhotometricInterpretation);
            SampleLayout.Expand422(native, output, Description.BytesPerSample);
        }
        else if (Description.IsPlanar && Description.BitsAllocated >= 8)
        {
            SampleLayout.Interleave(native, output, Description.SamplesPerPixel, Description.BytesPerSample);
        }
        else
        {
            native.CopyTo(output);
        }

        return Description.Decoded;
    }

    private async ValueTask<ReadOnlyMemory<byte>> ReadNativeAsync(int frame, CancellationToken cancellationToken)
    {
        var bits = Description.NativeFrameBits;
        var firstBit = bits * frame;
        var unit = _element.IsBigEndian ? SwapUnit() : 1;
        var start = firstBit / 8 / unit * unit;
        var end = (firstBit + bits + 7) / 8;
        RequireBytes(frame, end);
        var length = Math.Min(_element.Length, (end + unit - 1) / unit * unit) - start;
        var bytes = _element.Reference is { } reference
            ? await (reference with { Offset = reference.Offset + start, Length = length }).ReadAsync(_element.Tag, cancellationToken)
            : (await _element.GetBytesAsync(cancellationToken)).Slice((int)start, (int)length);
        if (unit > 1)
        {
            var swapped = bytes.ToArray();
            ByteOrder.Swap(swapped, unit);
            bytes = swapped;
        }

        var shift = (int)(firstBit % 8);
        if (shift == 0 && bits % 8 == 0)
            return bytes.Slice((int)((firstBit / 8) - start), (int)(bits / 8));
        var aligned = new byte[(bits + 7) / 8];
        SampleLayout.CopyBits(bytes.Span[(int)((firstBit / 8) - start)..], shift, bits, aligned);
        return aligned;
    }

    // Words are swapped as a whole where they are samples; where a word holds two samples of eight bits, they change places (PS3.5 7.3).
    private int SwapUnit() => _element.VR == DicomVR.OW && Description.BitsAllocated > 16 ? Description.BytesPerSample : _element.VR.UnitSize();

    private async ValueTask<ReadOnlyMemory<byte>> ReadFragmentsAsync(int frame, CancellationToken cancellationToken)
    {
        var parts = _fragments![frame];
        var source = _element.Fragments!;
        if (parts.Length > Limits.MaxFrameBytes)
            throw new DicomException(DicomFault.LimitExceeded, $"frame {frame + 1:N0} has {parts.Length:N0} bytes, more than the {Limits.MaxFrameBytes:N0} that are allowed", _element.Tag, _element.Offset);
        if (parts.Count == 1)
        {
            var only = source.All[parts.First];
            return await new BulkReference(source.Source, only.Offset, Math.Min(only.Length, parts.Length)).ReadAsync(_element.Tag, cancellationToken);
        }

        var joined = new byte[parts.Length];
        var at = 0;
        for (var i = parts.First; i < parts.First + parts.Count && at < joined.Length; i++)
        {
            var fragment = source.All[i];
            var bytes = await new BulkReference(source.Source, fragment.Offset, Math.Min(fragment.Length, joined.Length - at)).ReadAsync(_element.Tag, cancellationToken);
            bytes.CopyTo(joined.AsMemory(at));
            at += bytes.Length;
        }

        return joined;
    }
}
