// What a client asks of a rendered image by query parameters (PS3.18 8.3.5).

using System.Globalization;
using FhirHub.Dicom.Pixels;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Dicomweb;

/// <summary>What becomes of the colours' profile (PS3.18 8.3.5.1.4).</summary>
internal enum IccChoice
{
    /// <summary>None is in the image.</summary>
    None,

    /// <summary>The instance's own, or sRGB where it has none.</summary>
    Own,

    /// <summary>sRGB.</summary>
    SRgb,
}

/// <summary>What is written onto the image (PS3.18 8.3.5.1.1).</summary>
[Flags]
internal enum RenderAnnotations
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Who the patient is.</summary>
    Patient = 1,

    /// <summary>How the image was made.</summary>
    Technique = 2,
}

/// <summary>The part of an image that is shown, in its pixels from the upper left corner; a negative side flips.</summary>
internal readonly record struct SourceRegion(double X, double Y, double? Width, double? Height);

/// <summary>The same by shares of its width and height, from 0 to 1 (PS3.18 9.1.2.2.6).</summary>
internal readonly record struct ShareRegion(double Left, double Top, double Right, double Bottom);

/// <summary>The parameters of a request for rendered images.</summary>
internal sealed record RenderParameters
{
    /// <summary>The quality of JPEG where the client says none.</summary>
    public const int DefaultQuality = 90;

    /// <summary>The side of thumbnails where the client says nothing.</summary>
    public const int ThumbnailSide = 128;

    /// <summary>Nothing but what instances say themselves.</summary>
    public static RenderParameters Default { get; } = new();

    /// <summary>The window in place of the instance's.</summary>
    public VoiWindow? Window { get; init; }

    /// <summary>Columns of the viewport.</summary>
    public int? Width { get; init; }

    /// <summary>Rows of the viewport.</summary>
    public int? Height { get; init; }

    /// <summary>The part that is shown.</summary>
    public SourceRegion? Source { get; init; }

    /// <summary>The part that is shown, by shares.</summary>
    public ShareRegion? Share { get; init; }

    /// <summary>The quality of JPEG.</summary>
    public int Quality { get; init; } = DefaultQuality;

    /// <summary>What is written onto the image.</summary>
    public RenderAnnotations Annotations { get; init; }

    /// <summary>What becomes of the colours' profile.</summary>
    public IccChoice Icc { get; init; }

    /// <summary>The presentation state that is applied.</summary>
    public PresentationState? Presentation { get; init; }

    /// <summary>What tells its content from others.</summary>
    public string? PresentationDigest { get; init; }

    /// <summary>Reads the parameters of a request for rendered images; those that are not of rendering are left alone.</summary>
    /// <exception cref="DicomwebException">400: one can't be.</exception>
    public static RenderParameters Parse(IQueryCollection query, int maxSide)
    {
        var (width, height, source) = Viewport(One(query, "viewport"), maxSide);
        return new()
        {
            Window = ParseWindow(One(query, "window")),
            Width = width,
            Height = height,
            Source = source,
            Quality = One(query, "quality") is { } quality ? ParseQuality("quality", quality) : DefaultQuality,
            Annotations = ParseAnnotations(One(query, "annotation")),
            Icc = One(query, "iccprofile") switch
            {
                null or "no" => IccChoice.None,
                "yes" => IccChoice.Own,
                "srgb" => IccChoice.SRgb,
                _ => throw Bad("iccprofile is no, yes or srgb; this server converts colours to no other profile"),
            },
        };
    }

    /// <summary>Reads the parameters of a request for a thumbnail, which are the size of its viewport (PS3.18 10.4.1.1.5).</summary>
    /// <exception cref="DicomwebException">400: it can't be.</exception>
    public static RenderParameters ParseThumbnail(IQueryCollection query, int maxSide)
    {
        var (width, height, source) = Viewport(One(query, "viewport"), maxSide);
        if (source is not null)
            throw Bad("the viewport of a thumbnail is its columns and rows alone: viewport=128,128");
        return new() { Width = width ?? Math.Min(ThumbnailSide, maxSide), Height = height ?? Math.Min(ThumbnailSide, maxSide) };
    }

    /// <summary>The part of an image of a size that is asked for, in whole pixels; null for all of it.</summary>
    /// <exception cref="DicomwebException">400: it is not within the image.</exception>
    public ImageRegion? RegionOf(int columns, int rows)
    {
        if (Share is { } share)
        {
            int x = (int)(share.Left * columns), y = (int)(share.Top * rows);
            return new(x, y, Math.Max(1, (int)Math.Round(share.Right * columns) - x), Math.Max(1, (int)Math.Round(share.Bottom * rows) - y));
        }

        if (Source is not { } source)
            return null;
        double width = Math.Abs(source.Width ?? columns - source.X), height = Math.Abs(source.Height ?? rows - source.Y);
        var (left, top) = ((int)Math.Floor(source.X), (int)Math.Floor(source.Y));
        var (right, bottom) = ((int)Math.Ceiling(source.X + width - 1e-6), (int)Math.Ceiling(source.Y + height - 1e-6));
        if (right > columns || bottom > rows || right <= left || bottom <= top)
            throw Bad($"the part of the image is not within its {columns:N0} columns and {rows:N0} rows");
        return new(left, top, right - left, bottom - top);
    }

    /// <summary>How the toolkit is asked for it.</summary>
    public RenderOptions OptionsFor(int columns, int rows, int maxSide) => new()
    {
        MaxSide = maxSide,
        Width = Width,
        Height = Height,
        Region = RegionOf(columns, rows),
        FlipHorizontally = Source is { Width: < 0 },
        FlipVertically = Source is { Height: < 0 },
        Window = Window,
        Presentation = Presentation,
    };

    /// <summary>Reads a quality of 1 to 100.</summary>
    internal static int ParseQuality(string name, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var quality) && quality is >= 1 and <= 100
            ? quality
            : throw Bad($"{name} is a whole number from 1 to 100");

    /// <summary>Reads what is written onto the image.</summary>
    internal static RenderAnnotations ParseAnnotations(string? text)
    {
        var annotations = RenderAnnotations.None;
        foreach (var keyword in (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            annotations |= keyword switch
            {
                "patient" => RenderAnnotations.Patient,
                "technique" => RenderAnnotations.Technique,
                _ => throw Bad("annotation is a list of patient and technique"),
            };
        }

        return annotations;
    }

    /// <summary>A number that is one.</summary>
    internal static double? Number(string text) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : null;

    /// <summary>The parameter of a name; null if there is none.</summary>
    /// <exception cref="DicomwebException">400: it is there twice.</exception>
    internal static string? One(IQueryCollection query, string name) => query[name] switch
    {
        [] => null,
        [var only] => only,
        _ => throw Bad($"{name} is there more than once"),
    };

    /// <summary>A request that can't be read.</summary>
    internal static DicomwebException Bad(string reason) => new(StatusCodes.Status400BadRequest, $"A parameter can't be used: {reason}.");

    private static VoiWindow? ParseWindow(string? text)
    {
        if (text is null)
            return null;
        var parts = text.Split(',', 4);
        if (parts.Length is not (2 or 3) || Number(parts[0]) is not { } center || Number(parts[1]) is not { } width)
            throw Bad("window is a centre, a width and a function: window=40,400,linear");
        VoiLutFunction? function = parts.Length == 2 ? VoiLutFunction.Linear : parts[2].ToLowerInvariant() switch
        {
            "linear" => VoiLutFunction.Linear,
            "linear-exact" or "linear_exact" => VoiLutFunction.LinearExact,
            "sigmoid" => VoiLutFunction.Sigmoid,
            _ => null,
        };
        if (function is not { } known)
            throw Bad("the function of a window is linear, linear-exact or sigmoid");
        var window = new VoiWindow(center, width, known);
        return window.IsValid ? window : throw Bad("a window has a width of at least 1, or more than 0 where its function is not linear");
    }

    private static (int? Width, int? Height, SourceRegion? Source) Viewport(string? text, int maxSide)
    {
        if (text is null)
            return default;
        var parts = text.Split(',', 7);
        if (parts.Length is < 2 or > 6)
            throw Bad("viewport is columns and rows, and the part of the image that is shown: viewport=512,512,sx,sy,sw,sh");
        int width = Side(parts[0], maxSide), height = Side(parts[1], maxSide);
        var numbers = new double?[4];
        for (var i = 2; i < parts.Length; i++)
        {
            if (parts[i].Length > 0)
                numbers[i - 2] = Number(parts[i]) ?? throw Bad("the part of the image in the viewport is up to four numbers");
        }

        if (numbers[0] < 0 || numbers[1] < 0 || numbers[2] == 0 || numbers[3] == 0)
            throw Bad("the part of the image begins at columns and rows from 0, and its width and height are not 0");
        return (width, height, numbers.All(number => number is null) ? null : new SourceRegion(numbers[0] ?? 0, numbers[1] ?? 0, numbers[2], numbers[3]));
    }

    private static int Side(string text, int maxSide) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var side) && side >= 1 && side <= maxSide
            ? side
            : throw Bad($"a viewport has from 1 to {maxSide:N0} columns and rows");
}
