// What the index keeps of an instance.

using System.Text;
using System.Text.Json;
using FhirHub.Dicom;
using FhirHub.Dicom.Pixels;
using FhirHub.Dicom.Tests;

namespace FhirHub.Dicomweb.Tests.Index;

public class IndexedInstanceTests
{
    private static readonly AttributeCatalog Catalog = new([]);

    [Fact]
    public void Attributes_are_kept_at_the_level_that_they_belong_to()
    {
        var instance = IndexedInstance.Of(File(dataset => dataset.Set(DicomTags.StudyDescription, "Knee")), Catalog);

        Assert.Equal("Knee", Json(instance.StudyJson).GetProperty("00081030").GetProperty("Value")[0].GetString());
        Assert.Equal("CT", Json(instance.SeriesJson).GetProperty("00080060").GetProperty("Value")[0].GetString());
        Assert.Equal("1.2.3.4", Json(instance.InstanceJson).GetProperty("00080018").GetProperty("Value")[0].GetString());
        Assert.Equal(new ImagePath("1.2", "1.2.3", "1.2.3.4"), instance.Path);
    }

    [Fact]
    public void A_required_attribute_that_is_missing_is_stated_without_value()
    {
        var study = Json(IndexedInstance.Of(File(), Catalog).StudyJson);

        Assert.Equal("{\"vr\":\"SH\"}", study.GetProperty("00080050").GetRawText());
        Assert.False(study.TryGetProperty("00102154", out _));
    }

    [Fact]
    public void Of_an_attribute_the_latest_value_stays_and_an_empty_one_takes_nothing_away()
    {
        var first = IndexedInstance.Of(File(dataset => dataset.Set(DicomTags.StudyDescription, "Knee")), Catalog).StudyJson;
        var second = IndexedInstance.Of(File(dataset => dataset.Set(DicomTags.AccessionNumber, "A1")), Catalog).StudyJson;

        var merged = LevelMembers.Merge(first, second)!;
        Assert.Equal("Knee", Json(merged).GetProperty("00081030").GetProperty("Value")[0].GetString());
        Assert.Equal("A1", Json(merged).GetProperty("00080050").GetProperty("Value")[0].GetString());
        Assert.Null(LevelMembers.Merge(merged, first));
        Assert.Null(LevelMembers.Merge(merged, merged));
    }

    [Fact]
    public void Rows_have_names_in_all_groups_without_case_and_the_order_of_studies()
    {
        var instance = IndexedInstance.Of(
            File(dataset =>
            {
                dataset.Set(DicomTags.SpecificCharacterSet, "ISO_IR 192");
                dataset.Set(DicomTags.PatientName, "Wang^Xiaodong=王^小东=");
                dataset.Set(DicomTags.StudyDate, "20260102");
                dataset.Set(DicomTags.StudyTime, "0304");
            }),
            Catalog);

        var rows = Catalog.ValuesOf(IndexLevel.Study, instance.StudyJson);
        var rank = StudyRank.Of("20260102", "030400.000000");
        Assert.Contains(new IndexedValue("00100010", "WANG^XIAODONG", rank), rows);
        Assert.Contains(new IndexedValue("00100010", "王^小东", rank), rows);
        Assert.Contains(new IndexedValue(AttributeCatalog.StudyOrder, "", rank), rows);
    }

    [Fact]
    public void Ranks_are_in_the_order_of_dates_and_times()
    {
        long[] ranks =
        [
            StudyRank.None, StudyRank.FirstOf("00010101"), StudyRank.Of("20260102", null), StudyRank.Of("20260102", "000000.000000"), StudyRank.Of("20260102", "000000.000001"),
            StudyRank.Of("20260102", "095960.999999"), StudyRank.Of("20260102", "100000.000000"), StudyRank.Of("20260102", "235960.999999"), StudyRank.LastOf("20260102") + 1,
            StudyRank.Of("20260103", "000000.000000"), StudyRank.LastOf("99991231"),
        ];
        Assert.Equal(ranks.Order().Distinct(), ranks);
        Assert.Equal(StudyRank.FirstOf("20260102"), ranks[2]);
        Assert.Equal(StudyRank.FirstOf("20260103"), ranks[8]);
    }

    [Fact]
    public void A_study_without_a_date_has_its_place_in_the_order_too() =>
        Assert.Contains(new IndexedValue(AttributeCatalog.StudyOrder, "", StudyRank.None), Catalog.ValuesOf(IndexLevel.Study, IndexedInstance.Of(File(), Catalog).StudyJson));

    [Fact]
    public void Private_attributes_are_kept_by_their_creator()
    {
        var catalog = new AttributeCatalog(["0029xx08:\"ACME 1.1\""]);
        var instance = IndexedInstance.Of(
            File(dataset =>
            {
                dataset.Set(DicomElement.OfText(new(0x0029_0011), DicomVR.LO, SpecificCharacterSet.Default, "ACME 1.1"));
                dataset.Set(DicomElement.OfText(new(0x0029_1108), DicomVR.CS, SpecificCharacterSet.Default, "IMAGE"));
            }),
            catalog);

        Assert.Contains(new IndexedValue("0029xx08:\"ACME 1.1\"", "IMAGE", StudyRank.None), catalog.ValuesOf(IndexLevel.Instance, instance.InstanceJson));
    }

    [Fact]
    public void A_value_that_no_list_can_show_is_stated_without_it()
    {
        var study = Json(IndexedInstance.Of(File(dataset => dataset.Set(new DicomElement(new(0x0010_4000), DicomVR.LT, Encoding.ASCII.GetBytes(new string('x', 40_000))))), Catalog).StudyJson);

        Assert.Equal("{\"vr\":\"LT\"}", study.TryGetProperty("00104000", out var comments) ? comments.GetRawText() : "{\"vr\":\"LT\"}");
    }

    [Theory]
    [InlineData("NoSuchKeyword")]
    [InlineData("0010001")]
    [InlineData("PatientName..PatientID")]
    [InlineData("0028xx08:ACME")]
    [InlineData("0029xx08:")]
    [InlineData("")]
    public void A_name_that_is_no_attribute_stops_the_configuration(string name) =>
        Assert.Throws<ArgumentException>(() => new AttributeCatalog([name]));

    [Fact]
    public void Native_frames_are_told_in_some_bytes_however_many_there_are()
    {
        var table = new FrameTable(1_234, 524_288, 100_000);
        var bytes = table.Write();
        var read = FrameTable.Read(bytes);

        Assert.True(bytes.Length < 16);
        Assert.Equal(100_000, read.Count);
        Assert.Equal([new ByteStretch(1_234 + (99_999L * 524_288), 524_288)], read[99_999]);
    }

    [Fact]
    public async Task Frame_tables_of_the_material_lead_to_the_bytes_of_the_frames()
    {
        var compared = 0;
        foreach (var row in DicomMaterial.Files)
        {
            var bytes = DicomMaterial.Read(row.Name);
            DicomFile file;
            PixelFrames frames;
            FrameTable table;
            try
            {
                file = DicomFile.Read(bytes);
                table = FrameTable.Read(IndexedInstance.Of(file, Catalog).FrameTable.Write());
                frames = PixelFrames.Of(file);
            }
            catch (DicomException)
            {
                continue;
            }

            for (var frame = 0; frame < Math.Min(3, table.Count); frame++)
            {
                var expected = await frames.ReadAsync(frame);
                var joined = table[frame].SelectMany(stretch => bytes[(int)stretch.Offset..(int)(stretch.Offset + stretch.Length)]).ToArray();
                Assert.True(expected.Span.SequenceEqual(joined), $"{row.Name}, frame {frame}");
                compared++;
            }
        }

        Assert.True(DicomMaterial.Files.Count == 0 || compared > 100, $"{compared} frames");
    }

    internal static DicomFile File(Action<DicomDataset>? fill = null)
    {
        var dataset = new DicomDataset();
        fill?.Invoke(dataset);
        dataset.Set(DicomTags.SOPClassUID, "1.2.840.10008.5.1.4.1.1.2");
        dataset.Set(DicomTags.SOPInstanceUID, "1.2.3.4");
        dataset.Set(DicomTags.SeriesInstanceUID, "1.2.3");
        dataset.Set(DicomTags.StudyInstanceUID, "1.2");
        dataset.Set(DicomTags.Modality, "CT");
        return new(dataset, TransferSyntax.ExplicitVRLittleEndian);
    }

    private static JsonElement Json(byte[] members)
    {
        var text = new StringBuilder("{");
        var reader = new LevelMembersReader(members);
        while (reader.Next())
            text.Append(text.Length > 1 ? "," : "").Append(Encoding.UTF8.GetString(reader.Text));
        return JsonDocument.Parse(text.Append('}').ToString()).RootElement;
    }
}
