// Presentation states: rendered by themselves, they are the images that they are for (PS3.18 10.4.1.1.4); WADO-URI names one beside the image.

using FhirHub.Dicom.Pixels;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Dicomweb;

/// <summary>Finds presentation states and their images, within the study that they are of.</summary>
internal static class RenderedPresentation
{
    private const int MaxImages = 1_000;

    /// <summary>Whether an instance is a presentation state that can be applied.</summary>
    public static bool Is(StoredInstance instance) => instance.SopClassUid == PresentationState.SopClassUid;

    /// <summary>The parameters with a presentation state.</summary>
    public static async Task<RenderParameters> ApplyAsync(DicomwebService service, StoredInstance presentation, RenderParameters parameters, CancellationToken cancel)
    {
        using var blob = service.Archive.OpenBlob(presentation);
        var file = await blob.ReadAsync(service.Options.Reading, cancel);
        return parameters with { Presentation = PresentationState.Of(file.Dataset), PresentationDigest = Convert.ToHexString(presentation.Sha256.Span) };
    }

    /// <summary>The images that a presentation state is for, and their frames.</summary>
    /// <exception cref="DicomwebException">404: none of them is here.</exception>
    public static async Task<IReadOnlyList<(StoredInstance Instance, IReadOnlyList<int> Frames)>> ImagesAsync(
        DicomwebService service, HttpContext http, StoredInstance presentation, PresentationState state)
    {
        var images = new List<(StoredInstance, IReadOnlyList<int>)>();
        foreach (var image in state.Images.Take(MaxImages))
        {
            var path = new ImagePath(presentation.Path.Study, image.Series, image.Instance);
            if (await service.Archive.FindAsync(service.ScopeOf(http), path, http.RequestAborted) is not [{ Frames: > 0 } instance, ..])
                continue;
            images.Add((instance, image.Frames.Count == 0 ? new AllFrames(instance.Frames) : [.. image.Frames.Where(frame => frame >= 1 && frame <= instance.Frames).Select(frame => frame - 1)]));
        }

        images.RemoveAll(image => image.Item2.Count == 0);
        return images.Count > 0 ? images : throw new DicomwebException(StatusCodes.Status404NotFound, "None of the images that the presentation state is for is in its study.");
    }
}
