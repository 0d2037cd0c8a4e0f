// Storing instances that were made for a test, and reading them again.

using FhirHub.Dicom;

namespace FhirHub.Dicomweb.Tests.Archive;

internal sealed partial record TestInstance
{
    /// <summary>Stores it.</summary>
    public Task<StoreResult> StoreAsync(ImageArchive archive, ImageScope? scope = null, DuplicatePolicy? duplicates = null) =>
        StoreAsync(archive, ToBytes(), scope, duplicates);

    /// <summary>Stores a file as a request would.</summary>
    public static async Task<StoreResult> StoreAsync(ImageArchive archive, byte[] bytes, ImageScope? scope = null, DuplicatePolicy? duplicates = null)
    {
        await using var upload = archive.BeginUpload();
        await upload.AppendAsync(bytes, CancellationToken.None);
        return await StoreAsync(archive, upload, scope, duplicates);
    }

    /// <summary>Stores what was uploaded.</summary>
    public static async Task<StoreResult> StoreAsync(ImageArchive archive, InstanceUpload upload, ImageScope? scope = null, DuplicatePolicy? duplicates = null)
    {
        using var stream = new SourceStream(upload.Source);
        var file = await DicomFile.ReadAsync(stream, source: upload.Source);
        return await archive.StoreAsync(scope ?? ImageScope.Full, upload, file, duplicates, CancellationToken.None);
    }

    /// <summary>The bytes that the archive holds of an instance.</summary>
    public static async Task<byte[]> ReadAsync(ImageArchive archive, StoredInstance instance)
    {
        using var blob = archive.OpenBlob(instance);
        var bytes = new byte[blob.Length];
        for (var done = 0; done < bytes.Length;)
        {
            var count = await blob.Source.ReadAsync(done, bytes.AsMemory(done), CancellationToken.None);
            Assert.True(count > 0, "The instance ends before its length.");
            done += count;
        }

        return bytes;
    }
}
