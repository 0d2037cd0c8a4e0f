// Windows: which values are shown between black and white (PS3.3 C.11.2.1.2, C.11.2.1.3).

namespace FhirHub.Dicom.Pixels;

/// <summary>The VOI LUT Function (PS3.3 C.11.2.1.3).</summary>
public enum VoiLutFunction
{
    /// <summary>A line over whole numbers.</summary>
    Linear,

    /// <summary>A line over all numbers.</summary>
    LinearExact,

    /// <summary>A curve that never ends.</summary>
    Sigmoid,
}

/// <summary>A window.</summary>
/// <param name="Center">The value in the middle.</param>
/// <param name="Width">How many values are between black and white.</param>
/// <param name="Function">How they are.</param>
public readonly record struct VoiWindow(double Center, double Width, VoiLutFunction Function = VoiLutFunction.Linear)
{
    /// <summary>Whether it has a width that its function can use.</summary>
    public bool IsValid => double.IsFinite(Center) && double.IsFinite(Width) && (Function == VoiLutFunction.Linear ? Width >= 1 : Width > 0);

    /// <summary>Reads the defined term of a function, the linear one if there is none; null if it is not the standard's.</summary>
    public static VoiLutFunction? ParseFunction(string? term) => term switch
    {
        null or "LINEAR" => VoiLutFunction.Linear,
        "LINEAR_EXACT" => VoiLutFunction.LinearExact,
        "SIGMOID" => VoiLutFunction.Sigmoid,
        _ => null,
    };

    /// <summary>Where a value is between black, 0, and white, 1.</summary>
    public double Map(double value) => Function switch
    {
        VoiLutFunction.Sigmoid => 1 / (1 + Math.Exp(-4 * (value - Center) / Width)),
        VoiLutFunction.LinearExact => Math.Clamp(((value - Center) / Width) + 0.5, 0, 1),
        _ when Width <= 1 => value <= Center - 0.5 ? 0 : 1,
        _ => Math.Clamp(((value - (Center - 0.5)) / (Width - 1)) + 0.5, 0, 1),
    };
}
