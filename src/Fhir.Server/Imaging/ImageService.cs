// The image service within the host: the archive below the data path, its addresses, and what keeps FHIR in step with it.

using System.Text.Json.Nodes;
using FhirHub.Dicom.Pixels;
using FhirHub.Dicom.Pixels.Native;
using FhirHub.Dicomweb;

namespace FhirHub.Server.Imaging;

/// <summary>The images of a running server.</summary>
public sealed class ImageService : IAsyncDisposable
{
    private readonly PixelWorkers _workers;
    private readonly string? _address;

    private ImageService(DicomwebService dicomweb, PixelWorkers workers, ImageFollower follower, string? address)
    {
        _workers = workers;
        Dicomweb = dicomweb;
        Follower = follower;
        _address = address;
    }

    /// <summary>The service at <c>/dicomweb</c>.</summary>
    public DicomwebService Dicomweb { get; }

    /// <summary>The archive.</summary>
    public ImageArchive Archive => Dicomweb.Archive;

    /// <summary>What keeps FHIR in step.</summary>
    public ImageFollower Follower { get; }

    /// <summary>Opens the archive.</summary>
    /// <param name="server">The FHIR server.</param>
    /// <param name="log">The log.</param>
    public static ImageService Open(FhirServer server, ILogger log)
    {
        ArgumentNullException.ThrowIfNull(server);
        var options = server.Options.Imaging;
        var archive = ImageArchive.Open(options.Service, server.Clock);
        var workers = new PixelWorkers(PixelWorkerCommand.Options);
        return new ImageService(
            new DicomwebService(options.Service, archive, PixelCodecs.Create(workers), http => server.Smart is null ? ImageScope.Full : http.Features.Get<ImageScope>() ?? ImageScope.Of(new HashSet<string>()), log),
            workers,
            new ImageFollower(server, archive, options, log),
            options.Address);
    }

    /// <summary>Begins to keep FHIR in step, once it is known where the server listens.</summary>
    /// <param name="listening">An address that the server listens on.</param>
    public void Start(string listening) => Follower.Start(_address ?? listening.TrimEnd('/') + DicomwebService.Root);

    /// <summary>Answers how far FHIR is behind the images: <c>/health/images</c>.</summary>
    public Task AnswerStatusAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        var status = Follower.Status;
        var json = new JsonObject
        {
            ["lastChange"] = status.LastChange,
            ["followedTo"] = status.FollowedTo,
            ["behind"] = Math.Max(0, status.LastChange - status.FollowedTo),
            ["failingStudies"] = status.Failing,
            ["retries"] = status.Retries,
        };
        http.Response.ContentType = "application/json";
        http.Response.Headers.CacheControl = "no-store";
        return http.Response.WriteAsync(json.ToJsonString(), http.RequestAborted);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Follower.DisposeAsync();
        _workers.Dispose();
        await Archive.DisposeAsync();
    }
}
