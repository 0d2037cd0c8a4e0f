// Instances over HTTP: as they are stored, transcoded, in ranges, as ZIP, and refused.

using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text.Json;
using FhirHub.Dicom;
using FhirHub.Dicom.Pixels;
using FhirHub.Dicomweb.Tests.Archive;

namespace FhirHub.Dicomweb.Tests;

public sealed class RetrieveInstancesTests(DicomwebFixture fixture) : IClassFixture<DicomwebFixture>
{
    private const string AnySyntax = "multipart/related; type=\"application/dicom\"; transfer-syntax=*";
    private const string Default = "multipart/related; type=\"application/dicom\"";
    private const string ExplicitVR = "1.2.840.10008.1.2.1";
    private const string Rle = "1.2.840.10008.1.2.5";

    [Fact]
    public async Task A_study_comes_in_the_order_of_its_series_and_instances_byte_for_byte()
    {
        TestInstance[] instances =
        [
            new("1.2.10", "1.2.10.1", "1.2.10.1.1") { Number = 1, Fill = 1 },
            new("1.2.10", "1.2.10.1", "1.2.10.1.2") { Number = 2, Fill = 2, FrameBytes = 600_000 },
            new("1.2.10", "1.2.10.1", "1.2.10.1.10") { Number = 3, Fill = 3 },
        ];
        foreach (var instance in instances.Reverse())
            await instance.StoreAsync(fixture.Archive);
        foreach (var path in (string[])["/studies/1.2.10", "/studies/1.2.10/series/1.2.10.1"])
        {
            foreach (var accept in (string?[])[AnySyntax, Default, null, "*/*", "multipart/*", "application/zip;q=0.5, */*;q=0.8"])
            {
                var parts = await fixture.PartsAsync(path, accept);
                Assert.Equal(instances.Select(instance => instance.ToBytes()), parts.Select(part => part.Content));
                Assert.Equal(instances.Select(instance => fixture.Base + instance.Path), parts.Select(part => part.Location));
                Assert.All(parts, part => Assert.Equal($"application/dicom; transfer-syntax={ExplicitVR}", part.ContentType));
            }
        }

        var one = Assert.Single(await fixture.PartsAsync(instances[1].Path.ToString(), AnySyntax));
        Assert.Equal(instances[1].ToBytes(), one.Content);
    }

    [Fact]
    public async Task One_instance_comes_alone_where_that_is_accepted_with_validators_and_ranges()
    {
        var instance = new TestInstance("1.2.11", "1.2.11.1", "1.2.11.1.1") { FrameBytes = 1000 };
        await instance.StoreAsync(fixture.Archive);
        var bytes = instance.ToBytes();
        foreach (var path in (string[])["/studies/1.2.11", "/studies/1.2.11/series/1.2.11.1", instance.Path.ToString()])
        {
            using var whole = await fixture.SendAsync(path, "application/dicom");
            Assert.Equal(bytes, await whole.Content.ReadAsByteArrayAsync());
            Assert.Equal("application/dicom", whole.Content.Headers.ContentType!.MediaType);
            Assert.Equal("bytes", whole.Headers.AcceptRanges.Single());
            Assert.Equal(fixture.Base + instance.Path, whole.Content.Headers.ContentLocation!.OriginalString);
        }

        using var answer = await fixture.SendAsync(instance.Path.ToString(), "application/dicom");
        var tag = answer.Headers.ETag!;
        Assert.False(tag.IsWeak);
        Assert.True(answer.Headers.CacheControl!.Private);
        Assert.Contains("Accept", answer.Headers.Vary);

        Assert.Equal(HttpStatusCode.NotModified, await StatusAsync(instance, "If-None-Match", $"\"other\", {tag}"));
        Assert.Equal(HttpStatusCode.NotModified, await StatusAsync(instance, "If-None-Match", "*"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(instance, "If-None-Match", "\"other\""));
        Assert.Equal(HttpStatusCode.NotModified, await StatusAsync(instance, "If-Modified-Since", answer.Content.Headers.LastModified!.Value.ToString("R", CultureInfo.InvariantCulture)));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(instance, "If-Modified-Since", "Mon, 01 Jan 2001 00:00:00 GMT"));

        Assert.Equal(bytes[100..200], await RangeAsync(instance, "bytes=100-199", HttpStatusCode.PartialContent));
        Assert.Equal(bytes[^50..], await RangeAsync(instance, "bytes=-50", HttpStatusCode.PartialContent));
        Assert.Equal(bytes[100..], await RangeAsync(instance, "bytes=100-", HttpStatusCode.PartialContent));
        Assert.Equal(bytes[100..], await RangeAsync(instance, "bytes=100-99999999", HttpStatusCode.PartialContent));
        Assert.Equal(bytes, await RangeAsync(instance, "bytes=-99999999", HttpStatusCode.PartialContent));
        Assert.Equal(bytes, await RangeAsync(instance, "bytes=0-1,5-6", HttpStatusCode.OK));
        Assert.Equal(bytes, await RangeAsync(instance, "lines=0-1", HttpStatusCode.OK));
        Assert.Equal(bytes, await RangeAsync(instance, "bytes=7-3", HttpStatusCode.OK));
        Assert.Equal(bytes[..10], await RangeAsync(instance, "bytes=0-9", HttpStatusCode.PartialContent, ("If-Range", tag.ToString())));
        Assert.Equal(bytes, await RangeAsync(instance, "bytes=0-9", HttpStatusCode.OK, ("If-Range", "\"other\"")));
        using var beyond = await fixture.SendAsync(instance.Path.ToString(), "application/dicom", null, ("Range", $"bytes={bytes.Length}-"));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);
        Assert.Equal(bytes.Length, beyond.Content.Headers.ContentRange!.Length);
    }

    [Fact]
    public async Task A_head_request_has_the_headers_and_no_body()
    {
        var instance = new TestInstance("1.2.12", "1.2.12.1", "1.2.12.1.1");
        await instance.StoreAsync(fixture.Archive);
        string[] paths = ["", "/frames/1", "/metadata", "/bulkdata/7FE00010", "/pixeldata", "/bulkdata"];
        foreach (var path in paths)
        {
            using var get = await fixture.SendAsync(instance.Path + path);
            using var head = await fixture.SendAsync(instance.Path + path, null, HttpMethod.Head);
            Assert.Equal(HttpStatusCode.OK, head.StatusCode);
            Assert.Equal(get.Headers.ETag, head.Headers.ETag);
            Assert.Equal(get.Content.Headers.ContentType!.MediaType, head.Content.Headers.ContentType!.MediaType);
            Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        }

        using var alone = await fixture.SendAsync(instance.Path.ToString(), "application/dicom", HttpMethod.Head);
        Assert.Equal(instance.ToBytes().Length, alone.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task The_tag_of_a_study_changes_with_what_is_in_it()
    {
        var first = new TestInstance("1.2.13", "1.2.13.1", "1.2.13.1.1");
        var second = new TestInstance("1.2.13", "1.2.13.1", "1.2.13.1.2");
        await first.StoreAsync(fixture.Archive);
        var one = await TagAsync("/studies/1.2.13");
        await second.StoreAsync(fixture.Archive);
        var two = await TagAsync("/studies/1.2.13");
        Assert.NotEqual(one, two);
        await fixture.Archive.DeleteAsync(ImageScope.Full, second.Path, default);
        Assert.Equal(one, await TagAsync("/studies/1.2.13"));
        using var same = await fixture.SendAsync("/studies/1.2.13", null, null, ("If-None-Match", one));
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);

        async Task<string> TagAsync(string path)
        {
            using var answer = await fixture.SendAsync(path);
            return answer.Headers.ETag!.ToString();
        }
    }

    [Fact]
    public async Task What_is_stored_in_another_syntax_comes_in_explicit_little_endian_unless_any_is_accepted()
    {
        var stored = await CompressedAsync(new("1.2.14", "1.2.14.1", "1.2.14.1.1") { Frames = 3, FrameBytes = 64, Fill = 9 });
        var path = "/studies/1.2.14/series/1.2.14.1/instances/1.2.14.1.1";
        foreach (var accept in (string[])[Default, "*/*", $"{Default}; transfer-syntax={ExplicitVR}", $"{Default}; transfer-syntax={Rle}; q=0.5, {Default}"])
        {
            var part = Assert.Single(await fixture.PartsAsync(path, accept));
            Assert.Equal($"application/dicom; transfer-syntax={ExplicitVR}", part.ContentType);
            var file = DicomFile.Read(part.Content);
            Assert.Equal(ExplicitVR, file.TransferSyntax.Uid);
            Assert.Equal(ExplicitVR, file.Meta!.GetString(DicomTags.TransferSyntaxUID));
            Assert.Equal(Enumerable.Repeat((byte)9, 3 * 64), file.Dataset.Find(DicomTags.PixelData)!.GetBytes().ToArray());
        }

        foreach (var accept in (string[])[AnySyntax, $"{Default}; transfer-syntax={Rle}", $"{Default}; transfer-syntax=\"*\"", $"{Default}; transfer-syntax={Rle}, {Default}; q=0.9", $"{Default}, {AnySyntax}"])
            Assert.Equal(stored, Assert.Single(await fixture.PartsAsync(path, accept)).Content);
        using var alone = await fixture.SendAsync(path, "application/dicom");
        Assert.Equal(ExplicitVR, DicomFile.Read(await alone.Content.ReadAsByteArrayAsync()).TransferSyntax.Uid);
    }

    [Fact]
    public async Task Uncompressed_instances_are_compressed_where_a_codec_can()
    {
        var instance = new TestInstance("1.2.15", "1.2.15.1", "1.2.15.1.1") { Frames = 2, FrameBytes = 64, Fill = 5 };
        await instance.StoreAsync(fixture.Archive);
        var part = Assert.Single(await fixture.PartsAsync(instance.Path.ToString(), $"{Default}; transfer-syntax={Rle}"));
        var file = DicomFile.Read(part.Content);
        Assert.Equal(Rle, file.TransferSyntax.Uid);
        var frames = PixelFrames.Of(file);
        var frame = new byte[frames.Description.FrameBytes];
        await frames.DecodeAsync(1, PixelCodecs.Managed, frame);
        Assert.Equal(Enumerable.Repeat((byte)5, 64), frame);
    }

    [Theory]
    [InlineData("image/png")]
    [InlineData("multipart/related; type=\"application/dicom+json\"")]
    [InlineData("application/dicom; q=0")]
    [InlineData("multipart/related; type=\"application/dicom\"; transfer-syntax=1.2.840.10008.1.2.4.100")]
    [InlineData("multipart/related; type=\"application/dicom\"; transfer-syntax=1.2.840.10008.1.2.2")]
    [InlineData("multipart/related; type=\"application/dicom\"; transfer-syntax=9.9.9")]
    public async Task What_can_not_be_sent_answers_406_and_says_what_is_there(string accept)
    {
        var instance = new TestInstance("1.2.16", "1.2.16.1", "1.2.16.1.1");
        await instance.StoreAsync(fixture.Archive);
        using var answer = await fixture.SendAsync(instance.Path.ToString(), accept);
        Assert.Equal(HttpStatusCode.NotAcceptable, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("Explicit VR Little Endian (1.2.840.10008.1.2.1)", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "application/dicom", "transfer-syntax=*")]
    [InlineData("/frames/1", "application/octet-stream", "application/octet-stream; transfer-syntax=1.2.840.10008.1.2.4.80, image/jls")]
    [InlineData("/pixeldata", "multipart/related; type=\"application/octet-stream\"", "image/jls")]
    public async Task What_can_not_be_decoded_here_answers_406_and_says_why(string place, string accept, string hint)
    {
        var instance = new TestInstance("1.2.31", "1.2.31.1", "1.2.31.1.1");
        var file = DicomFile.Read(instance.ToBytes());
        file.Dataset.Set(new DicomElement(DicomTags.PixelData, DicomVR.OB, DicomFragments.Of(default, [new byte[80]])));
        await TestInstance.StoreAsync(fixture.Archive, await DicomWriter.ToArrayAsync(new(file.Dataset, TransferSyntax.Find("1.2.840.10008.1.2.4.80")!)));
        using var answer = await fixture.SendAsync(instance.Path + place, accept);
        Assert.Equal(HttpStatusCode.NotAcceptable, answer.StatusCode);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        var detail = problem.RootElement.GetProperty("detail").GetString();
        Assert.Contains("can't be decoded here (no codec knows it).", detail, StringComparison.Ordinal);
        Assert.Contains(hint, detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_instances_do_not_come_alone()
    {
        await new TestInstance("1.2.17", "1.2.17.1", "1.2.17.1.1").StoreAsync(fixture.Archive);
        await new TestInstance("1.2.17", "1.2.17.1", "1.2.17.1.2").StoreAsync(fixture.Archive);
        using var answer = await fixture.SendAsync("/studies/1.2.17", "application/dicom");
        Assert.Equal(HttpStatusCode.NotAcceptable, answer.StatusCode);
    }

    [Fact]
    public async Task A_zip_has_a_file_for_each_instance()
    {
        TestInstance[] instances =
        [
            new("1.2.18", "1.2.18.1", "1.2.18.1.1") { FrameBytes = 700_000 },
            new("1.2.18", "1.2.18.1", "1.2.18.1.2") { Fill = 1 },
            new("1.2.18", "1.2.18.2", "1.2.18.2.1") { Fill = 2 },
        ];
        foreach (var instance in instances)
            await instance.StoreAsync(fixture.Archive);
        using var answer = await fixture.SendAsync("/studies/1.2.18", "application/zip");
        Assert.Equal("application/zip", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("1.2.18.zip", answer.Content.Headers.ContentDisposition!.FileName!.Trim('"'));
        using var zip = new ZipArchive(await answer.Content.ReadAsStreamAsync());
        Assert.Equal(["1.2.18.1/1.2.18.1.1.dcm", "1.2.18.1/1.2.18.1.2.dcm", "1.2.18.2/1.2.18.2.1.dcm"], zip.Entries.Select(entry => entry.FullName));
        for (var i = 0; i < instances.Length; i++)
        {
            using var content = new MemoryStream();
            await using var entry = await zip.Entries[i].OpenAsync();
            await entry.CopyToAsync(content);
            Assert.Equal(instances[i].ToBytes(), content.ToArray());
        }

        using var series = await fixture.SendAsync("/studies/1.2.18/series/1.2.18.2", $"application/zip; transfer-syntax={Rle}");
        using var compressed = new ZipArchive(await series.Content.ReadAsStreamAsync());
        using var file = new MemoryStream();
        await using (var entry = await Assert.Single(compressed.Entries).OpenAsync())
            await entry.CopyToAsync(file);
        Assert.Equal(Rle, DicomFile.Read(file.ToArray()).TransferSyntax.Uid);
    }

    [Theory]
    [InlineData("/studies/9.9")]
    [InlineData("/studies/9.9/metadata")]
    [InlineData("/studies/1.2.19/series/9.9")]
    [InlineData("/studies/1.2.19/series/1.2.19.1/instances/9.9")]
    [InlineData("/studies/1.2.19/series/1.2.19.1/instances/9.9/frames/1")]
    [InlineData("/studies/1.2.19/series/1.2.19.1/instances/9.9/bulkdata/7FE00010")]
    [InlineData("/studies/..%2f..%2fetc/series/x/instances/passwd")]
    [InlineData("/studies/1.2.19'%20OR%201=1")]
    public async Task What_is_not_there_answers_404(string path)
    {
        await new TestInstance("1.2.19", "1.2.19.1", "1.2.19.1.1").StoreAsync(fixture.Archive);
        using var answer = await fixture.SendAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task What_is_not_granted_answers_as_if_it_were_not_there()
    {
        var instance = new TestInstance("1.2.20", "1.2.20.1", "1.2.20.1.1");
        await instance.StoreAsync(fixture.Archive);
        string[] paths = ["/studies/1.2.20", "/studies/1.2.20/series/1.2.20.1", $"{instance.Path}", $"{instance.Path}/frames/1", $"{instance.Path}/metadata", $"{instance.Path}/bulkdata/7FE00010", $"{instance.Path}/bulkdata", $"{instance.Path}/pixeldata"];
        var unknown = new List<string>();
        foreach (var path in paths)
            unknown.Add(await ProblemAsync(path.Replace("1.2.20", "1.2.9999", StringComparison.Ordinal)));
        fixture.Scope = ImageScope.Of(new HashSet<string> { "someone-else" });
        try
        {
            for (var i = 0; i < paths.Length; i++)
                Assert.Equal(unknown[i], await ProblemAsync(paths[i]));
        }
        finally
        {
            fixture.Scope = ImageScope.Full;
        }

        async Task<string> ProblemAsync(string path)
        {
            using var answer = await fixture.SendAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            using var problem = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            return problem.RootElement.GetProperty("detail").GetString()!;
        }
    }

    [Fact]
    public async Task A_study_deleted_while_it_is_sent_is_sent_whole()
    {
        TestInstance[] instances = [.. Enumerable.Range(1, 20).Select(i => new TestInstance("1.2.21", "1.2.21.1", $"1.2.21.1.{i}") { Number = i, FrameBytes = 1_000_000, Fill = (byte)i })];
        foreach (var instance in instances)
            await instance.StoreAsync(fixture.Archive);
        using var request = new HttpRequestMessage(HttpMethod.Get, fixture.Base + "/studies/1.2.21");
        request.Headers.TryAddWithoutValidation("Accept", AnySyntax);
        using var answer = await fixture.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.True(await fixture.Archive.DeleteAsync(ImageScope.Full, new("1.2.21"), default) > 0);
        var parts = await Retrieved.PartsAsync(answer);
        Assert.Equal(instances.Length, parts.Count);
        for (var i = 0; i < instances.Length; i++)
            Assert.True(parts[i].Content.AsSpan().SequenceEqual(instances[i].ToBytes()), $"Instance {i + 1} has other bytes.");
    }

    [Fact]
    public async Task A_client_that_leaves_is_no_failure_and_the_next_one_is_served()
    {
        var instance = new TestInstance("1.2.23", "1.2.23.1", "1.2.23.1.1") { FrameBytes = 20_000_000 };
        await instance.StoreAsync(fixture.Archive);
        for (var i = 0; i < 5; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, fixture.Base + instance.Path);
            using var answer = await fixture.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.Equal(instance.ToBytes(), Assert.Single(await fixture.PartsAsync(instance.Path.ToString())).Content);
    }

    [Fact]
    public async Task The_query_parameter_says_what_a_link_can_not()
    {
        var instance = new TestInstance("1.2.24", "1.2.24.1", "1.2.24.1.1");
        await instance.StoreAsync(fixture.Archive);
        using var answer = await fixture.SendAsync(instance.Path + "?accept=application/dicom;transfer-syntax=*", "text/html, */*;q=0.8");
        Assert.Equal(instance.ToBytes(), await answer.Content.ReadAsByteArrayAsync());
        using var bad = await fixture.SendAsync(instance.Path + "?accept=dicom", "*/*");
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
    }

    [Fact]
    public async Task A_broken_image_among_others_comes_as_it_is_stored()
    {
        await CompressedAsync(new("1.2.22", "1.2.22.1", "1.2.22.1.1") { FrameBytes = 64 });
        var broken = new TestInstance("1.2.22", "1.2.22.1", "1.2.22.1.2") { Number = 2, FrameBytes = 64 };
        var file = DicomFile.Read(broken.ToBytes());
        file.Dataset.Set(new DicomElement(DicomTags.PixelData, DicomVR.OB, DicomFragments.Of(default, [new byte[80]])));
        var bytes = await DicomWriter.ToArrayAsync(new(file.Dataset, TransferSyntax.Find(Rle)!));
        await TestInstance.StoreAsync(fixture.Archive, bytes);
        var parts = await fixture.PartsAsync("/studies/1.2.22", Default);
        Assert.Equal([$"application/dicom; transfer-syntax={ExplicitVR}", $"application/dicom; transfer-syntax={Rle}"], parts.Select(part => part.ContentType));
        Assert.Equal(bytes, parts[1].Content);
        using var alone = await fixture.SendAsync(broken.Path.ToString(), "application/dicom");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, alone.StatusCode);
    }

    private async Task<byte[]> CompressedAsync(TestInstance instance)
    {
        var file = await PixelTranscoder.TranscodeAsync(DicomFile.Read(instance.ToBytes()), TransferSyntax.Find(Rle)!, PixelCodecs.Managed);
        var bytes = await DicomWriter.ToArrayAsync(file);
        Assert.Equal(StoreOutcome.Created, (await TestInstance.StoreAsync(fixture.Archive, bytes)).Outcome);
        return bytes;
    }

    private async Task<HttpStatusCode> StatusAsync(TestInstance instance, string header, string value)
    {
        using var answer = await fixture.SendAsync(instance.Path.ToString(), "application/dicom", null, (header, value));
        return answer.StatusCode;
    }

    private async Task<byte[]> RangeAsync(TestInstance instance, string range, HttpStatusCode status, params (string Name, string Value)[] headers)
    {
        using var answer = await fixture.SendAsync(instance.Path.ToString(), "application/dicom", null, [("Range", range), .. headers]);
        Assert.Equal(status, answer.StatusCode);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        if (status == HttpStatusCode.PartialContent)
            Assert.Equal(bytes.Length, answer.Content.Headers.ContentRange!.To - answer.Content.Headers.ContentRange.From + 1);
        return bytes;
    }
}
