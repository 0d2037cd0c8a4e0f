// A generated region's images on their way into the archive, the way that STOW-RS takes.

using FhirHub.Dicom;
using FhirHub.Dicomweb;
using FhirHub.Samples.Region;
using FhirHub.Server.Imaging;

namespace FhirHub.Server;

/// <summary>Loads the images of regions.</summary>
internal static class RegionImageLoading
{
    // So many share a commit.
    private const int Together = 16;

    /// <summary>Loads what is not there yet; false if it was stopped before the end.</summary>
    /// <param name="images">Where to.</param>
    /// <param name="settings">The region.</param>
    /// <param name="studies">Studies of each examination.</param>
    /// <param name="output">Takes a line about what was loaded.</param>
    /// <param name="stop">Stops after the images at hand; the next load goes on.</param>
    /// <exception cref="IOException">An image can't be stored.</exception>
    public static async Task<bool> LoadAsync(ImageService images, RegionSettings settings, int studies, TextWriter output, CancellationToken stop)
    {
        var loaded = new HashSet<string>(StringComparer.Ordinal);
        var (count, bytes) = (0, 0L);
        var storing = new List<Task>(Together);
        try
        {
            await foreach (var image in new RegionImages(settings, studies, images.Dicomweb.Codecs).GenerateAsync(stop))
            {
                loaded.Add(image.StudyInstanceUid);
                count++;
                bytes += image.Bytes.Length;
                storing.Add(StoreAsync(images, image));
                if (storing.Count < Together)
                    continue;
                await Task.WhenAll(storing);
                storing.Clear();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await Task.WhenAll(storing);
            return false;
        }

        await Task.WhenAll(storing);
        await output.WriteLineAsync($"{count:N0} images of {loaded.Count:N0} studies, {bytes / 1_000_000:N0} MB.");
        return true;
    }

    private static async Task StoreAsync(ImageService images, RegionImage image)
    {
        await using var upload = images.Archive.BeginUpload();
        await upload.AppendAsync(image.Bytes, CancellationToken.None);
        await using var bytes = new MemoryStream(image.Bytes.ToArray(), writable: false);
        var file = await DicomFile.ReadAsync(bytes, images.Dicomweb.Options.Reading, upload.Source);
        var result = await images.Archive.StoreAsync(ImageScope.Full, upload, file, DuplicatePolicy.Refuse, CancellationToken.None);

        // A load that goes on may find its images written by codecs of another version.
        if (result.Outcome is not (StoreOutcome.Created or StoreOutcome.Identical or StoreOutcome.Conflict))
            throw new IOException($"An image of the region could not be stored ({result.Outcome}).");
    }
}
