// What is known of patient and technique, as lines that can be written onto an image (PS3.18 8.3.5.1.1).

namespace FhirHub.Dicom.Pixels;

/// <summary>Lines of text for an image.</summary>
public static class ImageAnnotation
{
    private static readonly DicomTag ScanOptions = new(0x0018_0022);
    private static readonly DicomTag SliceThickness = new(0x0018_0050);
    private static readonly DicomTag Kvp = new(0x0018_0060);
    private static readonly DicomTag RepetitionTime = new(0x0018_0080);
    private static readonly DicomTag EchoTime = new(0x0018_0081);
    private static readonly DicomTag TubeCurrent = new(0x0018_1151);
    private static readonly DicomTag BodyPart = new(0x0018_0015);
    private static readonly DicomTag SliceLocation = new(0x0020_1041);

    /// <summary>Who the patient is.</summary>
    /// <param name="dataset">The data set of the image.</param>
    /// <param name="omitted">
    /// Whether something could not be written: this font has the letters of ASCII only, and of a name in other characters any transliteration might be
    /// another patient's.
    /// </param>
    public static IReadOnlyList<string> Patient(DicomDataset dataset, out bool omitted)
    {
        var lines = new Lines();
        if (dataset.GetString(DicomTags.PatientName) is { } text)
        {
            var name = PersonName.Parse(text);
            if ((Write(name.Alphabetic) ?? Write(name.Phonetic)) is { } written)
                lines.Add("", written);
            else
                lines.IsOmitted |= !PersonName.IsEmpty(text);
        }

        lines.Add("ID ", dataset.GetString(DicomTags.PatientID));
        lines.Add("Born ", dataset.GetString(DicomTags.PatientBirthDate));
        lines.Add("Sex ", dataset.GetString(DicomTags.PatientSex));
        omitted = lines.IsOmitted;
        return lines;
    }

    /// <summary>How the image was made.</summary>
    public static IReadOnlyList<string> Technique(DicomDataset dataset, out bool omitted)
    {
        var lines = new Lines();
        lines.Add("", Join(" ", dataset.GetString(DicomTags.Modality), dataset.GetString(BodyPart), dataset.GetString(ScanOptions)));
        lines.Add("", dataset.GetString(DicomTags.SeriesDescription));
        lines.Add("", Join(" ", Named("Se ", DicomTags.SeriesNumber), Named("Im ", DicomTags.InstanceNumber), dataset.GetString(DicomTags.StudyDate)));
        lines.Add("", Join(" ", Named("kV ", Kvp), Named("mA ", TubeCurrent), Named("TR ", RepetitionTime), Named("TE ", EchoTime)));
        lines.Add("", Join(" ", Named("T ", SliceThickness), Named("L ", SliceLocation)));
        omitted = lines.IsOmitted;
        return lines;

        string? Named(string label, DicomTag tag) => dataset.GetString(tag) is { } value ? label + value : null;
    }

    private static string? Write(PersonNameGroup? group) => group is null ? null
        : Join(" ", group.Prefix, group.Given, group.Middle, group.Family, group.Suffix) is { } name ? BitmapFont.Writable(name) : null;

    private static string? Join(string separator, params ReadOnlySpan<string?> parts)
    {
        var there = new List<string>();
        foreach (var part in parts)
        {
            if (!string.IsNullOrEmpty(part))
                there.Add(part);
        }

        return there.Count > 0 ? string.Join(separator, there) : null;
    }

    private sealed class Lines : List<string>
    {
        private const int Longest = 100;

        public bool IsOmitted { get; set; }

        public void Add(string label, string? text)
        {
            if (text is null)
                return;
            if (BitmapFont.Writable(text) is not { } written)
                IsOmitted = true;
            else
                Add(label + written[..Math.Min(written.Length, Longest)]);
        }
    }
}
