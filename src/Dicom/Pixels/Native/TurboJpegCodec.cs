// JPEG baseline by libturbojpeg, where it gives the pixels that the decoder in C# gives.

using System.Buffers;
using System.Runtime.InteropServices;

namespace FhirHub.Dicom.Pixels.Native;

/// <summary>Decodes JPEG of 8 bits and encodes JPEG Baseline (PS3.5 8.2.1, A.4.1).</summary>
internal sealed unsafe class TurboJpegCodec() : NativeCodec(CodecLibrary.TurboJpeg)
{
    private const int FineQuality = 90;

    private static readonly TransferSyntax Baseline = TransferSyntax.Find("1.2.840.10008.1.2.4.50")!;

    /// <inheritdoc/>
    public override IReadOnlyCollection<TransferSyntax> Decodes { get; } = [Baseline, TransferSyntax.Find("1.2.840.10008.1.2.4.51")!];

    /// <inheritdoc/>
    public override IReadOnlyCollection<TransferSyntax> Encodes { get; } = [Baseline];

    /// <inheritdoc/>
    protected override string LibraryName => "libturbojpeg";

    /// <inheritdoc/>
    protected override string Version => CodecLibrary.TurboJpeg.Has("tj3Init") ? "3" : "2";

    // An Adobe marker that says that components are as they are, so that the library leaves them so.
    private static ReadOnlySpan<byte> Untransformed => [0xFF, 0xEE, 0, 14, (byte)'A', (byte)'d', (byte)'o', (byte)'b', (byte)'e', 0, 100, 0, 0, 0, 0, 0];

    /// <inheritdoc/>
    public override void Check(ReadOnlyMemory<byte> frame, PixelDescription description) => _ = JpegHeaders.Read(frame.Span, description);

    /// <inheritdoc/>
    protected override PixelDescription Decode(ReadOnlyMemory<byte> frame, PixelDescription description, Span<byte> output, CancellationToken cancellationToken)
    {
        var headers = JpegHeaders.Read(frame.Span, description);
        if (IsSame(headers, description) && TryDecode(frame.Span, headers, description, output))
            return description.Decoded with { Photometric = JpegCodec.Photometric(headers.Frame, headers.AdobeTransform, description.Decoded.Photometric) };

        // What the library warns of may still be a frame that is shown; the decoder in C# judges that, here as without the library.
        return JpegCodec.Decode(frame, description, output, cancellationToken);
    }

    /// <inheritdoc/>
    protected override PixelDescription Encode(
        ReadOnlySpan<byte> frame, PixelDescription description, TransferSyntax syntax, PixelEncodeOptions options, IBufferWriter<byte> output)
    {
        if (description.BitsAllocated != 8 || description.BitsStored != 8 || description.IsSigned || !(description.Photometric.IsMonochrome() || description.Photometric is PhotometricInterpretation.Rgb or PhotometricInterpretation.YbrFull))
            throw new DicomException(DicomFault.Unsupported, $"JPEG Baseline holds unsigned samples of 8 bits, gray, RGB or YBR_FULL, not {description.Photometric.Term()} of {description.BitsStored} bits", DicomTags.BitsStored);

        if (description.Photometric != PhotometricInterpretation.YbrFull)
            return Encode(frame, description, options.Quality, output);

        // The library makes luminance and chrominances itself, of colours.
        var colors = ArrayPool<byte>.Shared.Rent(frame.Length);
        try
        {
            frame.CopyTo(colors);
            ColorTransform.FromYbrFull(colors.AsSpan(0, frame.Length));
            return Encode(colors.AsSpan(0, frame.Length), description, options.Quality, output);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(colors);
        }
    }

    /// <summary>Encodes samples of gray or of red, green and blue, with the marker of JFIF.</summary>
    /// <exception cref="DicomException">The library can't.</exception>
    public static void Compress(ReadOnlySpan<byte> samples, int width, int height, int sampling, int quality, IBufferWriter<byte> output)
    {
        var handle = TurboJpeg.InitCompress();
        if (handle == 0)
            throw Failed("libturbojpeg could not be started", null);
        try
        {
            var size = TurboJpeg.BufferSize(width, height, sampling);
            var target = output.GetSpan(checked((int)size.Value));
            fixed (byte* source = samples, start = target)
            {
                var jpeg = start;
                var format = sampling == TurboJpeg.SamplingGray ? TurboJpeg.FormatGray : TurboJpeg.FormatRgb;
                if (TurboJpeg.Compress(handle, source, width, 0, height, format, ref jpeg, ref size, sampling, Math.Clamp(quality, 1, 100), TurboJpeg.NoReallocation | TurboJpeg.AccurateDct) != 0)
                    throw Failed("libturbojpeg could not encode a frame", TurboJpeg.Error(handle));
            }

            output.Advance((int)size.Value);
        }
        finally
        {
            _ = TurboJpeg.Destroy(handle);
        }
    }

    private static PixelDescription Encode(ReadOnlySpan<byte> frame, PixelDescription description, int quality, IBufferWriter<byte> output)
    {
        var isColor = description.SamplesPerPixel == 3;

        // Chrominances of every pixel where quality is asked for, else those that two pixels share.
        var sampling = !isColor ? TurboJpeg.SamplingGray : quality >= FineQuality ? TurboJpeg.Sampling444 : TurboJpeg.Sampling422;
        Compress(frame, description.Columns, description.Rows, sampling, quality, output);
        return description with
        {
            IsPlanar = false,
            Photometric = sampling switch
            {
                TurboJpeg.SamplingGray => description.Photometric,
                TurboJpeg.Sampling444 => PhotometricInterpretation.YbrFull,
                _ => PhotometricInterpretation.YbrFull422,
            },
        };
    }

    // It filters chrominances of other samplings in another way than the reference, and has no transform of more than 8 bits.
    private static bool IsSame(JpegHeaders headers, PixelDescription description) =>
        headers.Frame is { Process: JpegProcess.Sequential, Precision: 8 } frame
        && !headers.IsHeightOpen
        && description.BitsAllocated == 8
        && frame.Components is [_] or [{ HorizontalSampling: 1, VerticalSampling: 1 } or { HorizontalSampling: 2 }, { HorizontalSampling: 1, VerticalSampling: 1 }, { HorizontalSampling: 1, VerticalSampling: 1 }]
        && frame.MaxVertical <= 2;

    private static bool TryDecode(ReadOnlySpan<byte> frame, JpegHeaders headers, PixelDescription description, Span<byte> output)
    {
        var length = frame.Length + Untransformed.Length;
        var stream = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            // Behind the start of the image; the markers that would say otherwise get a name that nobody reads.
            frame[..2].CopyTo(stream);
            Untransformed.CopyTo(stream.AsSpan(2));
            frame[2..].CopyTo(stream.AsSpan(2 + Untransformed.Length));
            foreach (var position in headers.ColorMarkers)
                stream[position + Untransformed.Length] = 0xEF;
            return TryDecode(stream.AsSpan(0, length), description, output);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(stream);
        }
    }

    private static bool TryDecode(ReadOnlySpan<byte> stream, PixelDescription description, Span<byte> output)
    {
        var handle = TurboJpeg.InitDecompress();
        if (handle == 0)
            return false;
        try
        {
            fixed (byte* source = stream, target = output)
            {
                var format = description.SamplesPerPixel == 3 ? TurboJpeg.FormatRgb : TurboJpeg.FormatGray;
                return TurboJpeg.Decompress(
                    handle, source, new CULong((uint)stream.Length), target, description.Columns, 0, description.Rows, format, TurboJpeg.AccurateDct | TurboJpeg.StopOnWarning) == 0;
            }
        }
        finally
        {
            _ = TurboJpeg.Destroy(handle);
        }
    }
}
