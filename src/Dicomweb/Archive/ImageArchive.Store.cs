// Storing and deleting.

using FhirHub.Dicom;

namespace FhirHub.Dicomweb;

public sealed partial class ImageArchive
{
    /// <summary>Begins to take in bytes: they go to disk as they come. What is disposed before it was stored leaves nothing.</summary>
    public InstanceUpload BeginUpload() => new(_segments, _options.InstanceBytes);

    /// <summary>Stores what was uploaded. When the task ends, instance, index and change are on disk.</summary>
    /// <param name="scope">What the request may see.</param>
    /// <param name="upload">The bytes: a whole Part 10 file, with the preamble that is to be kept.</param>
    /// <param name="file">What was read of it; its large values refer to <see cref="InstanceUpload.Source"/>.</param>
    /// <param name="duplicates">What to do where other content is there; null for what the configuration says.</param>
    /// <param name="cancel">Ends the wait; what is being committed may be stored all the same.</param>
    /// <exception cref="ArchiveException">The disk or the index can't take it; the archive is as it was.</exception>
    /// <exception cref="DicomException">A value that the index keeps can't be read.</exception>
    public async Task<StoreResult> StoreAsync(ImageScope scope, InstanceUpload upload, DicomFile file, DuplicatePolicy? duplicates, CancellationToken cancel)
    {
        var index = IndexedInstance.Of(file, Catalog);
        var candidate = new StoreCandidate(scope, index, index.FrameTable.Write(), upload.Sha256(), duplicates ?? _options.Duplicates);

        // What is refused, or there already, need not be written. What comes meanwhile is seen by the writer.
        if (_readers.Read(connection => StorePlace.Of(connection, index.Path), cancel).Refusal(candidate) is { } refusal)
            return refusal;

        var stretch = await upload.SettleAsync(cancel);
        StoreRequest request;
        try
        {
            request = new StoreRequest(session => session.Store(candidate, stretch.Place), stretch, cancel);
            if (stretch.IsSynced)
                _ = _writer.DoAsync(request);
            else
                _syncs.Enqueue(request);
        }
        catch
        {
            stretch.Segment.Free(stretch.Place);
            throw;
        }

        return await request.Task;
    }

    /// <summary>Deletes a study, series or instance: they are gone for every question, the bytes stay for <see cref="DicomwebOptions.DeletedDays"/>.</summary>
    /// <returns>How many instances; 0 if there was nothing.</returns>
    /// <exception cref="ArchiveException">The index can't be written.</exception>
    public Task<int> DeleteAsync(ImageScope scope, ImagePath path, CancellationToken cancel) =>
        _writer.DoAsync(session => session.Delete(scope, path), cancel);
}
