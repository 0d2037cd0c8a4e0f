// JPEG-LS by CharLS.

using System.Buffers;
using System.Runtime.InteropServices;

namespace FhirHub.Dicom.Pixels.Native;

/// <summary>Decodes and encodes JPEG-LS, lossless and near-lossless (PS3.5 8.2.3, A.4.3).</summary>
internal sealed unsafe class CharLsCodec() : NativeCodec(CodecLibrary.CharLs)
{
    private static readonly TransferSyntax[] Syntaxes = [TransferSyntax.Find("1.2.840.10008.1.2.4.80")!, TransferSyntax.Find("1.2.840.10008.1.2.4.81")!];

    /// <inheritdoc/>
    public override IReadOnlyCollection<TransferSyntax> Decodes => Syntaxes;

    /// <inheritdoc/>
    public override IReadOnlyCollection<TransferSyntax> Encodes => Syntaxes;

    /// <inheritdoc/>
    protected override string LibraryName => "CharLS";

    /// <inheritdoc/>
    protected override string Version => CharLs.Version() ?? "";

    /// <inheritdoc/>
    public override void Check(ReadOnlyMemory<byte> frame, PixelDescription description) => JpegLsHeaders.Check(frame.Span, description);

    private static ReadOnlySpan<byte> EndOfImage => [0xFF, 0xD9];

    /// <inheritdoc/>
    protected override PixelDescription Decode(ReadOnlyMemory<byte> frame, PixelDescription description, Span<byte> output, CancellationToken cancellationToken)
    {
        // CharLS 2.4 never ends where a scan is cut off and no marker follows.
        if (!frame.Span.TrimEnd((byte)0).EndsWith(EndOfImage))
            frame = (byte[])[.. frame.Span, .. EndOfImage];
        var decoder = CharLs.DecoderCreate();
        if (decoder == 0)
            throw Failed("CharLS could not be started", null);
        try
        {
            fixed (byte* source = frame.Span)
            {
                Demand(CharLs.DecoderSetSource(decoder, source, (nuint)frame.Length));
                Demand(CharLs.DecoderReadHeader(decoder));
                Demand(CharLs.DecoderGetFrameInfo(decoder, out var info));
                Demand(CharLs.DecoderGetInterleaveMode(decoder, out var mode));
                Demand(CharLs.DecoderGetDestinationSize(decoder, 0, out var size));
                var isWidened = info.BitsPerSample <= 8 && description.BytesPerSample == 2;
                if (size != (nuint)(isWidened ? output.Length / 2 : output.Length))
                    throw Failed("a JPEG-LS stream is not of the size that the data set says", null);
                var isPlanar = mode == CharLs.InterleaveNone && info.ComponentCount > 1;
                if (!isPlanar && !isWidened)
                {
                    fixed (byte* target = output)
                        Demand(CharLs.DecoderDecode(decoder, target, size, 0));
                }
                else
                {
                    Decode(decoder, (int)size, description, isPlanar, isWidened, output);
                }
            }
        }
        finally
        {
            CharLs.DecoderDestroy(decoder);
        }

        return description.Decoded;

        static void Demand(int code)
        {
            if (code != 0)
                throw Failed("CharLS can't decode a frame", CharLs.Error(code));
        }
    }

    /// <inheritdoc/>
    protected override PixelDescription Encode(
        ReadOnlySpan<byte> frame, PixelDescription description, TransferSyntax syntax, PixelEncodeOptions options, IBufferWriter<byte> output)
    {
        if (description.Kind != SampleKind.Integer || description.BitsAllocated is not (8 or 16))
            throw new DicomException(DicomFault.Unsupported, $"JPEG-LS holds samples in 8 or 16 bits, not in {description.BitsAllocated}", DicomTags.BitsAllocated);
        // Decoders leave the bits above the precision empty, so that of negative numbers all belong to it.
        var precision = description.IsSigned ? description.BitsAllocated : Math.Max(2, SampleBits.Precision(frame, description));
        if (precision > 8 || description.BitsAllocated == 8)
        {
            Encode(frame, precision, description, syntax, options, output);
        }
        else
        {
            var length = frame.Length / 2;
            var bytes = ArrayPool<byte>.Shared.Rent(length);
            try
            {
                for (var i = 0; i < length; i++)
                    bytes[i] = frame[2 * i];
                Encode(bytes.AsSpan(0, length), precision, description, syntax, options, output);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(bytes);
            }
        }

        return description with { IsPlanar = false };
    }

    private static void Encode(
        ReadOnlySpan<byte> samples, int precision, PixelDescription description, TransferSyntax syntax, PixelEncodeOptions options, IBufferWriter<byte> output)
    {
        var encoder = CharLs.EncoderCreate();
        if (encoder == 0)
            throw Failed("CharLS could not be started", null);
        try
        {
            var info = new CharLs.FrameInfo { Width = (uint)description.Columns, Height = (uint)description.Rows, BitsPerSample = precision, ComponentCount = description.SamplesPerPixel };
            Demand(CharLs.EncoderSetFrameInfo(encoder, in info));
            if (syntax.IsLossy)
                Demand(CharLs.EncoderSetNearLossless(encoder, Math.Clamp(options.NearLossless, 0, Math.Min(byte.MaxValue, ((1 << precision) - 1) / 2))));
            Demand(CharLs.EncoderSetInterleaveMode(encoder, description.SamplesPerPixel > 1 ? CharLs.InterleaveLine : CharLs.InterleaveNone));
            Demand(CharLs.EncoderGetEstimatedSize(encoder, out var size));
            fixed (byte* source = samples, target = output.GetSpan(checked((int)size)))
            {
                Demand(CharLs.EncoderSetTarget(encoder, target, size));
                Demand(CharLs.EncoderEncode(encoder, source, (nuint)samples.Length, 0));
            }

            Demand(CharLs.EncoderGetBytesWritten(encoder, out var written));
            output.Advance((int)written);
        }
        finally
        {
            CharLs.EncoderDestroy(encoder);
        }

        static void Demand(int code)
        {
            if (code != 0)
                throw Failed("CharLS can't encode a frame", CharLs.Error(code));
        }
    }

    // Planes, or bytes where the data set has words, go through a buffer.
    private static void Decode(nint decoder, int size, PixelDescription description, bool isPlanar, bool isWidened, Span<byte> output)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            int code;
            fixed (byte* target = buffer)
                code = CharLs.DecoderDecode(decoder, target, (nuint)size, 0);
            if (code != 0)
                throw Failed("CharLS can't decode a frame", CharLs.Error(code));
            var pixels = buffer.AsSpan(0, size);
            if (!isWidened)
            {
                SampleLayout.Interleave(pixels, output, description.SamplesPerPixel, description.BytesPerSample);
                return;
            }

            var words = MemoryMarshal.Cast<byte, ushort>(output);
            var count = (int)description.Pixels;
            for (var i = 0; i < size; i++)
                words[isPlanar ? (i % count * description.SamplesPerPixel) + (i / count) : i] = pixels[i];
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
