// Tells by the first element how a data set is encoded.

using System.Buffers.Binary;

namespace FhirHub.Dicom;

/// <summary>Looks at the first bytes of a data set.</summary>
internal static class FirstElement
{
    /// <summary>The encoding in which the bytes begin with an element that the dictionary knows; null if there is none.</summary>
    public static DatasetEncoding? Find(ReadOnlySpan<byte> ahead, long remaining)
    {
        foreach (var encoding in (ReadOnlySpan<DatasetEncoding>)[new(true, false), new(true, true), new(false, false)])
        {
            if (Fits(ahead, encoding, remaining))
                return encoding;
        }

        return null;
    }

    /// <summary>Whether the bytes begin with an element that the dictionary knows, of its VR and a length that can be.</summary>
    public static bool Fits(ReadOnlySpan<byte> ahead, DatasetEncoding encoding, long remaining)
    {
        if (ahead.Length < 8)
            return false;
        var tag = encoding.IsBigEndian
            ? new DicomTag(BinaryPrimitives.ReadUInt32BigEndian(ahead))
            : new DicomTag(BinaryPrimitives.ReadUInt16LittleEndian(ahead), BinaryPrimitives.ReadUInt16LittleEndian(ahead[2..]));
        var entry = DicomDictionary.Find(tag);
        var vr = (DicomVR)((ahead[4] << 8) | ahead[5]);
        if (encoding.IsExplicit)
            return vr.IsKnown() && (tag.IsGroupLength ? vr is DicomVR.UL or DicomVR.UN : tag.IsPrivate || vr == DicomVR.UN || (entry is not null && entry.VRs.Contains(vr)));

        var length = BinaryPrimitives.ReadUInt32LittleEndian(ahead[4..]);
        if (tag.IsGroupLength)
            return length == 4;
        // A length whose two low bytes are the letters of the element's own VR is no length.
        if (entry is null || entry.VRs.Contains(vr))
            return false;
        return length <= remaining - 8 || (length == uint.MaxValue && entry.VRs.Contains(DicomVR.SQ));
    }
}
