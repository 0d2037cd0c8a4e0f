// What the JSON and XML models do with values that are bytes.

namespace FhirHub.Dicom;

/// <summary>Gives the URI under which a client finds a value; null to have it inline.</summary>
/// <param name="path">Tags and numbers of items from the root, such as <c>54000100/1/54001010</c>; items count from 1.</param>
/// <param name="element">The element.</param>
public delegate string? BulkDataUriSource(string path, DicomElement element);

/// <summary>How a data set is written as JSON or XML.</summary>
public sealed record DicomModelOptions
{
    /// <summary>All values inline.</summary>
    public static DicomModelOptions Inline { get; } = new();

    /// <summary>The URIs of values that are left out; asked for bytes beyond the limit, and for Pixel Data of any size.</summary>
    public BulkDataUriSource? BulkDataUri { get; init; }

    /// <summary>Bytes of VRs such as <c>OB</c> and <c>UN</c>, and text without limit of length, that are inline all the same.</summary>
    public int InlineBytes { get; init; } = 1024;

    /// <summary>The most bytes of one value that are written inline where there is no URI for it.</summary>
    public long MaxInlineBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The URI of an element; null if its value is to be inline.</summary>
    /// <exception cref="DicomException">The value can't be inline, and there is no URI.</exception>
    internal string? UriOf(string path, DicomElement element)
    {
        if (element.BulkDataUri is { } uri)
            return uri;
        if (element.Items is not null)
            return null;
        var isPixels = element.Tag == DicomTags.PixelData || element.Tag == DicomTags.FloatPixelData || element.Tag == DicomTags.DoubleFloatPixelData;
        var canBeElsewhere = element.VR.IsBulk() || element.VR is DicomVR.UT or DicomVR.UC or DicomVR.UR;
        if (BulkDataUri is not null && !element.IsEmpty && (isPixels || (canBeElsewhere && element.Length > InlineBytes)) && BulkDataUri(path, element) is { } given)
            return given;
        if (element.Fragments is not null)
            throw new DicomException(DicomFault.Unsupported, "encapsulated pixels need a URI, they can't be inline", element.Tag, element.Offset);
        if (element.Length > MaxInlineBytes)
            throw new DicomException(DicomFault.LimitExceeded, $"a value of {element.Length:N0} bytes needs a URI, inline are at most {MaxInlineBytes:N0}", element.Tag, element.Offset);
        return null;
    }
}
