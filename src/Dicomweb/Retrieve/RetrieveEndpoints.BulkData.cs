// Retrieve of bulk data (PS3.18 10.4.1.1.5): any value by its path, and all that metadata leaves out.

using System.Text;
using FhirHub.Dicom;
using FhirHub.Dicom.Pixels;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FhirHub.Dicomweb;

internal static partial class RetrieveEndpoints
{
    private static readonly MediaRange Octets = MediaRange.Of(PixelMedia.OctetStream);
    private static readonly MediaRange OctetParts = MediaRange.Of($"multipart/related; type=\"{PixelMedia.OctetStream}\"");

    // What a browser shows without running anything of it. Others go as octets: pages of strangers have no place at this address.
    private static readonly string[] DocumentTypes = ["application/pdf", "model/stl", "model/obj", "model/mtl"];
    private static readonly DicomTag MimeTypeOfEncapsulatedDocument = new(0x0042_0012);
    private static readonly DicomTag EncapsulatedDocument = new(0x0042_0011);

    private static async Task BulkDataAsync(DicomwebService service, HttpContext http)
    {
        var instance = (await FindAsync(service, http))[0];
        var path = (http.GetRouteValue("path") as string ?? "").ToUpperInvariant();
        using var blob = service.Archive.OpenBlob(instance);
        var file = await blob.ReadAsync(service.Options.Reading, http.RequestAborted);
        if (BulkDataPath.Find(file.Dataset, path) is not { } found)
            throw new DicomwebException(StatusCodes.Status404NotFound, "The instance has no such value; the metadata has the URIs of those that there are.");
        var accepted = AcceptedMedia.Parse(http.Request);
        if (found.Element.Fragments is not null)
            await EncapsulatedAsync(service, http, accepted, instance, blob, file);
        else
            await ValueAsync(service, http, accepted, instance, file, path, found.Dataset, found.Element);
    }

    private static async Task ValueAsync(
        DicomwebService service, HttpContext http, AcceptedMedia accepted, StoredInstance instance, DicomFile file, string path, DicomDataset dataset, DicomElement element)
    {
        var type = DocumentTypeOf(dataset, element);
        var offer = accepted.Choose(type is null ? [Octets, OctetParts] : [MediaRange.Of(type), MediaRange.Of($"multipart/related; type=\"{type}\""), Octets, OctetParts]);
        var representation = RepresentationOf([instance], $"bulkdata {path} {offer}", isWeak: offer.IsMultipart);
        if (representation.AnswersNotModified(http))
            return;
        var (source, stretches) = await ValueOfAsync(service, http, file, dataset, element);
        var contentType = offer.PartType ?? offer.MediaType;
        var location = InstanceMetadata.BulkDataUri(RequestBase.Of(http), instance.Path, path);
        if (!offer.IsMultipart)
        {
            http.Response.Headers.ContentLocation = location;
            await representation.SendAsync(http, source, stretches, contentType);
            return;
        }

        var parts = new MultipartWriter(contentType);
        http.Response.ContentType = parts.ContentType;
        if (IsHead(http))
            return;
        await WritePartAsync(parts, http, contentType, location, source, stretches);
        await http.Response.BodyWriter.WriteAsync(parts.End, http.RequestAborted);
    }

    // Compressed pixel data: a frame alone, decoded frames one behind the other, or parts.
    private static async Task EncapsulatedAsync(DicomwebService service, HttpContext http, AcceptedMedia accepted, StoredInstance instance, BlobReading blob, DicomFile file)
    {
        var choice = new TransferChoice(service.Codecs);
        var types = choice.FrameTypes(instance.TransferSyntax);
        var isOne = instance.Frames == 1 || instance.TransferSyntax.Pixels == PixelEncoding.Video;
        MediaRange[] offers = [.. types.Where(type => isOne || type == PixelMedia.OctetStream).Select(MediaRange.Of), .. types.Select(type => MediaRange.Of($"multipart/related; type=\"{type}\""))];
        foreach (var (offer, ranges) in accepted.Rank(offers))
        {
            if (choice.OfFrame(instance.TransferSyntax, offer.PartType ?? offer.MediaType, ranges) is not { } form || (!offer.IsMultipart && !isOne && form.Syntax.IsEncapsulated))
                continue;
            var representation = RepresentationOf([instance], $"bulkdata pixels {offer} {form.ContentType}", isWeak: offer.IsMultipart);
            if (representation.AnswersNotModified(http))
                return;
            if (offer.IsMultipart)
                await SendPixelPartsAsync(service, http, blob, instance, form);
            else
                await SendPixelsAloneAsync(service, http, blob, instance, file, form, representation);
            return;
        }

        throw NotAcceptable(choice, [instance], $"one of {string.Join(", ", offers.AsEnumerable())}");
    }

    private static async Task SendPixelPartsAsync(DicomwebService service, HttpContext http, BlobReading blob, StoredInstance instance, FrameForm form)
    {
        var parts = new MultipartWriter(form.MediaType);
        http.Response.ContentType = parts.ContentType;
        if (IsHead(http))
            return;
        await WritePixelsAsync(service, http, parts, blob, instance, form);
        await http.Response.BodyWriter.WriteAsync(parts.End, http.RequestAborted);
    }

    private static async Task SendPixelsAloneAsync(
        DicomwebService service, HttpContext http, BlobReading blob, StoredInstance instance, DicomFile file, FrameForm form, Representation representation)
    {
        http.Response.Headers.ContentLocation = InstanceMetadata.BulkDataUri(RequestBase.Of(http), instance.Path, DicomTags.PixelData.ToHex());
        if (!form.Syntax.IsEncapsulated)
        {
            var (native, stretches) = await NativePixelsAsync(service, http, file);
            await representation.SendAsync(http, native, stretches, form.ContentType);
            return;
        }

        if (form.IsStored)
        {
            var (source, stretches) = FragmentsOf(file);
            await representation.SendAsync(http, source, stretches, form.ContentType);
            return;
        }

        var reader = await FrameReader.OpenAsync(service, http, blob, form);
        var frame = await reader.ReadAsync(0, http.RequestAborted);
        await representation.SendAsync(http, ByteSource.Of(frame), [new(0, frame.Length)], form.ContentType);
    }

    // All values that metadata gives by URI, each as a part that says which it is.
    private static async Task AllBulkDataAsync(DicomwebService service, HttpContext http)
    {
        var instances = await FindAsync(service, http);
        var choice = new TransferChoice(service.Codecs);
        var accepted = AcceptedMedia.Parse(http.Request);
        var ranges = accepted.Rank([OctetParts]) is [var ranked] ? ranked.Ranges
            : throw NotAcceptable(choice, instances, $"{OctetParts}; pixel data alone is at /pixeldata in other media types");
        var forms = new FrameForm?[instances.Count];
        for (var i = 0; i < forms.Length; i++)
        {
            if (instances[i].Frames > 0)
                forms[i] = choice.OfFrame(instances[i].TransferSyntax, PixelMedia.OctetStream, ranges) ?? throw NotAcceptable(choice, [instances[i]], $"{OctetParts}; transfer-syntax=*");
        }

        if (RepresentationOf(instances, $"bulkdata {string.Join(' ', forms.Select(form => form?.Syntax.Uid).Distinct())}", isWeak: true).AnswersNotModified(http))
            return;
        var parts = new MultipartWriter(PixelMedia.OctetStream);
        http.Response.ContentType = parts.ContentType;
        if (IsHead(http))
            return;
        using var open = new OpenInstances(service.Archive, instances);
        for (var i = 0; i < instances.Count; i++)
            await WriteBulkDataAsync(service, http, parts, open[i], instances[i], forms[i]);

        await http.Response.BodyWriter.WriteAsync(parts.End, http.RequestAborted);
    }

    private static async Task WriteBulkDataAsync(DicomwebService service, HttpContext http, MultipartWriter parts, BlobReading blob, StoredInstance instance, FrameForm? pixels)
    {
        var file = await blob.ReadAsync(service.Options.Reading, http.RequestAborted);
        foreach (var path in InstanceMetadata.BulkDataPaths(file.Dataset))
        {
            if (BulkDataPath.Find(file.Dataset, path) is not { } found)
                continue;
            if (found.Element.Fragments is not null && pixels is not null)
            {
                await WritePixelsAsync(service, http, parts, blob, instance, pixels);
                continue;
            }

            var (source, stretches) = await ValueOfAsync(service, http, file, found.Dataset, found.Element);
            await WritePartAsync(parts, http, PixelMedia.OctetStream, InstanceMetadata.BulkDataUri(RequestBase.Of(http), instance.Path, path), source, stretches);
        }
    }

    // Text is UTF-8 here, as the metadata says; numbers have their least significant byte first.
    private static async ValueTask<(ByteSource Source, ByteStretch[] Stretches)> ValueOfAsync(
        DicomwebService service, HttpContext http, DicomFile file, DicomDataset dataset, DicomElement element)
    {
        if (element.Tag == DicomTags.PixelData && dataset.Parent is null)
            return await NativePixelsAsync(service, http, file);
        if (element.VR.IsText())
            return InMemory(Encoding.UTF8.GetBytes(element.VR.IsMultiValuedText() ? string.Join('\\', element.GetStrings(dataset.CharacterSet)) : element.GetText(dataset.CharacterSet)));
        if (element.Reference is { Source: { } source } reference && (!element.IsBigEndian || element.VR.UnitSize() == 1))
            return (source, [new(reference.Offset, reference.Length)]);
        return InMemory(element.GetLittleEndianBytes());
    }

    private static async ValueTask<(ByteSource Source, ByteStretch[] Stretches)> NativePixelsAsync(DicomwebService service, HttpContext http, DicomFile file)
    {
        if (file.Dataset.Find(DicomTags.PixelData) is { Fragments: null, IsBigEndian: false } native)
            return native.Reference is { Source: { } source } reference ? (source, [new(reference.Offset, reference.Length)]) : InMemory(native.GetBytes());
        var frames = PixelFrames.Of(file, service.Options.Pixels);
        var decoded = new DecodedFrames(frames, frames.TransferSyntax.IsEncapsulated ? TurnCodec.Of(service, http) : null);
        await decoded.BeginAsync(http.RequestAborted);
        return (decoded, [new(0, decoded.Length)]);
    }

    private static (ByteSource Source, ByteStretch[] Stretches) FragmentsOf(DicomFile file) =>
        file.Dataset.Find(DicomTags.PixelData)?.Fragments is { Source: { } source } fragments
            ? (source, [.. fragments.All.Select(fragment => new ByteStretch(fragment.Offset, fragment.Length))])
            : throw new DicomException(DicomFault.Malformed, "its pixel data is not in fragments", DicomTags.PixelData);

    private static (ByteSource Source, ByteStretch[] Stretches) InMemory(ReadOnlyMemory<byte> bytes) => (ByteSource.Of(bytes), [new(0, bytes.Length)]);

    private static string? DocumentTypeOf(DicomDataset dataset, DicomElement element) =>
        element.Tag == EncapsulatedDocument && dataset.GetString(MimeTypeOfEncapsulatedDocument)?.ToLowerInvariant() is { } type && DocumentTypes.Contains(type, StringComparer.Ordinal) ? type : null;
}
