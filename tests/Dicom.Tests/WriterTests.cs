// Writing: new files, other transfer syntaxes, and what was read as it was.

namespace FhirHub.Dicom.Tests;

public class WriterTests
{
    [Theory]
    [InlineData("1.2.840.10008.1.2")]
    [InlineData("1.2.840.10008.1.2.1")]
    [InlineData("1.2.840.10008.1.2.1.99")]
    [InlineData("1.2.840.10008.1.2.2")]
    public async Task A_data_set_is_the_same_in_every_transfer_syntax(string uid)
    {
        var source = DicomFile.Read(new TestFile()
            .Text(0x00080018, "UI", "1.2.3")
            .Header(0x00081140, "SQ", TestFile.Undefined).Item().US(0x00280010, 7).EndItem().Item(0).EndSequence()
            .Text(0x00100010, "PN", "A^B")
            .Element(0x00189087, "FD", BitConverter.GetBytes(0.1))
            .US(0x00280010, 1, 2)
            .Element(0x00280009, "AT", [0x18, 0, 0x63, 0x10])
            .Element(0x7FE00010, "OW", [1, 2, 3, 4])
            .ToFile());
        var written = await DicomWriter.ToArrayAsync(source, new DicomWriteOptions { TransferSyntax = TransferSyntax.Find(uid) });
        var read = DicomFile.Read(written);
        Assert.Equal(uid, read.TransferSyntax.Uid);
        Assert.False(read.ContradictsTransferSyntax);
        Assert.Equal(DicomJsonWriter.ToUtf8(source.Dataset), DicomJsonWriter.ToUtf8(read.Dataset));
        Assert.Equal(0, written.Length % 2);
    }

    [Fact]
    public async Task A_new_file_has_the_head_that_PS3_10_demands()
    {
        var dataset = new DicomDataset();
        dataset.Set(DicomTags.SpecificCharacterSet, "ISO_IR 192");
        dataset.Set(DicomTags.SOPClassUID, "1.2.840.10008.5.1.4.1.1.7");
        dataset.Set(DicomTags.SOPInstanceUID, "1.2.3");
        dataset.Set(DicomTags.PatientName, "王^小东");
        var bytes = await DicomWriter.ToArrayAsync(new(dataset, TransferSyntax.ExplicitVRLittleEndian));
        var file = DicomFile.Read(bytes);
        Assert.Equal("DICM"u8, bytes.AsSpan(128, 4));
        Assert.Equal("1.2.3", file.Meta!.GetString(DicomTags.MediaStorageSOPInstanceUID));
        Assert.Equal(DicomUid.ImplementationVersionName, file.Meta.GetString(DicomTags.ImplementationVersionName));
        // The group length counts from behind itself to the data set.
        Assert.Equal(file.DatasetOffset - 144, file.Meta.GetInt64(DicomTags.FileMetaInformationGroupLength));
        Assert.Equal("王^小东", file.Dataset.GetString(DicomTags.PatientName));
    }

    [Fact]
    public async Task A_file_is_written_as_it_was_read()
    {
        var bytes = new TestFile()
            .Element(0x00080000, "UL", [4, 0, 0, 0])
            .Text(0x00080018, "UI", "1.2.3")
            .Header(0x00081140, "SQ", 8).Item(0)
            .Header(0x00081199, "SQ", TestFile.Undefined).Item(12).Text(0x00080100, "SH", "CODE").EndSequence()
            .Element(0x00091001, "ZZ", [1, 2])
            .Header(0x00091002, "UN", TestFile.Undefined).Item(0).EndSequence()
            .Element(0x00100020, "LO", "odd"u8)
            .Text(0x00100010, "PN", "out of order")
            .Raw(new byte[10])
            .ToFile();
        bytes[0] = (byte)'M';
        Assert.Equal(bytes, await DicomWriter.ToArrayAsync(DicomFile.Read(bytes), DicomWriteOptions.AsRead));
    }

    [Fact]
    public async Task A_preamble_of_another_format_is_not_passed_on()
    {
        var bytes = new TestFile().Text(0x00080018, "UI", "1.2.3").ToFile();
        "MZ"u8.CopyTo(bytes);
        var file = DicomFile.Read(bytes);
        Assert.Equal(new byte[128], (await DicomWriter.ToArrayAsync(file))[..128]);
        Assert.Equal(bytes[..128], (await DicomWriter.ToArrayAsync(file, new DicomWriteOptions { KeepsPreamble = true }))[..128]);
    }

    [Fact]
    public async Task Text_that_is_too_long_for_its_VR_in_explicit_VR_is_written_as_unknown()
    {
        var bytes = new TestFile(isExplicit: false).Text(0x00080005, "CS", "ISO_IR 100").Text(0x00201041, "DS", new string('1', 70_000)).ToArray();
        var written = await DicomWriter.ToArrayAsync(DicomFile.Read(bytes), new DicomWriteOptions { TransferSyntax = TransferSyntax.ExplicitVRLittleEndian });
        var element = DicomFile.Read(written).Dataset.Find(new(0x00201041))!;
        Assert.Equal("UN"u8, written.AsSpan((int)element.Offset - 8, 2));
        Assert.Equal((DicomVR.DS, 70_000), (element.VR, element.Length));
    }

    [Fact]
    public async Task Values_that_stayed_in_a_file_are_copied_and_turned()
    {
        var pixels = new byte[300_000];
        new Random(1).NextBytes(pixels);
        using var stream = new MemoryStream(new TestFile().Text(0x00080018, "UI", "1.2.3").Element(0x7FE00010, "OW", pixels).ToFile());
        var file = await DicomFile.ReadAsync(stream);
        var written = DicomFile.Read(await DicomWriter.ToArrayAsync(file, new DicomWriteOptions { TransferSyntax = TransferSyntax.ExplicitVRBigEndian }));
        var element = written.Dataset.Find(DicomTags.PixelData)!;
        Assert.Equal([pixels[1], pixels[0]], element.GetBytes()[..2].ToArray());
        Assert.Equal(pixels, element.GetLittleEndianBytes().ToArray());
    }

    [Fact]
    public async Task Pixels_are_not_called_by_another_syntax_than_theirs()
    {
        var file = DicomFile.Read(new TestFile().Element(0x7FE00010, "OW", [1, 2]).ToFile());
        var refusal = await Assert.ThrowsAsync<DicomException>(() => DicomWriter.ToArrayAsync(file, new DicomWriteOptions { TransferSyntax = TransferSyntax.Find("1.2.840.10008.1.2.4.50") }));
        Assert.Equal(DicomFault.Unsupported, refusal.Fault);
    }
}
