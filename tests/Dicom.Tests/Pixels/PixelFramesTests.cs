// Frames of native and encapsulated pixel data, and descriptions that can't be.

using FhirHub.Dicom.Pixels;

namespace FhirHub.Dicom.Tests.Pixels;

public class PixelFramesTests
{
    [Fact]
    public async Task Frames_of_single_bits_begin_within_bytes_and_are_brought_to_their_start()
    {
        // Three frames of 3 x 3 bits: all set, none set, the first set.
        var frames = Frames(Image(3, 3, 1, frames: 3).Element(0x7FE00010, "OB", [0xFF, 0x01, 0b0000_0100, 0x00]));
        Assert.Equal([0xFF, 0x01], await DecodeAsync(frames, 0));
        Assert.Equal([0x00, 0x00], await DecodeAsync(frames, 1));
        Assert.Equal([0x01, 0x00], await DecodeAsync(frames, 2));
    }

    [Fact]
    public async Task Words_of_a_big_endian_file_are_turned_also_where_they_hold_two_pixels()
    {
        var words = Frames(Image(1, 3, 16, big: true).Element(0x7FE00010, "OW", [1, 2, 3, 4, 5, 6]), "1.2.840.10008.1.2.2");
        Assert.Equal([2, 1, 4, 3, 6, 5], await DecodeAsync(words, 0));
        var bytes = Frames(Image(1, 3, 8, frames: 2, big: true).Element(0x7FE00010, "OW", [2, 1, 4, 3, 6, 5]), "1.2.840.10008.1.2.2");
        Assert.Equal([1, 2, 3], await DecodeAsync(bytes, 0));
        Assert.Equal([4, 5, 6], await DecodeAsync(bytes, 1));
        var plain = Frames(Image(1, 3, 8, big: true).Element(0x7FE00010, "OB", [1, 2, 3, 0]), "1.2.840.10008.1.2.2");
        Assert.Equal([1, 2, 3], await DecodeAsync(plain, 0));
    }

    [Fact]
    public async Task Planes_are_brought_together()
    {
        var frames = Frames(Image(1, 2, 8, 3, "RGB", planar: 1).Element(0x7FE00010, "OB", [1, 2, 10, 20, 100, 200]));
        Assert.Equal([1, 10, 100, 2, 20, 200], await DecodeAsync(frames, 0));
    }

    [Fact]
    public async Task Shared_chrominances_are_given_to_each_pixel()
    {
        var frames = Frames(Image(1, 4, 8, 3, "YBR_FULL_422").Element(0x7FE00010, "OB", [1, 2, 50, 60, 3, 4, 70, 80]));
        Assert.Equal([1, 50, 60, 2, 50, 60, 3, 70, 80, 4, 70, 80], await DecodeAsync(frames, 0));
    }

    [Fact]
    public async Task Frames_that_are_there_are_given_though_the_last_is_not()
    {
        var frames = Frames(Image(2, 2, 8, frames: 3).Element(0x7FE00010, "OB", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
        Assert.Equal([5, 6, 7, 8], await DecodeAsync(frames, 1));
        var fault = await Assert.ThrowsAsync<DicomException>(() => DecodeAsync(frames, 2));
        Assert.Equal(DicomFault.Truncated, fault.Fault);
    }

    [Fact]
    public async Task Fragments_of_a_frame_are_joined()
    {
        var rle = new byte[64];
        (rle[0], rle[4]) = (1, 64);
        var file = Image(2, 2, 8).Header(0x7FE00010, "OB", TestFile.Undefined).Fragment([]).Fragment(rle).Fragment([3, 9]).Fragment([8, 7, 6, 0]).EndSequence();
        var frames = Frames(file, "1.2.840.10008.1.2.5");
        Assert.Equal([9, 8, 7, 6], await DecodeAsync(frames, 0));
        Assert.Equal(70, (await frames.ReadAsync(0)).Length);
    }

    [Fact]
    public async Task A_transfer_syntax_that_nobody_decodes_says_why()
    {
        var file = Image(2, 2, 8).Header(0x7FE00010, "OB", TestFile.Undefined).Fragment([]).Fragment([1, 2]).EndSequence();
        var fault = await Assert.ThrowsAsync<DicomException>(() => DecodeAsync(Frames(file, "1.2.840.10008.1.2.4.110"), 0));
        Assert.Equal(DicomFault.Unsupported, fault.Fault);
        Assert.Contains("JPEG XL Lossless", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1, 8, 8, 7)]
    [InlineData(1, 0, 8, 8, 7)]
    [InlineData(1, 1, 12, 12, 11)]
    [InlineData(1, 1, 8, 9, 8)]
    [InlineData(1, 1, 8, 8, 6)]
    [InlineData(1, 1, 8, 8, 8)]
    [InlineData(65535, 65535, 64, 64, 63)]
    public void A_description_that_contradicts_itself_or_the_limits_is_refused(int rows, int columns, int allocated, int stored, int high)
    {
        var description = new PixelDescription { Rows = rows, Columns = columns, BitsAllocated = allocated, BitsStored = stored, HighBit = high };
        Assert.Throws<DicomException>(() => description.Check());
    }

    [Theory]
    [InlineData("zero_rows.dcm", "(0028,0010)")]
    [InlineData("rows_too_big.dcm", "(0028,0010)")]
    [InlineData("frames_huge.dcm", "(0028,0008)")]
    [InlineData("jpeg_size_mismatch.dcm", "rows and")]
    public async Task Malformed_files_are_refused_with_the_reason(string name, string word)
    {
        var path = DicomMaterial.PathOf("synthetic/malformed/" + name);
        if (!File.Exists(path))
            return;
        var fault = await Assert.ThrowsAsync<DicomException>(async () =>
        {
            var frames = PixelFrames.Of(DicomFile.Read(await File.ReadAllBytesAsync(path)));
            await frames.DecodeAsync(0, PixelCodecs.Managed, new byte[frames.Description.FrameBytes]);
        });
        Assert.Contains(word, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_are_those_that_are_given()
    {
        var dataset = DicomFile.Read(Image(100, 100, 16, frames: 2).ToFile()).Dataset;
        Assert.Equal(20_000, PixelDescription.Of(dataset, new() { MaxFrameBytes = 20_000, MaxFrames = 2 }).FrameBytes);
        Assert.Equal(DicomFault.LimitExceeded, Assert.Throws<DicomException>(() => PixelDescription.Of(dataset, new() { MaxFrameBytes = 19_999 })).Fault);
        Assert.Equal(DicomFault.LimitExceeded, Assert.Throws<DicomException>(() => PixelDescription.Of(dataset, new() { MaxFrames = 1 })).Fault);
    }

    internal static TestFile Image(
        int rows, int columns, int allocated, int samples = 1, string photometric = "MONOCHROME2", int planar = 0, int frames = 1, bool big = false, int signed = 0, int? stored = null) =>
        new TestFile(isBigEndian: big)
            .US(0x00280002, (ushort)samples)
            .Text(0x00280004, "CS", photometric)
            .US(0x00280006, (ushort)planar)
            .Text(0x00280008, "IS", frames.ToString(System.Globalization.CultureInfo.InvariantCulture))
            .US(0x00280010, (ushort)rows)
            .US(0x00280011, (ushort)columns)
            .US(0x00280100, (ushort)allocated)
            .US(0x00280101, (ushort)(stored ?? allocated))
            .US(0x00280102, (ushort)((stored ?? allocated) - 1))
            .US(0x00280103, (ushort)signed);

    private static PixelFrames Frames(TestFile file, string syntax = "1.2.840.10008.1.2.1") => PixelFrames.Of(DicomFile.Read(file.ToFile(syntax)));

    private static async Task<byte[]> DecodeAsync(PixelFrames frames, int frame)
    {
        var output = new byte[frames.Description.FrameBytes];
        await frames.DecodeAsync(frame, PixelCodecs.Managed, output);
        return output;
    }
}
