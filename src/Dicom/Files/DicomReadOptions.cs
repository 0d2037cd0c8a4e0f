// The limits of reading. Files come from strangers.

namespace FhirHub.Dicom;

/// <summary>How much of a file is read, and where reading gives up.</summary>
public sealed record DicomReadOptions
{
    /// <summary>The depth of sequences that no option exceeds, so that whatever walks a data set may recurse.</summary>
    public const int GreatestDepth = 512;

    /// <summary>The limits that hold where none are given.</summary>
    public static DicomReadOptions Default { get; } = new();

    /// <summary>Sequences within sequences.</summary>
    public int MaxDepth { get; init; } = 64;

    /// <summary>Elements, items and fragments together.</summary>
    public int MaxElements { get; init; } = 1_000_000;

    /// <summary>A value of more bytes than this is left in the stream and referred to by its place. Values of a file in memory always are.</summary>
    public int MaxValueInMemory { get; init; } = 64 * 1024;

    /// <summary>Bytes of all values that are taken into memory from a stream.</summary>
    public long MaxBytesInMemory { get; init; } = 64 * 1024 * 1024;

    /// <summary>Bytes that a deflated data set may inflate to.</summary>
    public long MaxInflatedBytes { get; init; } = 256 * 1024 * 1024;

    /// <summary>
    /// How many times its size a deflated data set may inflate to, once it is beyond 16 MB. Images deflate to a third, those without
    /// any content to a thousandth.
    /// </summary>
    public int MaxInflation { get; init; } = 100;

    /// <summary>Reading ends before the first element with this tag or a greater one; null reads all.</summary>
    public DicomTag? StopBefore { get; init; }

    internal int Depth => Math.Clamp(MaxDepth, 0, GreatestDepth);
}
