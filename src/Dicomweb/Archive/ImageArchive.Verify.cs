// Looks whether index, segments and change feed agree, and whether the bytes are those that were stored.

using FhirHub.Sqlite;

namespace FhirHub.Dicomweb;

public sealed partial class ImageArchive
{
    /// <summary>Compares everything that the archive holds with everything that it knows. It reads all bytes, so it takes its time.</summary>
    /// <returns>What is wrong, in sentences; nothing if all is well. No more than a hundred are told.</returns>
    public async Task<IReadOnlyList<string>> VerifyAsync(CancellationToken cancel)
    {
        // What is being purged is neither there nor gone.
        await _maintenance.WaitAsync(cancel);
        try
        {
            using var connection = new Connection(ArchiveOpening.IndexOf(_options.Path), readOnly: true, cacheMegabytes: 32);
            return await Task.Run(() => new ArchiveVerification(connection, Catalog, ArchiveOpening.SegmentsOf(_options.Path), cancel).Run(), cancel);
        }
        finally
        {
            _maintenance.Release();
        }
    }
}
