// Deflated Image Frame Compression (PS3.5 8.2.16, A.4.14): each frame by itself, for the single bits of segmentations above all.

using System.Buffers;
using System.IO.Compression;
using System.Runtime.InteropServices;

namespace FhirHub.Dicom.Pixels;

/// <summary>Decodes and encodes frames that are deflated (RFC 1951).</summary>
public sealed class DeflatedFrameCodec : IPixelCodec
{
    private static readonly TransferSyntax[] Syntaxes = [TransferSyntax.Find("1.2.840.10008.1.2.8.1")!];

    /// <inheritdoc/>
    public string Name => "Deflated Image Frame Compression";

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
        using var inflater = new DeflateStream(Reader(frame), CompressionMode.Decompress);
        int length;
        try
        {
            length = description.IsPlanar ? ReadPlanes(inflater, description, output.Span) : inflater.ReadAtLeast(output.Span, output.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException fault)
        {
            throw new DicomException(DicomFault.Malformed, "a frame is not deflated as its transfer syntax says", DicomTags.PixelData, inner: fault);
        }

        if (length < output.Length)
            throw new DicomException(DicomFault.Truncated, $"a frame inflates to {length:N0} of {output.Length:N0} bytes", DicomTags.PixelData);
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
        using var deflated = new MemoryStream();
        using (var deflater = new DeflateStream(deflated, CompressionLevel.Optimal, leaveOpen: true))
            deflater.Write(frame.Span);
        output.Write(deflated.GetBuffer().AsSpan(0, (int)deflated.Length));
        return new(description with { IsPlanar = false });
    }

    private static int ReadPlanes(DeflateStream inflater, PixelDescription description, Span<byte> output)
    {
        var planes = ArrayPool<byte>.Shared.Rent(output.Length);
        try
        {
            var length = inflater.ReadAtLeast(planes.AsSpan(0, output.Length), output.Length, throwOnEndOfStream: false);
            SampleLayout.Interleave(planes.AsSpan(0, output.Length), output, description.SamplesPerPixel, description.BytesPerSample);
            return length;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(planes);
        }
    }

    private static MemoryStream Reader(ReadOnlyMemory<byte> bytes) => MemoryMarshal.TryGetArray(bytes, out var array)
        ? new(array.Array!, array.Offset, array.Count, writable: false)
        : new(bytes.ToArray(), writable: false);
}
