// What pixel data may demand before anything of it is decoded.

namespace FhirHub.Dicom.Pixels;

/// <summary>The limits of decoding. Headers come from strangers, and memory follows what they say.</summary>
public sealed record PixelLimits
{
    /// <summary>The limits that hold where none are given.</summary>
    public static PixelLimits Default { get; } = new();

    /// <summary>Bytes of one decoded frame.</summary>
    public int MaxFrameBytes { get; init; } = 512 * 1024 * 1024;

    /// <summary>Frames of one instance.</summary>
    public int MaxFrames { get; init; } = 1_000_000;
}
