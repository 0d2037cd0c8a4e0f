// Metadata over HTTP: JSON and XML, compressed and plain, with URIs that lead to the values.

using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using FhirHub.Dicom;
using FhirHub.Dicomweb.Tests.Archive;

namespace FhirHub.Dicomweb.Tests;

public sealed class RetrieveMetadataTests(DicomwebFixture fixture) : IClassFixture<DicomwebFixture>
{
    [Fact]
    public async Task Metadata_of_all_levels_is_what_the_model_writer_writes_compressed_or_not()
    {
        TestInstance[] instances =
        [
            new("1.4.1", "1.4.1.1", "1.4.1.1.1") { Number = 1 },
            new("1.4.1", "1.4.1.1", "1.4.1.1.2") { Number = 2, Description = "Köpf" },
            new("1.4.1", "1.4.1.2", "1.4.1.2.1") { Number = 3 },
        ];
        foreach (var instance in instances)
            await instance.StoreAsync(fixture.Archive);
        await AssertAsync("/studies/1.4.1", instances);
        await AssertAsync("/studies/1.4.1/series/1.4.1.1", instances[..2]);
        await AssertAsync(instances[2].Path.ToString(), instances[2..]);

        async Task AssertAsync(string path, TestInstance[] expected)
        {
            var json = $"[{string.Join(',', expected.Select(Json))}]";
            foreach (var accept in (string?[])[null, "application/dicom+json", "application/json", "*/*"])
            {
                using var plain = await fixture.SendAsync(path + "/metadata", accept);
                Assert.Equal(accept == "application/json" ? accept : "application/dicom+json", plain.Content.Headers.ContentType!.MediaType);
                Assert.Equal(json, await plain.Content.ReadAsStringAsync());
            }

            using var compressed = await fixture.SendAsync(path + "/metadata", null, null, ("Accept-Encoding", "br, gzip;q=0.5"));
            Assert.Equal("gzip", compressed.Content.Headers.ContentEncoding.Single());
            using var inflated = new StreamReader(new GZipStream(await compressed.Content.ReadAsStreamAsync(), CompressionMode.Decompress));
            Assert.Equal(json, await inflated.ReadToEndAsync());
            using var refused = await fixture.SendAsync(path + "/metadata", null, null, ("Accept-Encoding", "gzip;q=0"));
            Assert.Empty(refused.Content.Headers.ContentEncoding);
        }
    }

    [Fact]
    public async Task Uris_of_bulk_data_lead_to_it_by_the_host_that_was_asked()
    {
        var instance = new TestInstance("1.4.2", "1.4.2.1", "1.4.2.1.1") { Fill = 3 };
        await instance.StoreAsync(fixture.Archive);
        using var answer = await fixture.SendAsync(instance.Path + "/metadata", null, null, ("Host", "images.example:8443"));
        using var metadata = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        var uri = metadata.RootElement[0].GetProperty("7FE00010").GetProperty("BulkDataURI").GetString()!;
        Assert.Equal($"http://images.example:8443/dicomweb{instance.Path}/bulkdata/7FE00010", uri);
        using var value = await fixture.SendAsync(uri["http://images.example:8443/dicomweb".Length..], "application/octet-stream");
        Assert.Equal(Enumerable.Repeat((byte)3, 8), await value.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_client_that_has_the_metadata_is_told_so()
    {
        var instance = new TestInstance("1.4.3", "1.4.3.1", "1.4.3.1.1");
        await instance.StoreAsync(fixture.Archive);
        foreach (var encoding in (string[])["gzip", "identity"])
        {
            using var answer = await fixture.SendAsync("/studies/1.4.3/metadata", null, null, ("Accept-Encoding", encoding));
            using var again = await fixture.SendAsync("/studies/1.4.3/metadata", null, null, ("Accept-Encoding", encoding), ("If-None-Match", answer.Headers.ETag!.ToString()));
            Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
            Assert.Contains("Accept-Encoding", answer.Headers.Vary);
            using var other = await fixture.SendAsync("/studies/1.4.3/metadata", null, null, ("Accept-Encoding", encoding == "gzip" ? "identity" : "gzip"), ("If-None-Match", answer.Headers.ETag!.ToString()));
            Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        }
    }

    [Fact]
    public async Task Xml_has_a_part_for_each_instance()
    {
        TestInstance[] instances = [new("1.4.4", "1.4.4.1", "1.4.4.1.1") { Number = 1 }, new("1.4.4", "1.4.4.1", "1.4.4.1.2") { Number = 2 }];
        foreach (var instance in instances)
            await instance.StoreAsync(fixture.Archive);
        var parts = await fixture.PartsAsync("/studies/1.4.4/metadata", "multipart/related; type=\"application/dicom+xml\"");
        Assert.Equal(instances.Select(instance => Encoding.UTF8.GetString(NativeXmlWriter.ToUtf8(DicomFile.Read(instance.ToBytes()).Dataset, Options(instance)))), parts.Select(part => Encoding.UTF8.GetString(part.Content)));
    }

    [Theory]
    [InlineData("application/dicom", "")]
    [InlineData("application/dicom+xml", "")]
    [InlineData("*/*", "iso-8859-1")]
    public async Task What_metadata_can_not_be_answers_406(string accept, string charset)
    {
        await new TestInstance("1.4.5", "1.4.5.1", "1.4.5.1.1").StoreAsync(fixture.Archive);
        using var answer = await fixture.SendAsync("/studies/1.4.5/metadata", accept, null, charset.Length > 0 ? [("Accept-Charset", charset)] : []);
        Assert.Equal(HttpStatusCode.NotAcceptable, answer.StatusCode);
    }

    [Fact]
    public async Task Metadata_of_more_instances_than_are_read_at_once_is_whole()
    {
        TestInstance[] instances = [.. Enumerable.Range(1, 600).Select(i => new TestInstance("1.4.6", "1.4.6.1", $"1.4.6.1.{i}") { Number = i })];
        await Task.WhenAll(instances.Select(instance => instance.StoreAsync(fixture.Archive)));
        foreach (var encoding in (string[])["gzip", "identity"])
        {
            using var answer = await fixture.SendAsync("/studies/1.4.6/metadata", null, null, ("Accept-Encoding", encoding));
            var body = await answer.Content.ReadAsStreamAsync();
            using var metadata = await JsonDocument.ParseAsync(encoding == "gzip" ? new GZipStream(body, CompressionMode.Decompress) : body);
            Assert.Equal(instances.Select(instance => instance.Instance), metadata.RootElement.EnumerateArray().Select(one => one.GetProperty("00080018").GetProperty("Value")[0].GetString()));
        }
    }

    private DicomModelOptions Options(TestInstance instance) => new() { BulkDataUri = (path, _) => $"{fixture.Base}{instance.Path}/bulkdata/{path}" };

    private string Json(TestInstance instance) => Encoding.UTF8.GetString(DicomJsonWriter.ToUtf8(DicomFile.Read(instance.ToBytes()).Dataset, Options(instance)));
}
