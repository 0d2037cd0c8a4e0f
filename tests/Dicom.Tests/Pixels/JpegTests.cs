// JPEG streams that the tests write themselves, decoded.

using System.Runtime.InteropServices;
using FhirHub.Dicom.Pixels;
using FhirHub.Tests;

namespace FhirHub.Dicom.Tests.Pixels;

public class JpegTests
{
    private static readonly TransferSyntax Lossless = TransferSyntax.Find("1.2.840.10008.1.2.4.57")!;
    private static readonly TransferSyntax Extended = TransferSyntax.Find("1.2.840.10008.1.2.4.51")!;

    [Theory]
    [InlineData(1, 16, 0, 0)]
    [InlineData(2, 16, 0, 0)]
    [InlineData(3, 12, 0, 0)]
    [InlineData(4, 16, 0, 2)]
    [InlineData(5, 12, 0, 3)]
    [InlineData(6, 10, 0, 0)]
    [InlineData(7, 16, 0, 1)]
    [InlineData(1, 12, 3, 0)]
    [InlineData(4, 2, 0, 0)]
    public async Task A_lossless_stream_gives_its_samples_with_every_predictor(int predictor, int precision, int low, int restartRows)
    {
        var random = new Random(TestSeed.Take());
        var samples = new ushort[7 * 11];
        for (var i = 0; i < samples.Length; i++)
            samples[i] = (ushort)(random.Next(1 << precision) >> low << low);
        var stream = TestJpeg.Lossless(samples, 7, 11, 1, precision, predictor, low, restartRows);
        var output = await DecodeAsync(stream, Lossless, Gray(7, 11, 16));
        Assert.Equal(samples, MemoryMarshal.Cast<byte, ushort>(output));
    }

    [Fact]
    public async Task A_lossless_stream_of_three_components_gives_pixels_with_their_samples_together()
    {
        var random = new Random(TestSeed.Take());
        var samples = new byte[5 * 4 * 3];
        random.NextBytes(samples);
        var stream = TestJpeg.Lossless([.. samples.Select(sample => (ushort)sample)], 5, 4, 3, 8, 6);
        Assert.Equal(samples, await DecodeAsync(stream, Lossless, Color(5, 4)));
    }

    [Theory]
    [InlineData(0xC0, 8, 8, 0, 128)]
    [InlineData(0xC1, 8, 8, 80, 138)]
    [InlineData(0xC1, 12, 16, 8000, 3048)]
    [InlineData(0xC1, 12, 16, -30000, 0)]
    [InlineData(0xC0, 8, 8, 30000, 255)]
    public async Task A_block_of_one_coefficient_is_even(byte marker, int precision, int allocated, int coefficient, int expected)
    {
        var jpeg = new TestJpeg().Tables().Segment(0xDB, [0, .. Enumerable.Repeat((byte)1, 64)]).Frame(marker, precision, 8, 8, 0x11).Scan(1, 0, 63, 0);
        var output = await DecodeAsync(jpeg.Number(coefficient).Bits(0, 5).End(), Extended, Gray(8, 8, allocated));
        if (allocated == 8)
            Assert.All(output, sample => Assert.Equal(expected, sample));
        else
            Assert.All(MemoryMarshal.Cast<byte, ushort>(output).ToArray(), sample => Assert.Equal(expected, sample));
    }

    [Fact]
    public async Task Chrominances_that_pixels_share_are_spread_over_them()
    {
        // One unit of 16 x 8 pixels: two blocks of luminance, one of each chrominance.
        var jpeg = new TestJpeg().Tables().Segment(0xDB, [0, .. Enumerable.Repeat((byte)8, 64)]).Frame(0xC0, 8, 8, 16, 0x21, 0x11, 0x11).Scan(3, 0, 63, 0);
        foreach (var difference in new[] { 10, 20, -5, 7 })
            jpeg.Number(difference).Bits(0, 5);
        var output = new byte[8 * 16 * 3];
        var decoded = await PixelCodecs.Managed.Decoder(Extended).DecodeAsync(jpeg.End(), Extended, Color(8, 16) with { Photometric = PhotometricInterpretation.YbrFull422 }, output, default);
        Assert.Equal(PhotometricInterpretation.YbrFull, decoded.Photometric);
        Assert.Equal([138, 123, 135], output[..3]);
        Assert.Equal([158, 123, 135], output[^3..]);
    }

    [Fact]
    public async Task A_stream_of_other_dimensions_than_the_data_set_says_is_refused()
    {
        var stream = TestJpeg.Lossless(new ushort[64], 8, 8, 1, 8, 1);
        var fault = await Assert.ThrowsAsync<DicomException>(() => DecodeAsync(stream, Lossless, Gray(8, 9, 8)));
        Assert.Contains("8 rows and 8 columns", fault.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<DicomException>(() => DecodeAsync(TestJpeg.Lossless(new ushort[64], 8, 8, 1, 12, 1), Lossless, Gray(8, 8, 8)));
        await Assert.ThrowsAsync<DicomException>(() => DecodeAsync(stream, Lossless, Color(8, 8)));
    }

    [Fact]
    public async Task A_stream_that_ends_early_is_refused()
    {
        var random = new Random(TestSeed.Take());
        var samples = new ushort[64 * 64];
        for (var i = 0; i < samples.Length; i++)
            samples[i] = (ushort)random.Next(4096);
        var stream = TestJpeg.Lossless(samples, 64, 64, 1, 12, 1);
        foreach (var length in new[] { 0, 1, 2, 3, 10, 60, 100, 500, stream.Length / 2, stream.Length - 20 })
            await Assert.ThrowsAsync<DicomException>(() => DecodeAsync(stream[..length], Lossless, Gray(64, 64, 16)));
    }

    [Theory]
    [InlineData(0xC1)]
    [InlineData(0xC2)]
    [InlineData(0xC3)]
    public async Task A_few_bytes_that_claim_to_be_a_huge_image_are_refused_before_memory_is_taken(byte marker)
    {
        var jpeg = new TestJpeg().Tables().Segment(0xDB, [0, .. Enumerable.Repeat((byte)1, 64)]).Frame(marker, 8, 20_000, 20_000, 0x11).Scan(1, marker == 0xC3 ? 1 : 0, 63, 0).End();
        var output = new byte[1];
        var before = GC.GetAllocatedBytesForCurrentThread();
        var fault = await Assert.ThrowsAsync<DicomException>(async () =>
            await PixelCodecs.Managed.Decoder(Extended).DecodeAsync(jpeg, Extended, Gray(20_000, 20_000, 8), output, default));
        Assert.Equal(DicomFault.Truncated, fault.Fault);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
    }

    [Theory]
    [InlineData(0xC5, "hierarchical")]
    [InlineData(0xC9, "arithmetic")]
    public async Task What_is_retired_is_refused_by_its_name(byte marker, string word)
    {
        var jpeg = new TestJpeg().Tables().Frame(marker, 8, 8, 8, 0x11);
        var fault = await Assert.ThrowsAsync<DicomException>(() => DecodeAsync(jpeg.End(), Extended, Gray(8, 8, 8)));
        Assert.Equal(DicomFault.Unsupported, fault.Fault);
        Assert.Contains(word, fault.Message, StringComparison.Ordinal);
    }

    internal static PixelDescription Gray(int rows, int columns, int allocated) =>
        new() { Rows = rows, Columns = columns, BitsAllocated = allocated, BitsStored = allocated, HighBit = allocated - 1 };

    internal static PixelDescription Color(int rows, int columns, int allocated = 8) =>
        Gray(rows, columns, allocated) with { SamplesPerPixel = 3, Photometric = PhotometricInterpretation.Rgb };

    private static async Task<byte[]> DecodeAsync(byte[] stream, TransferSyntax syntax, PixelDescription description)
    {
        var output = new byte[description.Check().FrameBytes];
        await PixelCodecs.Managed.Decoder(syntax).DecodeAsync(stream, syntax, description, output, default);
        return output;
    }
}
