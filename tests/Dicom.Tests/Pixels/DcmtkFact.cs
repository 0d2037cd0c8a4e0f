// Tests that compare with DCMTK, which a machine has or has not.

namespace FhirHub.Dicom.Tests.Pixels;

/// <summary>A test that is skipped where dcm2pnm and dcmj2pnm are not installed, and says so.</summary>
public sealed class DcmtkFactAttribute : FactAttribute
{
    public DcmtkFactAttribute() => Skip = Find("dcm2pnm") is null || Find("dcmj2pnm") is null ? "dcm2pnm is not installed (Debian: dcmtk)." : null;

    /// <summary>Where a program is; null if it is not installed.</summary>
    internal static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);
}
