// Retrieve of metadata (PS3.18 10.4.1.1.2): kept pieces put together as JSON, or the Native DICOM Model of the files.

using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FhirHub.Dicom;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace FhirHub.Dicomweb;

internal static partial class RetrieveEndpoints
{
    // Some hundred kilobytes of pieces, so that the metadata of any study takes no more memory than that.
    private const int MetadataBatch = 256;

    private static readonly MediaRange DicomJson = MediaRange.Of("application/dicom+json");
    private static readonly MediaRange Json = MediaRange.Of("application/json");
    private static readonly MediaRange XmlParts = MediaRange.Of("multipart/related; type=\"application/dicom+xml\"");

    private static async Task MetadataAsync(DicomwebService service, HttpContext http)
    {
        var instances = await FindAsync(service, http);
        var accepted = AcceptedMedia.Parse(http.Request);
        var offer = accepted.Choose(DicomJson, Json, XmlParts);
        if (!accepted.AcceptsUtf8)
            throw new DicomwebException(StatusCodes.Status406NotAcceptable, "Metadata is UTF-8; accept it as a charset.");
        var isGzip = offer != XmlParts && AcceptsGzip(http.Request);
        var address = RequestBase.Of(http);
        if (RepresentationOf(instances, $"metadata {address} {offer.MediaType} {isGzip}", isWeak: offer == XmlParts).AnswersNotModified(http))
            return;
        if (offer == XmlParts)
        {
            await SendXmlAsync(service, http, instances);
            return;
        }

        http.Response.ContentType = offer.MediaType;
        if (isGzip)
            http.Response.Headers.ContentEncoding = "gzip";
        if (IsHead(http))
            return;
        if (isGzip)
            await SendGzipAsync(service, http, instances, address);
        else
            await SendPlainAsync(service, http, instances, address);
    }

    private static async Task SendGzipAsync(DicomwebService service, HttpContext http, IReadOnlyList<StoredInstance> instances, string address)
    {
        var output = http.Response.BodyWriter;
        var assembly = new MetadataAssembly(output, address);
        assembly.Begin();
        var count = 0;
        await foreach (var batch in MetadataOfAsync(service, instances, http.RequestAborted))
        {
            foreach (var pieces in batch)
            {
                assembly.AddText(count++ == 0 ? "["u8 : ","u8);
                assembly.Add(pieces.Span);
            }

            await output.FlushAsync(http.RequestAborted);
        }

        assembly.AddText(count == 0 ? "[]"u8 : "]"u8);
        assembly.End();
        await output.FlushAsync(http.RequestAborted);
    }

    // What a gzip answer is made of, inflated here: for clients that take none.
    private static async Task SendPlainAsync(DicomwebService service, HttpContext http, IReadOnlyList<StoredInstance> instances, string address)
    {
        var output = http.Response.BodyWriter;
        var assembled = new ArrayBufferWriter<byte>(256 * 1024);
        var count = 0;
        await foreach (var batch in MetadataOfAsync(service, instances, http.RequestAborted))
        {
            assembled.ResetWrittenCount();
            var assembly = new MetadataAssembly(assembled, address);
            assembly.Begin();
            foreach (var pieces in batch)
            {
                assembly.AddText(count++ == 0 ? "["u8 : ","u8);
                assembly.Add(pieces.Span);
            }

            assembly.End();
            await InflateAsync(assembled.WrittenMemory, output, http.RequestAborted);
        }

        output.Write(count == 0 ? "[]"u8 : "]"u8);
        await output.FlushAsync(http.RequestAborted);
    }

    private static async Task InflateAsync(ReadOnlyMemory<byte> gzip, PipeWriter output, CancellationToken cancel)
    {
        MemoryMarshal.TryGetArray(gzip, out var array);
        await using var inflater = new GZipStream(new MemoryStream(array.Array!, array.Offset, array.Count, writable: false), CompressionMode.Decompress);
        while (true)
        {
            // Inflating memory does not wait for anything.
            var count = inflater.Read(output.GetSpan(64 * 1024));
            if (count == 0)
                return;
            output.Advance(count);
            await output.FlushAsync(cancel);
        }
    }

    private static async IAsyncEnumerable<IEnumerable<ReadOnlyMemory<byte>>> MetadataOfAsync(
        DicomwebService service, IReadOnlyList<StoredInstance> instances, [EnumeratorCancellation] CancellationToken cancel)
    {
        for (var start = 0; start < instances.Count; start += MetadataBatch)
        {
            IReadOnlyList<StoredInstance> batch = instances.Count <= MetadataBatch ? instances : [.. instances.Skip(start).Take(MetadataBatch)];
            yield return (await service.Archive.MetadataAsync(batch, cancel)).Where(static pieces => !pieces.IsEmpty);
        }
    }

    private static async Task SendXmlAsync(DicomwebService service, HttpContext http, IReadOnlyList<StoredInstance> instances)
    {
        var parts = new MultipartWriter(XmlParts.PartType!);
        var address = RequestBase.Of(http);
        var output = http.Response.BodyWriter;
        http.Response.ContentType = parts.ContentType;
        if (IsHead(http))
            return;
        using var open = new OpenInstances(service.Archive, instances);
        for (var i = 0; i < instances.Count; i++)
        {
            var instance = instances[i];
            var file = await open[i].ReadAsync(service.Options.Reading, http.RequestAborted);
            var xml = NativeXmlWriter.ToUtf8(file.Dataset, new() { BulkDataUri = (element, _) => InstanceMetadata.BulkDataUri(address, instance.Path, element) });
            parts.Write(output, XmlParts.PartType!, $"{address}{instance.Path}/metadata", xml);
            await output.FlushAsync(http.RequestAborted);
        }

        await output.WriteAsync(parts.End, http.RequestAborted);
    }

    private static bool AcceptsGzip(HttpRequest request)
    {
        if (request.Headers.AcceptEncoding.Count == 0 || !StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out var encodings))
            return false;
        var named = encodings.FirstOrDefault(encoding => encoding.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase)) ?? encodings.FirstOrDefault(encoding => encoding.Value == "*");
        return named is { Quality: null or > 0 };
    }
}
