// Retrieve of frames (PS3.18 10.4.1.1.3), and of all pixel data of a study, series or instance (PS3.18 10.4.1.1.4).

using FhirHub.Dicom;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FhirHub.Dicomweb;

internal static partial class RetrieveEndpoints
{
    private static async Task FramesAsync(DicomwebService service, HttpContext http)
    {
        var instance = (await FindAsync(service, http))[0];
        var list = http.GetRouteValue("frames") as string;
        var frames = FrameList.Parse(list, instance.Frames);
        var (form, isMultipart) = ChooseFrames(service, AcceptedMedia.Parse(http.Request), instance, isOne: frames.Count == 1);
        var representation = RepresentationOf([instance], $"frames {string.Join(',', frames)} {isMultipart} {form.ContentType}", isWeak: isMultipart);
        if (representation.AnswersNotModified(http))
            return;
        using var blob = service.Archive.OpenBlob(instance);
        var table = form.IsStored ? await service.Archive.FramesAsync(instance, http.RequestAborted) : FrameTable.Empty;
        if (form.IsStored && table.Count == instance.Frames)
            await SendStoredFramesAsync(http, blob, instance, frames, table, form, isMultipart ? null : representation);
        else if (form.Syntax.Pixels == PixelEncoding.Video)
            await SendVideoAsync(service, http, blob, instance, frames, form, isMultipart ? null : representation);
        else
            await SendMadeFramesAsync(service, http, blob, instance, frames, form, isMultipart ? null : representation);
    }

    private static (FrameForm Form, bool IsMultipart) ChooseFrames(DicomwebService service, AcceptedMedia accepted, StoredInstance instance, bool isOne)
    {
        var choice = new TransferChoice(service.Codecs);
        var types = choice.FrameTypes(instance.TransferSyntax);
        MediaRange[] parts = [.. types.Select(type => MediaRange.Of($"multipart/related; type=\"{type}\""))];
        MediaRange[] offers = isOne ? [.. parts, .. types.Select(MediaRange.Of)] : parts;
        foreach (var (offer, ranges) in accepted.Rank(offers))
        {
            if (choice.OfFrame(instance.TransferSyntax, offer.PartType ?? offer.MediaType, ranges) is { } form)
                return (form, offer.IsMultipart);
        }

        throw NotAcceptable(choice, [instance], $"multipart/related with one of the types {string.Join(", ", types.Select(type => choice.Naming(instance.TransferSyntax, type)))}{(isOne ? ", or one of them alone" : "")}; transfer-syntax={instance.TransferSyntax.Uid} is what is stored");
    }

    // Nothing is parsed: the table tells where the frames are in the file.
    private static async Task SendStoredFramesAsync(
        HttpContext http, BlobReading blob, StoredInstance instance, IReadOnlyList<int> frames, FrameTable table, FrameForm form, Representation? alone)
    {
        var location = $"{RequestBase.Of(http)}{instance.Path}/frames/";
        if (alone is { } representation)
        {
            http.Response.Headers.ContentLocation = $"{location}{frames[0] + 1}";
            await representation.SendAsync(http, blob.Source, table[frames[0]], form.ContentType);
            return;
        }

        var parts = new MultipartWriter(form.MediaType);
        var heads = new byte[frames.Count][];
        var length = 0L;
        for (var i = 0; i < heads.Length; i++)
        {
            heads[i] = parts.Begin(form.ContentType, $"{location}{frames[i] + 1}");
            length += heads[i].Length;
            foreach (var stretch in table[frames[i]])
                length += stretch.Length;
        }

        http.Response.ContentType = parts.ContentType;
        http.Response.ContentLength = length + parts.End.Length;
        if (IsHead(http))
            return;
        var output = http.Response.BodyWriter;
        for (var i = 0; i < heads.Length; i++)
        {
            await output.WriteAsync(heads[i], http.RequestAborted);
            foreach (var stretch in table[frames[i]])
                await ByteCopy.CopyAsync(blob.Source, stretch.Offset, stretch.Length, output, http.RequestAborted);
        }

        await output.WriteAsync(parts.End, http.RequestAborted);
    }

    private static async Task SendMadeFramesAsync(
        DicomwebService service, HttpContext http, BlobReading blob, StoredInstance instance, IReadOnlyList<int> frames, FrameForm form, Representation? alone)
    {
        var reader = await FrameReader.OpenAsync(service, http, blob, form);

        // The first is made before anything is sent, so that what can't be decoded is a failure and not half an answer.
        var frame = await reader.ReadAsync(frames[0], http.RequestAborted);
        var location = $"{RequestBase.Of(http)}{instance.Path}/frames/";
        if (alone is { } representation)
        {
            http.Response.Headers.ContentLocation = $"{location}{frames[0] + 1}";
            await representation.SendAsync(http, ByteSource.Of(frame), [new(0, frame.Length)], form.ContentType);
            return;
        }

        var parts = new MultipartWriter(form.MediaType);
        http.Response.ContentType = parts.ContentType;
        if (IsHead(http))
            return;
        var output = http.Response.BodyWriter;
        for (var i = 0; i < frames.Count; i++)
        {
            if (i > 0)
                frame = await reader.ReadAsync(frames[i], http.RequestAborted);
            parts.Write(output, form.ContentType, $"{location}{frames[i] + 1}", frame.Span);
            await output.FlushAsync(http.RequestAborted);
        }

        await output.WriteAsync(parts.End, http.RequestAborted);
    }

    // The frames of a video are not apart: the first stands for the whole stream, as players want it.
    private static async Task SendVideoAsync(
        DicomwebService service, HttpContext http, BlobReading blob, StoredInstance instance, IReadOnlyList<int> frames, FrameForm form, Representation? alone)
    {
        if (frames is not [0])
            throw new DicomwebException(StatusCodes.Status406NotAcceptable, "The frames of a video are one stream; ask for frame 1, or for the pixel data.");
        var file = await blob.ReadAsync(service.Options.Reading, http.RequestAborted);
        var (source, stretches) = FragmentsOf(file);
        var location = $"{RequestBase.Of(http)}{instance.Path}/frames/1";
        if (alone is { } representation)
        {
            http.Response.Headers.ContentLocation = location;
            await representation.SendAsync(http, source, stretches, form.ContentType);
            return;
        }

        var parts = new MultipartWriter(form.MediaType);
        http.Response.ContentType = parts.ContentType;
        if (IsHead(http))
            return;
        await WritePartAsync(parts, http, form.ContentType, location, source, stretches);
        await http.Response.BodyWriter.WriteAsync(parts.End, http.RequestAborted);
    }

    private static async Task PixelDataAsync(DicomwebService service, HttpContext http)
    {
        IReadOnlyList<StoredInstance> instances = [.. (await FindAsync(service, http)).Where(instance => instance.Frames > 0)];
        if (instances.Count == 0)
            throw new DicomwebException(StatusCodes.Status404NotFound, "There is no pixel data in it.");
        var (type, forms) = ChoosePixels(service, AcceptedMedia.Parse(http.Request), instances);
        if (RepresentationOf(instances, $"pixels {string.Join(' ', forms.Select(form => form.ContentType).Distinct())}", isWeak: true).AnswersNotModified(http))
            return;
        var parts = new MultipartWriter(type);
        http.Response.ContentType = parts.ContentType;
        if (IsHead(http))
            return;
        using var open = new OpenInstances(service.Archive, instances);
        for (var i = 0; i < instances.Count; i++)
            await WritePixelsAsync(service, http, parts, open[i], instances[i], forms[i]);

        await http.Response.BodyWriter.WriteAsync(parts.End, http.RequestAborted);
    }

    private static (string Type, FrameForm[] Forms) ChoosePixels(DicomwebService service, AcceptedMedia accepted, IReadOnlyList<StoredInstance> instances)
    {
        var choice = new TransferChoice(service.Codecs);
        MediaRange[] offers = [.. instances.Select(instance => instance.TransferSyntax).Distinct().SelectMany(choice.FrameTypes).Distinct().Select(type => MediaRange.Of($"multipart/related; type=\"{type}\""))];
        foreach (var (offer, ranges) in accepted.Rank(offers))
        {
            var forms = new List<FrameForm>(instances.Count);
            foreach (var instance in instances)
            {
                if (choice.OfFrame(instance.TransferSyntax, offer.PartType!, ranges) is not { } form)
                    break;
                forms.Add(form);
            }

            if (forms.Count == instances.Count)
                return (offer.PartType!, [.. forms]);
        }

        throw NotAcceptable(choice, instances, $"one of {string.Join(", ", offers.AsEnumerable())}");
    }

    /// <summary>Writes the pixel data of an instance: native as one part, compressed as a part for each frame (PS3.18 8.7.3.3.1).</summary>
    private static async Task WritePixelsAsync(DicomwebService service, HttpContext http, MultipartWriter parts, BlobReading blob, StoredInstance instance, FrameForm form)
    {
        var address = RequestBase.Of(http) + instance.Path;
        var whole = $"{address}/bulkdata/{DicomTags.PixelData.ToHex()}";
        if (!form.Syntax.IsEncapsulated || form.Syntax.Pixels == PixelEncoding.Video)
        {
            var file = await blob.ReadAsync(service.Options.Reading, http.RequestAborted);
            var (source, stretches) = form.Syntax.IsEncapsulated ? FragmentsOf(file) : await NativePixelsAsync(service, http, file);
            await WritePartAsync(parts, http, form.ContentType, whole, source, stretches);
            return;
        }

        var table = form.IsStored ? await service.Archive.FramesAsync(instance, http.RequestAborted) : FrameTable.Empty;
        var reader = table.Count == instance.Frames ? null : await FrameReader.OpenAsync(service, http, blob, form);
        for (var frame = 0; frame < instance.Frames; frame++)
        {
            var location = $"{address}/frames/{frame + 1}";
            if (reader is null)
            {
                await WritePartAsync(parts, http, form.ContentType, location, blob.Source, table[frame]);
                continue;
            }

            parts.Write(http.Response.BodyWriter, form.ContentType, location, (await reader.ReadAsync(frame, http.RequestAborted)).Span);
            await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
        }
    }

    private static async Task WritePartAsync(
        MultipartWriter parts, HttpContext http, string contentType, string location, ByteSource source, IReadOnlyList<ByteStretch> stretches)
    {
        var output = http.Response.BodyWriter;
        await output.WriteAsync(parts.Begin(contentType, location), http.RequestAborted);
        foreach (var stretch in stretches)
            await ByteCopy.CopyAsync(source, stretch.Offset, stretch.Length, output, http.RequestAborted);
    }
}
