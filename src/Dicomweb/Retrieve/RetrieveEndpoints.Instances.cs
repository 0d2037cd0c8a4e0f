// Retrieve of instances (PS3.18 10.4.1.1.1): as parts, alone, or as a ZIP.

using System.IO.Compression;
using FhirHub.Dicom;
using FhirHub.Dicom.Pixels;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FhirHub.Dicomweb;

internal static partial class RetrieveEndpoints
{
    private const string Dicom = "application/dicom";
    private static readonly MediaRange DicomParts = MediaRange.Of("multipart/related; type=\"application/dicom\"");
    private static readonly MediaRange DicomAlone = MediaRange.Of(Dicom);
    private static readonly MediaRange Zip = MediaRange.Of("application/zip");
    private static readonly MediaRange[] OffersOfOne = [DicomParts, DicomAlone, Zip];
    private static readonly MediaRange[] OffersOfMany = [DicomParts, Zip];

    private static async Task InstancesAsync(DicomwebService service, HttpContext http)
    {
        var instances = await FindAsync(service, http);
        var (offer, syntaxes) = ChooseInstances(service, AcceptedMedia.Parse(http.Request), instances);
        var isStored = !instances.Where((instance, i) => syntaxes[i] != instance.TransferSyntax).Any();
        var choice = $"{offer.MediaType} {string.Join(' ', syntaxes.Distinct().Select(syntax => syntax.Uid))}";
        var representation = RepresentationOf(instances, offer == DicomAlone && isStored ? null : choice, isWeak: offer != DicomAlone);
        if (representation.AnswersNotModified(http))
            return;
        if (offer == Zip)
            await SendZipAsync(service, http, instances, syntaxes);
        else if (offer == DicomAlone)
            await SendAloneAsync(service, http, instances[0], syntaxes[0], representation);
        else if (isStored)
            await SendStoredPartsAsync(service, http, instances);
        else
            await SendPartsAsync(service, http, instances, syntaxes);
    }

    // The best media type in which all instances can be sent.
    private static (MediaRange Offer, TransferSyntax[] Syntaxes) ChooseInstances(DicomwebService service, AcceptedMedia accepted, IReadOnlyList<StoredInstance> instances)
    {
        var choice = new TransferChoice(service.Codecs);
        foreach (var (offer, ranges) in accepted.Rank(instances.Count == 1 ? OffersOfOne : OffersOfMany))
        {
            // Who asks for a ZIP and names no transfer syntax keeps what is stored.
            if (offer == Zip && ranges[0].TransferSyntax is null)
                return (offer, [.. instances.Select(instance => instance.TransferSyntax)]);
            var syntaxes = new TransferSyntax[instances.Count];
            var count = 0;
            while (count < syntaxes.Length && choice.OfInstance(instances[count], ranges) is { } syntax)
                syntaxes[count++] = syntax;
            if (count == syntaxes.Length)
                return (offer, syntaxes);
        }

        throw NotAcceptable(choice, instances, $"{DicomParts}; transfer-syntax=*{(instances.Count == 1 ? $", {Dicom}; transfer-syntax=*" : "")}, or {Zip}");
    }

    private static async Task SendAloneAsync(DicomwebService service, HttpContext http, StoredInstance instance, TransferSyntax syntax, Representation representation)
    {
        var response = http.Response;
        var contentType = $"{Dicom}; transfer-syntax={syntax.Uid}";
        response.Headers.ContentLocation = RequestBase.Of(http) + instance.Path;
        using var blob = service.Archive.OpenBlob(instance);
        if (syntax == instance.TransferSyntax)
        {
            await representation.SendAsync(http, blob.Source, [new(0, blob.Length)], contentType);
            return;
        }

        var file = await TranscodeAsync(service, http, blob, syntax);
        response.ContentType = contentType;
        if (!IsHead(http))
            await DicomWriter.WriteAsync(file, response.BodyWriter.AsStream(), new() { TransferSyntax = syntax }, http.RequestAborted);
    }

    // The usual answer: nothing is read of instances but their bytes, and the length of all is known.
    private static async Task SendStoredPartsAsync(DicomwebService service, HttpContext http, IReadOnlyList<StoredInstance> instances)
    {
        var parts = new MultipartWriter(Dicom);
        var address = RequestBase.Of(http);
        using var open = new OpenInstances(service.Archive, instances);
        var heads = new byte[instances.Count][];
        var length = 0L;
        for (var i = 0; i < heads.Length; i++)
        {
            heads[i] = parts.Begin($"{Dicom}; transfer-syntax={instances[i].TransferSyntax.Uid}", address + instances[i].Path);
            length += heads[i].Length + open[i].Length;
        }

        http.Response.ContentType = parts.ContentType;
        http.Response.ContentLength = length + parts.End.Length;
        if (IsHead(http))
            return;
        var output = http.Response.BodyWriter;
        for (var i = 0; i < heads.Length; i++)
        {
            await output.WriteAsync(heads[i], http.RequestAborted);
            await ByteCopy.CopyAsync(open[i].Source, 0, open[i].Length, output, http.RequestAborted);
        }

        await output.WriteAsync(parts.End, http.RequestAborted);
    }

    private static async Task SendPartsAsync(DicomwebService service, HttpContext http, IReadOnlyList<StoredInstance> instances, TransferSyntax[] syntaxes)
    {
        var parts = new MultipartWriter(Dicom);
        var address = RequestBase.Of(http);
        http.Response.ContentType = parts.ContentType;
        if (IsHead(http))
            return;
        var output = http.Response.BodyWriter;
        using var open = new OpenInstances(service.Archive, instances);
        for (var i = 0; i < instances.Count; i++)
        {
            var blob = open[i];
            var (file, syntax) = (default(DicomFile), syntaxes[i]);
            if (syntax != instances[i].TransferSyntax)
                (file, syntax) = await TranscodeOrKeepAsync(service, http, blob, instances[i], syntax, instances.Count);
            var head = parts.Begin($"{Dicom}; transfer-syntax={syntax.Uid}", address + instances[i].Path);
            await output.WriteAsync(head, http.RequestAborted);
            if (file is null)
                await ByteCopy.CopyAsync(blob.Source, 0, blob.Length, output, http.RequestAborted);
            else
                await DicomWriter.WriteAsync(file, output.AsStream(leaveOpen: true), new() { TransferSyntax = syntax }, http.RequestAborted);
        }

        await output.WriteAsync(parts.End, http.RequestAborted);
    }

    private static async Task SendZipAsync(DicomwebService service, HttpContext http, IReadOnlyList<StoredInstance> instances, TransferSyntax[] syntaxes)
    {
        http.Response.ContentType = "application/zip";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{FileName(instances[0].Path.Study)}.zip\"";
        if (IsHead(http))
            return;
        var cancel = http.RequestAborted;
        using var open = new OpenInstances(service.Archive, instances);

        // The first is made before the ZIP begins, so that what can't be made is a failure and not a ZIP without it.
        var (file, syntax) = await MakeAsync(0);

        // Pixels don't get smaller by what a ZIP compresses with, so it holds them as they are.
        await using var zip = await ZipArchive.CreateAsync(http.Response.BodyWriter.AsStream(), ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancel);
        for (var i = 0; i < instances.Count; i++)
        {
            if (i > 0)
                (file, syntax) = await MakeAsync(i);
            var blob = open[i];
            var path = instances[i].Path;
            var entry = zip.CreateEntry($"{FileName(path.Series!)}/{FileName(path.Instance!)}.dcm", CompressionLevel.NoCompression);
            entry.LastWriteTime = instances[i].StoredAt;
            await using var content = await entry.OpenAsync(cancel);
            if (file is not null)
                await DicomWriter.WriteAsync(file, content, new() { TransferSyntax = syntax }, cancel);
            else
                await ByteCopy.CopyAsync(blob.Source, 0, blob.Length, content, cancel);
        }

        async ValueTask<(DicomFile? File, TransferSyntax Syntax)> MakeAsync(int i) => syntaxes[i] == instances[i].TransferSyntax
            ? (null, syntaxes[i])
            : await TranscodeOrKeepAsync(service, http, open[i], instances[i], syntaxes[i], instances.Count);
    }

    /// <summary>An instance in another transfer syntax.</summary>
    internal static async Task<DicomFile> TranscodeAsync(DicomwebService service, HttpContext http, BlobReading blob, TransferSyntax syntax)
    {
        var file = await blob.ReadAsync(service.Options.Reading, http.RequestAborted);
        return await PixelTranscoder.TranscodeAsync(file, syntax, TurnCodec.Of(service, http), limits: service.Options.Pixels, cancellationToken: http.RequestAborted);
    }

    // One instance among many whose pixels are broken is sent as it is, and its part says so: the others are worth having.
    private static async Task<(DicomFile? File, TransferSyntax Syntax)> TranscodeOrKeepAsync(
        DicomwebService service, HttpContext http, BlobReading blob, StoredInstance instance, TransferSyntax syntax, int count)
    {
        try
        {
            return (await TranscodeAsync(service, http, blob, syntax), syntax);
        }
        catch (DicomException broken) when (count > 1)
        {
            service.Log.LogWarning("Instance {Instance} could not be transcoded to {Syntax} and was sent as it is stored: {Reason}", instance.Id, syntax.Uid, broken.Reason);
            return (null, instance.TransferSyntax);
        }
    }

    // UIDs are digits and dots; whatever else one has does not get into the name of a file.
    private static string FileName(string uid) => string.Concat(uid.Select(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-' ? character : '_')).TrimStart('.');
}
