// File meta information of files that this implementation writes (PS3.10 7.1).

namespace FhirHub.Dicom;

/// <summary>Makes file meta information.</summary>
internal static class FileMeta
{
    /// <summary>The group 0002 of a file, its length first. Titles of application entities that the file named stay.</summary>
    public static DicomDataset Of(DicomFile file, TransferSyntax syntax)
    {
        var meta = new DicomDataset();
        foreach (var element in file.Meta?.Elements ?? [])
        {
            if (element.Tag.Element >= 0x16 && element is { Items: null, Fragments: null })
                meta.Set(new DicomElement(element.Tag, element.VR, Even(element)));
        }

        meta.Set(new DicomElement(DicomTags.FileMetaInformationVersion, DicomVR.OB, new byte[] { 0, 1 }));
        var sopClass = file.Dataset.GetString(DicomTags.SOPClassUID) ?? file.Meta?.GetString(DicomTags.MediaStorageSOPClassUID);
        var sopInstance = file.Dataset.GetString(DicomTags.SOPInstanceUID) ?? file.Meta?.GetString(DicomTags.MediaStorageSOPInstanceUID);
        meta.Set(DicomTags.MediaStorageSOPClassUID, sopClass ?? "");
        meta.Set(DicomTags.MediaStorageSOPInstanceUID, sopInstance ?? "");
        meta.Set(DicomTags.TransferSyntaxUID, syntax.Uid);
        meta.Set(DicomTags.ImplementationClassUID, DicomUid.ImplementationClass);
        meta.Set(DicomTags.ImplementationVersionName, DicomUid.ImplementationVersionName);
        var length = new DatasetEncoder(meta, DatasetEncoding.ExplicitLittleEndian, asRead: false).Measure();
        meta.Set(DicomElement.OfNumbers(DicomTags.FileMetaInformationGroupLength, DicomVR.UL, length));
        return meta;
    }

    private static ReadOnlyMemory<byte> Even(DicomElement element)
    {
        var bytes = element.GetBytes();
        return (bytes.Length & 1) == 0 ? bytes : (byte[])[.. bytes.Span, element.VR.Padding()];
    }
}
