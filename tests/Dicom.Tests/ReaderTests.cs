// Reading: each way in which a data set may be encoded, and what is refused.

using System.IO.Compression;
using System.Text;

namespace FhirHub.Dicom.Tests;

public class ReaderTests
{
    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void A_data_set_without_any_head_is_recognized(bool isExplicit, bool isBigEndian)
    {
        var bytes = new TestFile(isExplicit, isBigEndian)
            .Text(0x00080005, "CS", "ISO_IR 100")
            .Text(0x00100010, "PN", "A^B")
            .US(0x00280010, 512)
            .ToArray();
        var file = DicomFile.Read(bytes);
        Assert.Equal((isExplicit, isBigEndian), (file.TransferSyntax.IsExplicitVR, file.TransferSyntax.IsBigEndian));
        Assert.Null(file.Meta);
        Assert.Equal("A^B", file.Dataset.GetString(DicomTags.PatientName));
        Assert.Equal(512, file.Dataset.GetInt64(DicomTags.Rows));
    }

    [Fact]
    public void File_meta_information_without_preamble_is_read()
    {
        var file = DicomFile.Read(new TestFile().Text(0x00100010, "PN", "A^B").ToFile().AsMemory(132));
        Assert.Equal("A^B", file.Dataset.GetString(DicomTags.PatientName));
        Assert.Equal("1.2.3.4", file.Meta!.GetString(DicomTags.MediaStorageSOPInstanceUID));
        Assert.False(file.HasPrefix);
    }

    [Fact]
    public void A_head_without_a_transfer_syntax_is_followed_by_a_data_set_of_any_group()
    {
        var meta = new TestFile().Text(0x00020012, "UI", "1.2.3").ToArray();
        var dataset = new TestFile(isExplicit: false).Header(0x00010001, "SQ", TestFile.Undefined).Item().EndItem().EndSequence().Text(0x00100010, "PN", "A^B").ToArray();
        var file = DicomFile.Read((byte[])[.. new byte[128], .. "DICM"u8, .. meta, .. dataset]);
        Assert.Single(file.Dataset.GetItems(new(0x00010001)));
        Assert.Equal("A^B", file.Dataset.GetString(DicomTags.PatientName));
    }

    [Fact]
    public void A_data_set_in_another_encoding_than_the_file_says_is_read()
    {
        var bytes = new TestFile(isExplicit: false).Text(0x00080005, "CS", "ISO_IR 100").Text(0x00100010, "PN", "A^B").ToArray();
        var file = DicomFile.Read((byte[])[.. TestFile.Head(), .. bytes]);
        Assert.True(file.ContradictsTransferSyntax);
        Assert.Equal("A^B", file.Dataset.GetString(DicomTags.PatientName));
    }

    [Fact]
    public void Nested_sequences_of_defined_and_undefined_length_are_read()
    {
        var inner = new TestFile().Text(0x00080100, "SH", "CODE").ToArray();
        var bytes = new TestFile()
            .Header(0x00081140, "SQ", TestFile.Undefined)
            .Item()
            .Header(0x00081199, "SQ", (uint)(8 + inner.Length)).Item((uint)inner.Length).Raw(inner)
            .EndItem()
            .Item(0)
            .EndSequence()
            .Text(0x00100010, "PN", "A^B")
            .ToFile();
        var dataset = DicomFile.Read(bytes).Dataset;
        var items = dataset.GetItems(new(0x00081140));
        Assert.Equal(2, items.Count);
        Assert.Equal("CODE", items[0].GetItems(new(0x00081199))[0].GetString(new(0x00080100)));
        Assert.Empty(items[1].Elements);
        Assert.Equal("A^B", dataset.GetString(DicomTags.PatientName));
    }

    [Fact]
    public void A_sequence_of_unknown_VR_and_undefined_length_is_of_implicit_VR()
    {
        var item = new TestFile(isExplicit: false).Text(0x00080100, "SH", "CODE").ToArray();
        var bytes = new TestFile()
            .Header(0x00091001, "UN", TestFile.Undefined).Item((uint)item.Length).Raw(item).EndSequence()
            .Text(0x00100010, "PN", "A^B")
            .ToFile();
        var dataset = DicomFile.Read(bytes).Dataset;
        Assert.Equal("CODE", dataset.GetItems(new(0x00091001))[0].GetString(new(0x00080100)));
        Assert.Equal("A^B", dataset.GetString(DicomTags.PatientName));
    }

    [Fact]
    public async Task Standard_elements_whose_writer_did_not_know_their_VR_have_it()
    {
        var item = new TestFile(isExplicit: false).Text(0x00080100, "SH", "CODE").ToArray();
        var bytes = new TestFile()
            .Element(0x00081140, "UN", new TestFile(isExplicit: false).Item((uint)item.Length).Raw(item).ToArray())
            .Element(0x00081199, "UN", "no items"u8)
            .Element(0x00100010, "UN", "A^B "u8)
            .Element(0x00280010, "UN", [1, 2, 3])
            .Element(0x00280011, "UN", [1, 2])
            .ToFile();
        var file = DicomFile.Read(bytes);
        Assert.Equal("CODE", file.Dataset.GetItems(new(0x00081140))[0].GetString(new(0x00080100)));
        Assert.Equal(DicomVR.UN, file.Dataset.Find(new(0x00081199))!.VR);
        Assert.Equal("A^B", file.Dataset.GetString(DicomTags.PatientName));
        Assert.Equal(DicomVR.UN, file.Dataset.Find(DicomTags.Rows)!.VR);
        Assert.Equal(513, file.Dataset.GetInt64(DicomTags.Columns));
        Assert.Equal(bytes, await DicomWriter.ToArrayAsync(file, DicomWriteOptions.AsRead));
        var anew = DicomFile.Read(await DicomWriter.ToArrayAsync(file, new DicomWriteOptions { TransferSyntax = TransferSyntax.ExplicitVRBigEndian }));
        Assert.Equal("CODE", anew.Dataset.GetItems(new(0x00081140))[0].GetString(new(0x00080100)));
        Assert.Equal(513, anew.Dataset.GetInt64(DicomTags.Columns));
    }

    [Fact]
    public void A_VR_that_nobody_knows_yet_has_a_long_length_and_is_unknown()
    {
        var dataset = DicomFile.Read(new TestFile().Element(0x00091001, "ZZ", [1, 2]).Text(0x00100010, "PN", "A^B").ToFile()).Dataset;
        Assert.Equal(DicomVR.UN, dataset.Find(new(0x00091001))!.VR);
        Assert.Equal("A^B", dataset.GetString(DicomTags.PatientName));
    }

    [Theory]
    [InlineData(0, DicomVR.US, "65535")]
    [InlineData(1, DicomVR.SS, "-1")]
    public void The_pixels_decide_the_sign_of_what_implicit_VR_leaves_open(ushort representation, DicomVR vr, string expected)
    {
        var bytes = new TestFile(isExplicit: false)
            .Header(0x00409096, "SQ", TestFile.Undefined).Item().US(0x00409211, 0xFFFF).EndItem().EndSequence()
            .US(0x00280103, representation)
            .US(0x00280120, 0xFFFF)
            .ToArray();
        var dataset = DicomFile.Read((byte[])[.. TestFile.Head("1.2.840.10008.1.2"), .. bytes]).Dataset;
        Assert.Equal(vr, dataset.Find(new(0x00280120))!.VR);
        Assert.Equal(expected, dataset.GetItems(new(0x00409096))[0].GetString(new(0x00409211)));
    }

    [Fact]
    public void Private_elements_of_a_known_vendor_have_their_VR_in_implicit_VR()
    {
        var bytes = new TestFile(isExplicit: false)
            .Text(0x00190010, "LO", "SIEMENS CM VA0  ACQU")
            .Text(0x00191013, "LT", "text")
            .Text(0x00211001, "LO", "abcd")
            .ToArray();
        var dataset = DicomFile.Read((byte[])[.. TestFile.Head("1.2.840.10008.1.2"), .. bytes]).Dataset;
        Assert.Equal("text", dataset.GetString(new(0x00191013)));
        Assert.Equal("SIEMENS CM VA0  ACQU", dataset.PrivateCreatorOf(new(0x00191013)));
        Assert.Equal(DicomVR.UN, dataset.Find(new(0x00211001))!.VR);
    }

    [Fact]
    public async Task Large_values_of_a_stream_stay_where_they_are()
    {
        var pixels = new byte[100_000];
        Random.Shared.NextBytes(pixels);
        var bytes = new TestFile().Text(0x00100010, "PN", "A^B").Element(0x7FE00010, "OW", pixels).Text(0xFFFCFFFC, "OB", "xx").ToFile();
        using var stream = new MemoryStream(bytes);
        var element = (await DicomFile.ReadAsync(stream)).Dataset.Find(DicomTags.PixelData)!;
        Assert.Equal(bytes.Length - pixels.Length - 14, element.Reference!.Offset);
        Assert.Equal(pixels, (await element.GetBytesAsync(CancellationToken.None)).ToArray());
    }

    [Fact]
    public async Task A_stream_that_can_not_seek_is_read_to_its_end()
    {
        var bytes = new TestFile().Element(0x7FE00010, "OW", new byte[300_000]).Text(0xFFFCFFFC, "OB", "xy").ToFile();
        await using var stream = new BufferedStream(new OneWayStream(bytes));
        var dataset = (await DicomFile.ReadAsync(stream)).Dataset;
        Assert.Equal("xy"u8, dataset.Find(DicomTags.DataSetTrailingPadding)!.GetBytes().Span);
        var refusal = Assert.Throws<DicomException>(() => dataset.Find(DicomTags.PixelData)!.GetBytes());
        Assert.Equal(DicomFault.Unsupported, refusal.Fault);
    }

    [Fact]
    public async Task A_stream_that_ends_within_a_value_that_is_passed_over_is_refused()
    {
        var bytes = new TestFile().Element(0x7FE00010, "OW", new byte[300_000]).ToFile();
        await using var stream = new OneWayStream(bytes[..200_000]);
        var refusal = await Assert.ThrowsAsync<DicomException>(() => DicomFile.ReadAsync(stream));
        Assert.Equal((DicomFault.Truncated, DicomTags.PixelData), (refusal.Fault, refusal.Tag!.Value));
    }

    [Fact]
    public void Reading_can_end_before_the_pixels()
    {
        var bytes = new TestFile().Text(0x00100010, "PN", "A^B").Header(0x7FE00010, "OW", 1_000_000).ToFile();
        var dataset = DicomFile.Read(bytes, new DicomReadOptions { StopBefore = DicomTags.PixelData }).Dataset;
        Assert.Equal(DicomTags.PatientName, Assert.Single(dataset.Elements).Tag);
    }

    [Fact]
    public void A_deflated_data_set_is_inflated()
    {
        var plain = new TestFile().Text(0x00100010, "PN", "A^B").ToArray();
        using var deflated = new MemoryStream();
        using (var deflater = new DeflateStream(deflated, CompressionLevel.Fastest, leaveOpen: true))
            deflater.Write(plain);
        var file = DicomFile.Read((byte[])[.. TestFile.Head("1.2.840.10008.1.2.1.99"), .. deflated.ToArray()]);
        Assert.Equal("A^B", file.Dataset.GetString(DicomTags.PatientName));
    }

    [Fact]
    public void A_broken_deflated_data_set_is_refused()
    {
        var refusal = Assert.Throws<DicomException>(() => DicomFile.Read((byte[])[.. TestFile.Head("1.2.840.10008.1.2.1.99"), .. Encoding.ASCII.GetBytes("this is not deflated")]));
        Assert.Equal(DicomFault.Malformed, refusal.Fault);
    }

    [Fact]
    public void Fragments_are_places_and_frames_are_found_by_the_offset_table()
    {
        var bytes = new TestFile()
            .Text(0x00280008, "IS", "2")
            .Header(0x7FE00010, "OB", TestFile.Undefined)
            .Fragment([0, 0, 0, 0, 22, 0, 0, 0])
            .Fragment([1, 2, 3, 4])
            .Fragment([5, 6])
            .Fragment([7, 8])
            .EndSequence()
            .ToFile("1.2.840.10008.1.2.5");
        var dataset = DicomFile.Read(bytes).Dataset;
        var fragments = dataset.Find(DicomTags.PixelData)!.Fragments!;
        Assert.Equal(3, fragments.All.Count);
        Assert.Equal([5, 6], bytes.AsSpan((int)fragments.All[1].Offset, (int)fragments.All[1].Length).ToArray());
        Assert.Equal([new(0, 2, 6), new(2, 1, 2)], FrameIndex.Of(dataset));
    }

    [Fact]
    public void Frames_without_an_offset_table_are_found_by_how_they_begin()
    {
        var bytes = new TestFile()
            .Text(0x00280008, "IS", "2")
            .Header(0x7FE00010, "OB", TestFile.Undefined)
            .Fragment([])
            .Fragment([0xFF, 0xD8, 0xFF, 0xE0])
            .Fragment([1, 2])
            .Fragment([0xFF, 0xD8, 0xFF, 0xE0])
            .EndSequence()
            .ToFile("1.2.840.10008.1.2.4.50");
        Assert.Equal([new(0, 2, 6), new(2, 1, 4)], FrameIndex.Of(DicomFile.Read(bytes).Dataset));
    }

    [Fact]
    public void Frames_are_found_by_the_extended_offset_table()
    {
        var bytes = new TestFile()
            .Text(0x00280008, "IS", "2")
            .Element(0x7FE00001, "OV", [0, 0, 0, 0, 0, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0])
            .Element(0x7FE00002, "OV", [3, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0])
            .Header(0x7FE00010, "OB", TestFile.Undefined)
            .Fragment([])
            .Fragment([1, 2, 3, 0])
            .Fragment([4, 5])
            .EndSequence()
            .ToFile("1.2.840.10008.1.2.4.50");
        Assert.Equal([new(0, 1, 3), new(1, 1, 2)], FrameIndex.Of(DicomFile.Read(bytes).Dataset));
    }
}
