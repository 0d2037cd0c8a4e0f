// The image service: its parts, and its addresses below /dicomweb.

using FhirHub.Dicom.Pixels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace FhirHub.Dicomweb;

/// <summary>The parts of the image service.</summary>
/// <param name="Options">The configuration.</param>
/// <param name="Archive">The archive.</param>
/// <param name="Codecs">What decodes and encodes pixels.</param>
/// <param name="ScopeOf">What a request may see.</param>
/// <param name="Log">The log; it holds no patient data.</param>
public sealed record DicomwebService(
    DicomwebOptions Options, ImageArchive Archive, PixelCodecs Codecs, Func<HttpContext, ImageScope> ScopeOf, ILogger Log)
{
    /// <summary>The path of the service.</summary>
    public const string Root = "/dicomweb";

    /// <summary>How many frames are decoded, encoded and rendered at once.</summary>
    internal PixelGate PixelTurns { get; } = new(Environment.ProcessorCount);

    /// <summary>Thumbnails that were made lately.</summary>
    internal RenderedCache Thumbnails { get; } = new(16 * 1024 * 1024);

    /// <summary>Maps the addresses of the service, each family by its own class.</summary>
    public void Map(IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup(Root);
        StoreEndpoints.Map(group, this);
        SearchEndpoints.Map(group, this);
        RenderedEndpoints.Map(group, this);
        RetrieveEndpoints.Map(group, this);
        DeleteEndpoints.Map(group, this);
        ChangeFeedEndpoints.Map(group, this);
        UriEndpoint.Map(group, this);
        UriEndpoint.MapOld(endpoints, this);
        CapabilityEndpoints.Map(group, this);
    }

    /// <summary>The media types that a GET of a mapped address answers.</summary>
    /// <param name="route">The pattern of the address.</param>
    public static IReadOnlyList<string> MediaTypesOf(string route) => CapabilityEndpoints.MediaTypesOf(route);

    /// <summary>What answers a request of the service: failures become answers, which hold no stack trace.</summary>
    internal RequestDelegate Answer(Func<DicomwebService, HttpContext, Task> handler) => async http =>
    {
        try
        {
            await handler(this, http);
        }
        catch (Exception failure) when (!http.Response.HasStarted && failure is not OperationCanceledException)
        {
            await DicomwebFailure.AnswerAsync(http, failure, Log);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has gone, which is its right and no failure.
        }
        catch (Exception failure) when (http.Response.HasStarted)
        {
            // An answer that ends as if it were whole would be taken for one.
            Log.LogError(failure, "The answer of request {RequestId} could not be ended.", http.TraceIdentifier);
            http.Abort();
        }
    };
}
