// From stored values to shades of gray: modality, values of interest, polarity (PS3.3 C.11.1, C.11.2, C.11.6, PS3.4 N.2).

namespace FhirHub.Dicom.Pixels;

/// <summary>The grayscale transformations of one frame.</summary>
internal sealed class GrayTransform
{
    // Keeps halves that rounding of the line's parts would lose.
    private const double RoundingGuard = 1e-7;

    private readonly LookupTable? _modality;
    private readonly LookupTable? _voi;
    private readonly VoiWindow? _window;
    private readonly LookupTable? _curve;

    private GrayTransform(LookupTable? modality, double slope, double intercept, VoiWindow? window, LookupTable? voi, bool isInverse, LookupTable? curve)
    {
        _modality = modality;
        Slope = slope;
        Intercept = intercept;
        _window = window;
        _voi = voi;
        IsInverse = isInverse;
        _curve = curve;
    }

    /// <summary>Whether it knows what is between black and white; if not, the values of the frame have to tell.</summary>
    public bool IsComplete => _window is not null || _voi is not null;

    /// <summary>Whether the least value is white.</summary>
    public bool IsInverse { get; }

    private double Slope { get; }

    private double Intercept { get; }

    /// <summary>What a data set says of a frame; what a presentation state says goes before it, and a window that is given before both.</summary>
    public static GrayTransform Of(DicomDataset dataset, PixelDescription description, int frame, VoiWindow? given, PresentationState? presentation = null)
    {
        var isPresented = presentation is { HasModality: true };
        var values = isPresented ? presentation!.Dataset : FrameAttributes.Group(dataset, frame, PixelTags.PixelValueTransformationSequence);
        var modality = (isPresented ? presentation!.Dataset : dataset).GetItems(PixelTags.ModalityLutSequence) is [var item, ..]
            ? LookupTable.Read(item, DicomTags.LUTDescriptor, DicomTags.LUTData, null, description.IsSigned)
            : null;
        var slope = values.GetDouble(PixelTags.RescaleSlope) ?? 1;
        var intercept = values.GetDouble(PixelTags.RescaleIntercept) ?? 0;
        var voi = presentation?.Voi(dataset.GetString(DicomTags.SOPInstanceUID) ?? "", frame) ?? FrameAttributes.Group(dataset, frame, PixelTags.FrameVoiLutSequence);
        var window = given ?? Window(voi);
        var isSigned = modality is null && (description.IsSigned || intercept < 0);
        var table = window is null && voi.GetItems(PixelTags.VoiLutSequence) is [var lut, ..]
            ? LookupTable.Read(lut, DicomTags.LUTDescriptor, DicomTags.LUTData, null, isSigned)
            : null;

        // A presentation state tells polarity by itself, whatever the photometric interpretation is (PS3.3 C.11.6.1.2).
        var shape = (presentation?.Dataset ?? dataset).GetString(PixelTags.PresentationLutShape);
        var curve = presentation?.Dataset.GetItems(PixelTags.PresentationLutSequence) is [var shades, ..]
            ? LookupTable.Read(shades, DicomTags.LUTDescriptor, DicomTags.LUTData, null, isSigned: false)
            : null;
        var isInverse = shape == "INVERSE" || (description.Photometric == PhotometricInterpretation.Monochrome1 && (presentation is null || (shape is null && curve is null)));
        return new(modality, slope == 0 || !double.IsFinite(slope) ? 1 : slope, double.IsFinite(intercept) ? intercept : 0, window, table, isInverse, curve);
    }

    /// <summary>With a window from the least to the greatest stored value.</summary>
    public GrayTransform Over(double least, double greatest)
    {
        double low = Modality(least), high = Modality(greatest);
        if (low > high)
            (low, high) = (high, low);
        // A frame of one value is black, not gray.
        high = high > low ? high : low + 1;
        return new(_modality, Slope, Intercept, new VoiWindow((low + high) / 2, high - low, VoiLutFunction.LinearExact), null, IsInverse, _curve);
    }

    /// <summary>Where a stored value is between black, 0, and white, 1.</summary>
    public double Map(double stored)
    {
        var value = Modality(stored);
        var shade = _voi is { } table ? (double)table[Whole(value)] / table.Greatest : _window!.Value.Map(value);
        shade = double.IsNaN(shade) ? 0 : shade;
        if (_curve is { } curve)
            shade = (double)curve[curve.First + (int)Math.Round(shade * (curve.Count - 1))] / curve.Greatest;
        return IsInverse ? 1 - shade : shade;
    }

    /// <summary>The shades of all stored values of some bits, from 0 to 255, by the bits of the value.</summary>
    /// <param name="shades">One for each value.</param>
    /// <param name="isSigned">Whether the upper half of the values is negative.</param>
    public void Fill(Span<byte> shades, bool isSigned)
    {
        var negative = isSigned ? shades.Length / 2 : shades.Length;
        if (_modality is null && _curve is null && _window is ({ Function: VoiLutFunction.LinearExact } or { Function: VoiLutFunction.Linear, Width: > 1 }))
        {
            FillLine(shades[..negative], 0);
            if (isSigned)
                FillLine(shades[negative..], -negative);
            return;
        }

        for (var index = 0; index < shades.Length; index++)
            shades[index] = (byte)((Map(index >= negative ? index - shades.Length : index) * 255) + 0.5);
    }

    // Most of the 65,536 values of a scan are beyond its window, and those between need one multiplication each.
    private void FillLine(Span<byte> shades, int value)
    {
        var window = _window!.Value;
        var (width, center) = window.Function == VoiLutFunction.Linear ? (window.Width - 1, window.Center - 0.5) : (window.Width, window.Center);
        var (step, first) = (255 * Slope / width, (255 * (((Intercept - center) / width) + 0.5)) + RoundingGuard);
        double zero = (-first / step) - value, full = ((255 - first) / step) - value;
        var begin = (int)Math.Clamp(Math.Floor(Math.Min(zero, full)), 0, shades.Length);
        var end = (int)Math.Clamp(Math.Ceiling(Math.Max(zero, full)) + 1, begin, shades.Length);
        var (below, above) = step > 0 != IsInverse ? ((byte)0, (byte)255) : ((byte)255, (byte)0);
        shades[..begin].Fill(below);
        shades[end..].Fill(above);
        for (var index = begin; index < end; index++)
        {
            var shade = Math.Clamp(((value + index) * step) + first, 0, 255);
            shades[index] = (byte)((IsInverse ? 255 - shade : shade) + 0.5);
        }
    }

    private double Modality(double stored) => _modality is { } table ? table[Whole(stored)] : (stored * Slope) + Intercept;

    private static int Whole(double value) => (int)Math.Clamp(Math.Round(value), int.MinValue / 2, int.MaxValue / 2);

    private static VoiWindow? Window(DicomDataset dataset)
    {
        if (dataset.GetDouble(PixelTags.WindowCenter) is not { } center || dataset.GetDouble(PixelTags.WindowWidth) is not { } width)
            return null;
        var window = new VoiWindow(center, width, VoiWindow.ParseFunction(dataset.GetString(PixelTags.VoiLutFunction)) ?? VoiLutFunction.Linear);
        return window.IsValid ? window : null;
    }
}
