// Frames as they are shown: windows, tables, colours, overlays, sizes.

using System.Runtime.InteropServices;
using FhirHub.Dicom.Pixels;

namespace FhirHub.Dicom.Tests.Pixels;

public class FrameRendererTests
{
    [Theory]
    [InlineData(VoiLutFunction.Linear, 2048, 4096, 0, 0)]
    [InlineData(VoiLutFunction.Linear, 2048, 4096, 4095, 1)]
    [InlineData(VoiLutFunction.Linear, 2048, 1, 2047, 0)]
    [InlineData(VoiLutFunction.Linear, 2048, 1, 2048, 1)]
    [InlineData(VoiLutFunction.Linear, 0, 100, 0, 0.505050505)]
    [InlineData(VoiLutFunction.LinearExact, 2048, 4096, 0, 0)]
    [InlineData(VoiLutFunction.LinearExact, 2048, 4096, 2048, 0.5)]
    [InlineData(VoiLutFunction.LinearExact, 0, 100, 50, 1)]
    [InlineData(VoiLutFunction.Sigmoid, 10, 40, 10, 0.5)]
    [InlineData(VoiLutFunction.Sigmoid, 10, 40, 20, 0.731058579)]
    public void Windows_are_those_of_the_standard(VoiLutFunction function, double center, double width, double value, double expected) =>
        Assert.Equal(expected, new VoiWindow(center, width, function).Map(value), 6);

    [Fact]
    public async Task Values_are_rescaled_and_windowed_with_their_sign()
    {
        var file = PixelFramesTests.Image(1, 4, 16, signed: 1, stored: 12)
            .Text(0x00281050, "DS", "-500").Text(0x00281051, "DS", "1000").Text(0x00281052, "DS", "-1000").Text(0x00281053, "DS", "2").Text(0x00281056, "CS", "LINEAR_EXACT");
        // Stored 0, 250, 500 and -1 of twelve bits: -1000, -500, 0, -1002.
        Assert.Equal([0, 128, 255, 0], await GrayAsync(file, 0, 250, 500, 0x0FFF));
    }

    [Fact]
    public async Task A_window_that_is_asked_for_goes_before_the_one_of_the_data_set()
    {
        var file = PixelFramesTests.Image(1, 2, 16).Text(0x00281050, "DS", "1000").Text(0x00281051, "DS", "10");
        Assert.Equal([0, 255], await GrayAsync(file, RenderOptions.Default with { Window = new(100, 200, VoiLutFunction.LinearExact) }, 0, 200));
    }

    [Fact]
    public async Task Without_a_window_the_values_of_the_frame_decide_and_padding_does_not()
    {
        var file = PixelFramesTests.Image(1, 4, 16).US(0x00280120, 60000);
        Assert.Equal([255, 0, 128, 255], await GrayAsync(file, 60000, 100, 150, 200));
        Assert.Equal([0, 0, 0, 0], await GrayAsync(PixelFramesTests.Image(1, 4, 16), 7, 7, 7, 7));
        // Written as if it were unsigned, which happens.
        Assert.Equal([0, 0, 255], await GrayAsync(PixelFramesTests.Image(1, 3, 16, signed: 1).US(0x00280120, 63536), 63536, 100, 200));
    }

    [Theory]
    [InlineData("MONOCHROME1", null)]
    [InlineData("MONOCHROME1", "INVERSE")]
    [InlineData("MONOCHROME2", "INVERSE")]
    public async Task The_least_value_is_white_where_the_data_set_says_so(string photometric, string? shape)
    {
        var file = PixelFramesTests.Image(1, 2, 8, photometric: photometric);
        if (shape is not null)
            file.Text(0x20500020, "CS", shape);
        var image = await RenderAsync(file.Element(0x7FE00010, "OB", [0, 200]));
        Assert.Equal([255, 55], image.Samples.ToArray());
    }

    [Fact]
    public async Task Tables_of_modality_and_values_of_interest_go_one_after_the_other()
    {
        var file = PixelFramesTests.Image(1, 3, 16, signed: 1);
        Sequence(file, 0x00283000, item => item.Element(0x00283002, "SS", [3, 0, 0xFF, 0xFF, 16, 0]).US(0x00283006, 10, 20, 30));
        Sequence(file, 0x00283010, item => item.US(0x00283002, 3, 19, 8).US(0x00283006, 0, 100, 255));
        // -5 and -1 are the first entry, 0 the second, 9 the last.
        Assert.Equal([0, 100, 255], await GrayAsync(file, unchecked((ushort)-5), 0, 9));
    }

    [Fact]
    public async Task Windows_of_functional_groups_hold_for_their_frames()
    {
        var file = PixelFramesTests.Image(1, 1, 16, frames: 2);
        file.Header(0x52009229, "SQ", TestFile.Undefined).Item();
        Sequence(file, 0x00289145, item => item.Text(0x00281052, "DS", "100").Text(0x00281053, "DS", "1")).EndItem().EndSequence();
        file.Header(0x52009230, "SQ", TestFile.Undefined);
        foreach (var center in new[] { "100", "200" })
        {
            file.Item();
            Sequence(file, 0x00289132, item => item.Text(0x00281050, "DS", center).Text(0x00281051, "DS", "200").Text(0x00281056, "CS", "LINEAR_EXACT")).EndItem();
        }

        var renderer = Renderer(file.EndSequence().Element(0x7FE00010, "OW", [50, 0, 50, 0]));
        Assert.Equal(191, (await renderer.RenderAsync(0, PixelCodecs.Managed, RenderOptions.Default)).Samples.ToArray()[0]);
        Assert.Equal(64, (await renderer.RenderAsync(1, PixelCodecs.Managed, RenderOptions.Default)).Samples.ToArray()[0]);
    }

    [Fact]
    public async Task Samples_of_one_and_of_many_bits_are_shown()
    {
        var bits = await RenderAsync(PixelFramesTests.Image(2, 5, 1).Element(0x7FE00010, "OB", [0b0100_0001, 0b10]));
        Assert.Equal([255, 0, 0, 0, 0, 0, 255, 0, 0, 255], bits.Samples.ToArray());
        var wide = await RenderAsync(PixelFramesTests.Image(1, 3, 32, signed: 1).Element(0x7FE00010, "OW", MemoryMarshal.AsBytes<int>([-1_000_000, 0, 1_000_000])));
        Assert.Equal([0, 128, 255], wide.Samples.ToArray());
        var numbers = await RenderAsync(PixelFramesTests.Image(1, 4, 32).Element(0x7FE00008, "OF", MemoryMarshal.AsBytes<float>([-0.5f, 0, 0.5f, float.NaN])));
        Assert.Equal([0, 128, 255, 0], numbers.Samples.ToArray());
        var doubles = await RenderAsync(PixelFramesTests.Image(1, 2, 64).Element(0x7FE00009, "OD", MemoryMarshal.AsBytes<double>([-1e9, 1e9])));
        Assert.Equal([0, 255], doubles.Samples.ToArray());
    }

    [Fact]
    public async Task Indices_become_the_colours_of_the_palette()
    {
        var file = PixelFramesTests.Image(1, 3, 8, photometric: "PALETTE COLOR");
        for (uint color = 0; color < 3; color++)
            file.US(0x00281101 + color, 2, 1, 16);
        file.Element(0x00281201, "OW", [0, 0x10, 0, 0xFF]).Element(0x00281202, "OW", [0, 0x20, 0, 0xFE]).Element(0x00281203, "OW", [0, 0x30, 0, 0xFD]);
        var image = await RenderAsync(file.Element(0x7FE00010, "OB", [0, 1, 2]));
        Assert.Equal([0x10, 0x20, 0x30, 0x10, 0x20, 0x30, 0xFF, 0xFE, 0xFD], image.Samples.ToArray());
    }

    [Fact]
    public async Task Segments_of_a_palette_are_numbers_lines_and_repetitions()
    {
        var file = PixelFramesTests.Image(1, 8, 8, photometric: "PALETTE COLOR");
        for (uint color = 0; color < 3; color++)
            file.US(0x00281101 + color, 8, 0, 16);
        // Two numbers, a line of two to 0x4000, and the first segment with the line once more.
        ushort[] segments = [0, 2, 0x1000, 0x2000, 1, 2, 0x4000, 2, 2, 0, 0];
        for (uint color = 0; color < 3; color++)
            file.Element(0x00281221 + color, "OW", MemoryMarshal.AsBytes(segments.AsSpan()));
        var image = await RenderAsync(file.Element(0x7FE00010, "OB", [0, 1, 2, 3, 4, 5, 6, 7]));
        Assert.Equal([0x10, 0x20, 0x30, 0x40, 0x10, 0x20, 0x30, 0x40], image.Samples.ToArray().Where((_, i) => i % 3 == 0));
    }

    [Theory]
    [InlineData("RGB", 10, 20, 30, 10, 20, 30)]
    [InlineData("YBR_FULL", 128, 128, 128, 128, 128, 128)]
    [InlineData("YBR_FULL", 76, 85, 255, 254, 0, 0)]
    [InlineData("YBR_FULL", 29, 255, 107, 0, 0, 254)]
    public async Task Colours_become_red_green_and_blue(string photometric, byte first, byte second, byte third, byte red, byte green, byte blue)
    {
        var image = await RenderAsync(PixelFramesTests.Image(1, 2, 8, 3, photometric).Element(0x7FE00010, "OB", [first, second, third, first, second, third]));
        Assert.Equal(3, image.Channels);
        Assert.Equal([red, green, blue, red, green, blue], image.Samples.ToArray());
    }

    [Fact]
    public async Task The_reduced_range_of_video_is_widened()
    {
        var image = await RenderAsync(PixelFramesTests.Image(1, 2, 8, 3, "YBR_PARTIAL_422").Element(0x7FE00010, "OB", [16, 235, 128, 128]));
        Assert.Equal([0, 0, 0, 255, 255, 255], image.Samples.ToArray());
    }

    [Fact]
    public async Task Overlays_are_drawn_where_they_are_and_left_out_on_demand()
    {
        var file = PixelFramesTests.Image(2, 3, 8)
            .US(0x60000010, 2).US(0x60000011, 2).Text(0x60000040, "CS", "G").Element(0x60000050, "SS", [1, 0, 2, 0]).US(0x60000100, 1).US(0x60000102, 0)
            .Element(0x60003000, "OW", [0b1001, 0]).Element(0x7FE00010, "OB", [1, 2, 3, 4, 5, 6]);
        Assert.Equal([1, 255, 3, 4, 5, 255], (await RenderAsync(file)).Samples.ToArray());
        Assert.Equal([1, 2, 3, 4, 5, 6], (await RenderAsync(file, RenderOptions.Default with { HasOverlays = false })).Samples.ToArray());
    }

    [Fact]
    public async Task Overlays_in_bits_above_the_samples_are_drawn_and_are_no_part_of_values()
    {
        var file = PixelFramesTests.Image(1, 2, 16, stored: 12).Text(0x00281050, "DS", "128").Text(0x00281051, "DS", "256")
            .US(0x60000010, 1).US(0x60000011, 2).US(0x60000100, 16).US(0x60000102, 15);
        Assert.Equal([0, 255], await GrayAsync(file, 0x4000, 0x8000));
    }

    [Fact]
    public async Task An_image_fits_into_the_viewport_and_keeps_its_proportions()
    {
        var file = PixelFramesTests.Image(2, 4, 8).Element(0x7FE00010, "OB", [0, 100, 10, 20, 100, 200, 30, 40]);
        var small = await RenderAsync(file, RenderOptions.Default with { Width = 2, Height = 2 });
        Assert.Equal((2, 1), (small.Width, small.Height));
        Assert.Equal([100, 25], small.Samples.ToArray());
        var large = await RenderAsync(file, RenderOptions.Default with { Width = 8 });
        Assert.Equal((8, 4), (large.Width, large.Height));
        Assert.Equal([0, 25, 75, 78], large.Samples.ToArray()[..4]);
    }

    [Fact]
    public async Task A_region_is_cut_out_and_flipped()
    {
        var file = PixelFramesTests.Image(2, 3, 8).Element(0x7FE00010, "OB", [1, 2, 3, 4, 5, 6]);
        var region = await RenderAsync(file, RenderOptions.Default with { Region = new(1, 0, 2, 2), FlipHorizontally = true, FlipVertically = true });
        Assert.Equal([6, 5, 3, 2], region.Samples.ToArray());
        await Assert.ThrowsAsync<DicomException>(() => RenderAsync(file, RenderOptions.Default with { Region = new(2, 0, 2, 2) }));
        await Assert.ThrowsAsync<DicomException>(() => RenderAsync(file, RenderOptions.Default with { Width = 1_000_000 }));
    }

    [Fact]
    public async Task A_palette_that_is_missing_or_short_is_refused()
    {
        await Assert.ThrowsAsync<DicomException>(() => RenderAsync(PixelFramesTests.Image(1, 1, 8, photometric: "PALETTE COLOR").Element(0x7FE00010, "OB", [0, 0])));
        var file = PixelFramesTests.Image(1, 1, 8, photometric: "PALETTE COLOR").US(0x00281101, 256, 0, 16).Element(0x00281201, "OW", [1, 2]);
        await Assert.ThrowsAsync<DicomException>(() => RenderAsync(file.Element(0x7FE00010, "OB", [0, 0])));
    }

    [Fact]
    public async Task A_picture_of_single_bits_that_would_fill_the_memory_is_refused()
    {
        var file = DicomFile.Read(PixelFramesTests.Image(1000, 1000, 1).Element(0x7FE00010, "OB", new byte[125_000]).ToFile());
        var renderer = FrameRenderer.Of(file.Dataset, file.TransferSyntax, new() { MaxFrameBytes = 500_000 });
        var fault = await Assert.ThrowsAsync<DicomException>(async () => await renderer.RenderAsync(0, PixelCodecs.Managed, RenderOptions.Default));
        Assert.Equal(DicomFault.LimitExceeded, fault.Fault);
    }

    private static TestFile Sequence(TestFile file, uint tag, Action<TestFile> item)
    {
        file.Header(tag, "SQ", TestFile.Undefined).Item();
        item(file);
        return file.EndItem().EndSequence();
    }

    private static FrameRenderer Renderer(TestFile file)
    {
        var read = DicomFile.Read(file.ToFile());
        return FrameRenderer.Of(read.Dataset, read.TransferSyntax);
    }

    private static async Task<RenderedImage> RenderAsync(TestFile file, RenderOptions? options = null) =>
        await Renderer(file).RenderAsync(0, PixelCodecs.Managed, options ?? RenderOptions.Default);

    private static Task<byte[]> GrayAsync(TestFile file, params ushort[] values) => GrayAsync(file, RenderOptions.Default, values);

    private static async Task<byte[]> GrayAsync(TestFile file, RenderOptions options, params ushort[] values) =>
        (await RenderAsync(file.Element(0x7FE00010, "OW", MemoryMarshal.AsBytes(values.AsSpan())), options)).Samples.ToArray();
}
