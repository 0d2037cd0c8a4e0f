// The image service within the host: the archive below the data path, its addresses, and what keeps FHIR in step with it.

using FhirHub.Dicom.Pixels;
using FhirHub.Dicomweb;

namespace FhirHub.Server.Imaging;

/// <summary>The images of a running server.</summary>
public sealed class ImageService : IAsyncDisposable
{
    private ImageService(DicomwebService dicomweb) => Dicomweb = dicomweb;

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
        return new ImageService(new DicomwebService(options.Service, archive, PixelCodecs.Managed, static _ => ImageScope.Full, log));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Archive.DisposeAsync();
}
