// All files of the material: read, written, checked, and taken through JSON and XML.

using System.Text;
using Xunit.Abstractions;

namespace FhirHub.Dicom.Tests;

public class MaterialTests(ITestOutputHelper output)
{
    // Files that are broken though they are not among the malformed ones; docs/conformance.md says why each is refused.
    private static readonly Dictionary<string, DicomFault> Broken = new(StringComparer.Ordinal)
    {
        ["fo-dicom/GH364.dcm"] = DicomFault.Malformed,
        ["fo-dicom/GH626.dcm"] = DicomFault.Malformed,
        ["pydicom-data/emri_small_jpeg_2k_lossless_too_short.dcm"] = DicomFault.Truncated,
        ["pydicom/MR_truncated.dcm"] = DicomFault.Truncated,
        ["pydicom/rtplan_truncated.dcm"] = DicomFault.Truncated,
        ["synthetic/malformed/deflate_bomb_64MB.dcm"] = DicomFault.LimitExceeded,
        ["synthetic/malformed/dicm_then_random.dcm"] = DicomFault.NotDicom,
        ["synthetic/malformed/empty.dcm"] = DicomFault.NotDicom,
        ["synthetic/malformed/length_overflow.dcm"] = DicomFault.Truncated,
        ["synthetic/malformed/unknown_ts.dcm"] = DicomFault.Unsupported,
    };

    // Malformed files whose structure can be read: what the check of instances finds.
    private static readonly Dictionary<string, (DicomTag Tag, InstanceFindingSeverity Severity)> Found = new(StringComparer.Ordinal)
    {
        ["duplicate_tag.dcm"] = (DicomTags.Modality, InstanceFindingSeverity.Error),
        ["frames_huge.dcm"] = (DicomTags.PixelData, InstanceFindingSeverity.Error),
        ["long_pn.dcm"] = (DicomTags.PatientName, InstanceFindingSeverity.Error),
        ["missing_patientid.dcm"] = (DicomTags.PatientID, InstanceFindingSeverity.Error),
        ["null_padded_uid.dcm"] = (DicomTags.PatientID, InstanceFindingSeverity.Warning),
        ["odd_length.dcm"] = (new(0x0008_1050), InstanceFindingSeverity.Warning),
        ["rows_too_big.dcm"] = (DicomTags.PixelData, InstanceFindingSeverity.Error),
        ["uid_65.dcm"] = (DicomTags.StudyInstanceUID, InstanceFindingSeverity.Error),
        ["unknown_charset.dcm"] = (DicomTags.SpecificCharacterSet, InstanceFindingSeverity.Error),
        ["zero_rows.dcm"] = (DicomTags.Rows, InstanceFindingSeverity.Error),
    };

    // A deflater has many ways to say the same, so the bytes of these differ once they are written again.
    private static bool IsDeflated(DicomMaterialFile file) => file.TransferSyntax == "1.2.840.10008.1.2.1.99";

    private static IEnumerable<DicomMaterialFile> Whole => DicomMaterial.Files.Where(file => !Broken.ContainsKey(file.Name));

    [Fact]
    public async Task Every_well_formed_file_is_read_the_same_from_memory_and_from_a_stream()
    {
        if (IsAbsent())
            return;
        var differences = new List<string>();
        foreach (var file in Whole)
        {
            var read = DicomFile.Read(DicomMaterial.Read(file.Name));
            await using var stream = File.OpenRead(DicomMaterial.PathOf(file.Name));
            var streamed = await DicomFile.ReadAsync(stream, new DicomReadOptions { MaxValueInMemory = 512 });
            var (bytes, streamedBytes) = (await Bytes(read), await Bytes(streamed));
            if (!bytes.AsSpan().SequenceEqual(streamedBytes))
                differences.Add($"{file.Name}: the stream gives other bytes");
            if (file.TransferSyntax.Length > 0 && read.TransferSyntax.Uid != file.TransferSyntax)
                differences.Add($"{file.Name}: {read.TransferSyntax}");
            if (file.CharacterSet.Length > 0 && read.Dataset.CharacterSet.ToString() != file.CharacterSet)
                differences.Add($"{file.Name}: {read.Dataset.CharacterSet}");
            var sopClass = read.Dataset.GetString(DicomTags.SOPClassUID) ?? read.Meta?.GetString(DicomTags.MediaStorageSOPClassUID) ?? "";
            if (file.SopClass.Length > 0 && sopClass != file.SopClass)
                differences.Add($"{file.Name}: {sopClass}");
        }

        output.WriteLine($"{Whole.Count()} of {DicomMaterial.Files.Count} files read");
        Assert.Equal("", string.Join('\n', differences));
    }

    [Fact]
    public async Task Every_file_that_is_written_as_it_was_read_has_the_same_bytes()
    {
        if (IsAbsent())
            return;
        var differences = new List<string>();
        var same = 0;
        foreach (var file in Whole)
        {
            var original = DicomMaterial.Read(file.Name);
            var read = DicomFile.Read(original);
            var written = await Bytes(read);
            if (IsDeflated(file))
            {
                Assert.Equal(DicomJsonWriter.ToUtf8(read.Dataset), DicomJsonWriter.ToUtf8(DicomFile.Read(written).Dataset));
                continue;
            }

            if (written.AsSpan().SequenceEqual(original))
                same++;
            else
                differences.Add($"{file.Name}: {original.Length} bytes became {written.Length}, the first other one at {original.AsSpan().CommonPrefixLength(written)}");
        }

        output.WriteLine($"{same} of {Whole.Count()} files are the same byte for byte, {Whole.Count(IsDeflated)} are deflated");
        Assert.Equal("", string.Join('\n', differences));
    }

    [Fact]
    public async Task Every_file_that_is_written_anew_says_the_same()
    {
        if (IsAbsent())
            return;
        var corrected = new List<string>();
        foreach (var file in Whole)
        {
            var read = DicomFile.Read(DicomMaterial.Read(file.Name));
            // Odd lengths are filled up and order is kept: what JSON shows of both may differ.
            if (InstanceCheck.Run(read).Any(finding => finding.Reason is "has an odd length" or "is there twice"))
            {
                corrected.Add(file.Name);
                continue;
            }

            var written = await DicomWriter.ToArrayAsync(read);
            var again = DicomFile.Read(written);
            Assert.True(Json(read).AsSpan().SequenceEqual(Json(again)), file.Name);
            Assert.Equal(DicomUid.ImplementationClass, again.Meta!.GetString(DicomTags.ImplementationClassUID));
        }

        output.WriteLine($"{Whole.Count() - corrected.Count} files are the same data set; left out: {string.Join(", ", corrected)}");
    }

    [Fact]
    public void Every_broken_file_is_refused_with_a_reason()
    {
        if (IsAbsent())
            return;
        foreach (var (name, fault) in Broken)
        {
            var refusal = Assert.Throws<DicomException>(() => DicomFile.Read(DicomMaterial.Read(name)));
            output.WriteLine($"{name}: {refusal.Message}");
            Assert.Equal((name, fault), (name, refusal.Fault));
        }
    }

    [Fact]
    public void What_is_wrong_with_an_instance_that_can_be_read_is_found()
    {
        if (IsAbsent())
            return;
        foreach (var (name, expected) in Found)
        {
            var findings = InstanceCheck.Run(DicomFile.Read(DicomMaterial.Read($"synthetic/malformed/{name}")));
            output.WriteLine($"{name}: {string.Join("; ", findings)}");
            Assert.Contains(findings, finding => (finding.Tag, finding.Severity) == expected);
        }
    }

    [Fact]
    public void Every_file_comes_back_from_JSON_and_XML()
    {
        if (IsAbsent())
            return;
        var options = new DicomModelOptions { BulkDataUri = (path, element) => element.Fragments is null ? null : $"bulk/{path}" };
        var differences = new List<string>();
        var count = 0;
        foreach (var file in Whole)
        {
            var dataset = DicomFile.Read(DicomMaterial.Read(file.Name)).Dataset;
            var json = DicomJsonWriter.ToUtf8(dataset, options);
            var fromJson = DicomJsonReader.Read(json);
            var xml = NativeXmlWriter.ToUtf8(dataset, options);
            var fromXml = NativeXmlReader.Read(xml);
            if (dataset.Find(DicomTags.SpecificCharacterSet) is null)
            {
                // A directory has names beyond ASCII in its items and names no character set; what comes back names UTF-8.
                fromJson.Remove(DicomTags.SpecificCharacterSet);
                fromXml.Remove(DicomTags.SpecificCharacterSet);
            }

            Compare(file.Name + " JSON", json, DicomJsonWriter.ToUtf8(fromJson, options), differences);
            Compare(file.Name + " XML", xml, NativeXmlWriter.ToUtf8(fromXml, options), differences);
            count++;
            Compare(file.Name + " XML as JSON", json, DicomJsonWriter.ToUtf8(fromXml, options), differences);
        }

        output.WriteLine($"{count} data sets came back");
        Assert.Equal("", string.Join('\n', differences));
    }

    [Theory]
    [InlineData("pydicom/chrFren.dcm", "Buc^Jérôme")]
    [InlineData("pydicom/chrH31.dcm", "Yamada^Tarou=山田^太郎=やまだ^たろう")]
    [InlineData("pydicom/chrKoreanMulti.dcm", "김희중")]
    [InlineData("synthetic/charset/gbk.dcm", "Wang^XiaoDong=王^小东")]
    [InlineData("synthetic/charset/iso2022_87_159.dcm", "Yamada^Tarou=山田^太郎=やまだ^たろう")]
    [InlineData("synthetic/charset/iso2022_ir149.dcm", "Hong^Gildong=洪^吉洞=홍^길동")]
    [InlineData("synthetic/charset/iso2022_ir58.dcm", "Zhang^XiaoDong=张^小东")]
    [InlineData("synthetic/charset/isoir109.dcm", "Ĉapelo^Ĝi")]
    [InlineData("synthetic/charset/isoir110.dcm", "Āboliņš^Jānis")]
    [InlineData("synthetic/charset/isoir126.dcm", "Διονυσιος")]
    [InlineData("synthetic/charset/isoir127.dcm", "قباني^لنزار")]
    [InlineData("synthetic/charset/isoir138.dcm", "שרון^דבורה")]
    [InlineData("synthetic/charset/isoir13_kana.dcm", "ﾔﾏﾀﾞ^ﾀﾛｳ")]
    [InlineData("synthetic/charset/isoir144.dcm", "Люкceмбypг")]
    [InlineData("synthetic/charset/isoir166_thai.dcm", "นามสกุล^ชื่อ")]
    [InlineData("synthetic/charset/utf8_emoji.dcm", "Ünï^Côdé=🏥^病院=ｶﾅ")]
    public void Names_are_read_in_their_character_set(string name, string expected)
    {
        if (IsAbsent())
            return;
        var dataset = DicomFile.Read(DicomMaterial.Read(name)).Dataset;
        Assert.Equal(expected, dataset.GetString(DicomTags.PatientName));
    }

    private static byte[] Json(DicomFile file) =>
        DicomJsonWriter.ToUtf8(file.Dataset, new DicomModelOptions { BulkDataUri = (path, element) => element.Fragments is { } fragments ? $"{path} of {fragments.All.Count} fragments" : null });

    private static Task<byte[]> Bytes(DicomFile file) => DicomWriter.ToArrayAsync(file, DicomWriteOptions.AsRead);

    private static void Compare(string name, byte[] before, byte[] after, List<string> differences)
    {
        if (before.AsSpan().SequenceEqual(after))
            return;
        var at = Math.Max(0, before.AsSpan().CommonPrefixLength(after) - 60);
        differences.Add($"{name}: {Encoding.UTF8.GetString(before.AsSpan(at, Math.Min(120, before.Length - at)))} became {Encoding.UTF8.GetString(after.AsSpan(at, Math.Min(120, after.Length - at)))}");
    }

    private bool IsAbsent()
    {
        if (DicomMaterial.Files.Count > 0)
            return false;
        output.WriteLine("The DICOM files are not beside the project; nothing was tested.");
        return true;
    }
}
