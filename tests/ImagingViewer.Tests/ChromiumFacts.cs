// Tests that need a browser, or a library beside it: where it is missing they are skipped, and say so.

using FhirHub.Dicom;
using FhirHub.Dicom.Pixels;
using FhirHub.Tests;

namespace FhirHub.ImagingViewer.Tests;

/// <summary>A test in the browser.</summary>
public sealed class ChromiumFactAttribute : FactAttribute
{
    /// <param name="syntax">The transfer syntax that must be encoded for it.</param>
    public ChromiumFactAttribute(string? syntax = null) => Skip = Chromium.Missing
        ?? (syntax is not null && !PixelCodecs.Create().CanEncode(TransferSyntax.Find(syntax)!) ? $"No library here encodes {TransferSyntax.Find(syntax)}; see FhirHub doctor." : null);
}
