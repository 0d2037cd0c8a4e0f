// What is no image: structured reports as pages, encapsulated documents as what they are (PS3.18 8.7.4, PS3.3 A.35, A.45).

using System.Buffers;
using FhirHub.Dicom;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Dicomweb;

/// <summary>Answers instances that are documents.</summary>
internal static class RenderedDocument
{
    private const int CopySize = 128 * 1024;
    private static readonly DicomTag EncapsulatedDocument = new(0x0042_0011);
    private static readonly DicomTag MimeType = new(0x0042_0012);
    private static readonly DicomTag DocumentLength = new(0x0042_0015);
    private static readonly DicomTag ContentSequence = new(0x0040_A730);
    private static readonly DicomTag ValueType = new(0x0040_A040);

    // What browsers show without running it; anything else is saved.
    private static readonly string[] Shown = ["application/pdf", "text/xml", "text/plain", "model/stl", "application/sla"];

    /// <summary>Answers a document.</summary>
    /// <param name="service">The service.</param>
    /// <param name="http">The request.</param>
    /// <param name="instance">The document.</param>
    /// <param name="accepted">What is accepted; null for whatever it is.</param>
    public static async Task AnswerAsync(DicomwebService service, HttpContext http, StoredInstance instance, AcceptedMedia? accepted)
    {
        using var blob = service.Archive.OpenBlob(instance);
        var file = await blob.ReadAsync(service.Options.Reading, http.RequestAborted);
        if (file.Dataset.Find(EncapsulatedDocument) is { IsEmpty: false, Fragments: null } document)
            await DocumentAsync(http, instance, file.Dataset, document, accepted);
        else if (file.Dataset.Find(ContentSequence) is not null || file.Dataset.GetString(ValueType) is not null)
            await ReportAsync(http, instance, file.Dataset, accepted);
        else
            throw new DicomwebException(StatusCodes.Status406NotAcceptable, "The instance is no image, report or document; it has no rendered form. Retrieve it as application/dicom or its metadata.");
    }

    private static MediaRange Choose(AcceptedMedia? accepted, string type) => accepted is null ? MediaRange.Of(type) : accepted.Choose(MediaRange.Of(type));

    private static async Task ReportAsync(HttpContext http, StoredInstance instance, DicomDataset dataset, AcceptedMedia? accepted)
    {
        var chosen = Choose(accepted, "text/html");
        if (RenderedTag.Settle(http, RenderedTag.Of([instance], "report"), [instance], chosen.MediaType + "; charset=utf-8"))
            return;

        // Nothing of a report runs, loads or leads anywhere, should its text ever be taken for markup.
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
        await http.Response.WriteAsync(ReportPage.Of(dataset), http.RequestAborted);
    }

    private static async Task DocumentAsync(HttpContext http, StoredInstance instance, DicomDataset dataset, DicomElement document, AcceptedMedia? accepted)
    {
        var type = dataset.GetString(MimeType)?.ToLowerInvariant() ?? "application/pdf";
        var isShown = Array.IndexOf(Shown, type) >= 0;
        var chosen = Choose(accepted, isShown ? type : "application/octet-stream");
        if (RenderedTag.Settle(http, RenderedTag.Of([instance], "document"), [instance], chosen.MediaType))
            return;
        if (!isShown)
            http.Response.Headers.ContentDisposition = "attachment";
        if (type != "application/pdf")
            http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";

        // The value is padded to an even length, which the document itself need not have.
        var length = dataset.GetInt64(DocumentLength) is >= 0 and var told && told <= document.Length && told >= document.Length - 1 ? told : document.Length;
        http.Response.ContentLength = length;
        if (document.Reference is not { Source: { } source } reference)
        {
            await http.Response.Body.WriteAsync((await document.GetBytesAsync(http.RequestAborted))[..(int)length], http.RequestAborted);
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(CopySize);
        try
        {
            for (var done = 0L; done < length;)
            {
                var count = await source.ReadAsync(reference.Offset + done, buffer.AsMemory(0, (int)Math.Min(CopySize, length - done)), http.RequestAborted);
                if (count == 0)
                    throw new DicomException(DicomFault.Truncated, "the document ends early", EncapsulatedDocument);
                await http.Response.Body.WriteAsync(buffer.AsMemory(0, count), http.RequestAborted);
                done += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
