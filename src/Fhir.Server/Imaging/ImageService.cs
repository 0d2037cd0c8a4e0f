// The image service within the host: the archive below the data path, its addresses, and what keeps FHIR in step with it.

using FhirHub.Dicom.Pixels;
using FhirHub.Dicom.Pixels.Native;
using FhirHub.Dicomweb;

namespace FhirHub.Server.Imaging;

/// <summary>The images of a running server.</summary>
public sealed class ImageService : IAsyncDisposable
{
    private readonly PixelWorkers _workers;

    private ImageService(DicomwebService dicomweb, PixelWorkers workers) => (Dicomweb, _workers) = (dicomweb, workers);

    /// <summary>The service at <c>/dicomweb</c>.</summary>
    public DicomwebService Dicomweb { get; }

    /// <summary>The archive.</summary>
    public ImageArchive Archive => Dicomweb.Archive;

    /// <summary>Opens the archive.</summary>
    /// <param name="options">The configuration.</param>
    /// <param name="log">The log.</param>
    public static ImageService Open(ImagingOptions options, ILogger log)
    {
        ArgumentNullException.ThrowIfNull(options);
        var archive = ImageArchive.Open(options.Service, TimeProvider.System);
        var workers = new PixelWorkers(PixelWorkerCommand.Options);
        return new ImageService(new DicomwebService(options.Service, archive, PixelCodecs.Create(workers), static _ => ImageScope.Full, log), workers);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _workers.Dispose();
        return Archive.DisposeAsync();
    }
}
