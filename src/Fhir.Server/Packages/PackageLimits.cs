// What one package may cost.

namespace FhirHub.Server;

/// <summary>Bounds of a package. What is beyond them is refused, never left out.</summary>
internal sealed record PackageLimits
{
    /// <summary>Entries of its archive, or files of its folder.</summary>
    public int Entries { get; init; } = 100_000;

    /// <summary>Bytes of all that it holds, unpacked.</summary>
    public long Bytes { get; init; } = 2L * 1024 * 1024 * 1024;

    /// <summary>Greatest ratio of content to archive; the texts of packages compress to a twentieth, a bomb to a thousandth.</summary>
    public int Ratio { get; init; } = 200;

    /// <summary>Bytes of one resource.</summary>
    public int ResourceBytes { get; init; } = 64 * 1024 * 1024;
}
