// An instance made for a test, of which the test says what matters to it.

using FhirHub.Dicom;

namespace FhirHub.Server.Tests.Imaging;

/// <summary>A small image with a header.</summary>
internal sealed record TestImage(string Study, string Series = "1", string Instance = "1")
{
    private static int s_next;

    public string PatientId { get; init; } = "";

    public string Issuer { get; init; } = "";

    public string Name { get; init; } = "";

    public string BirthDate { get; init; } = "";

    public string Sex { get; init; } = "";

    public string Modality { get; init; } = "CT";

    public string SopClass { get; init; } = "1.2.840.10008.5.1.4.1.1.2";

    public string Accession { get; init; } = "";

    public string Description { get; init; } = "";

    /// <summary>Further attributes.</summary>
    public Action<DicomDataset>? Further { get; init; }

    public string SeriesUid => $"{Study}.{Series}";

    public string Uid => $"{SeriesUid}.{Instance}";

    /// <summary>A Study Instance UID that no other test has.</summary>
    public static string NewStudy() => $"2.25.{Environment.ProcessId}.{Environment.TickCount64}.{Interlocked.Increment(ref s_next)}";

    public Task<byte[]> ToBytesAsync()
    {
        var dataset = new DicomDataset();
        Set(DicomTags.SpecificCharacterSet, "ISO_IR 192");
        Set(DicomTags.SOPClassUID, SopClass);
        Set(DicomTags.SOPInstanceUID, Uid);
        Set(DicomTags.StudyInstanceUID, Study);
        Set(DicomTags.SeriesInstanceUID, SeriesUid);
        Set(DicomTags.SeriesNumber, Series);
        Set(DicomTags.InstanceNumber, Instance);
        Set(DicomTags.Modality, Modality);
        Set(DicomTags.StudyDate, "20261110");
        Set(DicomTags.StudyTime, "105500");
        Set(DicomTags.TimezoneOffsetFromUTC, "+0800");
        Set(DicomTags.PatientID, PatientId);
        Set(DicomTags.IssuerOfPatientID, Issuer);
        Set(DicomTags.PatientName, Name);
        Set(DicomTags.PatientBirthDate, BirthDate);
        Set(DicomTags.PatientSex, Sex);
        Set(DicomTags.AccessionNumber, Accession);
        Set(DicomTags.StudyDescription, Description);
        // Type 2 attributes may be empty and must be there.
        foreach (var tag in new[] { DicomTags.PatientID, DicomTags.PatientName, DicomTags.AccessionNumber })
        {
            if (dataset.Find(tag) is null)
                dataset.Set(tag, "");
        }

        Further?.Invoke(dataset);
        return DicomWriter.ToArrayAsync(new DicomFile(dataset, TransferSyntax.ExplicitVRLittleEndian));

        void Set(DicomTag tag, string value)
        {
            if (value.Length > 0)
                dataset.Set(tag, value);
        }
    }
}
