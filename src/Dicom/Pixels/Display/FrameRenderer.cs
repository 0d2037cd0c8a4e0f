// Renders frames: decoded pixels, through the transformations of the data set, to an image of a size (PS3.4 N.2, PS3.18 8.3.5).

using System.Buffers;
using System.Runtime.InteropServices;

namespace FhirHub.Dicom.Pixels;

/// <summary>Renders the frames of an instance.</summary>
public sealed class FrameRenderer
{
    private readonly DicomDataset _dataset;
    private readonly PixelFrames _frames;
    private readonly string _instance;

    private FrameRenderer(DicomDataset dataset, PixelFrames frames)
    {
        _dataset = dataset;
        _frames = frames;
        _instance = dataset.GetString(DicomTags.SOPInstanceUID) ?? "";
    }

    /// <summary>The frames.</summary>
    public PixelFrames Frames => _frames;

    /// <summary>A renderer for a data set.</summary>
    /// <exception cref="DicomException">It has no pixels, or what it says of them can't be.</exception>
    public static FrameRenderer Of(DicomDataset dataset, TransferSyntax syntax, PixelLimits? limits = null) => new(dataset, PixelFrames.Of(dataset, syntax, limits));

    /// <summary>Renders a frame.</summary>
    /// <param name="frame">The number of the frame, from 0.</param>
    /// <param name="codecs">Who decodes.</param>
    /// <param name="options">How it is shown.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="DicomException">It can't be decoded or shown.</exception>
    public async ValueTask<RenderedImage> RenderAsync(int frame, PixelCodecs codecs, RenderOptions options, CancellationToken cancellationToken = default)
    {
        var region = Region(options, frame);
        var buffer = ArrayPool<byte>.Shared.Rent(_frames.Description.FrameBytes);
        try
        {
            var description = await _frames.DecodeAsync(frame, codecs, buffer, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            return Show(buffer.AsSpan(0, description.FrameBytes), description, frame, options, region);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private RenderedImage Show(ReadOnlySpan<byte> frame, PixelDescription description, int number, RenderOptions options, ImageRegion region)
    {
        var isSupplemented = ColorTransform.HasSupplementalPalette(_dataset, description);
        var channels = description.Photometric.IsMonochrome() && !isSupplemented ? 1 : 3;
        if (description.Pixels * channels > _frames.Limits.MaxFrameBytes)
        {
            throw new DicomException(
                DicomFault.LimitExceeded, $"a picture of {description.Rows:N0} rows and {description.Columns:N0} columns has more than the {_frames.Limits.MaxFrameBytes:N0} bytes that are allowed", DicomTags.Rows);
        }

        var shown = RenderedImage.Rent(description.Columns, description.Rows, channels);
        try
        {
            var pixels = shown.Writable;
            if (isSupplemented)
                ShowSupplemented(frame, description, number, options, pixels);
            else if (channels == 1)
                GrayFrame.Show(frame, description, _dataset, GrayTransform.Of(_dataset, description, number, options.Window, options.Presentation), pixels);
            else if (description.Photometric == PhotometricInterpretation.PaletteColor)
                ColorTransform.FromPalette(frame, description, _dataset, pixels);
            else
                ColorTransform.ToRgb(frame, description, pixels);

            if (options.HasOverlays)
            {
                foreach (var overlay in Overlay.Of(_dataset))
                    overlay.Draw(pixels, channels, frame, description, number);
            }

            if (options.Presentation is { } state)
                DisplayShutter.Apply(state.Dataset, pixels, description.Columns, description.Rows, channels);
            var (width, height) = Size(options, region);
            if (width != description.Columns || height != description.Rows || region.Width != width || region.Height != height)
            {
                var whole = shown;
                shown = RenderedImage.Rent(width, height, channels);
                ImageScaler.Scale(pixels, description.Columns, channels, region, shown.Writable, width, height);
                whole.Dispose();
            }

            if (options.Presentation is { } presentation)
                shown = Present(shown, presentation, region, number);
            Flip(shown.Writable, shown.Width, shown.Height, channels, options);
            if (options.TopText.Count > 0 || options.BottomText.Count > 0)
                TextPainter.Write(shown.Writable, shown.Width, shown.Height, channels, options.TopText, options.BottomText);
            return shown;
        }
        catch
        {
            shown.Dispose();
            throw;
        }
    }

    // Values from the first of the palette on have its colours, those below are shades as ever (PS3.3 C.8.16.2.1.1.1).
    private void ShowSupplemented(ReadOnlySpan<byte> frame, PixelDescription description, int number, RenderOptions options, Span<byte> pixels)
    {
        var gray = ArrayPool<byte>.Shared.Rent((int)description.Pixels);
        try
        {
            var shades = gray.AsSpan(0, (int)description.Pixels);
            GrayFrame.Show(frame, description, _dataset, GrayTransform.Of(_dataset, description, number, options.Window, options.Presentation), shades);
            for (int i = 0, at = 0; i < shades.Length; i++, at += 3)
                pixels[at] = pixels[at + 1] = pixels[at + 2] = shades[i];
            ColorTransform.FromPalette(frame, description, _dataset, pixels, isSupplemental: true);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(gray);
        }
    }

    private ImageRegion Region(RenderOptions options, int frame)
    {
        int columns = _frames.Description.Columns, rows = _frames.Description.Rows;
        if (options.Region is not { } region)
            return options.Presentation?.Area(_instance, frame, columns, rows) ?? new(0, 0, columns, rows);
        if (region.X < 0 || region.Y < 0 || region.Width < 1 || region.Height < 1 || region.X > columns - region.Width || region.Y > rows - region.Height)
            throw new DicomException(DicomFault.InvalidValue, $"the region is not within the {columns:N0} columns and {rows:N0} rows of the image");
        return region;
    }

    // The image fits into the viewport, and keeps its proportions (PS3.18 8.3.5.1.3), which are those of what was seen and not of the pixels (PS3.3 C.7.6.3.1.7).
    private (int Width, int Height) Size(RenderOptions options, ImageRegion region)
    {
        if (options.Width is < 1 || options.Height is < 1 || options.Width > options.MaxSide || options.Height > options.MaxSide)
            throw new DicomException(DicomFault.InvalidValue, $"a viewport must have from 1 to {options.MaxSide:N0} columns and rows");
        if (options.Width is null && options.Height is null)
            return (region.Width, region.Height);
        var aspect = PixelAspect.Of(_dataset, _frames.Description.NumberOfFrames > 1);
        double across = options.Width ?? options.MaxSide, down = options.Height ?? options.MaxSide;

        // What is turned by a quarter later on must fit then.
        if (options.Presentation is { Turns: 1 or 3 })
            (across, down) = (down, across);
        var scale = Math.Min(across / region.Width, down / (region.Height * aspect));
        return (Math.Max(1, (int)Math.Round(region.Width * scale)), Math.Max(1, (int)Math.Round(region.Height * aspect * scale)));
    }

    // Turned, then flipped, then drawn onto: annotations are upright and stay where they point at (PS3.3 C.10.6, C.10.5).
    private RenderedImage Present(RenderedImage image, PresentationState presentation, ImageRegion region, int number)
    {
        var (width, height, turns) = (image.Width, image.Height, presentation.Turns);
        if (turns > 0)
        {
            var turned = ImageTurn.Turn(image, turns);
            image.Dispose();
            image = turned;
        }

        var isFlipped = presentation.IsFlipped;
        var shown = image;
        if (isFlipped)
            Flip(shown.Writable, shown.Width, shown.Height, shown.Channels, new() { FlipHorizontally = true });
        GraphicPainter.Draw(shown, presentation.Annotations(_instance, number), (x, y, isOfDisplay) =>
        {
            if (isOfDisplay)
                return (x * shown.Width, y * shown.Height);

            // The upper left corner of the first pixel is 0.5, 0.5 in pixels that are counted from 1.
            var (across, down) = ((x - 0.5 - region.X) * width / region.Width, (y - 0.5 - region.Y) * height / region.Height);
            (across, down) = turns switch
            {
                1 => (height - down, across),
                2 => (width - across, height - down),
                3 => (down, width - across),
                _ => (across, down),
            };
            return (isFlipped ? shown.Width - across : across, down);
        });
        return shown;
    }

    private static void Flip(Span<byte> samples, int width, int height, int channels, RenderOptions options)
    {
        var stride = width * channels;
        if (options.FlipHorizontally)
        {
            for (var y = 0; y < height; y++)
            {
                if (channels == 1)
                    samples.Slice(y * stride, stride).Reverse();
                else
                    MemoryMarshal.Cast<byte, Rgb>(samples.Slice(y * stride, stride)).Reverse();
            }
        }

        if (options.FlipVertically)
        {
            var row = new byte[stride];
            for (int top = 0, bottom = height - 1; top < bottom; top++, bottom--)
            {
                samples.Slice(top * stride, stride).CopyTo(row);
                samples.Slice(bottom * stride, stride).CopyTo(samples[(top * stride)..]);
                row.CopyTo(samples[(bottom * stride)..]);
            }
        }
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private readonly struct Rgb
    {
        private readonly byte _red;
        private readonly byte _green;
        private readonly byte _blue;
    }
}
