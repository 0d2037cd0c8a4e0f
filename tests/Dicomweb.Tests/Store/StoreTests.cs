// STOW-RS over HTTP: what is stored, what is refused and by which number.

using System.IO.Compression;
using System.Text;
using FhirHub.Dicom;

namespace FhirHub.Dicomweb.Tests;

public class StoreTests(DicomwebFixture service) : IClassFixture<DicomwebFixture>
{
    [Fact]
    public async Task Instances_are_stored_and_answered_in_the_order_of_the_request()
    {
        var instances = SentInstance.Of(25);
        var reply = await service.Client.StoreAsync(instances.Select(instance => instance.ToFile()));
        Assert.Equal(200, reply.Status);
        Assert.Equal("application/dicom+json", reply.Type?.MediaType);
        Assert.Equal(instances.Select(instance => instance.Instance), reply.Stored);
        Assert.Equal(instances.Select(instance => service.Base + instance.Path), reply.Addresses);
        Assert.Equal($"{service.Base}/studies/{instances[0].Study}", reply.StudyAddress);
        Assert.Equal(instances[7].ToFile(), await StoredAsync(instances[7]));
    }

    [Theory]
    [InlineData("application/dicom")]
    [InlineData("application/dicom; transfer-syntax=1.2.840.10008.1.2.1")]
    public async Task A_single_instance_may_be_the_whole_body(string type)
    {
        var instance = SentInstance.New();
        var reply = await service.Client.StoreAsync(StoreCalls.Content(instance.ToFile(), type));
        Assert.Equal(200, reply.Status);
        Assert.Equal([instance.Instance], reply.Stored);
    }

    [Theory]
    [InlineData("multipart/related; boundary=x", "Content-Type: application/dicom")]
    [InlineData("multipart/related; type=application/dicom; boundary=x", "Content-Type: application/dicom")]
    [InlineData("multipart/related; boundary=\"x\"; type=\"application/dicom\"", "Content-Type: application/octet-stream")]
    [InlineData("multipart/related; boundary=x; type=\"application/dicom\"; start=1", "X: none")]
    public async Task Clients_name_types_in_many_ways(string type, string header)
    {
        var instance = SentInstance.New();
        byte[] body = [.. Encoding.ASCII.GetBytes($"preamble\r\n--x\r\n{header}\r\n\r\n"), .. instance.ToFile(), .. "\r\n--x--\r\nepilogue"u8];
        Assert.Equal([instance.Instance], (await service.Client.StoreAsync(StoreCalls.Content(body, type))).Stored);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json")]
    [InlineData("image/jpeg")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("multipart/related; type=\"image/jpeg\"; boundary=x")]
    [InlineData("nonsense")]
    public async Task What_is_no_type_of_instances_is_415(string type)
    {
        var reply = await service.Client.StoreAsync(StoreCalls.Content(SentInstance.New().ToFile(), type));
        Assert.Equal(415, reply.Status);
        Assert.Contains("application/dicom", reply.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("multipart/related; type=\"application/dicom\"", "")]
    [InlineData("multipart/related; type=\"application/dicom\"; boundary=x", "")]
    [InlineData("multipart/related; type=\"application/dicom\"; boundary=x", "--x--")]
    [InlineData("multipart/related; type=\"application/dicom\"; boundary=x", "--y\r\n\r\n--y--")]
    [InlineData("multipart/related; type=\"application/dicom\"; boundary=x", "--x\r\nno field\r\n\r\n--x--")]
    public async Task A_request_without_an_instance_is_400(string type, string body)
    {
        Assert.Equal(400, (await service.Client.StoreAsync(StoreCalls.Content(Encoding.ASCII.GetBytes(body), type))).Status);
    }

    [Fact]
    public async Task An_answer_that_nobody_accepts_is_406_before_anything_is_stored()
    {
        var instance = SentInstance.New();
        var reply = await service.Client.SendAsync(HttpMethod.Post, "studies", StoreCalls.Multipart(instance.ToFile()), "text/html");
        Assert.Equal(406, reply.Status);
        Assert.Empty(await service.Archive.FindAsync(ImageScope.Full, instance.Path, default));
    }

    [Fact]
    public async Task The_answer_is_XML_where_that_is_accepted()
    {
        var instance = SentInstance.New();
        var reply = await service.Client.SendAsync(HttpMethod.Post, "studies", StoreCalls.Multipart(instance.ToFile()), "application/dicom+xml");
        Assert.Equal("application/dicom+xml", reply.Type?.MediaType);
        var item = Assert.Single(NativeXmlReader.Read(reply.Body).GetItems(DicomDictionary.Find("ReferencedSOPSequence")!.Tag));
        Assert.Equal(instance.Instance, item.GetString(DicomDictionary.Find("ReferencedSOPInstanceUID")!.Tag));
    }

    [Fact]
    public async Task What_is_good_is_stored_beside_what_is_bad()
    {
        var instances = SentInstance.Of(3);
        var broken = instances[1].ToFile()[..^10];
        var reply = await service.Client.StoreAsync(instances[0].ToFile(), broken, "nothing"u8.ToArray(), instances[2].ToFile());
        Assert.Equal(202, reply.Status);
        Assert.Equal([instances[0].Instance, instances[2].Instance], reply.Stored);
        Assert.Equal([(instances[1].Instance, 0xC000)], reply.Failed);
        Assert.Equal([0xC000], reply.OtherFailures);
        Assert.All(reply.Comments, comment => Assert.True(comment.Length > 20, comment));
    }

    [Fact]
    public async Task The_same_bytes_again_are_a_success()
    {
        var instance = SentInstance.New();
        Assert.Equal(200, (await service.Client.StoreAsync(instance.ToFile(), instance.ToFile())).Status);
        var again = await service.Client.StoreAsync(instance.ToFile());
        Assert.Equal(200, again.Status);
        Assert.Equal([instance.Instance], again.Stored);
    }

    [Fact]
    public async Task Other_content_of_a_stored_UID_is_a_conflict_and_PUT_replaces_it()
    {
        var instance = SentInstance.New();
        var other = instance with { Description = "corrected" };
        await service.Client.StoreAsync(instance.ToFile());
        var refused = await service.Client.StoreAsync(other.ToFile());
        Assert.Equal(409, refused.Status);
        Assert.Equal([(instance.Instance, 0x0111)], refused.Failed);
        Assert.Equal(instance.ToFile(), await StoredAsync(instance));

        foreach (var (address, content) in ((string, SentInstance)[])[
            ("studies", other),
            ($"studies/{instance.Study}", instance),
            (instance.Path.ToString()[1..], other)])
        {
            var replaced = await service.Client.SendAsync(HttpMethod.Put, address, StoreCalls.Content(content.ToFile(), "application/dicom"));
            Assert.Equal(200, replaced.Status);
            Assert.Equal(content.ToFile(), await StoredAsync(instance));
        }
    }

    [Fact]
    public async Task An_instance_of_another_study_than_the_address_is_refused()
    {
        var (here, there) = (SentInstance.New(), SentInstance.New());
        var reply = await service.Client.StoreAsync(StoreCalls.Multipart(here.ToFile(), there.ToFile()), $"studies/{here.Study}");
        Assert.Equal(202, reply.Status);
        Assert.Equal([here.Instance], reply.Stored);
        Assert.Equal([(there.Instance, 0xA901)], reply.Failed);
        Assert.Equal(["0020000D"], reply.FailedAttributes);
        Assert.Equal(409, (await service.Client.StoreAsync(StoreCalls.Multipart(there.ToFile()), $"studies/{here.Study}")).Status);

        var misplaced = await service.Client.SendAsync(HttpMethod.Put, here.Path.ToString()[1..], StoreCalls.Multipart((here with { Series = "1.2", Instance = "1.3" }).ToFile()));
        Assert.Equal(["0020000E", "00080018"], misplaced.FailedAttributes);
        Assert.Equal(400, (await service.Client.StoreAsync(StoreCalls.Multipart(here.ToFile()), "studies/1.02")).Status);
    }

    [Fact]
    public async Task A_study_of_another_patient_takes_no_instance()
    {
        var instances = SentInstance.Of(2);
        await service.Client.StoreAsync(instances[0].ToFile());
        var reply = await service.Client.StoreAsync((instances[1] with { PatientId = "P2" }).ToFile());
        Assert.Equal(409, reply.Status);
        Assert.Equal([(instances[1].Instance, 0xA902)], reply.Failed);
        Assert.Equal(["00100020"], reply.FailedAttributes);
    }

    [Fact]
    public async Task What_the_scope_does_not_grant_is_not_stored()
    {
        service.Scope = ImageScope.Of(new HashSet<string>(StringComparer.Ordinal) { "somebody" });
        try
        {
            var reply = await service.Client.StoreAsync(SentInstance.New().ToFile());
            Assert.Equal(409, reply.Status);
            Assert.Equal(0x0124, Assert.Single(reply.Failed).Reason);
        }
        finally
        {
            service.Scope = ImageScope.Full;
        }
    }

    [Fact]
    public async Task UIDs_that_are_none_are_named()
    {
        var reply = await service.Client.StoreAsync((SentInstance.New() with { Study = "1.02", Instance = "1.2.x" }).ToFile());
        Assert.Equal(409, reply.Status);
        Assert.Equal([("1.2.x", 0x0117)], reply.Failed);
        Assert.Equal(["00080018", "0020000D"], reply.FailedAttributes);
    }

    [Fact]
    public async Task Missing_attributes_are_named()
    {
        var instance = SentInstance.New();
        var file = DicomFile.Read(instance.ToFile());
        file.Dataset.Remove(DicomTags.PatientID);
        file.Dataset.Remove(DicomTags.Rows);
        var reply = await service.Client.StoreAsync(await DicomWriter.ToArrayAsync(file));
        Assert.Equal([(instance.Instance, 0xA900)], reply.Failed);
        Assert.Equal(["00100020", "00280010"], reply.FailedAttributes);
    }

    [Theory]
    [InlineData("1.2.840.10008.1.1")]
    [InlineData("1.2.840.10008.1.3.10")]
    [InlineData("1.2.840.10008.5.1.4.31")]
    public async Task Objects_that_are_no_instances_of_studies_are_refused(string sopClass)
    {
        var reply = await service.Client.StoreAsync((SentInstance.New() with { SopClass = sopClass }).ToFile());
        Assert.Equal(0x0122, Assert.Single(reply.Failed).Reason);
    }

    [Theory]
    [InlineData("1.2.840.10008.5.1.4.1.1.2")]
    [InlineData("1.2.840.10008.5.1.4.1.1.9999")]
    [InlineData("1.3.12.2.1107.5.9.1")]
    public async Task Images_of_vendors_and_of_later_editions_are_kept(string sopClass)
    {
        Assert.Equal(200, (await service.Client.StoreAsync((SentInstance.New() with { SopClass = sopClass }).ToFile())).Status);
    }

    [Fact]
    public async Task A_transfer_syntax_that_nobody_knows_is_refused()
    {
        var reply = await service.Client.StoreAsync((SentInstance.New() with { TransferSyntaxUid = "1.2.3.4" }).ToFile());
        Assert.Equal(409, reply.Status);
        Assert.Equal([0xC122], [.. reply.OtherFailures, .. reply.Failed.Select(failed => failed.Reason)]);
    }

    [Fact]
    public async Task Faults_with_which_an_instance_can_be_used_are_a_warning()
    {
        var instance = SentInstance.New();
        byte[] file = [.. instance.ToFile(), .. new Dicom.Tests.TestFile().Text(0x00081030, "LO", "out of order").ToArray()];
        var reply = await service.Client.StoreAsync(file);
        Assert.Equal(202, reply.Status);
        Assert.Equal([0xB007], reply.Warnings);
        Assert.Equal(file, await StoredAsync(instance));
    }

    [Fact]
    public async Task A_program_in_the_preamble_is_not_kept_and_the_rest_is()
    {
        var instance = SentInstance.New();
        var file = instance.ToFile();
        var program = file.ToArray();
        "MZ\u0090"u8.CopyTo(program);
        "#!/bin/sh"u8.CopyTo(program.AsSpan(64));
        Assert.Equal(200, (await service.Client.StoreAsync(program)).Status);
        Assert.Equal(file, await StoredAsync(instance));

        var slide = SentInstance.New();
        var tiff = slide.ToFile();
        ((ReadOnlySpan<byte>)[(byte)'I', (byte)'I', 42, 0, 0, 1, 0, 0]).CopyTo(tiff);
        Assert.Equal(200, (await service.Client.StoreAsync(tiff)).Status);
        Assert.Equal(tiff, await StoredAsync(slide));
    }

    [Fact]
    public async Task A_data_set_without_a_head_gets_one_and_stays_as_it_is()
    {
        foreach (var isExplicit in (bool[])[true, false])
        {
            var instance = SentInstance.New();
            var dataset = instance.ToDataset(isExplicit);
            Assert.Equal(200, (await service.Client.StoreAsync(dataset)).Status);
            var stored = await StoredAsync(instance);
            var file = DicomFile.Read(stored);
            Assert.True(file.HasPrefix);
            Assert.Equal(instance.Instance, file.Meta!.GetString(DicomTags.MediaStorageSOPInstanceUID));
            Assert.Equal(isExplicit ? TransferSyntax.ExplicitVRLittleEndian : TransferSyntax.ImplicitVRLittleEndian, file.TransferSyntax);
            Assert.Equal(dataset, stored[(int)file.DatasetOffset..]);
        }

        var short_ = SentInstance.New();
        Assert.Equal(200, (await service.Client.StoreAsync(short_.ToFile()[128..])).Status);
        Assert.Equal(short_.ToDataset(), (await StoredAsync(short_))[^short_.ToDataset().Length..]);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task A_compressed_body_is_read(string encoding)
    {
        var instance = SentInstance.New();
        var plain = await StoreCalls.Multipart(instance.ToFile()).ReadAsByteArrayAsync();
        var content = StoreCalls.Content(await CompressAsync(plain, encoding), "multipart/related; type=\"application/dicom\"; boundary=b0undary");
        content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        Assert.Equal([instance.Instance], (await service.Client.StoreAsync(content)).Stored);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task A_body_that_is_not_compressed_as_it_says_is_400(string encoding)
    {
        var body = StoreCalls.Content(SentInstance.New().ToFile()[100..], "application/dicom");
        body.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        var reply = await service.Client.StoreAsync(body);
        Assert.Equal(400, reply.Status);
        Assert.Contains("Content-Encoding", reply.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_compressed_in_an_unknown_way_is_415_and_a_bomb_is_413()
    {
        var content = StoreCalls.Multipart(SentInstance.New().ToFile());
        content.Headers.TryAddWithoutValidation("Content-Encoding", "zstd");
        Assert.Equal(415, (await service.Client.StoreAsync(content)).Status);

        var bomb = StoreCalls.Content(await CompressAsync([.. SentInstance.New().ToFile(), .. new byte[64 * 1024 * 1024]], "gzip"), "application/dicom");
        bomb.Headers.TryAddWithoutValidation("Content-Encoding", "gzip");
        Assert.Equal(413, (await service.Client.StoreAsync(bomb)).Status);
    }

    private static async Task<byte[]> CompressAsync(byte[] bytes, string encoding)
    {
        using var compressed = new MemoryStream();
        await using (Stream stream = encoding switch
        {
            "gzip" => new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true),
            "deflate" => new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true),
            _ => new BrotliStream(compressed, CompressionLevel.Fastest, leaveOpen: true),
        })
        {
            await stream.WriteAsync(bytes);
        }

        return compressed.ToArray();
    }

    private Task<byte[]> StoredAsync(SentInstance instance) => service.StoredBytesAsync(instance.Path);
}
