// Text that is written onto images, and pixels that are not square.

using System.Text;
using FhirHub.Dicom.Pixels;

namespace FhirHub.Dicom.Tests.Pixels;

public class AnnotationTests
{
    [Fact]
    public async Task Lines_are_white_letters_with_a_black_edge()
    {
        var image = await RenderAsync(Gray(20, 40), RenderOptions.Default with { TopText = ["I"], BottomText = ["-"] });
        var samples = image.Samples.ToArray();

        // The stem of the first letter is its third column from the second row and column on.
        for (var y = 2; y < 9; y++)
            Assert.Equal(255, samples[(y * 40) + 4]);
        Assert.Equal(0, samples[(5 * 40) + 3]);
        Assert.Equal(Enumerable.Repeat((byte)255, 5), samples[((13 * 40) + 2)..((13 * 40) + 7)]);
        Assert.Equal(128, samples[^1]);
    }

    [Fact]
    public async Task Text_that_is_too_long_ends_with_the_image()
    {
        var image = await RenderAsync(Gray(3, 5), RenderOptions.Default with { TopText = [new string('#', 50), "second", "third"], BottomText = ["fourth", "fifth"] });
        Assert.Equal(15, image.Samples.Length);
    }

    [Theory]
    [InlineData("Doe^Jane^^Dr", "Dr Jane Doe", false)]
    [InlineData("M\u00fcller^J\u00f6rg", "Jorg Muller", false)]
    [InlineData("Wang^XiaoDong=\u738b^\u5c0f\u4e1c", "XiaoDong Wang", false)]
    [InlineData("\u738b^\u5c0f\u4e1c", "ID 7", true)]
    public void A_name_is_written_as_its_letters_allow(string name, string first, bool isOmitted)
    {
        var dataset = new DicomDataset();
        dataset.Set(DicomTags.SpecificCharacterSet, "ISO_IR 192");
        dataset.Set(new DicomElement(DicomTags.PatientName, DicomVR.PN, Encoding.UTF8.GetBytes(name)));
        dataset.Set(DicomTags.PatientID, "7");
        Assert.Equal(first, ImageAnnotation.Patient(dataset, out var omitted)[0]);
        Assert.Equal(isOmitted, omitted);
    }

    [Theory]
    [InlineData(0x00280034u, "IS", "2\\1", 10, 20)]
    [InlineData(0x00280030u, "DS", "0.5\\1", 20, 10)]
    [InlineData(0x00181164u, "DS", "1\\2", 20, 10)]
    [InlineData(0x00280030u, "DS", "0\\1", 20, 20)]
    [InlineData(0x00280030u, "DS", "1\\0.0001", 20, 20)]
    [InlineData(0x00280034u, "IS", "x\\1", 20, 20)]
    public async Task Pixels_that_are_not_square_are_drawn_as_they_were_seen(uint tag, string vr, string value, int width, int height)
    {
        var image = await RenderAsync(Gray(4, 4, file => file.Text(tag, vr, value)), RenderOptions.Default with { Width = 20, Height = 20 });
        Assert.Equal((width, height), (image.Width, image.Height));
        var whole = await RenderAsync(Gray(4, 4, file => file.Text(tag, vr, value)), RenderOptions.Default);
        Assert.Equal((4, 4), (whole.Width, whole.Height));
    }

    [Fact]
    public async Task Values_from_the_first_of_a_supplemental_palette_have_its_colours()
    {
        var file = PixelFramesTests.Image(1, 3, 8).Text(0x00089205, "CS", "MIXED");
        for (uint color = 0; color < 3; color++)
            file.US(0x00281101 + color, 2, 200, 8);
        file.Element(0x00281201, "OW", [255, 1]).Element(0x00281202, "OW", [0, 2]).Element(0x00281203, "OW", [0, 3]);
        var image = await RenderAsync(file.Element(0x7FE00010, "OB", [100, 200, 250, 0]), RenderOptions.Default);
        Assert.Equal([100, 100, 100, 255, 0, 0, 1, 2, 3], image.Samples.ToArray());
    }

    private static TestFile Gray(int rows, int columns, Action<TestFile>? more = null)
    {
        var file = PixelFramesTests.Image(rows, columns, 8);
        more?.Invoke(file);
        return file.Element(0x7FE00010, "OB", [.. Enumerable.Repeat((byte)128, rows * columns), .. new byte[rows * columns % 2]]);
    }

    private static async Task<RenderedImage> RenderAsync(TestFile file, RenderOptions options)
    {
        var read = DicomFile.Read(file.ToFile());
        return await FrameRenderer.Of(read.Dataset, read.TransferSyntax).RenderAsync(0, PixelCodecs.Managed, options);
    }
}
