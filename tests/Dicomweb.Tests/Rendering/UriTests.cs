// WADO-URI, as viewers from before DICOMweb ask.

using System.Net;

namespace FhirHub.Dicomweb.Tests.Rendering;

public class UriTests(DicomwebFixture fixture) : IClassFixture<DicomwebFixture>
{
    [Theory]
    [InlineData("", "image/jpeg")]
    [InlineData("&contentType=image/png", "image/png")]
    [InlineData("&contentType=image%2Fjp2%2Cimage%2Fpng%3Bq%3D0.5", "image/png")]
    [InlineData("&contentType=application/dicom", "application/dicom")]
    [InlineData("&contentType=*/*", "image/jpeg")]
    public async Task An_image_is_of_the_type_that_is_asked_for(string query, string type)
    {
        var path = await StoreAsync(TestImage.Gray("1.3.1"));
        using var answer = await GetAsync(path, query);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
        var old = new Uri(new Uri(fixture.Base), "/wado" + answer.RequestMessage!.RequestUri!.Query);
        Assert.Equal(await answer.Content.ReadAsByteArrayAsync(), await fixture.Client.GetByteArrayAsync(old));
    }

    [Fact]
    public async Task An_instance_is_what_was_stored_or_what_is_asked_for()
    {
        var image = TestImage.Gray("1.3.2");
        var path = await StoreAsync(image);
        using var stored = await GetAsync(path, "&contentType=application/dicom");
        Assert.Equal(image.ToBytes(), await stored.Content.ReadAsByteArrayAsync());
        using var runs = await GetAsync(path, "&contentType=application/dicom&transferSyntax=1.2.840.10008.1.2.5");
        Assert.Equal("1.2.840.10008.1.2.5", Dicom.DicomFile.Read(await runs.Content.ReadAsByteArrayAsync()).TransferSyntax.Uid);
        using var video = await GetAsync(path, "&contentType=application/dicom&transferSyntax=1.2.840.10008.1.2.4.102");
        Assert.Equal(HttpStatusCode.NotAcceptable, video.StatusCode);
    }

    [Fact]
    public async Task Pixels_follow_window_region_and_size()
    {
        var path = await StoreAsync(TestImage.Gray("1.3.3"));
        Assert.Equal([0, 255, 255, 255, 255, 255, 255, 255], await PixelsAsync(path, "&windowCenter=100&windowWidth=1"));
        Assert.Equal([36, 73], await PixelsAsync(path, "&region=0.25,0,0.75,0.5"));
        Assert.Equal(2, (await PixelsAsync(path, "&rows=2&columns=2")).Length);
        Assert.Equal(16 * 8, (await PixelsAsync(path, "&columns=16")).Length);
    }

    [Fact]
    public async Task Several_frames_are_DICOM_and_one_of_them_is_an_image()
    {
        var path = await StoreAsync(TestImage.Gray("1.3.4") with { Frames = 3 });
        using var all = await GetAsync(path, "");
        Assert.Equal("application/dicom", all.Content.Headers.ContentType!.MediaType);
        using var one = await GetAsync(path, "&frameNumber=2");
        Assert.Equal("image/jpeg", one.Content.Headers.ContentType!.MediaType);
        using var moving = await GetAsync(path, "&contentType=image/gif");
        Assert.Equal(3, TestPicture.GifFrames(await moving.Content.ReadAsByteArrayAsync()));
    }

    [Fact]
    public async Task A_report_is_a_page()
    {
        var path = await StoreAsync(TestImage.Report("1.3.5", "All is <b>well</b>."));
        using var page = await GetAsync(path, "");
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        Assert.Contains("All is &lt;b&gt;well&lt;/b&gt;.", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var dicom = await GetAsync(path, "&contentType=application/dicom");
        Assert.Equal("application/dicom", dicom.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("&windowCenter=1", HttpStatusCode.BadRequest)]
    [InlineData("&windowCenter=1&windowWidth=-1", HttpStatusCode.BadRequest)]
    [InlineData("&region=0,0,2,1", HttpStatusCode.BadRequest)]
    [InlineData("&region=0.5,0,0.5,1", HttpStatusCode.BadRequest)]
    [InlineData("&frameNumber=2", HttpStatusCode.BadRequest)]
    [InlineData("&rows=0", HttpStatusCode.BadRequest)]
    [InlineData("&rows=1000000", HttpStatusCode.BadRequest)]
    [InlineData("&imageQuality=101", HttpStatusCode.BadRequest)]
    [InlineData("&contentType=application/dicom&rows=5", HttpStatusCode.BadRequest)]
    [InlineData("&transferSyntax=1.2.840.10008.1.2", HttpStatusCode.BadRequest)]
    [InlineData("&contentType=application/dicom&transferSyntax=1.2.3", HttpStatusCode.BadRequest)]
    [InlineData("&contentType=;;", HttpStatusCode.BadRequest)]
    [InlineData("&contentType=video/mp4", HttpStatusCode.NotAcceptable)]
    [InlineData("&anonymize=yes", HttpStatusCode.NotAcceptable)]
    [InlineData("&anonymize=perhaps", HttpStatusCode.BadRequest)]
    [InlineData("&studyUID=1", HttpStatusCode.BadRequest)]
    public async Task What_can_not_be_is_refused(string query, HttpStatusCode status)
    {
        var path = await StoreAsync(TestImage.Gray("1.3.6"));
        using var answer = await GetAsync(path, query);
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("wado", HttpStatusCode.BadRequest)]
    [InlineData("wado?requestType=GET", HttpStatusCode.BadRequest)]
    [InlineData("wado?requestType=WADO&studyUID=1.3.7", HttpStatusCode.BadRequest)]
    [InlineData("wado?requestType=WADO&studyUID=1&seriesUID=2&objectUID=3", HttpStatusCode.NotFound)]
    [InlineData("wado?requestType=WADO&studyUID=../../etc&seriesUID=%00&objectUID='", HttpStatusCode.NotFound)]
    public async Task An_address_names_one_instance(string address, HttpStatusCode status)
    {
        using var answer = await fixture.Client.GetAsync(address);
        Assert.Equal(status, answer.StatusCode);
    }

    [Fact]
    public async Task What_the_scope_does_not_grant_is_not_there()
    {
        var path = await StoreAsync(TestImage.Gray("1.3.8"));
        fixture.Scope = ImageScope.Of(new HashSet<string>(StringComparer.Ordinal) { "other" });
        try
        {
            using var answer = await GetAsync(path, "");
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
        finally
        {
            fixture.Scope = ImageScope.Full;
        }
    }

    private async Task<ImagePath> StoreAsync(TestImage image)
    {
        await Archive.TestInstance.StoreAsync(fixture.Archive, image.ToBytes());
        return image.Path;
    }

    private Task<HttpResponseMessage> GetAsync(ImagePath path, string query) =>
        fixture.Client.GetAsync($"wado?requestType=WADO&studyUID={path.Study}&seriesUID={path.Series}&objectUID={path.Instance}{query}");

    private async Task<byte[]> PixelsAsync(ImagePath path, string query)
    {
        using var answer = await GetAsync(path, "&contentType=image/png" + query);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return TestPicture.PngSamples(await answer.Content.ReadAsByteArrayAsync());
    }
}
