// How high pixels are for their width (PS3.3 C.7.6.3.1.7, 10.7.1.3).

using System.Globalization;

namespace FhirHub.Dicom.Pixels;

/// <summary>The aspect of pixels.</summary>
internal static class PixelAspect
{
    // What is beyond was written by mistake, and would make a line of an image.
    private const double Greatest = 16;

    /// <summary>The height of a pixel divided by its width; 1 where nothing is said, or nothing that can be.</summary>
    public static double Of(DicomDataset dataset, bool isMultiFrame)
    {
        var measures = isMultiFrame ? FrameAttributes.Group(dataset, 0, PixelTags.PixelMeasuresSequence) : dataset;
        return Ratio(dataset, PixelTags.PixelAspectRatio)
            ?? Ratio(measures, PixelTags.PixelSpacing)
            ?? Ratio(dataset, PixelTags.ImagerPixelSpacing)
            ?? Ratio(dataset, PixelTags.NominalScannedPixelSpacing)
            ?? 1;
    }

    // All of them tell the vertical number first.
    private static double? Ratio(DicomDataset dataset, DicomTag tag)
    {
        if (dataset.GetStrings(tag) is not [var vertical, var horizontal, ..]
            || !double.TryParse(vertical, NumberStyles.Float, CultureInfo.InvariantCulture, out var height)
            || !double.TryParse(horizontal, NumberStyles.Float, CultureInfo.InvariantCulture, out var width))
        {
            return null;
        }

        var ratio = height / width;
        return height > 0 && width > 0 && ratio is >= 1 / Greatest and <= Greatest ? ratio : null;
    }
}
