// Images turned by quarters.

namespace FhirHub.Dicom.Pixels;

/// <summary>Turns images.</summary>
internal static class ImageTurn
{
    /// <summary>A new image that is turned to the right by some quarters.</summary>
    public static RenderedImage Turn(RenderedImage image, int quarters)
    {
        var (width, height, channels) = (image.Width, image.Height, image.Channels);
        var turned = quarters == 2 ? RenderedImage.Rent(width, height, channels) : RenderedImage.Rent(height, width, channels);
        var source = image.Samples.Span;
        var target = turned.Writable;
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (column, row) = quarters switch
                {
                    1 => (height - 1 - y, x),
                    2 => (width - 1 - x, height - 1 - y),
                    _ => (y, width - 1 - x),
                };
                source.Slice(((y * width) + x) * channels, channels).CopyTo(target[(((row * turned.Width) + column) * channels)..]);
            }
        }

        return turned;
    }
}
