// DICOM JSON (PS3.18 F) and the Native DICOM Model (PS3.19): exact text, both ways, and refusals.

using System.Text;

namespace FhirHub.Dicom.Tests;

public class ModelTests
{
    private static readonly DicomDataset Everything = DicomFile.Read(new TestFile()
        .Text(0x00080005, "CS", "ISO_IR 100")
        .Text(0x00080008, "CS", "ORIGINAL\\\\AXIAL")
        .Text(0x00080050, "SH", "")
        .Element(0x00081140, "SQ", [])
        .Header(0x00081199, "SQ", TestFile.Undefined).Item().Text(0x00080005, "CS", "ISO_IR 144").Text(0x00100010, "PN", "\u00BB").EndItem().Item(0).EndSequence()
        .Text(0x00100010, "PN", "Buc^J\u00E9r\u00F4me==x\\B")
        .Text(0x00201041, "DS", "-01.50\\+2\\.5e3\\\\n/a")
        .Text(0x00200013, "IS", "0012")
        .US(0x00280010, 1, 65535)
        .Element(0x00280009, "AT", [0x18, 0, 0x63, 0x10])
        .Element(0x00189087, "FD", [.. BitConverter.GetBytes(0.1), .. BitConverter.GetBytes(double.NaN)])
        .Element(0x00080121, "UV", BitConverter.GetBytes(ulong.MaxValue))
        .Text(0x00091002, "UN", "abcd")
        .Text(0x00400310, "ST", "a\\b\r\nc")
        .Element(0x7FE00010, "OW", [1, 2, 3, 4])
        .ToFile()).Dataset;

    [Fact]
    public void A_data_set_has_the_JSON_of_the_standard()
    {
        const string Expected = """
            {"00080005":{"vr":"CS","Value":["ISO_IR 192"]},
            "00080008":{"vr":"CS","Value":["ORIGINAL",null,"AXIAL"]},
            "00080050":{"vr":"SH"},
            "00080121":{"vr":"UV","Value":["18446744073709551615"]},
            "00081140":{"vr":"SQ"},
            "00081199":{"vr":"SQ","Value":[{"00080005":{"vr":"CS","Value":["ISO_IR 192"]},"00100010":{"vr":"PN","Value":[{"Alphabetic":"Л"}]}},{}]},
            "00091002":{"vr":"UN","InlineBinary":"YWJjZA=="},
            "00100010":{"vr":"PN","Value":[{"Alphabetic":"Buc^Jérôme","Phonetic":"x"},{"Alphabetic":"B"}]},
            "00189087":{"vr":"FD","Value":[0.1,"NaN"]},
            "00200013":{"vr":"IS","Value":[12]},
            "00201041":{"vr":"DS","Value":[-1.50,2,0.5e3,null,"n/a"]},
            "00280009":{"vr":"AT","Value":["00181063"]},
            "00280010":{"vr":"US","Value":[1,65535]},
            "00400310":{"vr":"ST","Value":["a\\b\r\nc"]},
            "7FE00010":{"vr":"OW","BulkDataURI":"https://h/7FE00010"}}
            """;
        var json = DicomJsonWriter.ToUtf8(Everything, new DicomModelOptions { BulkDataUri = (path, _) => "https://h/" + path });
        Assert.Equal(Expected.ReplaceLineEndings(""), Encoding.UTF8.GetString(json));
        Assert.Equal(json, DicomJsonWriter.ToUtf8(DicomJsonReader.Read(json)));
    }

    [Fact]
    public void A_data_set_has_the_XML_of_the_standard()
    {
        var xml = Encoding.UTF8.GetString(NativeXmlWriter.ToUtf8(Everything));
        Assert.Contains("<NativeDicomModel xml:space=\"preserve\" xmlns=\"http://dicom.nema.org/PS3.19/models/NativeDICOM\">", xml, StringComparison.Ordinal);
        Assert.Contains("<DicomAttribute tag=\"00080008\" vr=\"CS\" keyword=\"ImageType\"><Value number=\"1\">ORIGINAL</Value><Value number=\"3\">AXIAL</Value></DicomAttribute>", xml, StringComparison.Ordinal);
        Assert.Contains("<PersonName number=\"1\"><Alphabetic><FamilyName>Buc</FamilyName><GivenName>Jérôme</GivenName></Alphabetic><Phonetic><FamilyName>x</FamilyName></Phonetic></PersonName>", xml, StringComparison.Ordinal);
        Assert.Contains("<Value number=\"1\">-01.50</Value><Value number=\"2\">+2</Value>", xml, StringComparison.Ordinal);
        Assert.Contains("<InlineBinary>AQIDBA==</InlineBinary>", xml, StringComparison.Ordinal);
        Assert.Equal(xml, Encoding.UTF8.GetString(NativeXmlWriter.ToUtf8(NativeXmlReader.Read(Encoding.UTF8.GetBytes(xml)))));
    }

    [Fact]
    public void Numbers_of_big_endian_files_are_inline_in_little_endian()
    {
        var bytes = new TestFile(isBigEndian: true).Text(0x00080005, "CS", "ISO_IR 100").US(0x00280010, 1).Element(0x7FE00010, "OW", [0, 1, 0, 2]).ToArray();
        var json = Encoding.UTF8.GetString(DicomJsonWriter.ToUtf8(DicomFile.Read(bytes).Dataset));
        Assert.Contains("\"00280010\":{\"vr\":\"US\",\"Value\":[1]},\"7FE00010\":{\"vr\":\"OW\",\"InlineBinary\":\"AQACAA==\"}", json, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.30000000000000004")]
    [InlineData("123456789012345678901234567890")]
    [InlineData("1E-400")]
    public void Decimals_keep_all_their_digits(string number)
    {
        var dataset = DicomJsonReader.Read(Encoding.UTF8.GetBytes("{\"00201041\":{\"vr\":\"DS\",\"Value\":[" + number + "]}}"));
        Assert.Equal(number, dataset.GetString(new(0x00201041)));
        Assert.Contains(number, Encoding.UTF8.GetString(DicomJsonWriter.ToUtf8(dataset)), StringComparison.Ordinal);
    }

    [Fact]
    public void JSON_in_any_order_is_read_in_the_order_of_tags()
    {
        var dataset = DicomJsonReader.Read("""{"00100020":{"Value":["1"],"vr":"LO"},"00080018":{"vr":"UI","Value":["1.2"]},"00100010":{"vr":"PN","Value":["A^B"]}}"""u8);
        Assert.True(dataset.IsOrdered);
        Assert.Equal("1", dataset.GetString(DicomTags.PatientID));
        Assert.Equal("A^B", dataset.GetString(DicomTags.PatientName));
    }

    [Fact]
    public async Task What_JSON_brings_is_written_as_a_file_in_UTF8()
    {
        var dataset = DicomJsonReader.Read("""{"00080018":{"vr":"UI","Value":["1.2"]},"00100010":{"vr":"PN","Value":[{"Alphabetic":"Jérôme","Ideographic":"王"}]}}"""u8);
        var file = DicomFile.Read(await DicomWriter.ToArrayAsync(new(dataset, TransferSyntax.ExplicitVRLittleEndian)));
        Assert.Equal("Jérôme=王", file.Dataset.GetString(DicomTags.PatientName));
        Assert.True(file.Dataset.CharacterSet.IsUtf8);
        Assert.Equal("1.2", file.Meta!.GetString(DicomTags.MediaStorageSOPInstanceUID));
    }

    [Fact]
    public async Task A_value_at_a_URI_has_to_be_fetched_before_it_can_be_written()
    {
        var dataset = DicomJsonReader.Read("""{"7FE00010":{"vr":"OW","BulkDataURI":"https://h/1"}}"""u8);
        Assert.Equal("https://h/1", dataset.Find(DicomTags.PixelData)!.BulkDataUri);
        var refusal = await Assert.ThrowsAsync<DicomException>(() => DicomWriter.ToArrayAsync(new(dataset, TransferSyntax.ExplicitVRLittleEndian)));
        Assert.Equal(DicomFault.Unsupported, refusal.Fault);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{}x")]
    [InlineData("""{"PatientName":{"vr":"PN"}}""")]
    [InlineData("""{"00100010":[]}""")]
    [InlineData("""{"00100010":{"vr":"XX"}}""")]
    [InlineData("""{"00100010":{"vr":7}}""")]
    [InlineData("""{"00091001":{}}""")]
    [InlineData("""{"00100010":{"vr":"PN","Value":"A"}}""")]
    [InlineData("""{"00100010":{"vr":"PN","Value":[{"Alphabetic":"A=B"}]}}""")]
    [InlineData("""{"00100010":{"vr":"PN","Value":[{"Alphabet":"A"}]}}""")]
    [InlineData("""{"00100010":{"vr":"PN"},"00100010":{"vr":"PN"}}""")]
    [InlineData("""{"00100020":{"vr":"LO","Value":["a\\b"]}}""")]
    [InlineData("""{"00100020":{"vr":"LO","Value":[true]}}""")]
    [InlineData("""{"00280010":{"vr":"US","Value":[65536]}}""")]
    [InlineData("""{"00280010":{"vr":"US","Value":[1.5]}}""")]
    [InlineData("""{"00280010":{"vr":"US","Value":[null]}}""")]
    [InlineData("""{"00280009":{"vr":"AT","Value":["PatientName"]}}""")]
    [InlineData("""{"7FE00010":{"vr":"OW","InlineBinary":"%"}}""")]
    [InlineData("""{"7FE00010":{"vr":"OW","InlineBinary":"AAAA","BulkDataURI":"x"}}""")]
    [InlineData("""{"00081140":{"vr":"SQ","Value":["x"]}}""")]
    [InlineData("""{"FFFEE000":{"vr":"UN"}}""")]
    [InlineData("""{"00100020":{"vr":"LO","Value":["\ud800"]}}""")]
    public void JSON_that_is_no_DICOM_is_refused(string json) =>
        Assert.Throws<DicomException>(() => DicomJsonReader.Read(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("<x/>")]
    [InlineData("<!DOCTYPE x [<!ENTITY a \"b\">]><NativeDicomModel/>")]
    [InlineData("<NativeDicomModel>")]
    [InlineData("<NativeDicomModel><x/></NativeDicomModel>")]
    [InlineData("<NativeDicomModel>text</NativeDicomModel>")]
    [InlineData("<NativeDicomModel><DicomAttribute vr=\"PN\"/></NativeDicomModel>")]
    [InlineData("<NativeDicomModel><DicomAttribute tag=\"00100020\" vr=\"LO\"><Value number=\"0\"/></DicomAttribute></NativeDicomModel>")]
    [InlineData("<NativeDicomModel><DicomAttribute tag=\"00100020\" vr=\"LO\"><Value number=\"2000000\"/></DicomAttribute></NativeDicomModel>")]
    [InlineData("<NativeDicomModel><DicomAttribute tag=\"00100020\" vr=\"LO\"><Item number=\"1\"/></DicomAttribute></NativeDicomModel>")]
    [InlineData("<NativeDicomModel><DicomAttribute tag=\"00100010\" vr=\"PN\"><PersonName number=\"1\"><Alphabetic><FamilyName>a=b</FamilyName></Alphabetic></PersonName></DicomAttribute></NativeDicomModel>")]
    public void XML_that_is_no_DICOM_is_refused(string xml) =>
        Assert.Throws<DicomException>(() => NativeXmlReader.Read(Encoding.UTF8.GetBytes(xml)));
}
