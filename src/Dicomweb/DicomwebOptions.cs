// The configuration of the image service, checked by the host at its start.

using FhirHub.Dicom;
using FhirHub.Dicom.Pixels;

namespace FhirHub.Dicomweb;

/// <summary><c>FhirHub:Dicomweb</c>.</summary>
public sealed record DicomwebOptions
{
    /// <summary>The folder of segments and index: <c>images</c> below <c>FhirHub:DataPath</c>, unless <c>FhirHub:Blobs:Hot</c> names another.</summary>
    public required string Path { get; init; }

    /// <summary><c>Duplicates</c>: what becomes of an instance whose UID is there with other content.</summary>
    public DuplicatePolicy Duplicates { get; init; } = DuplicatePolicy.Refuse;

    /// <summary><c>IndexedAttributes</c>: attributes (keywords, tags, or paths with dots) that are indexed for QIDO-RS beside the standard's.</summary>
    public IReadOnlyList<string> IndexedAttributes { get; init; } = [];

    /// <summary><c>DeletedDays</c>: days for which the bytes of deleted and replaced instances are kept.</summary>
    public int DeletedDays { get; init; } = 30;

    /// <summary><c>InstanceBytes</c>: the greatest instance that is taken.</summary>
    public long InstanceBytes { get; init; } = 16L * 1024 * 1024 * 1024;

    /// <summary><c>RequestInstances</c>: the most instances of one STOW-RS request.</summary>
    public int RequestInstances { get; init; } = 20_000;

    /// <summary><c>PageSize</c>: matches of a QIDO-RS answer where the client does not say; <c>MaxPageSize</c> bounds what it may say.</summary>
    public int PageSize { get; init; } = 1_000;

    /// <summary><c>MaxPageSize</c>: the most matches of one QIDO-RS answer.</summary>
    public int MaxPageSize { get; init; } = 10_000;

    /// <summary><c>SearchSeconds</c>: the time of one QIDO-RS search.</summary>
    public int SearchSeconds { get; init; } = 30;

    /// <summary><c>RenderedSide</c>: the most columns or rows of a rendered image.</summary>
    public int RenderedSide { get; init; } = 4_096;

    /// <summary>The limits of headers that are read.</summary>
    public DicomReadOptions Reading { get; init; } = DicomReadOptions.Default;

    /// <summary>The limits of pixels that are decoded.</summary>
    public PixelLimits Pixels { get; init; } = PixelLimits.Default;

    /// <summary>
    /// Words by which a name in Chinese characters is also found: its pinyin in all readings and its initials. None where the host gives none.
    /// </summary>
    public Func<string, IReadOnlyList<string>>? Pinyin { get; init; }
}
