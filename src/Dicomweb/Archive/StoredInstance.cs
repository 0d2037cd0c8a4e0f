// An instance as the archive holds it.

using FhirHub.Dicom;

namespace FhirHub.Dicomweb;

/// <summary>Where the bytes of an instance are: a stretch of a segment, which is a file of the archive.</summary>
/// <param name="Segment">The number of the segment.</param>
/// <param name="Offset">The offset of the first byte in it.</param>
/// <param name="Length">How many bytes.</param>
public readonly record struct BlobPlace(long Segment, long Offset, long Length);

/// <summary>An instance in the archive: a Part 10 file and what is needed to serve it without looking into it.</summary>
public sealed record StoredInstance
{
    /// <summary>The row of the instance in the index.</summary>
    public required long Id { get; init; }

    /// <summary>Study, series and instance.</summary>
    public required ImagePath Path { get; init; }

    /// <summary>SOP Class UID.</summary>
    public required string SopClassUid { get; init; }

    /// <summary>The transfer syntax in which it is stored.</summary>
    public required TransferSyntax TransferSyntax { get; init; }

    /// <summary>Instance Number, if it has one.</summary>
    public long? Number { get; init; }

    /// <summary>Frames; 0 for an instance without pixels.</summary>
    public int Frames { get; init; }

    /// <summary>Where its bytes are.</summary>
    public required BlobPlace Place { get; init; }

    /// <summary>Where the data set begins within its bytes.</summary>
    public long DatasetOffset { get; init; }

    /// <summary>The SHA-256 of its bytes.</summary>
    public required ReadOnlyMemory<byte> Sha256 { get; init; }

    /// <summary>1 for the first content of that UID, one more for each that replaced it.</summary>
    public long Version { get; init; } = 1;

    /// <summary>When it was stored, in UTC with milliseconds.</summary>
    public required DateTimeOffset StoredAt { get; init; }

    /// <summary>The id of the FHIR Patient whose study it is; null if it is linked to nobody.</summary>
    public string? Patient { get; init; }
}
