// The archive: instances in segments on disk, what is known of them in an index, and every change in order.

using FhirHub.Dicom;

namespace FhirHub.Dicomweb;

/// <summary>An image archive in a folder. Every method takes a scope: studies that it does not grant do not exist.</summary>
public sealed class ImageArchive : IAsyncDisposable
{
    private ImageArchive()
    {
    }

    /// <summary>The number of the last change; another one once anything was committed.</summary>
    public long LastChange => throw new NotSupportedException();

    /// <summary>Opens the archive in <see cref="DicomwebOptions.Path"/>, which is made if it is not there.</summary>
    public static ImageArchive Open(DicomwebOptions options, TimeProvider clock) => throw new NotSupportedException();

    /// <summary>Begins to take in bytes: they go to disk as they come. What is disposed before it was stored leaves nothing.</summary>
    public InstanceUpload BeginUpload() => throw new NotSupportedException();

    /// <summary>Stores what was uploaded. When the task ends, instance, index and change are on disk.</summary>
    /// <param name="scope">What the request may see.</param>
    /// <param name="upload">The bytes: a whole Part 10 file, with the preamble that is to be kept.</param>
    /// <param name="file">What was read of it; its large values refer to <see cref="InstanceUpload.Source"/>.</param>
    /// <param name="duplicates">What to do where other content is there; null for what the configuration says.</param>
    /// <param name="cancel">Ends the wait; what is being committed may be stored all the same.</param>
    public Task<StoreResult> StoreAsync(ImageScope scope, InstanceUpload upload, DicomFile file, DuplicatePolicy? duplicates, CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>Deletes a study, series or instance: they are gone for every question, the bytes stay for <see cref="DicomwebOptions.DeletedDays"/>.</summary>
    /// <returns>How many instances; 0 if there was nothing.</returns>
    public Task<int> DeleteAsync(ImageScope scope, ImagePath path, CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>The instances of a study or series, or one instance, by Series Number, Instance Number, then UIDs; none if there is nothing.</summary>
    public ValueTask<IReadOnlyList<StoredInstance>> FindAsync(ImageScope scope, ImagePath path, CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>Where the frames of an instance are.</summary>
    public ValueTask<FrameTable> FramesAsync(StoredInstance instance, CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>
    /// The metadata of instances in their order, as <see cref="InstanceMetadata"/> made it when they were stored; empty for one that was deleted meanwhile.
    /// </summary>
    public ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> MetadataAsync(IReadOnlyList<StoredInstance> instances, CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>Opens the bytes of an instance; they stay readable until it is disposed, even if the instance is deleted meanwhile.</summary>
    public BlobReading OpenBlob(StoredInstance instance) => throw new NotSupportedException();

    /// <summary>Changes after a number, in order.</summary>
    public Task<IReadOnlyList<ImageChange>> ChangesAsync(ImageScope scope, long after, int limit, CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>Ends when there is a change after that number.</summary>
    public Task WaitForChangeAsync(long after, CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>How far a follower of the changes has come; 0 for one that is not known.</summary>
    public long FollowedTo(string follower) => throw new NotSupportedException();

    /// <summary>Notes how far a follower has come, and the patients to whom studies are linked from now on, in one commit.</summary>
    /// <param name="follower">The name of the follower.</param>
    /// <param name="sequence">The last change that it has done; never less than before.</param>
    /// <param name="patients">The id of the FHIR Patient of each Study Instance UID; null for nobody.</param>
    /// <param name="cancel">Ends the wait.</param>
    public Task FollowAsync(string follower, long sequence, IReadOnlyDictionary<string, string?> patients, CancellationToken cancel) => throw new NotSupportedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotSupportedException();
}

/// <summary>Bytes on their way into the archive; used by one request at a time.</summary>
public sealed class InstanceUpload : IAsyncDisposable
{
    /// <summary>How many bytes have come.</summary>
    public long Length => throw new NotSupportedException();

    /// <summary>The bytes that have come; readable until the upload is disposed.</summary>
    public ByteSource Source => throw new NotSupportedException();

    /// <summary>Takes the next bytes.</summary>
    public ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>Forgets what has come, so that the upload can begin anew.</summary>
    public void Reset() => throw new NotSupportedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotSupportedException();
}

/// <summary>The bytes of a stored instance, open.</summary>
public sealed class BlobReading : IDisposable
{
    /// <summary>The open file of the segment; the instance begins at <see cref="Offset"/> of it.</summary>
    public Microsoft.Win32.SafeHandles.SafeFileHandle File => throw new NotSupportedException();

    /// <summary>Where the instance begins.</summary>
    public long Offset => throw new NotSupportedException();

    /// <summary>How many bytes it has.</summary>
    public long Length => throw new NotSupportedException();

    /// <summary>Its bytes, from 0.</summary>
    public ByteSource Source => throw new NotSupportedException();

    /// <summary>Reads the instance; large values refer to <see cref="Source"/>.</summary>
    public Task<DicomFile> ReadAsync(DicomReadOptions options, CancellationToken cancel) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotSupportedException();
}
