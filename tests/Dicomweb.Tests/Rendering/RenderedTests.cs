// Rendered images, thumbnails and documents, asked for over HTTP.

using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using FhirHub.Dicom.Tests;

namespace FhirHub.Dicomweb.Tests.Rendering;

public class RenderedTests(DicomwebFixture fixture) : IClassFixture<DicomwebFixture>
{
    [Theory]
    [InlineData(null, "image/jpeg")]
    [InlineData("*/*", "image/jpeg")]
    [InlineData("image/png", "image/png")]
    [InlineData("image/gif", "image/gif")]
    [InlineData("image/png;q=0.5, image/jpeg;q=0.4", "image/png")]
    [InlineData("image/webp, image/*;q=0.8", "image/jpeg")]
    public async Task An_image_is_what_is_accepted(string? accept, string type)
    {
        var path = await StoreAsync(TestImage.Gray("1.2.1"));
        using var answer = await GetAsync($"{path}/rendered", accept);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(type, answer.Content.Headers.ContentType!.ToString());
        Assert.True(answer.Content.Headers.ContentLength > 0);
        Assert.Equal((4, 2), TestPicture.Size(await answer.Content.ReadAsByteArrayAsync()));
        using var frame = await GetAsync($"{path}/frames/1/rendered", accept);
        Assert.Equal(await answer.Content.ReadAsByteArrayAsync(), await frame.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Pixels_are_those_of_the_window_that_is_asked_for()
    {
        var path = await StoreAsync(TestImage.Gray("1.2.2"));
        Assert.Equal([0, 0, 85, 170, 255, 255, 255, 255], await PixelsAsync($"{path}/rendered?window=250,300,linear-exact"));
        Assert.Equal([0, 36, 73, 109, 146, 182, 219, 255], await PixelsAsync($"{path}/rendered"));
        Assert.Equal([0, 255, 255, 255, 255, 255, 255, 255], await PixelsAsync($"{path}/rendered?window=100,1"));
    }

    [Fact]
    public async Task A_part_is_shown_in_the_viewport_and_negative_sides_flip_it()
    {
        var path = await StoreAsync(TestImage.Gray("1.2.3"));
        var whole = await PixelsAsync($"{path}/rendered");
        Assert.Equal(whole[1..3], await PixelsAsync($"{path}/rendered?viewport=2,1,1,0,2,1"));
        Assert.Equal([whole[2], whole[1]], await PixelsAsync($"{path}/rendered?viewport=2,1,1,0,-2,1"));
        Assert.Equal([whole[5], whole[1]], await PixelsAsync($"{path}/rendered?viewport=1,2,1,,1,-2"));
        using var larger = await GetAsync($"{path}/rendered?viewport=100,100", "image/png");
        Assert.Equal((100, 50), TestPicture.Size(await larger.Content.ReadAsByteArrayAsync()));
    }

    [Theory]
    [InlineData("window=1")]
    [InlineData("window=1,0,linear")]
    [InlineData("window=a,b,linear")]
    [InlineData("window=1,NaN,linear")]
    [InlineData("window=1,2,cubic")]
    [InlineData("window=1,2&window=3,4")]
    [InlineData("viewport=0,10")]
    [InlineData("viewport=10")]
    [InlineData("viewport=-1,10")]
    [InlineData("viewport=100000,100000")]
    [InlineData("viewport=10,10,3,0,2,1")]
    [InlineData("viewport=10,10,0,0,0,1")]
    [InlineData("viewport=10,10,-1,0,1,1")]
    [InlineData("viewport=10,10,1e308,0,1e308,1")]
    [InlineData("viewport=1,1,1,1,1,1,1")]
    [InlineData("quality=0")]
    [InlineData("quality=101")]
    [InlineData("annotation=everything")]
    [InlineData("iccprofile=adobergb")]
    public async Task A_parameter_that_can_not_be_is_refused(string query)
    {
        var path = await StoreAsync(TestImage.Gray("1.2.4"));
        using var answer = await GetAsync($"{path}/rendered?{query}", null);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("/rendered", "video/mp4")]
    [InlineData("/rendered", "application/dicom")]
    [InlineData("/thumbnail", "multipart/related; type=\"image/jpeg\"")]
    public async Task What_is_not_offered_answers_406(string address, string accept)
    {
        var path = await StoreAsync(TestImage.Gray("1.2.5"));
        using var answer = await GetAsync(path + address, accept);
        Assert.Equal(HttpStatusCode.NotAcceptable, answer.StatusCode);
        Assert.Contains("image/jpeg", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0", HttpStatusCode.BadRequest)]
    [InlineData("1,x", HttpStatusCode.BadRequest)]
    [InlineData("-1", HttpStatusCode.BadRequest)]
    [InlineData("2", HttpStatusCode.NotFound)]
    [InlineData("99999999999", HttpStatusCode.BadRequest)]
    public async Task Frames_that_are_not_there_are_told(string frames, HttpStatusCode status)
    {
        var path = await StoreAsync(TestImage.Gray("1.2.6"));
        using var answer = await GetAsync($"{path}/frames/{frames}/rendered", null);
        Assert.Equal(status, answer.StatusCode);
    }

    [Fact]
    public async Task What_a_client_has_is_not_rendered_again()
    {
        var path = await StoreAsync(TestImage.Gray("1.2.7"));
        foreach (var address in (string[])["/rendered", "/thumbnail", "/frames/1/rendered?window=1,2"])
        {
            using var first = await GetAsync(path + address, null);
            using var request = new HttpRequestMessage(HttpMethod.Get, Relative(path + address));
            request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
            using var second = await fixture.Client.SendAsync(request);
            Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
            using var other = await GetAsync(path + "/rendered?quality=5", null);
            Assert.NotEqual(first.Headers.ETag, other.Headers.ETag);
            using var head = await fixture.Client.SendAsync(new(HttpMethod.Head, Relative(path + address)));
            Assert.Equal(HttpStatusCode.OK, head.StatusCode);
            Assert.Equal(first.Headers.ETag, head.Headers.ETag);
            Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        }
    }

    [Fact]
    public async Task Frames_are_parts_and_moving_pictures()
    {
        var path = await StoreAsync(TestImage.Gray("1.2.8") with { Frames = 3 });
        var (type, parts) = await PartsAsync($"{path}/frames/3,1/rendered", "multipart/related; type=\"image/png\"");
        Assert.Equal("image/png", type);
        Assert.Equal(2, parts.Count);
        Assert.All(parts, part => Assert.Equal((4, 2), TestPicture.Size(part.Content)));
        Assert.EndsWith($"{path}/frames/3/rendered", parts[0].Location, StringComparison.Ordinal);
        Assert.Equal(3, (await PartsAsync($"{path}/rendered", "multipart/related; type=\"image/jpeg\"")).Parts.Count);
        using var moving = await GetAsync($"{path}/rendered", "image/gif");
        Assert.Equal(3, TestPicture.GifFrames(await moving.Content.ReadAsByteArrayAsync()));
        using var one = await GetAsync($"{path}/rendered", "image/jpeg");
        Assert.Equal("image/jpeg", one.Content.Headers.ContentType!.MediaType);
        Assert.Contains("frame 2 of 3", one.Headers.GetValues("Warning").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Studies_and_series_are_parts_in_order_and_their_thumbnail_is_from_their_middle()
    {
        for (var i = 1; i <= 3; i++)
            await StoreAsync(TestImage.Gray("1.2.9") with { Instance = $"1.2.9.1.{i}", Number = i, Window = (100 * i, 1) });
        await StoreAsync(TestImage.Report("1.2.9", "All is well."));
        foreach (var level in (string[])["/studies/1.2.9", "/studies/1.2.9/series/1.2.9.1"])
        {
            var (_, parts) = await PartsAsync($"{level}/rendered", null);
            Assert.Equal(["1.2.9.1.1", "1.2.9.1.2", "1.2.9.1.3"], parts.Select(part => part.Location.Split('/')[^4]));
            var thumbnail = await PixelsAsync($"{level}/thumbnail?viewport=4,2");
            Assert.Equal(await PixelsAsync("/studies/1.2.9/series/1.2.9.1/instances/1.2.9.1.2/thumbnail?viewport=4,2"), thumbnail);
        }

        using var study = await GetAsync("/studies/1.2.9/rendered", null);
        Assert.Contains("1 of 4 instances", study.Headers.GetValues("Warning").Single(), StringComparison.Ordinal);
        using var single = await GetAsync("/studies/1.2.9/rendered", "image/jpeg");
        Assert.Equal(HttpStatusCode.NotAcceptable, single.StatusCode);
    }

    [Fact]
    public async Task An_image_that_can_not_be_shown_is_told_in_its_part_and_takes_no_other_with_it()
    {
        const string Series = "/studies/1.2.15/series/1.2.15.1";
        byte[] rows = [0x28, 0, 0x10, 0, (byte)'U', (byte)'S', 2, 0];
        for (var i = 1; i <= 3; i++)
        {
            var bytes = (TestImage.Gray("1.2.15") with { Instance = $"1.2.15.1.{i}", Number = i }).ToBytes();
            if (i == 2)
                bytes[bytes.AsSpan().IndexOf(rows) + rows.Length] = 200;
            await Archive.TestInstance.StoreAsync(fixture.Archive, bytes);
        }

        var (type, parts) = await PartsAsync($"{Series}/rendered", "multipart/related; type=\"image/png\"");
        Assert.Equal("image/png", type);
        Assert.Equal(["image/png", "application/problem+json", "image/png"], parts.Select(part => part.Type));
        Assert.EndsWith($"{Series}/instances/1.2.15.1.2/frames/1/rendered", parts[1].Location, StringComparison.Ordinal);
        AssertProblem(parts[1].Content, 422, "ends");
        Assert.Equal((4, 2), TestPicture.Size(parts[2].Content));

        // By itself it is a failure of the answer.
        using var alone = await GetAsync($"{Series}/instances/1.2.15.1.2/rendered", "multipart/related; type=\"image/png\"");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, alone.StatusCode);
    }

    [Fact]
    public async Task A_parameter_that_does_not_fit_one_image_is_told_in_its_part()
    {
        byte[] columns = [0x28, 0, 0x11, 0, (byte)'U', (byte)'S', 2, 0];
        for (var i = 1; i <= 2; i++)
        {
            var bytes = (TestImage.Gray("1.2.16") with { Instance = $"1.2.16.1.{i}", Number = i }).ToBytes();
            if (i == 2)
                bytes[bytes.AsSpan().IndexOf(columns) + columns.Length] = 2;
            await Archive.TestInstance.StoreAsync(fixture.Archive, bytes);
        }

        var (_, parts) = await PartsAsync("/studies/1.2.16/rendered?viewport=2,1,2,0,2,1", "multipart/related; type=\"image/png\"");
        Assert.Equal(["image/png", "application/problem+json"], parts.Select(part => part.Type));
        AssertProblem(parts[1].Content, 400, "part of the image");
    }

    [Fact]
    public async Task Nothing_of_a_report_becomes_markup()
    {
        const string Attack = "<script>alert(1)</script><img src=x onerror=alert(2)>'\"&";
        var path = await StoreAsync(TestImage.Report("1.2.10", Attack));
        using var answer = await GetAsync($"{path}/rendered", "text/html");
        Assert.Equal("text/html", answer.Content.Headers.ContentType!.MediaType);
        var page = await answer.Content.ReadAsStringAsync();
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", page, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(2, page.Split(WebUtility.HtmlEncode(Attack).Replace("&#39;", "&#x27;", StringComparison.Ordinal)).Length - 1);
        Assert.Contains("sandbox", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        using var image = await GetAsync($"{path}/rendered", "image/jpeg");
        Assert.Equal(HttpStatusCode.NotAcceptable, image.StatusCode);
        using var thumbnail = await GetAsync($"{path}/thumbnail", null);
        Assert.Equal(HttpStatusCode.NotFound, thumbnail.StatusCode);
    }

    [Fact]
    public async Task What_the_scope_does_not_grant_is_not_there()
    {
        var path = await StoreAsync(TestImage.Gray("1.2.11"));
        fixture.Scope = ImageScope.Of(new HashSet<string>(StringComparer.Ordinal) { "other" });
        try
        {
            foreach (var address in (string[])[$"{path}/rendered", $"{path}/thumbnail", "/studies/1.2.11/rendered", "/studies/1.2.11/thumbnail", $"{path}/frames/1/rendered"])
            {
                using var answer = await GetAsync(address, null);
                Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            }
        }
        finally
        {
            fixture.Scope = ImageScope.Full;
        }

        using var unknown = await GetAsync("/studies/1.2.999/rendered", null);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task A_presentation_state_is_rendered_as_its_images_and_applied_by_its_UID()
    {
        var path = await StoreAsync(TestImage.Gray("1.2.12"));
        await Archive.TestInstance.StoreAsync(fixture.Archive, TestImage.Presentation("1.2.12", path, window: (100, 1)));
        byte[] expected = [0, 255, 255, 255, 255, 255, 255, 255];
        Assert.Equal(expected, await PixelsAsync("/studies/1.2.12/series/1.2.12.3/instances/1.2.12.3.1/rendered"));
        var address = $"wado?requestType=WADO&studyUID=1.2.12&seriesUID={path.Series}&objectUID={path.Instance}&contentType=image/png&presentationSeriesUID=1.2.12.3&presentationUID=";
        Assert.Equal(expected, await PixelsAsync(address + "1.2.12.3.1"));
        foreach (var (query, status) in ((string, HttpStatusCode)[])[("1.2.12.3.9", HttpStatusCode.NotFound), ("1.2.12.3.1&windowCenter=1&windowWidth=1", HttpStatusCode.BadRequest)])
        {
            using var refused = await GetAsync(address + query, null);
            Assert.Equal(status, refused.StatusCode);
        }
    }

    [Fact]
    public async Task Text_that_is_asked_for_is_on_the_image_and_what_can_not_be_written_is_told()
    {
        var path = await StoreAsync(TestImage.Gray("1.2.13"));
        Assert.NotEqual(await PixelsAsync($"{path}/rendered?viewport=200,100"), await PixelsAsync($"{path}/rendered?viewport=200,100&annotation=patient,technique"));
        var other = await StoreAsync(TestImage.Gray("1.2.14") with { Name = "\u00b6\u00a7" });
        using var answer = await GetAsync($"{other}/rendered?annotation=patient", null);
        Assert.Contains("letters", answer.Headers.GetValues("Warning").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_many_at_once_are_told_when_to_come_again()
    {
        using var gate = new PixelGate(concurrency: 1, maxWaiting: 0);
        using (await gate.EnterAsync(hasBegun: false, default))
        {
            var busy = await Assert.ThrowsAsync<DicomwebException>(async () => await gate.EnterAsync(hasBegun: false, default));
            Assert.Equal(503, busy.Status);
            Assert.True(busy.RetryAfter > TimeSpan.Zero);
        }

        using var turn = await gate.EnterAsync(hasBegun: false, default);
    }

    private static void AssertProblem(byte[] json, int status, string word)
    {
        using var problem = JsonDocument.Parse(json);
        Assert.Equal(status, problem.RootElement.GetProperty("status").GetInt32());
        Assert.Contains(word, problem.RootElement.GetProperty("detail").GetString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task An_answer_that_has_begun_is_not_broken_off_because_others_wait()
    {
        using var gate = new PixelGate(concurrency: 1, maxWaiting: 0);
        Task<PixelGate.Turn> begun;
        using (await gate.EnterAsync(hasBegun: false, default))
        {
            begun = gate.EnterAsync(hasBegun: true, default).AsTask();
            Assert.False(begun.IsCompleted);
        }

        using var turn = await begun;
    }

    // Some video syntaxes have no fragment for each frame, so nothing contradicts such a number.
    [Fact]
    public async Task Frames_that_a_file_only_claims_to_have_cost_nothing()
    {
        var video = Video("1.2.90", "1.2.90.1.1");
        await Archive.TestInstance.StoreAsync(fixture.Archive, video);
        foreach (var accept in (string?[])[null, "image/gif", "image/jpeg", "multipart/related; type=\"image/jpeg\""])
        {
            foreach (var address in (string[])["studies/1.2.90/rendered", "studies/1.2.90/series/1.2.90.1/instances/1.2.90.1.1/rendered", "studies/1.2.90/thumbnail"])
            {
                using var answer = await GetAsync(address, accept);
                Assert.Equal(HttpStatusCode.NotAcceptable, answer.StatusCode);
            }
        }

        await Archive.TestInstance.StoreAsync(fixture.Archive, Video("1.2.90", "1.2.90.1.2"));
        using var both = await GetAsync("studies/1.2.90/rendered", null);
        Assert.Equal(HttpStatusCode.OK, both.StatusCode);
        var text = await both.Content.ReadAsStringAsync();
        Assert.Equal(2, text.Split("application/problem+json").Length - 1);
        Assert.Contains("/instances/1.2.90.1.2/rendered", text, StringComparison.Ordinal);
    }

    private static byte[] Video(string study, string instance) => new TestFile()
        .Text(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.77.1.4.1")
        .Text(0x00080018, "UI", instance)
        .Text(0x00080060, "CS", "XC")
        .Text(0x00100010, "PN", "Test^Patient")
        .Text(0x00100020, "LO", "P1")
        .Text(0x0020000D, "UI", study)
        .Text(0x0020000E, "UI", $"{study}.1")
        .US(0x00280002, 3)
        .Text(0x00280004, "CS", "YBR_PARTIAL_420")
        .US(0x00280006, 0)
        .Text(0x00280008, "IS", "2000000000")
        .US(0x00280010, 8)
        .US(0x00280011, 8)
        .US(0x00280100, 8)
        .US(0x00280101, 8)
        .US(0x00280102, 7)
        .US(0x00280103, 0)
        .Header(0x7FE00010, "OB", TestFile.Undefined).Item(0).Fragment([0, 0, 0, 1]).EndSequence()
        .ToFile("1.2.840.10008.1.2.4.102");

    private async Task<ImagePath> StoreAsync(TestImage image)
    {
        await Archive.TestInstance.StoreAsync(fixture.Archive, image.ToBytes());
        return image.Path;
    }

    private async Task<HttpResponseMessage> GetAsync(string address, string? accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Relative(address));
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        return await fixture.Client.SendAsync(request);
    }

    private async Task<byte[]> PixelsAsync(string address)
    {
        using var answer = await GetAsync(address, "image/png");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return TestPicture.PngSamples(await answer.Content.ReadAsByteArrayAsync());
    }

    private async Task<(string Type, IReadOnlyList<(string Location, string Type, byte[] Content)> Parts)> PartsAsync(string address, string? accept)
    {
        using var answer = await GetAsync(address, accept);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var type = answer.Content.Headers.ContentType!;
        Assert.Equal("multipart/related", type.MediaType);
        var text = Encoding.Latin1.GetString(await answer.Content.ReadAsByteArrayAsync());
        var boundary = Parameter(type, "boundary");
        var parts = new List<(string, string, byte[])>();
        foreach (var part in ("\r\n" + text).Split($"\r\n--{boundary}")[1..^1])
        {
            var end = part.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            parts.Add((Header("Content-Location"), Header("Content-Type"), Encoding.Latin1.GetBytes(part[(end + 4)..])));

            string Header(string name) => part[..end].Split("\r\n").Single(line => line.StartsWith($"{name}: ", StringComparison.Ordinal))[(name.Length + 2)..];
        }

        Assert.EndsWith($"--{boundary}--\r\n", text, StringComparison.Ordinal);
        return (Parameter(type, "type"), parts);
    }

    private static string Parameter(MediaTypeHeaderValue type, string name) => type.Parameters.Single(parameter => parameter.Name == name).Value!.Trim('"');

    private static string Relative(string address) => address.TrimStart('/');
}
