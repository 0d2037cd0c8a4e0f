// Images as presentation states want them seen.

using System.Buffers.Binary;
using FhirHub.Dicom.Pixels;

namespace FhirHub.Dicom.Tests.Pixels;

public class PresentationStateTests
{
    private const string Image = "1.2.3.4";

    [Fact]
    public async Task Window_and_polarity_of_the_state_go_before_those_of_the_image()
    {
        var state = State(file => Sequence(file, 0x00283110, item => item.Text(0x00281050, "DS", "100").Text(0x00281051, "DS", "200").Text(0x00281056, "CS", "LINEAR_EXACT")).Text(0x20500020, "CS", "INVERSE"));
        Assert.Equal([255, 127, 0, 0, 0, 0], await ShowAsync(state));
        Assert.Equal([0, 64, 128, 191, 255, 255], await ShowAsync(null));
    }

    [Fact]
    public async Task A_window_that_is_for_another_image_does_not_hold()
    {
        var state = State(file => Sequence(file, 0x00283110, item => Sequence(item, 0x00081140, image => image.Text(0x00081155, "UI", "1.9.9")).Text(0x00281050, "DS", "1").Text(0x00281051, "DS", "1")));
        Assert.Equal([0, 64, 128, 191, 255, 255], await ShowAsync(state));
    }

    [Fact]
    public async Task Shades_go_through_the_table_of_the_state()
    {
        var state = State(file => Sequence(file, 0x20500010, item => item.US(0x00283002, 3, 0, 8).US(0x00283006, 10, 200, 30)));
        Assert.Equal([10, 10, 200, 30, 30, 30], await ShowAsync(state));
    }

    [Theory]
    [InlineData("RECTANGULAR", new byte[] { 0, 64, 0, 0, 255, 0 })]
    [InlineData("CIRCULAR", new byte[] { 0, 64, 0, 191, 255, 255 })]
    [InlineData("POLYGONAL", new byte[] { 0, 0, 0, 191, 255, 255 })]
    public async Task What_is_outside_a_shutter_is_hidden(string shape, byte[] expected)
    {
        var state = State(file => file.Text(0x00181600, "CS", shape).Text(0x00181602, "IS", "2").Text(0x00181604, "IS", "2").Text(0x00181606, "IS", "1").Text(0x00181608, "IS", "2")
            .Text(0x00181610, "IS", "2\\2").Text(0x00181612, "IS", "1").Text(0x00181620, "IS", "2\\1\\2\\3\\3\\3\\3\\1"));
        var shown = await ShowAsync(state);
        if (shape == "POLYGONAL")
            Assert.Equal([0, 0, 0], shown[..3]);
        else
            Assert.Equal(expected, shown);
    }

    [Theory]
    [InlineData("90", "N", 2, 3, new byte[] { 191, 0, 255, 64, 255, 128 })]
    [InlineData("180", "N", 3, 2, new byte[] { 255, 255, 191, 128, 64, 0 })]
    [InlineData("270", "N", 2, 3, new byte[] { 128, 255, 64, 255, 0, 191 })]
    [InlineData("0", "Y", 3, 2, new byte[] { 128, 64, 0, 255, 255, 191 })]
    [InlineData("90", "Y", 2, 3, new byte[] { 0, 191, 64, 255, 128, 255 })]
    public async Task It_is_turned_and_then_flipped(string degrees, string flip, int width, int height, byte[] expected)
    {
        var image = await RenderAsync(State(file => file.Text(0x00700041, "CS", flip).US(0x00700042, ushort.Parse(degrees))), RenderOptions.Default);
        Assert.Equal((width, height), (image.Width, image.Height));
        Assert.Equal(expected, image.Samples.ToArray());
    }

    [Fact]
    public async Task The_displayed_area_is_what_is_shown()
    {
        var state = State(file => Sequence(file, 0x0070005A, item => item.Element(0x00700052, "SL", Longs(2, 1)).Element(0x00700053, "SL", Longs(3, 2))));
        Assert.Equal([64, 128, 255, 255], await ShowAsync(state));
        var beyond = State(file => Sequence(file, 0x0070005A, item => item.Element(0x00700052, "SL", Longs(-100, -100)).Element(0x00700053, "SL", Longs(int.MaxValue, int.MaxValue))));
        Assert.Equal([0, 64, 128, 191, 255, 255], await ShowAsync(beyond));
    }

    [Fact]
    public async Task Lines_are_drawn_where_they_point_to_also_when_the_image_is_turned()
    {
        // From the first pixel of the first row to the second: both are white.
        void Annotate(TestFile file) => Sequence(file, 0x00700001, item => Sequence(item, 0x00700009, graphic => graphic
            .Text(0x00700005, "CS", "PIXEL").US(0x00700020, 2).US(0x00700021, 2).Element(0x00700022, "FL", Floats(1, 1, 2, 1)).Text(0x00700023, "CS", "POLYLINE")));
        Assert.Equal([255, 255, 128, 191, 255, 255], await ShowAsync(State(Annotate)));
        var turned = await RenderAsync(State(file => { Annotate(file); file.US(0x00700042, 180); }), RenderOptions.Default);
        Assert.Equal([255, 255, 191, 128, 255, 255], turned.Samples.ToArray());
    }

    [Fact]
    public async Task Lines_that_go_very_far_or_nowhere_do_no_harm()
    {
        foreach (var numbers in (float[][])[[1, 1, 3e38f, -3e38f], [float.NaN, 1, 2, 2], [1], [-5, -5, -6, -6], [float.PositiveInfinity, 0, 1, 1]])
        {
            foreach (var type in (string[])["POLYLINE", "CIRCLE", "ELLIPSE", "POINT", "NONSENSE"])
            {
                var state = State(file => Sequence(file, 0x00700001, item => Sequence(item, 0x00700009, graphic => graphic
                    .Element(0x00700022, "FL", Floats([.. numbers, .. numbers])).Text(0x00700023, "CS", type))));
                Assert.Equal(6, (await ShowAsync(state)).Length);
            }
        }
    }

    [Fact]
    public void Another_instance_is_no_presentation_state()
    {
        var dataset = new DicomDataset();
        dataset.Set(DicomTags.SOPClassUID, "1.2.840.10008.5.1.4.1.1.11.2");
        Assert.Equal(DicomFault.Unsupported, Assert.Throws<DicomException>(() => PresentationState.Of(dataset)).Fault);
    }

    private static async Task<byte[]> ShowAsync(PresentationState? state) => (await RenderAsync(state, RenderOptions.Default)).Samples.ToArray();

    private static async Task<RenderedImage> RenderAsync(PresentationState? state, RenderOptions options)
    {
        var file = new TestFile().Text(0x00080018, "UI", Image).US(0x00280002, 1).Text(0x00280004, "CS", "MONOCHROME2").US(0x00280010, 2).US(0x00280011, 3)
            .US(0x00280100, 16).US(0x00280101, 16).US(0x00280102, 15).US(0x00280103, 0)
            .Text(0x00281050, "DS", "200").Text(0x00281051, "DS", "400").Text(0x00281056, "CS", "LINEAR_EXACT")
            .Element(0x7FE00010, "OW", [0, 0, 100, 0, 200, 0, 0x2C, 1, 0x90, 1, 0xF4, 1]);
        var read = DicomFile.Read(file.ToFile());
        return await FrameRenderer.Of(read.Dataset, read.TransferSyntax).RenderAsync(0, PixelCodecs.Managed, options with { Presentation = state });
    }

    private static PresentationState State(Action<TestFile> content)
    {
        var file = new TestFile().Text(0x00080016, "UI", PresentationState.SopClassUid);
        content(file);
        return PresentationState.Of(DicomFile.Read(file.ToFile()).Dataset);
    }

    private static TestFile Sequence(TestFile file, uint tag, Action<TestFile> item)
    {
        file.Header(tag, "SQ", TestFile.Undefined).Item();
        item(file);
        return file.EndItem().EndSequence();
    }

    private static byte[] Longs(params int[] numbers) => [.. numbers.SelectMany(BitConverter.GetBytes)];

    private static byte[] Floats(params float[] numbers)
    {
        var bytes = new byte[4 * numbers.Length];
        for (var i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(4 * i), numbers[i]);
        return bytes;
    }
}
