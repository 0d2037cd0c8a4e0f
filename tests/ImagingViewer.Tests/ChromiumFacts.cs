// Tests that need a browser, or a library beside it: where it is missing they are skipped, and say so.

using FhirHub.Dicom;
using FhirHub.Dicom.Pixels;

namespace FhirHub.ImagingViewer.Tests;

/// <summary>Debian's Chromium.</summary>
internal static class Chromium
{
    /// <summary>The program; null if it is not installed.</summary>
    public static string? Path { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator)
        .Select(static folder => System.IO.Path.Combine(folder, "chromium")).FirstOrDefault(File.Exists);

    /// <summary>Why a test can't run here; null if it can.</summary>
    /// <param name="syntax">The transfer syntax that its images are encoded in.</param>
    public static string? Missing(string? syntax) =>
        Path is null ? "Chromium is not installed (apt-get install chromium)."
        : syntax is not null && !PixelCodecs.Create().CanEncode(TransferSyntax.Find(syntax)!) ? $"No library here encodes {TransferSyntax.Find(syntax)}; see FhirHub doctor."
        : null;
}

/// <summary>A test in the browser.</summary>
public sealed class ChromiumFactAttribute : FactAttribute
{
    /// <param name="syntax">The transfer syntax that must be encoded for it.</param>
    public ChromiumFactAttribute(string? syntax = null) => Skip = Chromium.Missing(syntax);
}
