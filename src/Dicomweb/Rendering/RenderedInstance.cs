// One stored instance, open to be rendered: frames to encoded images.

using System.Buffers;
using System.IO.Pipelines;
using FhirHub.Dicom;
using FhirHub.Dicom.Pixels;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Dicomweb;

/// <summary>An instance that is being rendered.</summary>
internal sealed class RenderedInstance : IDisposable
{
    // What moves takes the time of all its frames at once.
    private const long MaxAnimatedPixels = 512L * 1024 * 1024;

    private static readonly DicomTag IccProfileTag = new(0x0028_2000);
    private static readonly DicomTag OpticalPathSequence = new(0x0048_0105);
    private static readonly DicomTag FrameTime = new(0x0018_1063);
    private static readonly DicomTag CineRate = new(0x0018_0040);
    private static readonly DicomTag RecommendedDisplayFrameRate = new(0x0008_2144);

    private readonly BlobReading _blob;
    private readonly DicomwebService _service;
    private readonly FrameRenderer _renderer;

    private RenderedInstance(DicomwebService service, StoredInstance instance, BlobReading blob, DicomDataset dataset, FrameRenderer renderer) =>
        (_service, Instance, _blob, Dataset, _renderer) = (service, instance, blob, dataset, renderer);

    /// <summary>The instance.</summary>
    public StoredInstance Instance { get; }

    /// <summary>Its data set.</summary>
    public DicomDataset Dataset { get; }

    /// <summary>How many frames it has.</summary>
    public int Frames => _renderer.Frames.Count;

    /// <summary>Whether text could not be written onto an image, since its letters are not of ASCII.</summary>
    public bool IsTextOmitted { get; private set; }

    /// <summary>Opens an instance.</summary>
    public static async ValueTask<RenderedInstance> OpenAsync(DicomwebService service, StoredInstance instance, CancellationToken cancel)
    {
        // What can't be decoded here is told before anything is read; videos have no frames that could be counted.
        if (instance.TransferSyntax is { IsEncapsulated: true, Pixels: not PixelEncoding.Encapsulated })
            _ = service.Codecs.Decoder(instance.TransferSyntax);
        var blob = service.Archive.OpenBlob(instance);
        try
        {
            var file = await blob.ReadAsync(service.Options.Reading, cancel);
            return new(service, instance, blob, file.Dataset, FrameRenderer.Of(file.Dataset, file.TransferSyntax, service.Options.Pixels));
        }
        catch
        {
            blob.Dispose();
            throw;
        }
    }

    /// <summary>Renders one frame.</summary>
    /// <param name="frame">The number of the frame, from 0.</param>
    /// <param name="encoding">As what.</param>
    /// <param name="parameters">How.</param>
    /// <param name="output">Where it goes.</param>
    /// <param name="cancel">Ends it early.</param>
    public async ValueTask EncodeAsync(int frame, ImageEncoding encoding, RenderParameters parameters, IBufferWriter<byte> output, CancellationToken cancel)
    {
        using var image = await RenderAsync(frame, parameters, cancel);
        var profile = Profile(parameters, image);
        switch (encoding)
        {
            case ImageEncoding.Jpeg:
                RenderedJpeg.Encode(image, parameters.Quality, output, profile.Span);
                break;
            case ImageEncoding.Png:
                PngEncoder.Encode(image, output, iccProfile: profile.Span);
                break;
            default:
                var gif = new GifEncoder(output, image.Width, image.Height, image.Channels, isAnimated: false);
                gif.Add(image);
                gif.Finish();
                break;
        }
    }

    /// <summary>Renders several frames as one GIF that moves, and gives each on as soon as it is made.</summary>
    /// <exception cref="DicomwebException">406: they are too many.</exception>
    public async Task EncodeAnimatedAsync(IReadOnlyList<int> frames, RenderParameters parameters, PipeWriter output, CancellationToken cancel)
    {
        var description = _renderer.Frames.Description;
        var pixels = parameters is { Width: { } width, Height: { } height } ? (long)width * height : description.Pixels;
        if (pixels * frames.Count > MaxAnimatedPixels)
        {
            throw new DicomwebException(
                StatusCodes.Status406NotAcceptable, "So many frames of that size don't become one GIF here; ask for a smaller viewport, for some frames, or for multipart/related; type=\"image/jpeg\".");
        }

        GifEncoder? gif = null;
        foreach (var frame in frames)
        {
            using (await _service.PixelTurns.EnterAsync(hasBegun: gif is not null, cancel))
            {
                using var image = await RenderAsync(frame, parameters, cancel);
                gif ??= new(output, image.Width, image.Height, image.Channels, frames.Count > 1);
                gif.Add(image, frames.Count > 1 ? FrameMilliseconds() : 0);
            }

            await output.FlushAsync(cancel);
        }

        gif!.Finish();
        await output.FlushAsync(cancel);
    }

    /// <inheritdoc/>
    public void Dispose() => _blob.Dispose();

    private async ValueTask<RenderedImage> RenderAsync(int frame, RenderParameters parameters, CancellationToken cancel)
    {
        var description = _renderer.Frames.Description;
        var maxSide = _service.Options.RenderedSide;
        if (parameters.Width is null && (description.Columns > maxSide || description.Rows > maxSide))
        {
            // An image that is larger than what is rendered is fitted, as into a viewport of that size.
            parameters = parameters with { Width = maxSide, Height = maxSide };
        }

        var options = parameters.OptionsFor(description.Columns, description.Rows, maxSide);
        return await _renderer.RenderAsync(frame, _service.Codecs, parameters.Annotations == RenderAnnotations.None ? options : Annotate(options, parameters), cancel);
    }

    private RenderOptions Annotate(RenderOptions options, RenderParameters parameters)
    {
        if (parameters.Annotations.HasFlag(RenderAnnotations.Patient))
        {
            options = options with { TopText = ImageAnnotation.Patient(Dataset, out var omitted) };
            IsTextOmitted |= omitted;
        }

        if (parameters.Annotations.HasFlag(RenderAnnotations.Technique))
        {
            options = options with { BottomText = ImageAnnotation.Technique(Dataset, out var omitted) };
            IsTextOmitted |= omitted;
        }

        return options;
    }

    private ReadOnlyMemory<byte> Profile(RenderParameters parameters, RenderedImage image)
    {
        // Shades of gray are of no colour space that a profile of RGB describes.
        if (parameters.Icc == IccChoice.None || image.Channels == 1)
            return default;
        var element = Dataset.Find(IccProfileTag) ?? (Dataset.GetItems(OpticalPathSequence) is [var path, ..] ? path.Find(IccProfileTag) : null);
        if (element is not { IsEmpty: false })
            return IccProfile.SRgb;
        if (parameters.Icc == IccChoice.SRgb)
            throw new DicomwebException(StatusCodes.Status406NotAcceptable, "The instance has a profile of its own, from which this server does not convert; ask with iccprofile=yes to get it with the image.");
        var own = element.GetBytes();
        return IccProfile.IsRgb(own.Span) ? own : default;
    }

    private double FrameMilliseconds() =>
        Dataset.GetDouble(FrameTime) is > 0 and var time ? time
        : (Dataset.GetDouble(RecommendedDisplayFrameRate) ?? Dataset.GetDouble(CineRate)) is > 0 and var rate ? 1000 / rate
        : 100;
}
