// Whether an instance may be stored: what it must have, where it was sent to, and of which kind it is.

using FhirHub.Dicom;

namespace FhirHub.Dicomweb;

/// <summary>Decides over instances before they are given to the archive (PS3.18 10.5.2, I.2.2).</summary>
internal static class InstanceAcceptance
{
    private const string StandardRoot = "1.2.840.10008.";
    private const string StorageRoot = "1.2.840.10008.5.1.4.1.1.";
    private const string MediaDirectory = "1.2.840.10008.1.3.10";

    /// <summary>Why an instance is refused; null if it is not.</summary>
    /// <param name="file">The instance.</param>
    /// <param name="target">What the address names; null for any study.</param>
    /// <param name="hasFaults">Whether it has faults with which it can be stored all the same.</param>
    public static StoreFailure? Check(DicomFile file, ImagePath? target, out bool hasFaults)
    {
        hasFaults = false;
        var sopClass = file.Dataset.GetString(DicomTags.SOPClassUID) ?? file.Meta?.GetString(DicomTags.MediaStorageSOPClassUID);
        if (sopClass is not null && !IsStored(sopClass))
        {
            return new(FailureReason.SopClassNotSupported, "Its SOP class is not one of instances that are stored; send images, documents and other composite objects.")
            {
                Attributes = [(DicomTags.SOPClassUID, "is no SOP class of storage")],
            };
        }

        var errors = new List<InstanceFinding>();
        foreach (var finding in InstanceCheck.Run(file))
        {
            if (finding.Severity == InstanceFindingSeverity.Error)
                errors.Add(finding);
            else
                hasFaults = true;
        }

        if (errors.Count > 0)
            return Failure(file, errors);
        return target is { } path ? Misplaced(file, path) : null;
    }

    // Private classes of vendors and storage classes of later editions are kept: they are images of somebody. What the standard has for other
    // purposes, such as worklists, print jobs and directories of media, is no instance of a study.
    private static bool IsStored(string sopClass) =>
        sopClass != MediaDirectory
        && (!sopClass.StartsWith(StandardRoot, StringComparison.Ordinal) || sopClass.StartsWith(StorageRoot, StringComparison.Ordinal) || SopClass.Find(sopClass) is not null);

    private static StoreFailure Failure(DicomFile file, List<InstanceFinding> errors)
    {
        var isUid = errors.Any(error => IsUid(error.Tag) && file.Dataset.Find(error.Tag) is { IsEmpty: false });
        return new(
            isUid ? FailureReason.InvalidUid : FailureReason.DataSetDoesNotMatch,
            $"{errors[0].Tag} {errors[0].Reason}{(errors.Count == 1 ? "." : $", and {errors.Count - 1} more; all are listed.")}")
        {
            Attributes = [.. errors.Select(error => (error.Tag, error.Reason))],
        };
    }

    private static bool IsUid(DicomTag tag) =>
        tag == DicomTags.SOPClassUID || tag == DicomTags.SOPInstanceUID || tag == DicomTags.StudyInstanceUID || tag == DicomTags.SeriesInstanceUID;

    private static StoreFailure? Misplaced(DicomFile file, ImagePath path)
    {
        var faults = new List<(DicomTag, string)>();
        Compare(DicomTags.StudyInstanceUID, path.Study);
        Compare(DicomTags.SeriesInstanceUID, path.Series);
        Compare(DicomTags.SOPInstanceUID, path.Instance);
        return faults.Count == 0 ? null : new(FailureReason.NotOfAddress, "It is not of the study, series or instance that the address names; send it to its own, or to /studies.") { Attributes = faults };

        void Compare(DicomTag tag, string? named)
        {
            if (named is not null && file.Dataset.GetString(tag) != named)
                faults.Add((tag, "is not the UID of the address"));
        }
    }
}
