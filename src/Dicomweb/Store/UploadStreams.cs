// Uploads as streams: what is read of a request goes into the archive on its way, and what is written goes there too.

using FhirHub.Dicom;

namespace FhirHub.Dicomweb;

/// <summary>The archive can't write, whatever the request is like.</summary>
internal sealed class UploadException(IOException fault) : Exception(fault.Message, fault);

/// <summary>Appends to uploads, within a bound, and tells the faults of the disk from those of the connection.</summary>
internal static class UploadAppending
{
    /// <summary>Appends.</summary>
    /// <exception cref="DicomException">More came than an instance may have.</exception>
    /// <exception cref="UploadException">The archive can't write.</exception>
    public static async ValueTask AppendAsync(this InstanceUpload upload, ReadOnlyMemory<byte> bytes, long maxBytes, CancellationToken cancellationToken)
    {
        if (upload.Length + bytes.Length > maxBytes)
            throw new DicomException(DicomFault.LimitExceeded, $"it has more than the {maxBytes:N0} bytes that an instance may have");
        try
        {
            await upload.AppendAsync(bytes, cancellationToken);
        }
        catch (IOException fault)
        {
            throw new UploadException(fault);
        }
    }
}

/// <summary>Reads an instance from a request while its bytes go to disk, so that who parses it sees what is stored.</summary>
internal sealed class UploadingStream(Stream body, InstanceUpload upload, long maxBytes) : ForwardStream
{
    private bool _hasBegun;

    /// <summary>Whether the bytes began with a preamble and the prefix of PS3.10.</summary>
    public bool HasHead { get; private set; }

    /// <summary>Whether the end of the body was seen.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Whether more came than may be stored.</summary>
    public bool IsTooLong { get; private set; }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await body.ReadAsync(buffer, cancellationToken);
        if (!_hasBegun)
        {
            // Nothing of a preamble may be on disk before it is known to be harmless.
            _hasBegun = true;
            while (count is > 0 and < Preamble.HeadLength && await body.ReadAsync(buffer[count..], cancellationToken) is > 0 and var more)
                count += more;
            HasHead = Preamble.IsThere(buffer.Span[..count]);
            if (HasHead)
                Preamble.Neutralize(buffer.Span);
        }

        if (count == 0)
        {
            HasEnded = true;
            return 0;
        }

        IsTooLong = upload.Length + count > maxBytes;
        await upload.AppendAsync(buffer[..count], maxBytes, cancellationToken);
        return count;
    }
}

/// <summary>Writes into an upload.</summary>
internal sealed class UploadWriter(InstanceUpload upload, long maxBytes) : Stream
{
    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => upload.Length;

    /// <inheritdoc/>
    public override long Position { get => upload.Length; set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        upload.AppendAsync(buffer, maxBytes, cancellationToken);

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}
