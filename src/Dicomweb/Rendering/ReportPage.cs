// A structured report as a page: its content tree as nested lists (PS3.3 C.17.3). All text of the report is encoded; none of it becomes markup.

using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using FhirHub.Dicom;

namespace FhirHub.Dicomweb;

/// <summary>Writes reports as HTML.</summary>
internal sealed class ReportPage
{
    private const int MaxLength = 16 * 1024 * 1024;

    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);
    private static readonly DicomTag ContentSequence = new(0x0040_A730);
    private static readonly DicomTag ConceptName = new(0x0040_A043);
    private static readonly DicomTag ConceptCode = new(0x0040_A168);
    private static readonly DicomTag ValueType = new(0x0040_A040);
    private static readonly DicomTag MeasuredValue = new(0x0040_A300);
    private static readonly DicomTag NumericValue = new(0x0040_A30A);
    private static readonly DicomTag Units = new(0x0040_08EA);
    private static readonly DicomTag TextValue = new(0x0040_A160);
    private static readonly DicomTag DateTimeValue = new(0x0040_A120);
    private static readonly DicomTag DateValue = new(0x0040_A121);
    private static readonly DicomTag TimeValue = new(0x0040_A122);
    private static readonly DicomTag PersonValue = new(0x0040_A123);
    private static readonly DicomTag UidValue = new(0x0040_A124);
    private static readonly DicomTag ReferencedSop = new(0x0008_1199);
    private static readonly DicomTag ReferencedInstance = new(0x0008_1155);
    private static readonly DicomTag ReferencedFrames = new(0x0008_1160);
    private static readonly DicomTag GraphicType = new(0x0070_0023);
    private static readonly DicomTag GraphicData = new(0x0070_0022);
    private static readonly DicomTag Relationship = new(0x0040_A010);
    private static readonly DicomTag CodeMeaning = new(0x0008_0104);
    private static readonly DicomTag CodeValue = new(0x0008_0100);
    private static readonly DicomTag CompletionFlag = new(0x0040_A491);
    private static readonly DicomTag VerificationFlag = new(0x0040_A493);

    private readonly StringBuilder _html = new();

    /// <summary>The page of a report.</summary>
    public static string Of(DicomDataset dataset)
    {
        var page = new ReportPage();
        page.Write(dataset);
        return page._html.ToString();
    }

    private void Write(DicomDataset dataset)
    {
        var title = Concept(dataset, ConceptName) ?? "Report";
        _html.Append("<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>");
        Text(title);
        _html.Append("</title><style>body{font:15px/1.5 sans-serif;max-width:50em;margin:2em auto}th{text-align:left;padding-right:1em}ul{padding-left:1.2em}.n{color:#555}p{margin:0;white-space:pre-wrap}</style></head><body><h1>");
        Text(title);
        _html.Append("</h1><table>");
        Row("Patient", dataset.GetString(DicomTags.PatientName) is { } name ? Name(name) : null);
        Row("Patient ID", dataset.GetString(DicomTags.PatientID));
        Row("Birth date", dataset.GetString(DicomTags.PatientBirthDate));
        Row("Study date", dataset.GetString(DicomTags.StudyDate));
        Row("Accession number", dataset.GetString(DicomTags.AccessionNumber));
        Row("Status", string.Join(", ", new[] { dataset.GetString(CompletionFlag), dataset.GetString(VerificationFlag) }.OfType<string>()));
        _html.Append("</table>");
        Items(dataset);
        _html.Append("</body></html>\n");
    }

    private void Items(DicomDataset parent)
    {
        var items = parent.GetItems(ContentSequence);
        if (items.Count == 0)
            return;
        _html.Append("<ul>");
        foreach (var item in items)
        {
            if (_html.Length > MaxLength)
                throw new DicomException(DicomFault.LimitExceeded, "the report is too long to be shown as a page", ContentSequence);
            _html.Append("<li>");
            Item(item);

            // The reader bounds how deep sequences are.
            Items(item);
            _html.Append("</li>");
        }

        _html.Append("</ul>");
    }

    private void Item(DicomDataset item)
    {
        if (Concept(item, ConceptName) is { } name)
        {
            _html.Append("<span class=\"n\">");
            Text(name);
            _html.Append(": </span>");
        }

        var value = item.GetString(ValueType) switch
        {
            "TEXT" => item.GetString(TextValue),
            "NUM" => Number(item),
            "CODE" => Concept(item, ConceptCode),
            "DATETIME" => item.GetString(DateTimeValue),
            "DATE" => item.GetString(DateValue),
            "TIME" => item.GetString(TimeValue),
            "PNAME" => item.GetString(PersonValue) is { } person ? Name(person) : null,
            "UIDREF" => item.GetString(UidValue),
            "IMAGE" or "COMPOSITE" or "WAVEFORM" => Reference(item),
            "SCOORD" or "SCOORD3D" or "TCOORD" => $"{item.GetString(GraphicType)} ({item.GetStrings(GraphicData).Count.ToString(CultureInfo.InvariantCulture)} numbers)",
            "CONTAINER" or null => null,
            var other => other,
        };
        if (value is null)
            return;
        _html.Append("<p>");
        Text(value);
        if (item.GetString(Relationship) is "INFERRED FROM" or "SELECTED FROM")
            Text($" ({item.GetString(Relationship)!.ToLowerInvariant()})");
        _html.Append("</p>");
    }

    private static string? Number(DicomDataset item)
    {
        if (item.GetItems(MeasuredValue) is not [var measured, ..])
            return null;
        return $"{measured.GetString(NumericValue)} {Concept(measured, Units)}".Trim();
    }

    private static string? Reference(DicomDataset item)
    {
        if (item.GetItems(ReferencedSop) is not [var reference, ..] || reference.GetString(ReferencedInstance) is not { } uid)
            return null;
        var type = reference.GetString(new DicomTag(0x0008_1150)) is { } sopClass ? SopClass.Find(sopClass)?.Name ?? sopClass : "Instance";
        return reference.GetStrings(ReferencedFrames) is { Count: > 0 } frames ? $"{type} {uid}, frames {string.Join(", ", frames)}" : $"{type} {uid}";
    }

    private static string? Concept(DicomDataset dataset, DicomTag tag) =>
        dataset.GetItems(tag) is [var code, ..] ? code.GetString(CodeMeaning) ?? code.GetString(CodeValue) : null;

    private static string Name(string text)
    {
        var name = PersonName.Parse(text);
        return string.Join(", ", new[] { name.Alphabetic, name.Ideographic, name.Phonetic }
            .OfType<PersonNameGroup>()
            .Select(group => string.Join(' ', new[] { group.Prefix, group.Given, group.Middle, group.Family, group.Suffix }.Where(part => part.Length > 0))));
    }

    private void Row(string label, string? value)
    {
        if (string.IsNullOrEmpty(value))
            return;
        _html.Append("<tr><th>").Append(label).Append("</th><td>");
        Text(value);
        _html.Append("</td></tr>");
    }

    private void Text(string text) => _html.Append(Encoder.Encode(text));
}
