// The seam of pixel codecs: what compresses frames, and what brings them back.

using System.Buffers;

namespace FhirHub.Dicom.Pixels;

/// <summary>How to compress.</summary>
public sealed record PixelEncodeOptions
{
    /// <summary>Without loss, else as <see cref="Quality"/> and the codec say.</summary>
    public static PixelEncodeOptions Default { get; } = new();

    /// <summary>The quality of lossy JPEG, 1 to 100.</summary>
    public int Quality { get; init; } = 90;

    /// <summary>How far a sample may be from its original with JPEG-LS near-lossless.</summary>
    public int NearLossless { get; init; } = 2;

    /// <summary>How many times smaller than native lossy JPEG 2000 should be.</summary>
    public double CompressionRatio { get; init; } = 10;
}

/// <summary>
/// A codec for frames. It trusts nothing of a frame: whatever the bytes are, it ends in bounded time and memory, with the pixels or with a
/// <see cref="DicomException"/>. It is safe to use from several threads.
/// </summary>
public interface IPixelCodec
{
    /// <summary>What it is, for people: the library and its version, or that it is part of the toolkit.</summary>
    string Name { get; }

    /// <summary>Why it can't be used here, in a sentence that says what to install; null if it can.</summary>
    string? Unavailable { get; }

    /// <summary>The transfer syntaxes whose frames it decodes.</summary>
    IReadOnlyCollection<TransferSyntax> Decodes { get; }

    /// <summary>The transfer syntaxes in which it encodes frames.</summary>
    IReadOnlyCollection<TransferSyntax> Encodes { get; }

    /// <summary>
    /// Decodes one frame into <paramref name="output"/>, which has <see cref="PixelDescription.FrameBytes"/> bytes: samples of a pixel together, least
    /// significant byte first. A frame whose own dimensions, bits or components can't be those of the description is refused.
    /// </summary>
    /// <param name="frame">All bytes of the frame, its fragments joined.</param>
    /// <param name="syntax">One of <see cref="Decodes"/>.</param>
    /// <param name="description">What the data set says; it has been checked.</param>
    /// <param name="output">Where the pixels go.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>What is in the output: as <see cref="PixelDescription.Decoded"/>, but for the photometric interpretation that decoding changed.</returns>
    ValueTask<PixelDescription> DecodeAsync(
        ReadOnlyMemory<byte> frame, TransferSyntax syntax, PixelDescription description, Memory<byte> output, CancellationToken cancellationToken);

    /// <summary>Encodes one frame, whose samples are as <see cref="DecodeAsync"/> leaves them.</summary>
    /// <param name="frame">The samples, <see cref="PixelDescription.FrameBytes"/> bytes.</param>
    /// <param name="description">What they are; it has been checked.</param>
    /// <param name="syntax">One of <see cref="Encodes"/>.</param>
    /// <param name="options">How to.</param>
    /// <param name="output">Where the encoded frame goes, without padding.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>What the data set has to say of the encoded frame: as given, but for photometric interpretation and planar configuration.</returns>
    ValueTask<PixelDescription> EncodeAsync(
        ReadOnlyMemory<byte> frame,
        PixelDescription description,
        TransferSyntax syntax,
        PixelEncodeOptions options,
        IBufferWriter<byte> output,
        CancellationToken cancellationToken);
}
