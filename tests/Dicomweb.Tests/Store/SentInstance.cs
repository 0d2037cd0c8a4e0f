// Instances that tests send, and the bodies that hold them.

using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using FhirHub.Dicom;
using FhirHub.Dicom.Tests;

namespace FhirHub.Dicomweb.Tests;

/// <summary>A small image whose UIDs a test chooses.</summary>
internal sealed record SentInstance(string Study, string Series, string Instance)
{
    public const string Secondary = "1.2.840.10008.5.1.4.1.1.7";

    public string PatientId { get; init; } = "P1";

    public string SopClass { get; init; } = Secondary;

    public string Description { get; init; } = "";

    public string TransferSyntaxUid { get; init; } = TransferSyntax.ExplicitVRLittleEndian.Uid;

    public ImagePath Path => new(Study, Series, Instance);

    /// <summary>Instances of one new study.</summary>
    public static SentInstance[] Of(int count)
    {
        var (study, series) = (DicomUid.New(), DicomUid.New());
        return [.. Enumerable.Range(0, count).Select(_ => new SentInstance(study, series, DicomUid.New()))];
    }

    /// <summary>One instance of a new study.</summary>
    public static SentInstance New() => Of(1)[0];

    /// <summary>The elements without a head.</summary>
    public byte[] ToDataset(bool isExplicit = true) => new TestFile(isExplicit)
        .Text(0x00080016, "UI", SopClass)
        .Text(0x00080018, "UI", Instance)
        .Text(0x00080060, "CS", "OT")
        .Text(0x0008103E, "LO", Description)
        .Text(0x00100010, "PN", "Test^Image")
        .Text(0x00100020, "LO", PatientId)
        .Text(0x0020000D, "UI", Study)
        .Text(0x0020000E, "UI", Series)
        .US(0x00280002, 1)
        .Text(0x00280004, "CS", "MONOCHROME2")
        .US(0x00280010, 4)
        .US(0x00280011, 4)
        .US(0x00280100, 8)
        .US(0x00280101, 8)
        .US(0x00280102, 7)
        .US(0x00280103, 0)
        .Element(0x7FE00010, "OW", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15])
        .ToArray();

    /// <summary>A file of PS3.10.</summary>
    public byte[] ToFile()
    {
        var meta = new TestFile()
            .Element(0x00020001, "OB", [0, 1])
            .Text(0x00020002, "UI", SopClass)
            .Text(0x00020003, "UI", Instance)
            .Text(0x00020010, "UI", TransferSyntaxUid)
            .Text(0x00020012, "UI", "1.2.3")
            .ToArray();
        return [.. new byte[128], .. "DICM"u8, .. new TestFile().Element(0x00020000, "UL", BitConverter.GetBytes(meta.Length)).ToArray(), .. meta, .. ToDataset()];
    }
}

/// <summary>Sends bodies, and reads what is answered.</summary>
internal static class StoreCalls
{
    private const string Boundary = "b0undary";

    /// <summary>A body of several parts.</summary>
    public static HttpContent Multipart(params IEnumerable<byte[]> files) => Multipart("application/dicom", files.Select(file => ("Content-Type: application/dicom", file)));

    /// <summary>A body of several parts with header fields of their own.</summary>
    public static HttpContent Multipart(string type, IEnumerable<(string Header, byte[] Content)> parts)
    {
        using var body = new MemoryStream();
        foreach (var (header, content) in parts)
        {
            body.Write(Encoding.UTF8.GetBytes($"--{Boundary}\r\n{header}\r\n\r\n"));
            body.Write(content);
            body.Write("\r\n"u8);
        }

        body.Write(Encoding.UTF8.GetBytes($"--{Boundary}--\r\n"));
        return Content(body.ToArray(), $"multipart/related; type=\"{type}\"; boundary={Boundary}");
    }

    /// <summary>A body of a media type.</summary>
    public static HttpContent Content(byte[] body, string type)
    {
        var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        return content;
    }

    /// <summary>Sends it, and reads the answer.</summary>
    public static async Task<StoreReply> SendAsync(this HttpClient client, HttpMethod method, string address, HttpContent content, string? accept = null)
    {
        using var request = new HttpRequestMessage(method, address) { Content = content };
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        using var answer = await client.SendAsync(request);
        return new((int)answer.StatusCode, answer.Content.Headers.ContentType, await answer.Content.ReadAsByteArrayAsync());
    }

    /// <summary>POST.</summary>
    public static Task<StoreReply> StoreAsync(this HttpClient client, HttpContent content, string address = "studies") => client.SendAsync(HttpMethod.Post, address, content);

    /// <summary>POST of files.</summary>
    public static Task<StoreReply> StoreAsync(this HttpClient client, params IEnumerable<byte[]> files) => client.StoreAsync(Multipart(files));
}

/// <summary>An answer of a store transaction.</summary>
internal sealed record StoreReply(int Status, MediaTypeHeaderValue? Type, byte[] Body)
{
    private DicomDataset Dataset => DicomJsonReader.Read(Body);

    /// <summary>SOP Instance UIDs that were stored.</summary>
    public IReadOnlyList<string?> Stored => [.. Items("ReferencedSOPSequence").Select(item => Text(item, "ReferencedSOPInstanceUID"))];

    /// <summary>Addresses of what was stored.</summary>
    public IReadOnlyList<string?> Addresses => [.. Items("ReferencedSOPSequence").Select(item => Text(item, "RetrieveURL"))];

    /// <summary>Warning reasons of what was stored.</summary>
    public IReadOnlyList<long?> Warnings => [.. Items("ReferencedSOPSequence").Select(item => item.GetInt64(Tag("WarningReason")))];

    /// <summary>SOP Instance UIDs that were refused, each with its reason.</summary>
    public IReadOnlyList<(string? Instance, long? Reason)> Failed =>
        [.. Items("FailedSOPSequence").Select(item => (Text(item, "ReferencedSOPInstanceUID"), item.GetInt64(Tag("FailureReason"))))];

    /// <summary>Reasons of failures that name no instance.</summary>
    public IReadOnlyList<long?> OtherFailures => [.. Items("OtherFailuresSequence").Select(item => item.GetInt64(Tag("FailureReason")))];

    /// <summary>What is said of each failure.</summary>
    public IReadOnlyList<string> Comments => [.. Items("FailedSOPSequence").Concat(Items("OtherFailuresSequence")).Select(item => item.GetString(new DicomTag(0x0000_0902)) ?? "")];

    /// <summary>Attributes at fault of the first failure.</summary>
    public IReadOnlyList<string> FailedAttributes =>
        [.. Items("FailedSOPSequence").Take(1).SelectMany(item => item.GetItems(Tag("FailedAttributesSequence"))).Select(item => Text(item, "SelectorAttribute") ?? "")];

    /// <summary>The address of the study that all are of.</summary>
    public string? StudyAddress => Text(Dataset, "RetrieveURL");

    /// <summary>The detail of a problem.</summary>
    public string Problem => JsonDocument.Parse(Body).RootElement.GetProperty("detail").GetString()!;

    public override string ToString() => $"{Status} {Encoding.UTF8.GetString(Body)}";

    private IReadOnlyList<DicomDataset> Items(string keyword) => Dataset.GetItems(Tag(keyword));

    private static string? Text(DicomDataset dataset, string keyword) => dataset.GetString(Tag(keyword));

    private static DicomTag Tag(string keyword) => DicomDictionary.Find(keyword)!.Tag;
}

/// <summary>Looks into the archive.</summary>
internal static class StoredBytes
{
    /// <summary>The bytes of an instance as they are kept.</summary>
    public static async Task<byte[]> StoredBytesAsync(this DicomwebFixture service, ImagePath path)
    {
        using var blob = service.Archive.OpenBlob(Assert.Single(await service.Archive.FindAsync(ImageScope.Full, path, default)));
        var bytes = new byte[blob.Length];
        for (var read = 0; read < bytes.Length;)
            read += await blob.Source.ReadAsync(read, bytes.AsMemory(read), default) is > 0 and var count ? count : throw new EndOfStreamException();
        return bytes;
    }
}
