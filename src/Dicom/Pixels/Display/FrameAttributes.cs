// Attributes of one frame: in its functional groups, in those that all frames share, or in the data set (PS3.3 C.7.6.16).

namespace FhirHub.Dicom.Pixels;

/// <summary>Finds what is said of a frame.</summary>
internal static class FrameAttributes
{
    /// <summary>The item of a functional group that holds for a frame; the data set itself if there is none.</summary>
    public static DicomDataset Group(DicomDataset dataset, int frame, DicomTag macro)
    {
        var perFrame = dataset.GetItems(PixelTags.PerFrameFunctionalGroups);
        if (frame < perFrame.Count && perFrame[frame].GetItems(macro) is [var own, ..])
            return own;
        return dataset.GetItems(PixelTags.SharedFunctionalGroups) is [var shared, ..] && shared.GetItems(macro) is [var common, ..] ? common : dataset;
    }
}
