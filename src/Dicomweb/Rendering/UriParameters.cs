// The parameters by which WADO-URI asks for images (PS3.18 9.1.2.1).

using FhirHub.Dicom.Pixels;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Dicomweb;

/// <summary>Reads parameters of WADO-URI.</summary>
internal static class UriParameters
{
    /// <summary>What they ask for, in terms of rendered resources.</summary>
    /// <exception cref="DicomwebException">400: one can't be.</exception>
    public static RenderParameters Parse(IQueryCollection query, int maxSide)
    {
        return new()
        {
            Window = Window(RenderParameters.One(query, "windowCenter"), RenderParameters.One(query, "windowWidth")),
            Width = RenderParameters.One(query, "columns") is { } columns ? UriEndpoint.Whole("columns", columns, 1, maxSide) : null,
            Height = RenderParameters.One(query, "rows") is { } rows ? UriEndpoint.Whole("rows", rows, 1, maxSide) : null,
            Share = Region(RenderParameters.One(query, "region")),
            Quality = RenderParameters.One(query, "imageQuality") is { } quality ? RenderParameters.ParseQuality("imageQuality", quality) : RenderParameters.DefaultQuality,
            Annotations = RenderParameters.ParseAnnotations(RenderParameters.One(query, "annotation")),
        };
    }

    private static VoiWindow? Window(string? center, string? width)
    {
        if (center is null && width is null)
            return null;
        if (center is null || width is null || RenderParameters.Number(center) is not { } middle || RenderParameters.Number(width) is not { } wide)
            throw RenderParameters.Bad("windowCenter and windowWidth are two numbers that come together");
        var window = new VoiWindow(middle, wide);
        return window.IsValid ? window : throw RenderParameters.Bad("windowWidth is at least 1");
    }

    // Left, top, right and bottom, as parts of the whole.
    private static ShareRegion? Region(string? text)
    {
        if (text is null)
            return null;
        var numbers = text.Split(',', 5).Select(RenderParameters.Number).ToArray();
        if (numbers is not [{ } left, { } top, { } right, { } bottom] || left < 0 || top < 0 || right > 1 || bottom > 1 || left >= right || top >= bottom)
            throw RenderParameters.Bad("region is the left, top, right and bottom of a part of the image, from 0 to 1: region=0.25,0.25,0.75,0.75");
        return new(left, top, right, bottom);
    }
}
