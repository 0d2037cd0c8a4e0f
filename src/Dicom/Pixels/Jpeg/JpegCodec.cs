// JPEG (ISO 10918-1) decoded in C#: all that libraries leave out, and what they do not, where they are missing.

using System.Buffers;

namespace FhirHub.Dicom.Pixels;

/// <summary>Decodes the Huffman-coded processes of JPEG: 1, 2, 4, 6, 8, 10, 12 and 14 (PS3.5 8.2.1, A.4.1).</summary>
public sealed class JpegCodec : IPixelCodec
{
    private static readonly TransferSyntax[] Syntaxes =
        [.. new[] { "50", "51", "53", "55", "57", "70" }.Select(end => TransferSyntax.Find($"1.2.840.10008.1.2.4.{end}")!)];

    /// <inheritdoc/>
    public string Name => "JPEG (Huffman-coded processes)";

    /// <inheritdoc/>
    public string? Unavailable => null;

    /// <inheritdoc/>
    public IReadOnlyCollection<TransferSyntax> Decodes => Syntaxes;

    /// <inheritdoc/>
    public IReadOnlyCollection<TransferSyntax> Encodes => [];

    /// <inheritdoc/>
    public ValueTask<PixelDescription> DecodeAsync(
        ReadOnlyMemory<byte> frame, TransferSyntax syntax, PixelDescription description, Memory<byte> output, CancellationToken cancellationToken) =>
        new(Decode(frame, description, output.Span, cancellationToken));

    /// <inheritdoc/>
    public ValueTask<PixelDescription> EncodeAsync(
        ReadOnlyMemory<byte> frame,
        PixelDescription description,
        TransferSyntax syntax,
        PixelEncodeOptions options,
        IBufferWriter<byte> output,
        CancellationToken cancellationToken) =>
        throw new DicomException(DicomFault.Unsupported, $"this codec does not encode {syntax}");

    /// <summary>Decodes a frame where it is called.</summary>
    internal static PixelDescription Decode(ReadOnlyMemory<byte> frame, PixelDescription description, Span<byte> output, CancellationToken cancellationToken)
    {
        var decoder = new JpegDecoder(frame, description, cancellationToken);
        decoder.Decode(output);
        return description.Decoded with { Photometric = Photometric(decoder.Frame, decoder.AdobeTransform, description.Decoded.Photometric) };
    }

    /// <summary>The data set says what components are (PS3.5 8.2.1), unless the stream itself shows that it can't be so.</summary>
    internal static PhotometricInterpretation Photometric(JpegFrameHeader? header, int? adobeTransform, PhotometricInterpretation said)
    {
        if (header is not { Components.Length: 3, Process: not JpegProcess.Lossless } frame)
            return said;
        var isSubsampled = frame.MaxHorizontal * frame.MaxVertical > frame.Components[1].HorizontalSampling * frame.Components[1].VerticalSampling;
        return said switch
        {
            PhotometricInterpretation.Rgb when isSubsampled => PhotometricInterpretation.YbrFull,
            PhotometricInterpretation.YbrFull when adobeTransform == 0 && !isSubsampled => PhotometricInterpretation.Rgb,
            _ => said,
        };
    }
}
