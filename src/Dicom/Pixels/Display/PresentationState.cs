// Grayscale softcopy presentation states: how somebody wanted images to be seen (PS3.3 A.33.1, PS3.4 N.2).

using System.Globalization;

namespace FhirHub.Dicom.Pixels;

/// <summary>An image that a presentation state is for.</summary>
/// <param name="Series">Series Instance UID.</param>
/// <param name="Instance">SOP Instance UID.</param>
/// <param name="Frames">Numbers of frames from 1; none for all.</param>
public sealed record PresentedImage(string Series, string Instance, IReadOnlyList<int> Frames);

/// <summary>
/// A presentation state. Where it says nothing, what the image says holds; what it draws in layers is all drawn, in one colour.
/// </summary>
public sealed class PresentationState
{
    /// <summary>The SOP class.</summary>
    public const string SopClassUid = "1.2.840.10008.5.1.4.1.1.11.1";

    private static readonly DicomTag ReferencedSeriesSequence = new(0x0008_1115);
    private static readonly DicomTag ReferencedImageSequence = new(0x0008_1140);
    private static readonly DicomTag ReferencedInstance = new(0x0008_1155);
    private static readonly DicomTag ReferencedFrames = new(0x0008_1160);
    private static readonly DicomTag SoftcopyVoiLutSequence = new(0x0028_3110);
    private static readonly DicomTag DisplayedAreaSequence = new(0x0070_005A);
    private static readonly DicomTag GraphicAnnotationSequence = new(0x0070_0001);
    private static readonly DicomTag HorizontalFlip = new(0x0070_0041);
    private static readonly DicomTag Rotation = new(0x0070_0042);
    private static readonly DicomTag TopLeft = new(0x0070_0052);
    private static readonly DicomTag BottomRight = new(0x0070_0053);

    private PresentationState(DicomDataset dataset) => Dataset = dataset;

    /// <summary>The images that it is for.</summary>
    public IReadOnlyList<PresentedImage> Images => field ??=
    [
        .. Dataset.GetItems(ReferencedSeriesSequence).SelectMany(series => series.GetItems(ReferencedImageSequence)
            .Where(image => image.GetString(ReferencedInstance) is not null)
            .Select(image => new PresentedImage(series.GetString(DicomTags.SeriesInstanceUID) ?? "", image.GetString(ReferencedInstance)!, FramesOf(image)))),
    ];

    /// <summary>What it says itself.</summary>
    internal DicomDataset Dataset { get; }

    /// <summary>Quarters of a turn to the right, before it is flipped.</summary>
    internal int Turns => Dataset.GetInt64(Rotation) is (90 or 180 or 270) and var degrees ? (int)degrees / 90 : 0;

    /// <summary>Whether left and right change places.</summary>
    internal bool IsFlipped => Dataset.GetString(HorizontalFlip) == "Y";

    /// <summary>Whether it says what stored values mean.</summary>
    internal bool HasModality => Dataset.Find(PixelTags.RescaleSlope) is not null || Dataset.GetItems(PixelTags.ModalityLutSequence).Count > 0;

    /// <summary>A data set as a presentation state.</summary>
    /// <exception cref="DicomException">It is none that can be applied.</exception>
    public static PresentationState Of(DicomDataset dataset) => dataset.GetString(DicomTags.SOPClassUID) == SopClassUid
        ? new(dataset)
        : throw new DicomException(DicomFault.Unsupported, "the instance is no Grayscale Softcopy Presentation State, and others are not applied here", DicomTags.SOPClassUID);

    /// <summary>Whether it is for a frame of an image.</summary>
    /// <param name="instance">SOP Instance UID.</param>
    /// <param name="frame">The number of the frame, from 0.</param>
    public bool IsFor(string instance, int frame) => Images.Any(image => image.Instance == instance && (image.Frames.Count == 0 || image.Frames.Contains(frame + 1)));

    /// <summary>The window or table for a frame; null if it has none.</summary>
    internal DicomDataset? Voi(string instance, int frame) => Items(SoftcopyVoiLutSequence, instance, frame).FirstOrDefault();

    /// <summary>What is drawn onto a frame.</summary>
    internal IEnumerable<DicomDataset> Annotations(string instance, int frame) => Items(GraphicAnnotationSequence, instance, frame);

    /// <summary>The part of a frame that is shown; null for all of it, also where it goes beyond.</summary>
    internal ImageRegion? Area(string instance, int frame, int columns, int rows)
    {
        if (Items(DisplayedAreaSequence, instance, frame).FirstOrDefault() is not { } area
            || Numbers(area, TopLeft) is not [var left, var top] || Numbers(area, BottomRight) is not [var right, var bottom])
        {
            return null;
        }

        // Pixels are counted from 1, and both corners are shown.
        int x = Math.Clamp(left - 1, 0, columns - 1), y = Math.Clamp(top - 1, 0, rows - 1);
        return new(x, y, Math.Clamp(right, x + 1, columns) - x, Math.Clamp(bottom, y + 1, rows) - y);
    }

    /// <summary>Whole numbers of an attribute; what is none is 0.</summary>
    internal static int[] Numbers(DicomDataset dataset, DicomTag tag) =>
        [.. dataset.GetStrings(tag).Select(text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : 0)];

    // Items name the images that they are for; those that name none are for all.
    private IEnumerable<DicomDataset> Items(DicomTag sequence, string instance, int frame) => Dataset.GetItems(sequence).Where(item =>
        item.GetItems(ReferencedImageSequence) is not { Count: > 0 } images
        || images.Any(image => image.GetString(ReferencedInstance) == instance && (FramesOf(image) is var frames && (frames.Length == 0 || Array.IndexOf(frames, frame + 1) >= 0))));

    private static int[] FramesOf(DicomDataset image) => Numbers(image, ReferencedFrames);
}
