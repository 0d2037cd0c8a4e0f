// Writes files (PS3.10 7).

using System.Buffers;
using System.IO.Compression;

namespace FhirHub.Dicom;

/// <summary>Writes files of PS3.10 to streams; values that were left in a file are copied from it.</summary>
public static class DicomWriter
{
    private const int CopySize = 128 * 1024;
    private static readonly byte[] EmptyPreamble = new byte[128];

    /// <summary>Writes a file.</summary>
    /// <exception cref="DicomException">A value is not there, or the transfer syntax can't hold it.</exception>
    public static async Task WriteAsync(DicomFile file, Stream output, DicomWriteOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= DicomWriteOptions.Conformant;
        var syntax = options.IsAsRead ? file.TransferSyntax : options.TransferSyntax ?? file.TransferSyntax;
        RequireSamePixels(file, syntax);
        var meta = options.IsAsRead ? file.Meta : FileMeta.Of(file, syntax);
        if (options.IsAsRead)
        {
            await output.WriteAsync(file.Preamble, cancellationToken);
            if (file.HasPrefix)
                await output.WriteAsync("DICM"u8.ToArray(), cancellationToken);
        }
        else
        {
            await WriteHeadAsync(options.KeepsPreamble && file.Preamble.Length == EmptyPreamble.Length ? file.Preamble : EmptyPreamble, output, cancellationToken);
        }

        if (meta is not null)
            await WriteAsync(new DatasetEncoder(meta, DatasetEncoding.ExplicitLittleEndian, asRead: true), output, cancellationToken);

        var encoding = options.IsAsRead ? file.Encoding : DatasetEncoding.Of(syntax);
        var encoder = new DatasetEncoder(file.Dataset, encoding, options.IsAsRead);
        if (syntax.IsDeflated)
        {
            await WriteDeflatedAsync(encoder, output, cancellationToken);
            return;
        }

        await WriteAsync(encoder, output, cancellationToken);
        if (options.IsAsRead)
            await output.WriteAsync(new byte[file.TrailingZeros], cancellationToken);
    }

    /// <summary>
    /// Writes what stands before the data set of a file: a preamble of zeros, the prefix and file meta information of this implementation. The data
    /// set's own bytes can follow as they were read, if it was a data set alone or its head was not one of PS3.10.
    /// </summary>
    public static async Task WriteHeadAsync(DicomFile file, Stream output, CancellationToken cancellationToken = default)
    {
        await WriteHeadAsync(EmptyPreamble, output, cancellationToken);
        await WriteAsync(new DatasetEncoder(FileMeta.Of(file, file.TransferSyntax), DatasetEncoding.ExplicitLittleEndian, asRead: true), output, cancellationToken);
    }

    /// <summary>A file in memory.</summary>
    /// <exception cref="DicomException">A value is not there, or the transfer syntax can't hold it.</exception>
    public static async Task<byte[]> ToArrayAsync(DicomFile file, DicomWriteOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var output = new MemoryStream();
        await WriteAsync(file, output, options, cancellationToken);
        return output.ToArray();
    }

    private static async Task WriteHeadAsync(ReadOnlyMemory<byte> preamble, Stream output, CancellationToken cancellationToken)
    {
        await output.WriteAsync(preamble, cancellationToken);
        await output.WriteAsync("DICM"u8.ToArray(), cancellationToken);
    }

    private static void RequireSamePixels(DicomFile file, TransferSyntax syntax)
    {
        if (syntax == file.TransferSyntax || file.Dataset.Find(DicomTags.PixelData) is not { } pixels)
            return;
        if (pixels.Fragments is not null ? syntax.Pixels != file.TransferSyntax.Pixels : syntax.IsEncapsulated)
            throw new DicomException(DicomFault.Unsupported, $"Pixel Data in {file.TransferSyntax} can't be written in {syntax} without transcoding", DicomTags.PixelData);
    }

    private static async Task WriteAsync(DatasetEncoder encoder, Stream output, CancellationToken cancellationToken)
    {
        foreach (var (element, reference) in encoder.Run())
        {
            await output.WriteAsync(encoder.Written, cancellationToken);
            encoder.Forget();
            if (reference is not null)
                await CopyAsync(element!, reference, encoder.SwapUnit(element!), output, cancellationToken);
        }

        await output.WriteAsync(encoder.Written, cancellationToken);
    }

    private static async Task WriteDeflatedAsync(DatasetEncoder encoder, Stream output, CancellationToken cancellationToken)
    {
        var counted = new CountingStream(output);
        await using (var deflater = new DeflateStream(counted, CompressionLevel.Optimal, leaveOpen: true))
            await WriteAsync(encoder, deflater, cancellationToken);
        // The whole must be of even length (PS3.5 A.5).
        if ((counted.Count & 1) != 0)
            await output.WriteAsync(new byte[1], cancellationToken);
    }

    private static async Task CopyAsync(DicomElement element, BulkReference reference, int swapUnit, Stream output, CancellationToken cancellationToken)
    {
        var source = reference.Source
            ?? throw new DicomException(DicomFault.Unsupported, "the value was in a stream that can't be read again", element.Tag, reference.Offset);
        if (swapUnit == 1 && source.TryGetMemory(reference.Offset, reference.Length, out var memory))
        {
            await output.WriteAsync(memory, cancellationToken);
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(CopySize);
        try
        {
            for (var done = 0L; done < reference.Length;)
            {
                var wanted = (int)Math.Min(CopySize, reference.Length - done);
                var read = 0;
                while (read < wanted)
                {
                    var count = await source.ReadAsync(reference.Offset + done + read, buffer.AsMemory(read, wanted - read), cancellationToken);
                    read += count > 0 ? count : throw reference.Gone(element.Tag, done + read);
                }

                ByteOrder.Swap(buffer.AsSpan(0, wanted), swapUnit);
                await output.WriteAsync(buffer.AsMemory(0, wanted), cancellationToken);
                done += wanted;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Counts what is written through it.</summary>
    private sealed class CountingStream(Stream output) : Stream
    {
        public long Count { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count)
        {
            Count += count;
            output.Write(buffer, offset, count);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Count += buffer.Length;
            return output.WriteAsync(buffer, cancellationToken);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush() => output.Flush();

        public override Task FlushAsync(CancellationToken cancellationToken) => output.FlushAsync(cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
