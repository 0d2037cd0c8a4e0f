// The VR of an element that does not say it (PS3.5 A.1, PS3.6).

namespace FhirHub.Dicom;

/// <summary>Remembers the creator of the block that was asked for last: private elements come in blocks.</summary>
internal sealed class CreatorLookup
{
    // A creator has 64 characters at most; a value that was left in the stream is none.
    private const int GreatestCreator = 256;

    private DicomDataset? _dataset;
    private DicomTag _tag;
    private string? _creator;

    /// <summary>The creator of a private element's block; null if the data set names none.</summary>
    public string? CreatorOf(DicomDataset dataset, DicomTag tag)
    {
        if (_dataset != dataset || _tag != tag.PrivateCreator)
        {
            (_dataset, _tag) = (dataset, tag.PrivateCreator);
            _creator = dataset.Find(_tag) is { Reference: null, Length: <= GreatestCreator } ? dataset.PrivateCreatorOf(tag) : null;
        }

        return _creator;
    }
}

/// <summary>Chooses VRs by the dictionary.</summary>
internal static class ImplicitVR
{
    /// <summary>The VR; <c>UN</c> if nothing tells it, or if the length can't be one of it.</summary>
    public static DicomVR Find(DicomDataset dataset, CreatorLookup creators, DicomTag tag, uint length, ref ElementForm form)
    {
        var vr = Find(dataset, creators, tag, ref form);
        var size = vr.BinaryValueSize();
        if (size <= 1 || length % (uint)size == 0)
            return vr;
        form &= ~ElementForm.SignFollowsPixels;
        return DicomVR.UN;
    }

    /// <summary>
    /// The VR of a standard element whose writer did not know it (PS3.5 6.2.2); <c>UN</c> if the dictionary leaves a choice, or the
    /// length can't be one of it.
    /// </summary>
    public static DicomVR OfUnknown(DicomTag tag, uint length)
    {
        if (tag.IsPrivate || DicomDictionary.Find(tag)?.VRs is not [var only])
            return DicomVR.UN;
        return only.BinaryValueSize() is var size && (size <= 1 || length % (uint)size == 0) ? only : DicomVR.UN;
    }

    private static DicomVR Find(DicomDataset dataset, CreatorLookup creators, DicomTag tag, ref ElementForm form)
    {
        if (tag.IsGroupLength)
            return DicomVR.UL;
        if (tag.IsPrivateCreator)
            return DicomVR.LO;
        var entry = tag.IsPrivate
            ? creators.CreatorOf(dataset, tag) is { } creator ? DicomDictionary.FindPrivate(creator, tag) : null
            : DicomDictionary.Find(tag);
        if (entry is null)
            return DicomVR.UN;
        if (entry.VRs.Count == 1)
            return entry.VRs[0];
        if (entry.VRs.Contains(DicomVR.OW))
            return DicomVR.OW;
        form |= ElementForm.SignFollowsPixels;
        return DicomVR.US;
    }
}
