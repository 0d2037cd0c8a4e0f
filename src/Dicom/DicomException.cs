// The one exception of the toolkit: what is wrong, at which data element and where in the file.

namespace FhirHub.Dicom;

/// <summary>Why something that should be DICOM can't be used.</summary>
public enum DicomFault
{
    /// <summary>It has no sign of being DICOM.</summary>
    NotDicom,

    /// <summary>It ends before what it announced.</summary>
    Truncated,

    /// <summary>Its structure contradicts itself or PS3.5.</summary>
    Malformed,

    /// <summary>It is larger or deeper than the limits of the reader.</summary>
    LimitExceeded,

    /// <summary>It may be right, but this toolkit can't do it.</summary>
    Unsupported,

    /// <summary>A value is not one of its VR, or can't be written in the character sets that are declared.</summary>
    InvalidValue,
}

/// <summary>Something is no DICOM, or not as DICOM demands. The message is a sentence with tag and offset, and holds no values.</summary>
public sealed class DicomException : Exception
{
    /// <summary>A fault at a data element; <paramref name="offset"/> is -1 where there is no file.</summary>
    public DicomException(DicomFault fault, string reason, DicomTag? tag = null, long offset = -1, Exception? inner = null)
        : base(Describe(reason, tag, offset), inner)
    {
        Fault = fault;
        Reason = reason;
        Tag = tag;
        Offset = offset;
    }

    /// <summary>The kind of fault.</summary>
    public DicomFault Fault { get; }

    /// <summary>The fault in words, without the place.</summary>
    public string Reason { get; }

    /// <summary>The data element, if one is known.</summary>
    public DicomTag? Tag { get; }

    /// <summary>Bytes from the start of the file (of the inflated data set, if it was deflated); -1 if unknown.</summary>
    public long Offset { get; }

    private static string Describe(string reason, DicomTag? tag, long offset)
    {
        var element = tag is { } at ? $"{at}: " : "";
        var place = offset >= 0 ? $" (at byte {offset})" : "";
        return $"{element}{reason}{place}.";
    }
}
