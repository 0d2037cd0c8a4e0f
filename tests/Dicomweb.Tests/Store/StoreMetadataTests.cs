// Instances that come as metadata in JSON or XML, with bulk data in other parts or inline.

using System.Text;
using FhirHub.Dicom;
using FhirHub.Dicom.Tests;

namespace FhirHub.Dicomweb.Tests;

public class StoreMetadataTests(DicomwebFixture service) : IClassFixture<DicomwebFixture>
{
    private static readonly byte[] Pixels = [.. Enumerable.Range(0, 16).Select(value => (byte)value)];

    [Theory]
    [InlineData("application/dicom+json")]
    [InlineData("application/dicom+xml")]
    public async Task Metadata_and_bulk_data_become_a_file(string type)
    {
        var instance = SentInstance.New();
        var metadata = Metadata(instance, "bulk/1", type);
        var reply = await service.Client.StoreAsync(StoreCalls.Multipart(type, [($"Content-Type: {type}", metadata), ("Content-Type: application/octet-stream\r\nContent-Location: bulk/1", Pixels)]));
        Assert.Equal(200, reply.Status);
        Assert.Equal([instance.Instance], reply.Stored);
        var stored = DicomFile.Read(await service.StoredBytesAsync(instance.Path));
        Assert.Equal(TransferSyntax.ExplicitVRLittleEndian, stored.TransferSyntax);
        Assert.Equal(instance.Instance, stored.Meta!.GetString(DicomTags.MediaStorageSOPInstanceUID));
        Assert.Equal(Pixels, stored.Dataset.Find(DicomTags.PixelData)!.GetBytes().ToArray());
        Assert.Equal("Test^Image", stored.Dataset.GetString(DicomTags.PatientName));
    }

    [Fact]
    public async Task Several_instances_share_one_part_of_metadata()
    {
        var instances = SentInstance.Of(3);
        var json = $"[{string.Join(',', instances.Select((instance, number) => Encoding.UTF8.GetString(Metadata(instance, $"https://client.example/{number}"))))}]";
        var parts = instances.Select((_, number) => ($"Content-Type: application/octet-stream\r\nContent-Location: https://client.example/{number}", (byte[])[(byte)number, .. Pixels[1..]]));
        var reply = await service.Client.StoreAsync(StoreCalls.Multipart("application/dicom+json", [("Content-Type: application/dicom+json", Encoding.UTF8.GetBytes(json)), .. parts]));
        Assert.Equal(instances.Select(instance => instance.Instance), reply.Stored);
        Assert.Equal(2, DicomFile.Read(await service.StoredBytesAsync(instances[2].Path)).Dataset.Find(DicomTags.PixelData)!.GetBytes().Span[0]);
    }

    [Theory]
    [InlineData("relative", "Content-Location: http://{host}/dicomweb/relative")]
    [InlineData("cid:pixels@client", "Content-ID: <pixels@client>")]
    public async Task Bulk_data_is_found_by_any_of_its_names(string uri, string header)
    {
        var instance = SentInstance.New();
        header = header.Replace("{host}", new Uri(service.Base).Authority, StringComparison.Ordinal);
        var parts = new[] { ("Content-Type: application/dicom+json", Metadata(instance, uri)), ($"Content-Type: application/octet-stream\r\n{header}", Pixels) };
        Assert.Equal([instance.Instance], (await service.Client.StoreAsync(StoreCalls.Multipart("application/dicom+json", parts))).Stored);
    }

    [Fact]
    public async Task Inline_bytes_need_no_other_part()
    {
        var (first, second) = (SentInstance.New(), SentInstance.New());
        Assert.Equal(200, (await service.Client.StoreAsync(StoreCalls.Content(Inline(first), "application/dicom+json"))).Status);
        Assert.Equal(200, (await service.Client.StoreAsync(StoreCalls.Multipart("application/dicom+json", [("Content-Type: application/dicom+json", Inline(second))]))).Status);
        Assert.Equal(Pixels, DicomFile.Read(await service.StoredBytesAsync(second.Path)).Dataset.Find(DicomTags.PixelData)!.GetBytes().ToArray());
    }

    [Fact]
    public async Task Compressed_frames_have_the_transfer_syntax_of_their_media_type()
    {
        byte[] lossless = [0xFF, 0xD8, 0xFF, 0xF7, 0, 11, 8, 0, 4, 0, 4, 1, 1, 0x11, 0, 0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0, 1, 2, 0xFF, 0xD9];
        foreach (var (header, uid) in ((string, string)[])[
            ("image/jls", "1.2.840.10008.1.2.4.80"),
            ("image/jls; transfer-syntax=1.2.840.10008.1.2.4.81", "1.2.840.10008.1.2.4.81"),
            ("application/octet-stream; transfer-syntax=1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.80")])
        {
            var instance = SentInstance.New();
            var parts = new[]
            {
                ("Content-Type: application/dicom+json", Metadata(instance, "p", frames: 2)),
                ($"Content-Type: {header}\r\nContent-Location: p", lossless),
                ($"Content-Type: {header}\r\nContent-Location: p", lossless),
            };
            var reply = await service.Client.StoreAsync(StoreCalls.Multipart("application/dicom+json", parts));
            Assert.Equal([instance.Instance], reply.Stored);
            var stored = DicomFile.Read(await service.StoredBytesAsync(instance.Path));
            Assert.Equal(uid, stored.TransferSyntax.Uid);
            Assert.Equal(uid, stored.Meta!.GetString(DicomTags.TransferSyntaxUID));
            var fragments = stored.Dataset.Find(DicomTags.PixelData)!.Fragments!;
            Assert.Equal([0, (long)lossless.Length + 1 + 8], fragments.GetOffsets());
            Assert.Equal(2, FrameIndex.Of(stored.Dataset).Count);
            Assert.Equal([.. lossless, 0], (await new BulkReference(fragments.Source, fragments.All[1].Offset, fragments.All[1].Length).ReadAsync(DicomTags.PixelData, default)).ToArray());
        }
    }

    [Fact]
    public async Task Bulk_data_that_is_not_there_or_that_nobody_asks_for_is_told()
    {
        var instance = SentInstance.New();
        var parts = new[] { ("Content-Type: application/dicom+json", Metadata(instance, "http://127.0.0.1:1/elsewhere")), ("Content-Type: application/octet-stream\r\nContent-Location: p", Pixels) };
        var reply = await service.Client.StoreAsync(StoreCalls.Multipart("application/dicom+json", parts));
        Assert.Equal(409, reply.Status);
        Assert.Equal([(instance.Instance, 0xA900)], reply.Failed);
        Assert.Equal(["7FE00010"], reply.FailedAttributes);
        Assert.Equal([0xC000], reply.OtherFailures);
    }

    [Theory]
    [InlineData("application/dicom+json", "")]
    [InlineData("application/dicom+json", "{")]
    [InlineData("application/dicom+json", "[1]")]
    [InlineData("application/dicom+json", "{\"0020000D\":{\"vr\":\"XX\"}}")]
    [InlineData("application/dicom+xml", "<a/>")]
    [InlineData("application/dicom+xml", "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><NativeDicomModel>&b;</NativeDicomModel>")]
    public async Task Metadata_that_is_none_is_refused_with_a_reason(string type, string metadata)
    {
        var reply = await service.Client.StoreAsync(StoreCalls.Multipart(type, [($"Content-Type: {type}", Encoding.UTF8.GetBytes(metadata))]));
        Assert.Equal(409, reply.Status);
        Assert.Equal([0xC000], reply.OtherFailures);
    }

    [Fact]
    public async Task An_empty_list_of_metadata_is_400()
    {
        Assert.Equal(400, (await service.Client.StoreAsync(StoreCalls.Content("[]"u8.ToArray(), "application/dicom+json"))).Status);
    }

    [Fact]
    public async Task Files_taken_apart_into_metadata_and_bulk_data_are_stored_as_they_were()
    {
        foreach (var name in DicomMaterial.Files.Select(file => file.Name).Where(name => name.StartsWith("cornerstone3D/", StringComparison.Ordinal) || name.StartsWith("wg04/", StringComparison.Ordinal)))
        {
            var file = DicomFile.Read(DicomMaterial.Read(name));
            if (InstanceCheck.Run(file).Any(finding => finding.Severity == InstanceFindingSeverity.Error))
                continue;
            var study = DicomUid.New();
            file.Dataset.Set(DicomTags.StudyInstanceUID, study);
            var parts = new List<(string, byte[])>();
            var json = DicomJsonWriter.ToUtf8(file.Dataset, new DicomModelOptions
            {
                BulkDataUri = (path, element) =>
                {
                    if (element.Fragments is null)
                    {
                        parts.Add(($"Content-Type: application/octet-stream\r\nContent-Location: {path}", element.GetLittleEndianBytes().ToArray()));
                        return path;
                    }

                    foreach (var frame in FrameIndex.Of(file.Dataset))
                        parts.Add(($"Content-Type: application/octet-stream; transfer-syntax={file.TransferSyntax.Uid}\r\nContent-Location: {path}", Frame(element.Fragments, frame)));
                    return path;
                },
            });
            var reply = await service.Client.StoreAsync(StoreCalls.Multipart("application/dicom+json", [("Content-Type: application/dicom+json", json), .. parts]), $"studies/{study}");
            Assert.True(reply.Status is 200 or 202, $"{name}: {reply}");
            var path = new ImagePath(study, file.Dataset.GetString(DicomTags.SeriesInstanceUID), file.Dataset.GetString(DicomTags.SOPInstanceUID));
            var stored = DicomFile.Read(await service.StoredBytesAsync(path));
            Assert.Equal(json.Length, DicomJsonWriter.ToUtf8(stored.Dataset, new DicomModelOptions { BulkDataUri = (path, _) => path }).Length);
        }
    }

    private static byte[] Frame(DicomFragments fragments, FrameFragments frame) =>
        [.. Enumerable.Range(frame.First, frame.Count).SelectMany(number => new BulkReference(fragments.Source, fragments.All[number].Offset, fragments.All[number].Length).Read(DicomTags.PixelData).ToArray())];

    private static byte[] Inline(SentInstance instance) => DicomJsonWriter.ToUtf8(DicomFile.Read(instance.ToFile()).Dataset);

    private static byte[] Metadata(SentInstance instance, string uri, string type = "application/dicom+json", int frames = 1)
    {
        var dataset = DicomFile.Read(instance.ToFile()).Dataset;
        if (frames > 1)
            dataset.Set(DicomTags.NumberOfFrames, $"{frames}");
        var options = new DicomModelOptions { BulkDataUri = (_, element) => element.Tag == DicomTags.PixelData ? uri : null };
        return type == "application/dicom+json" ? DicomJsonWriter.ToUtf8(dataset, options) : NativeXmlWriter.ToUtf8(dataset, options);
    }
}
