// The tags of the attributes that say what was done to pixels and how they are shown.

namespace FhirHub.Dicom.Pixels;

/// <summary>Tags of PS3.6 by their keywords.</summary>
internal static class PixelTags
{
    public static readonly DicomTag PixelPresentation = new(0x0008_9205);
    public static readonly DicomTag ImagerPixelSpacing = new(0x0018_1164);
    public static readonly DicomTag NominalScannedPixelSpacing = new(0x0018_2010);
    public static readonly DicomTag PixelSpacing = new(0x0028_0030);
    public static readonly DicomTag PixelAspectRatio = new(0x0028_0034);
    public static readonly DicomTag PixelMeasuresSequence = new(0x0028_9110);
    public static readonly DicomTag PixelPaddingValue = new(0x0028_0120);
    public static readonly DicomTag PixelPaddingRangeLimit = new(0x0028_0121);
    public static readonly DicomTag WindowCenter = new(0x0028_1050);
    public static readonly DicomTag WindowWidth = new(0x0028_1051);
    public static readonly DicomTag RescaleIntercept = new(0x0028_1052);
    public static readonly DicomTag RescaleSlope = new(0x0028_1053);
    public static readonly DicomTag VoiLutFunction = new(0x0028_1056);
    public static readonly DicomTag RedPaletteDescriptor = new(0x0028_1101);
    public static readonly DicomTag RedPaletteData = new(0x0028_1201);
    public static readonly DicomTag SegmentedRedPaletteData = new(0x0028_1221);
    public static readonly DicomTag LossyImageCompression = new(0x0028_2110);
    public static readonly DicomTag LossyImageCompressionRatio = new(0x0028_2112);
    public static readonly DicomTag LossyImageCompressionMethod = new(0x0028_2114);
    public static readonly DicomTag ModalityLutSequence = new(0x0028_3000);
    public static readonly DicomTag VoiLutSequence = new(0x0028_3010);
    public static readonly DicomTag FrameVoiLutSequence = new(0x0028_9132);
    public static readonly DicomTag PixelValueTransformationSequence = new(0x0028_9145);
    public static readonly DicomTag PresentationLutSequence = new(0x2050_0010);
    public static readonly DicomTag PresentationLutShape = new(0x2050_0020);
    public static readonly DicomTag SharedFunctionalGroups = new(0x5200_9229);
    public static readonly DicomTag PerFrameFunctionalGroups = new(0x5200_9230);
}
