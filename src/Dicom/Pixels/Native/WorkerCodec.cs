// A native codec that decodes in another process.

using System.Buffers;

namespace FhirHub.Dicom.Pixels.Native;

/// <summary>Checks frames here, has them decoded elsewhere, and encodes here, where samples are our own.</summary>
internal sealed class WorkerCodec(NativeCodec codec, PixelWorkers workers) : IPixelCodec
{
    /// <inheritdoc/>
    public string Name => codec.Name;

    /// <inheritdoc/>
    public string? Unavailable => codec.Unavailable;

    /// <inheritdoc/>
    public IReadOnlyCollection<TransferSyntax> Decodes => codec.Decodes;

    /// <inheritdoc/>
    public IReadOnlyCollection<TransferSyntax> Encodes => codec.Encodes;

    /// <inheritdoc/>
    public ValueTask<PixelDescription> DecodeAsync(
        ReadOnlyMemory<byte> frame, TransferSyntax syntax, PixelDescription description, Memory<byte> output, CancellationToken cancellationToken)
    {
        codec.Check(frame, description);
        return workers.DecodeAsync(frame, syntax, description, output, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<PixelDescription> EncodeAsync(
        ReadOnlyMemory<byte> frame,
        PixelDescription description,
        TransferSyntax syntax,
        PixelEncodeOptions options,
        IBufferWriter<byte> output,
        CancellationToken cancellationToken) =>
        codec.EncodeAsync(frame, description, syntax, options, output, cancellationToken);
}
