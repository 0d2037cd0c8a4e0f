// Data sets that come from JSON or XML are UTF-8, and have to say so.

namespace FhirHub.Dicom;

/// <summary>Declares the character set of what a model brought.</summary>
internal static class ModelCharacterSet
{
    /// <summary>
    /// Names UTF-8 where another character set is named that the text no longer has, and at the root where any text needs it.
    /// </summary>
    public static void Declare(DicomDataset dataset, ref bool isNeeded)
    {
        isNeeded = isNeeded || dataset.Elements.Any(NeedsMore);
        if (dataset.Find(DicomTags.SpecificCharacterSet) is { IsEmpty: false } || (dataset.Parent is null && isNeeded))
            dataset.Set(new DicomElement(DicomTags.SpecificCharacterSet, DicomVR.CS, "ISO_IR 192"u8.ToArray()));
    }

    private static bool NeedsMore(DicomElement element) =>
        element.VR.UsesSpecificCharacterSet() && element.BulkDataUri is null && element.GetBytes().Span.ContainsAnyInRange((byte)0x80, (byte)0xFF);
}
