// The instances of an answer, all open before the first byte of it is sent.

namespace FhirHub.Dicomweb;

/// <summary>
/// Instances that are open together, in the order of an answer. What is open is not freed, so an answer that takes an hour is whole, whatever is deleted
/// and purged meanwhile. It costs a small object each.
/// </summary>
internal sealed class OpenInstances : IDisposable
{
    private readonly BlobReading[] _blobs;
    private int _open;

    /// <summary>Opens them.</summary>
    /// <exception cref="DicomwebException">404: one was purged since it was found.</exception>
    public OpenInstances(ImageArchive archive, IReadOnlyList<StoredInstance> instances)
    {
        _blobs = new BlobReading[instances.Count];
        try
        {
            for (; _open < _blobs.Length; _open++)
                _blobs[_open] = archive.OpenBlob(instances[_open]);
        }
        catch (DicomwebException)
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The bytes of an instance.</summary>
    public BlobReading this[int index] => _blobs[index];

    /// <inheritdoc/>
    public void Dispose()
    {
        for (var i = 0; i < _open; i++)
            _blobs[i].Dispose();
        _open = 0;
    }
}
