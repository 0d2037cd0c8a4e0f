// JPEG 2000 and High-Throughput JPEG 2000 by OpenJPEG.

using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace FhirHub.Dicom.Pixels.Native;

/// <summary>
/// Decodes JPEG 2000 and HTJ2K, and encodes JPEG 2000 (PS3.5 8.2.4, 8.2.14, A.4.4). It encodes no HTJ2K, which OpenJPEG can't.
/// </summary>
internal sealed unsafe class OpenJpegCodec() : NativeCodec(CodecLibrary.OpenJpeg)
{
    private const int MostResolutions = 6;

    private static readonly TransferSyntax Lossless = TransferSyntax.Find("1.2.840.10008.1.2.4.90")!;
    private static readonly TransferSyntax Lossy = TransferSyntax.Find("1.2.840.10008.1.2.4.91")!;

    /// <inheritdoc/>
    public override IReadOnlyCollection<TransferSyntax> Decodes { get; } =
        [Lossless, Lossy, .. Others().Select(end => TransferSyntax.Find($"1.2.840.10008.1.2.4.{end}")!)];

    /// <inheritdoc/>
    public override IReadOnlyCollection<TransferSyntax> Encodes { get; } = [Lossless, Lossy];

    /// <inheritdoc/>
    protected override string LibraryName => "OpenJPEG";

    /// <inheritdoc/>
    protected override string Version => OpenJpeg.Version() ?? "";

    /// <inheritdoc/>
    public override void Check(ReadOnlyMemory<byte> frame, PixelDescription description) => Jpeg2000Headers.Check(Jpeg2000Headers.Codestream(frame).Span, description);

    /// <inheritdoc/>
    protected override PixelDescription Decode(ReadOnlyMemory<byte> frame, PixelDescription description, Span<byte> output, CancellationToken cancellationToken)
    {
        frame = Jpeg2000Headers.Codestream(frame);
        fixed (byte* source = frame.Span)
        {
            using var stream = Codestream.From(source, frame.Length);
            var codec = OpenJpeg.CreateDecompress(OpenJpeg.CodestreamFormat);
            OpenJpeg.Image* image = null;
            try
            {
                Demand(codec != 0);
                stream.Listen(codec);
                OpenJpeg.DecoderParameters parameters;
                OpenJpeg.SetDefaultDecoderParameters(&parameters);
                Demand(OpenJpeg.SetupDecoder(codec, &parameters) != 0);
                Demand(OpenJpeg.ReadHeader(stream.Handle, codec, ref image) != 0);
                Demand(OpenJpeg.Decode(codec, stream.Handle, image) != 0);
                Demand(OpenJpeg.EndDecompress(codec, stream.Handle) != 0);
                Demand(image->ComponentCount == description.SamplesPerPixel);
                for (var i = 0; i < description.SamplesPerPixel; i++)
                {
                    var component = image->Components + i;
                    Demand(component->Width == description.Columns && component->Height == description.Rows && component->Samples is not null);
                    Store(new(component->Samples, (int)description.Pixels), description, i, output);
                }
            }
            finally
            {
                OpenJpeg.ImageDestroy(image);
                OpenJpeg.DestroyCodec(codec);
            }

            void Demand(bool holds)
            {
                if (!holds)
                    throw Failed("OpenJPEG can't decode a frame", stream.Error);
            }
        }

        var decoded = description.Decoded;
        return decoded.Photometric is PhotometricInterpretation.YbrRct or PhotometricInterpretation.YbrIct ? decoded with { Photometric = PhotometricInterpretation.Rgb } : decoded;
    }

    /// <inheritdoc/>
    protected override PixelDescription Encode(
        ReadOnlySpan<byte> frame, PixelDescription description, TransferSyntax syntax, PixelEncodeOptions options, IBufferWriter<byte> output)
    {
        if (description.Kind != SampleKind.Integer || description.BitsAllocated is not (8 or 16))
            throw new DicomException(DicomFault.Unsupported, $"JPEG 2000 is written of samples in 8 or 16 bits, not in {description.BitsAllocated}", DicomTags.BitsAllocated);
        var isLossy = syntax.IsLossy && options.CompressionRatio > 1;
        var isTransformed = description.Photometric == PhotometricInterpretation.Rgb;
        using var stream = Codestream.ToMemory();
        var codec = OpenJpeg.CreateCompress(OpenJpeg.CodestreamFormat);
        OpenJpeg.Image* image = null;
        try
        {
            Demand(codec != 0);
            stream.Listen(codec);
            image = ImageOf(frame, description);
            Demand(image is not null);
            OpenJpeg.EncoderParameters parameters;
            OpenJpeg.SetDefaultEncoderParameters(&parameters);
            parameters.IsRateAllocated = 1;
            parameters.Layers = 1;
            parameters.Rate = isLossy ? (float)options.CompressionRatio : 0;
            parameters.IsIrreversible = isLossy ? 1 : 0;
            parameters.HasComponentTransform = (byte)(isTransformed ? 1 : 0);
            parameters.Resolutions = Math.Min(MostResolutions, BitOperations.Log2((uint)Math.Min(description.Rows, description.Columns)) + 1);
            Demand(OpenJpeg.SetupEncoder(codec, &parameters, image) != 0);
            Demand(OpenJpeg.StartCompress(codec, image, stream.Handle) != 0);
            Demand(OpenJpeg.Encode(codec, stream.Handle) != 0);
            Demand(OpenJpeg.EndCompress(codec, stream.Handle) != 0);
        }
        finally
        {
            OpenJpeg.ImageDestroy(image);
            OpenJpeg.DestroyCodec(codec);
        }

        output.Write(stream.Written);
        return description with
        {
            IsPlanar = false,
            Photometric = !isTransformed ? description.Photometric : isLossy ? PhotometricInterpretation.YbrIct : PhotometricInterpretation.YbrRct,
        };

        void Demand(bool holds)
        {
            if (!holds)
                throw Failed("OpenJPEG can't encode a frame", stream.Error);
        }
    }

    // HTJ2K came with version 2.5, as this function did.
    private static string[] Others() => CodecLibrary.OpenJpeg.Unavailable is not null || CodecLibrary.OpenJpeg.Has("opj_decoder_set_strict_mode")
        ? ["92", "93", "201", "202", "203"]
        : ["92", "93"];

    private static OpenJpeg.Image* ImageOf(ReadOnlySpan<byte> frame, PixelDescription description)
    {
        var count = description.SamplesPerPixel;
        var precision = (uint)SampleBits.Precision(frame, description);
        var components = stackalloc OpenJpeg.ComponentParameters[count];
        for (var i = 0; i < count; i++)
        {
            components[i] = new()
            {
                HorizontalStep = 1,
                VerticalStep = 1,
                Width = (uint)description.Columns,
                Height = (uint)description.Rows,
                Precision = precision,
                IsSigned = description.IsSigned ? 1u : 0,
            };
        }

        var image = OpenJpeg.ImageCreate((uint)count, components, OpenJpeg.UnspecifiedColors);
        if (image is null)
            return null;
        (image->Right, image->Bottom) = ((uint)description.Columns, (uint)description.Rows);
        var pixels = (int)description.Pixels;
        for (var i = 0; i < count; i++)
        {
            var samples = new Span<int>(image->Components[i].Samples, pixels);
            switch (description.BitsAllocated, description.IsSigned)
            {
                case (8, false):
                    Spread(frame, i, count, samples);
                    break;
                case (8, true):
                    Spread(MemoryMarshal.Cast<byte, sbyte>(frame), i, count, samples);
                    break;
                case (_, false):
                    Spread(MemoryMarshal.Cast<byte, ushort>(frame), i, count, samples);
                    break;
                default:
                    Spread(MemoryMarshal.Cast<byte, short>(frame), i, count, samples);
                    break;
            }
        }

        return image;
    }

    private static void Spread<T>(ReadOnlySpan<T> frame, int first, int step, Span<int> samples)
        where T : INumberBase<T>
    {
        for (int i = 0, at = first; i < samples.Length; i++, at += step)
            samples[i] = int.CreateTruncating(frame[at]);
    }

    private static void Store(ReadOnlySpan<int> samples, PixelDescription description, int component, Span<byte> output)
    {
        switch (description.BitsAllocated)
        {
            case 1:
                output.Clear();
                for (var i = 0; i < samples.Length; i++)
                    output[i >> 3] |= (byte)((samples[i] & 1) << (i & 7));
                break;
            case 8:
                Gather(samples, component, description.SamplesPerPixel, output);
                break;
            case 16:
                Gather(samples, component, description.SamplesPerPixel, MemoryMarshal.Cast<byte, ushort>(output));
                break;
            default:
                Gather(samples, component, description.SamplesPerPixel, MemoryMarshal.Cast<byte, uint>(output));
                break;
        }
    }

    private static void Gather<T>(ReadOnlySpan<int> samples, int first, int step, Span<T> output)
        where T : INumberBase<T>
    {
        for (int i = 0, at = first; i < samples.Length; i++, at += step)
            output[at] = T.CreateTruncating(samples[i]);
    }
}
