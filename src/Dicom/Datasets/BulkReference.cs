// A value that was left where it is.

namespace FhirHub.Dicom;

/// <summary>A value by its place.</summary>
/// <param name="Source">What it is read from; null if it was in a stream that is gone.</param>
/// <param name="Offset">Bytes from the start of the source.</param>
/// <param name="Length">How many bytes.</param>
public sealed record BulkReference(ByteSource? Source, long Offset, long Length)
{
    /// <summary>Reads it whole.</summary>
    public ReadOnlyMemory<byte> Read(DicomTag tag)
    {
        if (Checked(tag).TryGetMemory(Offset, Length, out var memory))
            return memory;
        var bytes = new byte[Length];
        for (var done = 0; done < bytes.Length;)
        {
            var count = Source!.Read(Offset + done, bytes.AsSpan(done));
            done += count > 0 ? count : throw Gone(tag, done);
        }

        return bytes;
    }

    /// <summary>Reads it whole.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(DicomTag tag, CancellationToken cancellationToken)
    {
        if (Checked(tag).TryGetMemory(Offset, Length, out var memory))
            return memory;
        var bytes = new byte[Length];
        for (var done = 0; done < bytes.Length;)
        {
            var count = await Source!.ReadAsync(Offset + done, bytes.AsMemory(done), cancellationToken);
            done += count > 0 ? count : throw Gone(tag, done);
        }

        return bytes;
    }

    internal DicomException Gone(DicomTag tag, long done) =>
        new(DicomFault.Truncated, $"the value of {Length:N0} bytes ends after {done:N0}", tag, Offset);

    private ByteSource Checked(DicomTag tag)
    {
        if (Length > Array.MaxLength)
            throw new DicomException(DicomFault.LimitExceeded, $"the value of {Length:N0} bytes is too large to be read at once", tag, Offset);
        return Source ?? throw new DicomException(DicomFault.Unsupported, "the value was in a stream that can't be read again", tag, Offset);
    }
}
