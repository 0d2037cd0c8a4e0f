// Values of DICOM as R4 writes them: dates with their zone, names, codes, identifiers.

using System.Globalization;
using System.Text;
using FhirHub.Dicom;

namespace FhirHub.Server.Imaging;

/// <summary>Reads single values of a header.</summary>
internal static class StudyValues
{
    private const int MostText = 1024;
    private const int MostItems = 20;

    // PS3.16 8: designators of coding schemes that FHIR has a URI for. SRT is none: its codes are not those of SNOMED CT.
    private static readonly Dictionary<string, string> s_schemes = new(StringComparer.Ordinal)
    {
        ["SCT"] = "http://snomed.info/sct",
        ["LN"] = "http://loinc.org",
        ["DCM"] = "http://dicom.nema.org/resources/ontology/DCM",
        ["RADLEX"] = "http://radlex.org",
        ["FMA"] = "http://purl.org/sig/ont/fma",
    };

    // PS3.16 L: Body Part Examined with the concepts of SNOMED CT.
    private static readonly Dictionary<string, (string Code, string Display)> s_bodyParts = new(StringComparer.Ordinal)
    {
        ["ABDOMEN"] = ("818981001", "Abdomen"),
        ["ANKLE"] = ("70258002", "Ankle joint"),
        ["BRAIN"] = ("12738006", "Brain"),
        ["BREAST"] = ("76752008", "Breast"),
        ["CHEST"] = ("51185008", "Chest"),
        ["CSPINE"] = ("122494005", "Cervical spine"),
        ["ELBOW"] = ("127949000", "Elbow"),
        ["FOOT"] = ("56459004", "Foot"),
        ["HAND"] = ("85562004", "Hand"),
        ["HEAD"] = ("69536005", "Head"),
        ["HEART"] = ("80891009", "Heart"),
        ["HIP"] = ("24136001", "Hip joint"),
        ["KIDNEY"] = ("64033007", "Kidney"),
        ["KNEE"] = ("72696002", "Knee"),
        ["LIVER"] = ("10200004", "Liver"),
        ["LSPINE"] = ("122496007", "Lumbar spine"),
        ["NECK"] = ("45048000", "Neck"),
        ["PELVIS"] = ("12921003", "Pelvis"),
        ["SHOULDER"] = ("16982005", "Shoulder"),
        ["SKULL"] = ("89546000", "Skull"),
        ["SPINE"] = ("421060004", "Spine"),
        ["TSPINE"] = ("122495006", "Thoracic spine"),
        ["WRIST"] = ("8205005", "Wrist joint"),
    };

    /// <summary>A text as R4's string may be: without control characters, not empty, not too long; null if nothing is left.</summary>
    public static string? Text(string? value)
    {
        if (value is null)
            return null;
        var text = string.Concat(value.EnumerateRunes().Take(MostText).Select(static rune => Rune.IsControl(rune) ? " " : rune.ToString())).Trim();
        return text.Length > 0 ? text : null;
    }

    /// <summary>The first value of an attribute as such a text.</summary>
    public static string? Text(DicomDataset dataset, DicomTag tag) => Text(dataset.GetString(tag));

    /// <summary>All values of an attribute.</summary>
    public static IEnumerable<string> Texts(DicomDataset dataset, DicomTag tag) => dataset.GetStrings(tag).Take(MostItems).Select(Text).OfType<string>();

    /// <summary>A date, or the moment with its offset where the time is known (PS3.5 6.2, R4 dateTime); null if there is none.</summary>
    /// <param name="dataset">The header.</param>
    /// <param name="date">The attribute of the date.</param>
    /// <param name="time">The attribute of the time.</param>
    /// <param name="zone">The zone of times without Timezone Offset From UTC.</param>
    public static string? Moment(DicomDataset dataset, DicomTag date, DicomTag time, TimeZoneInfo zone)
    {
        if (Date(dataset.GetString(date)) is not { } day)
            return null;
        var digits = (dataset.GetString(time) ?? "").Replace(":", "", StringComparison.Ordinal).Split('.')[0];
        if (digits.Length < 4 || !TimeOnly.TryParseExact(digits.PadRight(6, '0')[..6], "HHmmss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var clock))
            return day;
        var local = DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture).ToDateTime(clock);
        var offset = Offset(dataset.GetString(DicomTags.TimezoneOffsetFromUTC)) ?? zone.GetUtcOffset(local);
        return string.Create(CultureInfo.InvariantCulture, $"{local:yyyy-MM-dd'T'HH:mm:ss}{(offset < TimeSpan.Zero ? '-' : '+')}{offset:hh':'mm}");
    }

    /// <summary>A value of VR DA as an R4 date; null if it is none.</summary>
    public static string? Date(string? value) =>
        DateOnly.TryParseExact(value?.Trim().Replace(".", "", StringComparison.Ordinal), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : null;

    /// <summary>The items of a code sequence.</summary>
    public static IEnumerable<CodedFact> Codes(DicomDataset dataset, DicomTag sequence)
    {
        foreach (var item in dataset.GetItems(sequence).Take(MostItems))
        {
            var code = Text(item, ImageTags.CodeValue) ?? Text(item, ImageTags.LongCodeValue);
            var meaning = Text(item, ImageTags.CodeMeaning);
            if (code is not null || meaning is not null)
                yield return new CodedFact(s_schemes.GetValueOrDefault(item.GetString(ImageTags.CodingSchemeDesignator) ?? ""), code, meaning);
        }
    }

    /// <summary>The site that a series shows.</summary>
    public static CodedFact? BodySite(DicomDataset dataset) =>
        Codes(dataset, ImageTags.AnatomicRegionSequence).FirstOrDefault() is { } region ? region
        : Text(dataset, ImageTags.BodyPartExamined) is not { } part ? null
        : s_bodyParts.TryGetValue(part.ToUpperInvariant(), out var known) ? new CodedFact(s_schemes["SCT"], known.Code, known.Display)
        : new CodedFact(null, null, part);

    /// <summary>A universal entity id (PS3.3 10.14, 10.29) as a URI; null for types that are no URIs.</summary>
    public static string? UniversalId(DicomDataset item) => (item.GetString(ImageTags.UniversalEntityIDType), Text(item, ImageTags.UniversalEntityID)) switch
    {
        (_, null) => null,
        ("ISO", var oid) => "urn:oid:" + oid,
        ("UUID", var uuid) => "urn:uuid:" + uuid.ToLowerInvariant(),
        ("URI" or "URL", var uri) => uri,
        _ => null,
    };

    /// <summary>A person's name as it is shown: ideographs if there are any, else as it is said.</summary>
    public static string? Name(string? value) => value is null ? null : Shown(PersonName.Parse(value));

    /// <summary>All names of an attribute.</summary>
    public static IEnumerable<string> Names(DicomDataset dataset, DicomTag tag) => dataset.GetStrings(tag).Take(MostItems).Select(Name).OfType<string>();

    private static string? Shown(PersonName name)
    {
        if (name.Ideographic is { } ideographic)
            return Text(ideographic.Family + ideographic.Given);
        if (name.Alphabetic is not { } letters)
            return null;

        // Some machines put ideographs into the first group.
        var isHan = letters.Family.Any(static c => c is >= '\u3400' and <= '\u9FFF');
        return Text(isHan ? letters.Family + letters.Given : string.Join(' ', new[] { letters.Prefix, letters.Given, letters.Middle, letters.Family, letters.Suffix }.Where(static part => part.Length > 0)));
    }

    private static TimeSpan? Offset(string? value) =>
        value is [var sign and ('+' or '-'), _, _, _, _] && TimeSpan.TryParseExact(value.AsSpan(1), "hhmm", CultureInfo.InvariantCulture, out var offset) && offset <= TimeSpan.FromHours(14)
            ? sign == '-' ? -offset : offset
            : null;
}
