// Images for whoever has no DICOM viewer: /rendered and /thumbnail of studies, series, instances and frames (PS3.18 10.4.1.1.3, 10.4.1.1.5).

using System.Globalization;
using FhirHub.Dicom.Pixels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FhirHub.Dicomweb;

/// <summary>The addresses of rendered resources.</summary>
internal static class RenderedEndpoints
{
    private const string Study = "/studies/{study}";
    private const string Series = Study + "/series/{series}";
    private const string Instance = Series + "/instances/{instance}";
    private const string Frames = Instance + "/frames/{frames}";
    private const int MaxFrames = 1_000;
    private static readonly string[] Methods = ["GET", "HEAD"];

    /// <summary>Maps the addresses.</summary>
    public static void Map(RouteGroupBuilder group, DicomwebService service)
    {
        foreach (var level in (ReadOnlySpan<string>)[Study, Series])
            group.MapMethods(level + "/rendered", Methods, service.Answer(InstancesAsync));
        group.MapMethods(Instance + "/rendered", Methods, service.Answer(InstanceAsync));
        group.MapMethods(Frames + "/rendered", Methods, service.Answer(FramesAsync));
        foreach (var level in (ReadOnlySpan<string>)[Study, Series, Instance, Frames])
            group.MapMethods(level + "/thumbnail", Methods, service.Answer(ThumbnailAsync));
    }

    private static async Task InstancesAsync(DicomwebService service, HttpContext http)
    {
        var found = await FindAsync(service, http);
        var parameters = RenderParameters.Parse(http.Request.Query, service.Options.RenderedSide);
        var images = found.Where(instance => instance.Frames > 0).ToArray();
        if (images.Length == 0)
            throw new DicomwebException(StatusCodes.Status404NotFound, "There are no images in it; documents are rendered by the addresses of their instances.");
        if (images.Length < found.Count)
            WarningHeader.Append(http, $"{found.Count - images.Length} of {found.Count} instances are no images and left out; they are rendered by their own addresses");
        var accepted = AcceptedMedia.Parse(http.Request);

        // One frame is one part, or the image by itself if that is all that there is and it was asked for.
        var isOne = images is [{ Frames: 1 }];
        var chosen = accepted.Choose(isOne ? [.. RenderedMedia.Instances, .. RenderedMedia.Thumbnail] : RenderedMedia.Instances);
        if (!chosen.IsMultipart)
            await OneAsync(service, http, images[0], 0, chosen, parameters);
        else
            await RenderedParts.AnswerAsync(service, http, [.. images.Select(image => (image, (IReadOnlyList<int>)new AllFrames(image.Frames)))], chosen, parameters);
    }

    private static async Task InstanceAsync(DicomwebService service, HttpContext http)
    {
        var instance = (await FindAsync(service, http))[0];
        if (RenderedPresentation.Is(instance))
        {
            await PresentationAsync(service, http, instance);
            return;
        }

        if (instance.Frames == 0)
        {
            await RenderedDocument.AnswerAsync(service, http, instance, AcceptedMedia.Parse(http.Request));
            return;
        }

        var parameters = RenderParameters.Parse(http.Request.Query, service.Options.RenderedSide);
        var chosen = AcceptedMedia.Parse(http.Request).Choose(instance.Frames == 1 ? RenderedMedia.OneFrame : RenderedMedia.AllFrames);
        if (!chosen.IsMultipart && instance.Frames > 1 && RenderedMedia.EncodingOf(chosen) != ImageEncoding.Gif)
        {
            var frame = instance.Frames / 2;
            WarningHeader.Append(http, $"this is frame {frame + 1} of {instance.Frames}; ask for frames, for image/gif or for multipart/related to get more");
            await OneAsync(service, http, instance, frame, chosen, parameters);
            return;
        }

        await SomeAsync(service, http, instance, new AllFrames(instance.Frames), chosen, parameters);
    }

    private static async Task PresentationAsync(DicomwebService service, HttpContext http, StoredInstance presentation)
    {
        var parameters = RenderParameters.Parse(http.Request.Query, service.Options.RenderedSide);
        parameters = await RenderedPresentation.ApplyAsync(service, presentation, parameters, http.RequestAborted);
        var images = await RenderedPresentation.ImagesAsync(service, http, presentation, parameters.Presentation!);
        var isOne = images is [(_, [_])];
        var chosen = AcceptedMedia.Parse(http.Request).Choose(isOne ? RenderedMedia.OneFrame : RenderedMedia.Instances);
        if (chosen.IsMultipart)
            await RenderedParts.AnswerAsync(service, http, images, chosen, parameters);
        else
            await OneAsync(service, http, images[0].Instance, images[0].Frames[0], chosen, parameters);
    }

    private static async Task FramesAsync(DicomwebService service, HttpContext http)
    {
        var instance = (await FindAsync(service, http))[0];
        var frames = NamedFrames(http, instance);
        var parameters = RenderParameters.Parse(http.Request.Query, service.Options.RenderedSide);
        var chosen = AcceptedMedia.Parse(http.Request).Choose(frames.Length == 1 ? RenderedMedia.OneFrame : RenderedMedia.SomeFrames);
        await SomeAsync(service, http, instance, frames, chosen, parameters);
    }

    private static async Task ThumbnailAsync(DicomwebService service, HttpContext http)
    {
        var found = await FindAsync(service, http);
        var parameters = RenderParameters.ParseThumbnail(http.Request.Query, service.Options.RenderedSide);
        var chosen = AcceptedMedia.Parse(http.Request).Choose(RenderedMedia.Thumbnail);
        if (Representative(service, found) is not { } instance)
            throw new DicomwebException(StatusCodes.Status404NotFound, "There is no image in it that could stand for it.");
        var frame = http.Request.RouteValues["frames"] is null ? instance.Frames / 2 : NamedFrames(http, instance)[0];
        var tag = RenderedTag.Of([instance], "thumbnail", frame.ToString(CultureInfo.InvariantCulture), chosen.MediaType, parameters.ToString());
        if (RenderedTag.Settle(http, tag, [instance], chosen.MediaType))
            return;
        var image = service.Thumbnails.Find(tag);
        if (image is null)
        {
            using var output = new PooledBuffer();
            await EncodeAsync(service, http, instance, frame, chosen, parameters, output);
            image = output.Written.ToArray();
            service.Thumbnails.Add(tag, image);
        }

        http.Response.ContentLength = image.Length;
        await http.Response.Body.WriteAsync(image, http.RequestAborted);
    }

    private static async Task SomeAsync(DicomwebService service, HttpContext http, StoredInstance instance, IReadOnlyList<int> frames, MediaRange chosen, RenderParameters parameters)
    {
        if (chosen.IsMultipart)
            await RenderedParts.AnswerAsync(service, http, [(instance, frames)], chosen, parameters);
        else if (frames.Count == 1)
            await OneAsync(service, http, instance, frames[0], chosen, parameters);
        else
            await AnimatedAsync(service, http, instance, frames, chosen, parameters);
    }

    /// <summary>Answers one frame.</summary>
    internal static async Task OneAsync(DicomwebService service, HttpContext http, StoredInstance instance, int frame, MediaRange chosen, RenderParameters parameters)
    {
        var tag = RenderedTag.Of([instance], frame.ToString(CultureInfo.InvariantCulture), chosen.MediaType, parameters.ToString());
        if (RenderedTag.Settle(http, tag, [instance], chosen.MediaType))
            return;
        using var output = new PooledBuffer();
        await EncodeAsync(service, http, instance, frame, chosen, parameters, output);
        http.Response.ContentLength = output.Length;
        await http.Response.Body.WriteAsync(output.Written, http.RequestAborted);
    }

    /// <summary>Answers frames as pictures that move.</summary>
    internal static async Task AnimatedAsync(DicomwebService service, HttpContext http, StoredInstance instance, IReadOnlyList<int> frames, MediaRange chosen, RenderParameters parameters)
    {
        var tag = RenderedTag.Of([instance], RenderedTag.TextOf(frames), chosen.MediaType, parameters.ToString());
        if (RenderedTag.Settle(http, tag, [instance], chosen.MediaType))
            return;
        using var open = await RenderedInstance.OpenAsync(service, instance, http.RequestAborted);
        await open.EncodeAnimatedAsync(frames, parameters, http.Response.BodyWriter, http.RequestAborted);
    }

    private static async Task EncodeAsync(
        DicomwebService service, HttpContext http, StoredInstance instance, int frame, MediaRange chosen, RenderParameters parameters, PooledBuffer output)
    {
        using var turn = await service.PixelTurns.EnterAsync(hasBegun: false, http.RequestAborted);
        using var open = await RenderedInstance.OpenAsync(service, instance, http.RequestAborted);
        await open.EncodeAsync(frame, RenderedMedia.EncodingOf(chosen), parameters, output, http.RequestAborted);
        if (open.IsTextOmitted)
            WarningHeader.Append(http, "text in other letters than those of ASCII is not on the image, as any transliteration of a name could be another's");
    }

    // The image in the middle of those that can be shown: a series begins and ends with little to see.
    private static StoredInstance? Representative(DicomwebService service, IReadOnlyList<StoredInstance> found)
    {
        var images = found.Where(instance => instance.Frames > 0 && CanShow(service, instance)).ToArray();
        if (images.Length == 0)
            images = [.. found.Where(instance => instance.Frames > 0)];
        return images.Length > 0 ? images[images.Length / 2] : null;
    }

    private static bool CanShow(DicomwebService service, StoredInstance instance) =>
        !instance.TransferSyntax.IsEncapsulated || service.Codecs.CanDecode(instance.TransferSyntax);

    private static async ValueTask<IReadOnlyList<StoredInstance>> FindAsync(DicomwebService service, HttpContext http)
    {
        var found = await service.Archive.FindAsync(service.ScopeOf(http), PathOf(http), http.RequestAborted);
        return found.Count > 0 ? found : throw DicomwebException.NotFound();
    }

    private static ImagePath PathOf(HttpContext http)
    {
        var route = http.Request.RouteValues;
        return new((string)route["study"]!, (string?)route["series"], (string?)route["instance"]);
    }

    private static int[] NamedFrames(HttpContext http, StoredInstance instance)
    {
        if (instance.Frames == 0)
            throw new DicomwebException(StatusCodes.Status404NotFound, "The instance has no frames; it is rendered as a whole by the address without them.");
        var parts = ((string)http.Request.RouteValues["frames"]!).Split(',', MaxFrames + 1);
        if (parts.Length > MaxFrames)
            throw RenderParameters.Bad($"no more than {MaxFrames:N0} frames can be asked for at once");
        var frames = new int[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var frame) || frame < 1)
                throw RenderParameters.Bad("frames are numbers from 1, with commas between them");
            frames[i] = frame <= instance.Frames ? frame - 1 : throw new DicomwebException(StatusCodes.Status404NotFound, $"There is no frame {frame}; the instance has {instance.Frames}.");
        }

        return frames;
    }
}
