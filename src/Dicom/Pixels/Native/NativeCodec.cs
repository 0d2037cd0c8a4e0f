// What codecs of native libraries have in common: nothing reaches the library that was not checked here.

using System.Buffers;

namespace FhirHub.Dicom.Pixels.Native;

/// <summary>
/// A codec that is a library of the system. It runs where it is called; a library can fault, hang and take memory whatever was checked, so
/// frames of strangers are decoded through <see cref="WorkerCodec"/>.
/// </summary>
internal abstract class NativeCodec(CodecLibrary library) : IPixelCodec
{
    /// <inheritdoc/>
    public string Name => library.Unavailable is null ? $"{LibraryName} {Version}" : LibraryName;

    /// <inheritdoc/>
    public string? Unavailable => library.Unavailable;

    /// <inheritdoc/>
    public abstract IReadOnlyCollection<TransferSyntax> Decodes { get; }

    /// <inheritdoc/>
    public abstract IReadOnlyCollection<TransferSyntax> Encodes { get; }

    /// <summary>What people call the library.</summary>
    protected abstract string LibraryName { get; }

    /// <summary>The version of a library that is there.</summary>
    protected abstract string Version { get; }

    /// <summary>Reads the headers of an encoded frame, and refuses what can't be the described frame or would cost more than it is worth.</summary>
    /// <exception cref="DicomException">It is refused.</exception>
    public abstract void Check(ReadOnlyMemory<byte> frame, PixelDescription description);

    /// <inheritdoc/>
    public ValueTask<PixelDescription> DecodeAsync(
        ReadOnlyMemory<byte> frame, TransferSyntax syntax, PixelDescription description, Memory<byte> output, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Check(frame, description);
        return new(Decode(frame, description, output.Span[..description.FrameBytes], cancellationToken));
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
        cancellationToken.ThrowIfCancellationRequested();
        return new(Encode(frame.Span[..description.FrameBytes], description, syntax, options, output));
    }

    /// <summary>Decodes a frame that has been checked.</summary>
    protected abstract PixelDescription Decode(ReadOnlyMemory<byte> frame, PixelDescription description, Span<byte> output, CancellationToken cancellationToken);

    /// <summary>Encodes a frame.</summary>
    protected abstract PixelDescription Encode(
        ReadOnlySpan<byte> frame, PixelDescription description, TransferSyntax syntax, PixelEncodeOptions options, IBufferWriter<byte> output);

    /// <summary>A failure of the library, in its own words.</summary>
    protected static DicomException Failed(string what, string? words) =>
        new(DicomFault.Malformed, string.IsNullOrWhiteSpace(words) ? what : $"{what}: {words.Trim().TrimEnd('.')}", DicomTags.PixelData);
}
