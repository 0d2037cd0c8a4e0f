// Tests of libraries that may not be installed; where one is missing they are skipped, and say which package brings it.

using FhirHub.Dicom.Pixels.Native;

namespace FhirHub.Dicom.Tests.Pixels;

/// <summary>A test that needs all native codecs.</summary>
internal sealed class NativeFactAttribute : FactAttribute
{
    public NativeFactAttribute() => Skip = Missing;

    /// <summary>Why tests are skipped; null if nothing is missing.</summary>
    public static string? Missing { get; } =
        CodecLibrary.TurboJpeg.Unavailable ?? CodecLibrary.CharLs.Unavailable ?? CodecLibrary.OpenJpeg.Unavailable;
}

/// <summary>Tests that need all native codecs.</summary>
internal sealed class NativeTheoryAttribute : TheoryAttribute
{
    public NativeTheoryAttribute() => Skip = NativeFactAttribute.Missing;
}

/// <summary>Tests that need the native codecs, and DCMTK to read what they wrote.</summary>
internal sealed class DcmtkTheoryAttribute : TheoryAttribute
{
    public DcmtkTheoryAttribute() => Skip = NativeFactAttribute.Missing
        ?? (DcmtkFactAttribute.Find("dcmdjpls") is null || DcmtkFactAttribute.Find("dcmdrle") is null ? "dcmdjpls is not installed (Debian: dcmtk)." : null);
}
