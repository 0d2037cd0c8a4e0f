// Frames, pixel data and bulk data over HTTP.

using System.Net;
using System.Text;
using FhirHub.Dicom;
using FhirHub.Dicom.Pixels;
using FhirHub.Dicomweb.Tests.Archive;

namespace FhirHub.Dicomweb.Tests;

public sealed class RetrieveFramesTests(DicomwebFixture fixture) : IClassFixture<DicomwebFixture>
{
    private const string OctetParts = "multipart/related; type=\"application/octet-stream\"";
    private const string RleParts = "multipart/related; type=\"image/dicom-rle\"";
    private const string Rle = "1.2.840.10008.1.2.5";
    private const string Native = "application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1";

    [Theory]
    [InlineData("1", null)]
    [InlineData("3,1", "*/*")]
    [InlineData("1,2,3,4", OctetParts)]
    [InlineData("2,2", OctetParts + "; transfer-syntax=*")]
    [InlineData("0004", "multipart/related; type=application/octet-stream; transfer-syntax=\"*\"")]
    public async Task Native_frames_are_slices_of_the_pixel_data_in_the_order_of_the_list(string list, string? accept)
    {
        var (path, pixels, _) = await StoreAsync("1.3.1", compressed: false);
        var parts = await fixture.PartsAsync($"{path}/frames/{list}", accept);
        var frames = list.Split(',').Select(int.Parse).ToArray();
        Assert.Equal(frames.Select(frame => pixels[((frame - 1) * 64)..(frame * 64)]), parts.Select(part => part.Content));
        Assert.Equal(frames.Select(frame => $"{fixture.Base}{path}/frames/{frame}"), parts.Select(part => part.Location));
        Assert.All(parts, part => Assert.Equal(Native, part.ContentType));
    }

    [Theory]
    [InlineData(OctetParts, Native)]
    [InlineData("*/*", Native)]
    [InlineData(OctetParts + "; transfer-syntax=*", "application/octet-stream; transfer-syntax=" + Rle)]
    [InlineData(RleParts, "image/dicom-rle; transfer-syntax=" + Rle)]
    [InlineData("multipart/related; type=\"image/x-dicom-rle\"", "image/x-dicom-rle; transfer-syntax=" + Rle)]
    [InlineData("multipart/related; type=\"image/*\"", "image/dicom-rle; transfer-syntax=" + Rle)]
    [InlineData("multipart/related; type=\"image/jls\", " + RleParts + "; transfer-syntax=*; q=0.9", "image/dicom-rle; transfer-syntax=" + Rle)]
    public async Task Compressed_frames_come_as_they_are_or_decoded(string accept, string expected)
    {
        var (path, pixels, bytes) = await StoreAsync("1.3.2", compressed: true);
        var parts = await fixture.PartsAsync($"{path}/frames/2,4", accept);
        Assert.All(parts, part => Assert.Equal(expected, part.ContentType));
        var fragments = DicomFile.Read(bytes).Dataset.Find(DicomTags.PixelData)!.Fragments!;
        byte[][] encoded = [.. fragments.All.Select(fragment => new BulkReference(fragments.Source, fragment.Offset, fragment.Length).Read(DicomTags.PixelData).ToArray())];
        Assert.Equal(expected == Native ? [pixels[64..128], pixels[192..256]] : [encoded[1], encoded[3]], parts.Select(part => part.Content));
    }

    [Fact]
    public async Task Native_frames_are_compressed_where_that_is_accepted()
    {
        var (path, pixels, _) = await StoreAsync("1.3.3", compressed: false);
        var parts = await fixture.PartsAsync($"{path}/frames/1,3", RleParts);
        Assert.All(parts, part => Assert.Equal($"image/dicom-rle; transfer-syntax={Rle}", part.ContentType));
        var description = new PixelDescription { Rows = 1, Columns = 32, BitsAllocated = 16, BitsStored = 16, HighBit = 15 };
        var frame = new byte[64];
        await new RleCodec().DecodeAsync(parts[1].Content, TransferSyntax.Find(Rle)!, description, frame, default);
        Assert.Equal(pixels[128..192], frame);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_frame_comes_alone_with_ranges(bool compressed)
    {
        var (path, pixels, _) = await StoreAsync(compressed ? "1.3.4" : "1.3.5", compressed);
        using var answer = await fixture.SendAsync($"{path}/frames/3", "application/octet-stream");
        Assert.Equal(Native, answer.Content.Headers.ContentType!.ToString());
        Assert.Equal(pixels[128..192], await answer.Content.ReadAsByteArrayAsync());
        using var range = await fixture.SendAsync($"{path}/frames/3", "application/octet-stream", null, ("Range", "bytes=4-11"));
        Assert.Equal(HttpStatusCode.PartialContent, range.StatusCode);
        Assert.Equal(pixels[132..140], await range.Content.ReadAsByteArrayAsync());
        using var same = await fixture.SendAsync($"{path}/frames/3", "application/octet-stream", null, ("If-None-Match", answer.Headers.ETag!.ToString()));
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        using var other = await fixture.SendAsync($"{path}/frames/2", "application/octet-stream", null, ("If-None-Match", answer.Headers.ETag!.ToString()));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        using var several = await fixture.SendAsync($"{path}/frames/2,3", "application/octet-stream");
        Assert.Equal(HttpStatusCode.NotAcceptable, several.StatusCode);
    }

    [Theory]
    [InlineData("0", 400)]
    [InlineData("1,0", 400)]
    [InlineData("-1", 400)]
    [InlineData("+1", 400)]
    [InlineData("1,", 400)]
    [InlineData(",", 400)]
    [InlineData("1;2", 400)]
    [InlineData("1%20,2", 400)]
    [InlineData("1e0", 400)]
    [InlineData("abc", 400)]
    [InlineData("%D9%A1", 400)]
    [InlineData("5", 404)]
    [InlineData("1,5", 404)]
    [InlineData("4294967297", 404)]
    [InlineData("99999999999999999999999999999999", 404)]
    public async Task Lists_that_are_none_and_frames_that_are_not_there_are_told(string list, int status)
    {
        var (path, _, _) = await StoreAsync("1.3.6", compressed: false);
        using var answer = await fixture.SendAsync($"{path}/frames/{list}");
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task A_list_of_very_many_frames_is_refused()
    {
        var (path, _, _) = await StoreAsync("1.3.7", compressed: false);
        using var answer = await fixture.SendAsync($"{path}/frames/{string.Join(',', Enumerable.Repeat(1, 4_000))}");
        Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.RequestUriTooLong);
        using var more = await fixture.SendAsync($"{path}/frames/{string.Join(',', Enumerable.Repeat(1, 4_097))}");
        Assert.True(more.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.RequestUriTooLong);
    }

    [Theory]
    [InlineData("image/jls")]
    [InlineData("multipart/related; type=\"video/mp4\"")]
    [InlineData(OctetParts + "; transfer-syntax=1.2.840.10008.1.2.4.80")]
    [InlineData("application/dicom")]
    public async Task Media_types_that_frames_can_not_have_answer_406(string accept)
    {
        var (path, _, _) = await StoreAsync("1.3.8", compressed: true);
        using var answer = await fixture.SendAsync($"{path}/frames/1", accept);
        Assert.Equal(HttpStatusCode.NotAcceptable, answer.StatusCode);
        Assert.Contains("RLE Lossless", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pixel_data_comes_from_all_levels()
    {
        var (native, pixels, _) = await StoreAsync("1.3.9", compressed: false);
        foreach (var path in (string[])["/studies/1.3.9", "/studies/1.3.9/series/1.3.9.1", native])
        {
            var part = Assert.Single(await fixture.PartsAsync($"{path}/pixeldata", OctetParts));
            Assert.Equal(pixels, part.Content);
            Assert.Equal($"{fixture.Base}{native}/bulkdata/7FE00010", part.Location);
        }

        var (compressed, _, _) = await StoreAsync("1.3.10", compressed: true);
        var frames = await fixture.PartsAsync($"{compressed}/pixeldata", RleParts);
        Assert.Equal(Enumerable.Range(1, 4).Select(frame => $"{fixture.Base}{compressed}/frames/{frame}"), frames.Select(part => part.Location));
        Assert.Equal(pixels, Assert.Single(await fixture.PartsAsync($"{compressed}/pixeldata")).Content);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Values_by_path_come_alone_or_as_a_part(bool compressed)
    {
        var study = compressed ? "1.3.11" : "1.3.12";
        var (path, pixels, _) = await StoreAsync(study, compressed);
        foreach (var (value, expected) in ((string, byte[])[])[("7FE00010", pixels), ("7fe00010", pixels), ("00091010", Document), ("00091020/2/00091010", Document), ("0040A160", Encoding.UTF8.GetBytes(Text))])
        {
            using var alone = await fixture.SendAsync($"{path}/bulkdata/{value}", "application/octet-stream");
            Assert.Equal(expected, await alone.Content.ReadAsByteArrayAsync());
            Assert.Equal("nosniff", alone.Headers.GetValues("X-Content-Type-Options").Single());
            var part = Assert.Single(await fixture.PartsAsync($"{path}/bulkdata/{value}", OctetParts));
            Assert.Equal(expected, part.Content);
            Assert.Equal($"{fixture.Base}{path}/bulkdata/{value.ToUpperInvariant()}", part.Location);
        }

        using var range = await fixture.SendAsync($"{path}/bulkdata/00091020/2/00091010", "application/octet-stream", null, ("Range", "bytes=1-2"));
        Assert.Equal(Document[1..3], await range.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("00091020")]
    [InlineData("00091020/0/00091010")]
    [InlineData("00091020/3/00091010")]
    [InlineData("00091020/2")]
    [InlineData("00091020/2/00091010/1")]
    [InlineData("00091020/-1/00091010")]
    [InlineData("00091010/1/00091010")]
    [InlineData("7FE00011")]
    [InlineData("PixelData")]
    [InlineData("(7FE0,0010)")]
    [InlineData("..%2f..%2fetc%2fpasswd")]
    [InlineData("/")]
    public async Task Paths_of_no_value_answer_404(string value)
    {
        var (path, _, _) = await StoreAsync("1.3.13", compressed: false);
        using var answer = await fixture.SendAsync($"{path}/bulkdata/{value}");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task All_bulk_data_has_what_metadata_gives_by_uri()
    {
        var (path, pixels, _) = await StoreAsync("1.3.14", compressed: false);
        var parts = await fixture.PartsAsync("/studies/1.3.14/bulkdata", OctetParts);
        Assert.Equal([$"{fixture.Base}{path}/bulkdata/00091010", $"{fixture.Base}{path}/bulkdata/00091020/2/00091010", $"{fixture.Base}{path}/bulkdata/0040A160", $"{fixture.Base}{path}/bulkdata/7FE00010"], parts.Select(part => part.Location));
        Assert.Equal([Document, Document, Encoding.UTF8.GetBytes(Text), pixels], parts.Select(part => part.Content));
    }

    [Fact]
    public async Task A_document_has_its_own_media_type_unless_a_browser_would_run_it()
    {
        foreach (var (study, type, expected) in ((string, string, int)[])[("1.3.15", "application/pdf", 200), ("1.3.16", "text/html", 406)])
        {
            var dataset = DatasetOf(study);
            dataset.Set(new DicomElement(new(0x0042_0011), DicomVR.OB, Document));
            dataset.Set(new(0x0042_0012), type);
            await TestInstance.StoreAsync(fixture.Archive, await DicomWriter.ToArrayAsync(new(dataset, TransferSyntax.ExplicitVRLittleEndian)));
            using var answer = await fixture.SendAsync($"/studies/{study}/series/{study}.1/instances/{study}.1.1/bulkdata/00420011", type);
            Assert.Equal(expected, (int)answer.StatusCode);
        }
    }

    [Fact]
    public async Task An_instance_without_pixels_has_no_frames()
    {
        await TestInstance.StoreAsync(fixture.Archive, await DicomWriter.ToArrayAsync(new(DatasetOf("1.3.17"), TransferSyntax.ExplicitVRLittleEndian)));
        foreach (var path in (string[])["/frames/1", "/pixeldata", "/bulkdata/7FE00010"])
        {
            using var answer = await fixture.SendAsync("/studies/1.3.17/series/1.3.17.1/instances/1.3.17.1.1" + path);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Big_endian_and_deflated_instances_give_frames_with_the_least_significant_byte_first()
    {
        foreach (var (study, syntax) in ((string, TransferSyntax)[])[("1.3.18", TransferSyntax.ExplicitVRBigEndian), ("1.3.19", TransferSyntax.DeflatedExplicitVRLittleEndian), ("1.3.20", TransferSyntax.ImplicitVRLittleEndian)])
        {
            var (dataset, pixels) = (DatasetOf(study), PixelsOf());
            AddPixels(dataset, pixels);
            await TestInstance.StoreAsync(fixture.Archive, await DicomWriter.ToArrayAsync(new(dataset, TransferSyntax.ExplicitVRLittleEndian), new() { TransferSyntax = syntax }));
            var path = $"/studies/{study}/series/{study}.1/instances/{study}.1.1";
            foreach (var accept in (string[])[OctetParts, OctetParts + "; transfer-syntax=*"])
            {
                var part = Assert.Single(await fixture.PartsAsync($"{path}/frames/2", accept));
                Assert.Equal(Native, part.ContentType);
                Assert.Equal(pixels[64..128], part.Content);
            }

            Assert.Equal(pixels, Assert.Single(await fixture.PartsAsync($"{path}/bulkdata/7FE00010", OctetParts)).Content);
            using var file = await fixture.SendAsync(path, "application/dicom");
            Assert.Equal(pixels, DicomFile.Read(await file.Content.ReadAsByteArrayAsync()).Dataset.Find(DicomTags.PixelData)!.GetBytes().ToArray());
        }
    }

    private static readonly byte[] Document = [.. Enumerable.Range(0, 2000).Select(i => (byte)(i * 7))];
    private static readonly string Text = string.Join(' ', Enumerable.Repeat("Befund: unauffällig", 100)) + ".";

    private static byte[] PixelsOf() => [.. Enumerable.Range(0, 256).Select(i => (byte)i)];

    private static DicomDataset DatasetOf(string study)
    {
        var dataset = DicomFile.Read(new TestInstance(study, $"{study}.1", $"{study}.1.1").ToBytes()).Dataset;
        foreach (var element in dataset.Elements.Where(element => element.Tag.Group is 0x0028 or 0x7FE0).ToArray())
            dataset.Remove(element.Tag);
        return dataset;
    }

    private static void AddPixels(DicomDataset dataset, byte[] pixels)
    {
        dataset.Set(DicomElement.OfNumbers(DicomTags.SamplesPerPixel, DicomVR.US, 1));
        dataset.Set(DicomTags.PhotometricInterpretation, "MONOCHROME2");
        dataset.Set(DicomTags.NumberOfFrames, "4");
        dataset.Set(DicomElement.OfNumbers(DicomTags.Rows, DicomVR.US, 1));
        dataset.Set(DicomElement.OfNumbers(DicomTags.Columns, DicomVR.US, 32));
        dataset.Set(DicomElement.OfNumbers(DicomTags.BitsAllocated, DicomVR.US, 16));
        dataset.Set(DicomElement.OfNumbers(DicomTags.BitsStored, DicomVR.US, 16));
        dataset.Set(DicomElement.OfNumbers(DicomTags.HighBit, DicomVR.US, 15));
        dataset.Set(DicomElement.OfNumbers(DicomTags.PixelRepresentation, DicomVR.US, 0));
        dataset.Set(new DicomElement(DicomTags.PixelData, DicomVR.OW, pixels));
    }

    // Four frames of 64 bytes, private bytes at the root and in an item, and text in Latin 1.
    private async Task<(string Path, byte[] Pixels, byte[] File)> StoreAsync(string study, bool compressed)
    {
        var (dataset, pixels, item) = (DatasetOf(study), PixelsOf(), new DicomDataset());
        dataset.Set(DicomTags.SpecificCharacterSet, "ISO_IR 100");
        dataset.Set(DicomElement.OfText(new(0x0040_A160), DicomVR.UT, dataset.CharacterSet, Text));
        item.Set(new DicomElement(new(0x0009_1010), DicomVR.OB, Document));
        dataset.Set(new DicomElement(new(0x0009_1010), DicomVR.OB, Document));
        dataset.Set(new DicomElement(new(0x0009_1020), [new DicomDataset(), item]));
        AddPixels(dataset, pixels);
        var file = new DicomFile(dataset, TransferSyntax.ExplicitVRLittleEndian);
        if (compressed)
            file = await PixelTranscoder.TranscodeAsync(file, TransferSyntax.Find(Rle)!, PixelCodecs.Managed);
        var bytes = await DicomWriter.ToArrayAsync(file);
        Assert.True((await TestInstance.StoreAsync(fixture.Archive, bytes)).Outcome is StoreOutcome.Created or StoreOutcome.Identical);
        return ($"/studies/{study}/series/{study}.1/instances/{study}.1.1", pixels, bytes);
    }
}
