// OHIF against this server, as a reader sees it: lists, images, volumes, measurements, reports.

using System.Text.RegularExpressions;
using FhirHub.Dicom;
using FhirHub.Dicom.Tests;

namespace FhirHub.ImagingViewer.Tests;

public sealed partial class ViewerTests(ViewerFixture viewer) : IClassFixture<ViewerFixture>
{
    private const string HeadCt = "头颅CT平扫";
    private const string JpegLs = "1.2.840.10008.1.2.4.80";
    private const string Jpeg2000 = "1.2.840.10008.1.2.4.90";

    [ChromiumFact]
    public async Task The_list_shows_studies_with_their_descriptions_and_names_in_Chinese_and_opens_them()
    {
        await using var page = await viewer.OpenAsync("/viewer/");
        await page.Page.GetByText(HeadCt).First.WaitForAsync();
        var text = await page.Page.Locator("body").InnerTextAsync();
        foreach (var description in new[] { "心脏超声", "胸部正位片", "头颅MR平扫", HeadCt, "胸部CT平扫" })
            Assert.Contains(description, text, StringComparison.Ordinal);

        // The study with the national character set has its name in Chinese, the others have it in Latin letters first.
        Assert.Matches(ChineseName(), text);
        Assert.Matches(LatinName(), text);
        Assert.True(await page.Page.EvaluateAsync<bool>("crossOriginIsolated"));
        Assert.Empty(page.Complaints);
    }

    [ChromiumFact]
    public async Task A_stack_is_painted_scrolled_and_measured()
    {
        await using var page = await viewer.OpenStudyAsync(viewer.StudyOf(HeadCt));
        var first = await page.PaintedAsync(IsHead);
        await page.ScrollAsync();
        var second = await page.PaintedAsync(painting => IsHead(painting) && painting.Digest != first.Digest);
        Assert.NotEqual(first.Digest, second.Digest);

        await HideNoticeAsync(page);
        await page.ClickAsync("MeasurementTools-split-button-primary");
        await page.DragAsync((0.42, 0.5), (0.58, 0.5));
        var length = page.Page.Locator("svg text").GetByText(Millimetres()).First;
        await length.WaitForAsync();
        Assert.True(double.Parse(Millimetres().Match(await length.TextContentAsync() ?? "").Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) is > 20 and < 200);
        Assert.Empty(page.Complaints);
    }

    [ChromiumFact]
    public async Task A_volume_is_cut_in_three_planes_and_rendered_whole()
    {
        await using var page = await viewer.OpenStudyAsync(viewer.StudyOf(HeadCt));
        await page.PaintedAsync(IsHead);
        await HideNoticeAsync(page);
        await page.ClickAsync("Layout");
        await page.ClickAsync("3D four up");

        // The axial, coronal and sagittal planes hold brain, bone and air; the rendered volume has the colours of bone and flesh.
        var views = await page.PaintedAsync(4, static (index, painting) => index == 1 ? painting.Coloured > 0.15 : IsHead(painting));
        Assert.Equal(4, views.Select(static view => view.Digest).Distinct().Count());
        Assert.Empty(page.Complaints);
    }

    [ChromiumFact]
    public async Task A_segmentation_and_a_measurement_report_are_shown_upon_their_images()
    {
        await using var page = await viewer.OpenStudyAsync(viewer.StudyOf(HeadCt));
        await page.PaintedAsync(static painting => IsHead(painting) && painting.Coloured < 0.001);
        await HideNoticeAsync(page);
        await page.Page.GetByText("梗死灶分割").DblClickAsync();
        await page.PaintedAsync(static painting => IsHead(painting) && painting.Coloured > 0.001);
        await page.Page.GetByText("Do you want to open this Segmentation?").WaitForAsync();

        await page.Page.GetByText("测量报告").DblClickAsync();
        await page.PaintedAsync(static painting => IsHead(painting) && painting.Coloured < 0.001);

        // The length that the report says, at the place that it says.
        await page.Page.Locator("svg text").GetByText("48").First.WaitForAsync();
        Assert.Empty(page.Complaints);
    }

    [ChromiumFact(JpegLs)]
    public Task Images_in_JPEG_LS_are_painted() => StoredInAsync("胸部CT平扫", JpegLs, static painting => painting.Gray > 0.3 && painting.Bright > 0.01);

    [ChromiumFact(Jpeg2000)]
    public Task Images_in_JPEG_2000_are_painted() => StoredInAsync("胸部正位片", Jpeg2000, static painting => painting.Gray > 0.3);

    [ChromiumFact]
    public Task Images_in_RLE_are_painted() => StoredInAsync("头颅MR平扫", "1.2.840.10008.1.2.5", static painting => painting.Gray > 0.1 && painting.Dark > 0.3);

    [ChromiumFact]
    public async Task Images_in_HTJ2K_are_painted()
    {
        const string Name = "synthetic/htj2k_lossless_16.dcm";
        if (DicomMaterial.Files.All(static file => file.Name != Name))
            return;
        var file = DicomMaterial.Read(Name);
        await viewer.StoreAsync(file);
        await using var page = await viewer.OpenStudyAsync(DicomFile.Read(file).Dataset.GetString(DicomTags.StudyInstanceUID)!);
        await page.PaintedAsync(static painting => painting.Gray > 0.05);
        Assert.Empty(page.Complaints);
    }

    [ChromiumFact]
    public async Task The_frames_of_an_image_are_scrolled()
    {
        await using var page = await viewer.OpenStudyAsync(viewer.StudyOf("心脏超声"));
        var first = await page.PaintedAsync(static painting => painting.Gray > 0.2 && painting.Dark > 0.2);
        await page.Page.GetByText("1/24").First.WaitForAsync();
        await page.ScrollAsync();
        await page.PaintedAsync(painting => painting.Gray > 0.2 && painting.Digest != first.Digest);
        Assert.Empty(page.Complaints);
    }

    private async Task StoredInAsync(string description, string syntax, Func<Painting, bool> isSo)
    {
        var study = viewer.StudyOf(description);
        Assert.Equal(syntax, await viewer.SyntaxOfAsync(study));
        await using var page = await viewer.OpenStudyAsync(study);
        await page.PaintedAsync(isSo);
        Assert.Empty(page.Complaints);
    }

    // Brain in the window of brains, bone that is brighter than its end, air that is darker than its start.
    private static bool IsHead(Painting painting) => painting is { Gray: > 0.05, Bright: > 0.02, Dark: > 0.2 };

    // OHIF says below the image that it is no medical device, until somebody has read it.
    private static Task HideNoticeAsync(ViewerPage page) => page.ClickAsync("confirm-and-hide-button");

    [GeneratedRegex(@"([0-9.]+) mm\b", RegexOptions.None, 1000)]
    private static partial Regex Millimetres();

    [GeneratedRegex(@"\p{IsCJKUnifiedIdeographs}, \p{IsCJKUnifiedIdeographs}", RegexOptions.NonBacktracking)]
    private static partial Regex ChineseName();

    [GeneratedRegex(@"[A-Z][a-z]+, [A-Z][a-z]+", RegexOptions.NonBacktracking)]
    private static partial Regex LatinName();
}
