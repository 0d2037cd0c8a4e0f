// Whether a data set can be kept as an instance: what no store could find or show again is told before it is stored.

using System.Globalization;

namespace FhirHub.Dicom;

/// <summary>How bad a finding is.</summary>
public enum InstanceFindingSeverity
{
    /// <summary>The instance can be kept and used, and should have been better.</summary>
    Warning,

    /// <summary>The instance can't be found or shown again.</summary>
    Error,
}

/// <summary>Something that is wrong with an instance.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="Tag">The attribute.</param>
/// <param name="Reason">What is wrong, in a sentence without values.</param>
public sealed record InstanceFinding(InstanceFindingSeverity Severity, DicomTag Tag, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Severity}: {Tag} {Reason}";
}

/// <summary>Checks what every composite instance must have (PS3.3 C.7, C.12.1), whatever its SOP class.</summary>
public static class InstanceCheck
{
    private const int MaxFindings = 100;
    private const int GreatestName = 64;

    /// <summary>The findings for a file, the errors among them.</summary>
    public static IReadOnlyList<InstanceFinding> Run(DicomFile file)
    {
        var findings = new List<InstanceFinding>();
        var dataset = file.Dataset;
        Uid(dataset, DicomTags.SOPClassUID, findings);
        Uid(dataset, DicomTags.SOPInstanceUID, findings);
        Uid(dataset, DicomTags.StudyInstanceUID, findings);
        Uid(dataset, DicomTags.SeriesInstanceUID, findings);
        if (dataset.Find(DicomTags.PatientID) is null)
            findings.Add(new(InstanceFindingSeverity.Error, DicomTags.PatientID, "is missing; it may be empty, but must be there"));
        if (file.Meta?.GetString(DicomTags.MediaStorageSOPInstanceUID) is { } named && dataset.GetString(DicomTags.SOPInstanceUID) is { } own && named != own)
            findings.Add(new(InstanceFindingSeverity.Error, DicomTags.MediaStorageSOPInstanceUID, "is not the UID of the instance"));
        Structure(dataset, findings);
        Pixels(file, findings);
        return findings;
    }

    private static void Uid(DicomDataset dataset, DicomTag tag, List<InstanceFinding> findings)
    {
        if (dataset.Find(tag) is null)
            findings.Add(new(InstanceFindingSeverity.Error, tag, "is missing"));
        else if (DicomUid.Problem(dataset.GetString(tag) ?? "") is { } problem)
            findings.Add(new(InstanceFindingSeverity.Error, tag, $"is no UID: it {problem}"));
    }

    // Iterative, as everything that walks what strangers have sent.
    private static void Structure(DicomDataset root, List<InstanceFinding> findings)
    {
        var open = new Stack<DicomDataset>([root]);
        while (open.TryPop(out var dataset) && findings.Count < MaxFindings)
        {
            DicomElement? before = null;
            foreach (var element in dataset.Elements)
            {
                if (before?.Tag == element.Tag)
                    findings.Add(new(InstanceFindingSeverity.Error, element.Tag, "is there twice"));
                else if (before?.Tag > element.Tag)
                    findings.Add(new(InstanceFindingSeverity.Warning, element.Tag, $"comes behind {before.Tag}, out of order"));
                before = element;
                Element(dataset, element, findings);
                foreach (var item in element.Items ?? [])
                    open.Push(item);
                if (findings.Count >= MaxFindings)
                    break;
            }
        }
    }

    private static void Element(DicomDataset dataset, DicomElement element, List<InstanceFinding> findings)
    {
        if (element is { Items: null, Fragments: null } && (element.Length & 1) != 0)
            findings.Add(new(InstanceFindingSeverity.Warning, element.Tag, "has an odd length"));
        if (element.VR.IsText() && element.Reference is null && element.Length > 1 && element.GetBytes().Span[..^1].Contains((byte)0))
            findings.Add(new(InstanceFindingSeverity.Warning, element.Tag, "has zero bytes in its text, of which only one may fill it"));
        if (element.Tag == DicomTags.SpecificCharacterSet)
        {
            if (dataset.CharacterSet.UnknownTerms.Count > 0)
                findings.Add(new(InstanceFindingSeverity.Error, element.Tag, "names a character set that DICOM does not define"));
            return;
        }

        if (element.VR != DicomVR.PN || element.Reference is not null)
        {
            if (element.VR == DicomVR.PN)
                findings.Add(new(InstanceFindingSeverity.Error, element.Tag, $"has {element.Length:N0} bytes, more than names can have"));
            return;
        }

        foreach (var value in element.GetStrings(dataset.CharacterSet))
        {
            if (value.Split('=').Any(group => new StringInfo(group).LengthInTextElements > GreatestName))
            {
                findings.Add(new(InstanceFindingSeverity.Error, element.Tag, $"has a name with more than {GreatestName} characters in a group"));
                return;
            }
        }
    }

    private static void Pixels(DicomFile file, List<InstanceFinding> findings)
    {
        var dataset = file.Dataset;
        if (dataset.Find(DicomTags.PixelData) is not { } pixels)
            return;
        var rows = Dimension(dataset, DicomTags.Rows, findings);
        var columns = Dimension(dataset, DicomTags.Columns, findings);
        var bits = dataset.GetInt64(DicomTags.BitsAllocated);
        if (bits is not (1 or 8 or 16 or 32 or 64))
            findings.Add(new(InstanceFindingSeverity.Error, DicomTags.BitsAllocated, "is missing, or none of 1, 8, 16, 32 and 64"));
        var samples = dataset.GetInt64(DicomTags.SamplesPerPixel);
        if (samples is not (1 or 3 or 4))
            findings.Add(new(InstanceFindingSeverity.Error, DicomTags.SamplesPerPixel, "is missing, or none of 1, 3 and 4"));
        var hasFrames = dataset.Find(DicomTags.NumberOfFrames) is { IsEmpty: false };
        var frames = hasFrames ? dataset.GetInt64(DicomTags.NumberOfFrames) : 1;
        if (frames is not (>= 1 and <= int.MaxValue))
            findings.Add(new(InstanceFindingSeverity.Error, DicomTags.NumberOfFrames, "is no number of frames"));
        if (rows is null || columns is null || bits is null || samples is null || frames is not > 0 || findings.Any(finding => finding.Severity == InstanceFindingSeverity.Error && finding.Tag.Group == 0x0028))
            return;

        if (pixels.Fragments is { } fragments)
        {
            if (fragments.All.Count < frames && file.TransferSyntax.Pixels != PixelEncoding.Video)
                findings.Add(new(InstanceFindingSeverity.Error, DicomTags.PixelData, $"has {fragments.All.Count:N0} fragments for {frames:N0} frames"));
            return;
        }

        // Of the 4:2:2 kind two pixels share their colours (PS3.3 C.7.6.3.1.2).
        var shared = dataset.GetString(DicomTags.PhotometricInterpretation) is "YBR_FULL_422" or "YBR_PARTIAL_422" && samples == 3;
        var needed = (((Int128)rows * columns.Value * (shared ? 2 : samples.Value) * bits.Value * frames.Value) + 7) / 8;
        if (pixels.Length < needed)
            findings.Add(new(InstanceFindingSeverity.Error, DicomTags.PixelData, $"has {pixels.Length:N0} bytes, and rows, columns and frames need {needed:N0}"));
        else if (pixels.Length > needed + (needed & 1))
            findings.Add(new(InstanceFindingSeverity.Warning, DicomTags.PixelData, $"has {pixels.Length:N0} bytes, more than the {needed:N0} that rows, columns and frames need"));
    }

    private static long? Dimension(DicomDataset dataset, DicomTag tag, List<InstanceFinding> findings)
    {
        if (dataset.GetInt64(tag) is > 0 and var value)
            return value;
        findings.Add(new(InstanceFindingSeverity.Error, tag, "is missing or zero, though there is Pixel Data"));
        return null;
    }
}
