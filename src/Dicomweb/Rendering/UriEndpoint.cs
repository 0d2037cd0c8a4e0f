// WADO-URI for viewers from before DICOMweb: one instance by the parameters of an address (PS3.18 9).

using System.Globalization;
using FhirHub.Dicom;
using FhirHub.Dicom.Pixels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FhirHub.Dicomweb;

/// <summary>Answers <c>?requestType=WADO&amp;studyUID=…&amp;seriesUID=…&amp;objectUID=…</c>.</summary>
internal static class UriEndpoint
{
    /// <summary>The address outside the service, which old viewers have in their settings.</summary>
    public const string OldAddress = "/wado";

    private const string Dicom = "application/dicom";
    private static readonly string[] Methods = ["GET", "HEAD"];

    // What a page of a report and a document are asked for as.
    private static readonly string[] DocumentTypes = ["text/html", "text/plain", "text/xml", "application/pdf", "model/stl", "application/sla"];

    /// <summary>Maps the address within the service.</summary>
    public static void Map(RouteGroupBuilder group, DicomwebService service) => group.MapMethods(OldAddress, Methods, service.Answer(RetrieveAsync));

    /// <summary>Maps the address outside it.</summary>
    public static void MapOld(IEndpointRouteBuilder endpoints, DicomwebService service) => endpoints.MapMethods(OldAddress, Methods, service.Answer(RetrieveAsync));

    private static async Task RetrieveAsync(DicomwebService service, HttpContext http)
    {
        var query = http.Request.Query;
        if (!string.Equals(RenderParameters.One(query, "requestType"), "WADO", StringComparison.Ordinal))
            throw RenderParameters.Bad("requestType is WADO");
        var path = new ImagePath(Required(query, "studyUID"), Required(query, "seriesUID"), Required(query, "objectUID"));
        switch (RenderParameters.One(query, "anonymize"))
        {
            case null or "no":
                break;
            case "yes":
                // What is only nearly anonymous is worse than what is known not to be.
                throw new DicomwebException(StatusCodes.Status406NotAcceptable, "This server does not de-identify what it answers; ask without anonymize=yes, or de-identify with a tool that is made for it.");
            default:
                throw RenderParameters.Bad("anonymize is yes");
        }

        if (await service.Archive.FindAsync(service.ScopeOf(http), path, http.RequestAborted) is not [var instance, ..])
            throw DicomwebException.NotFound();
        var accepted = Accepted(http);
        if (instance.Frames == 0)
        {
            // The default of what is no image is DICOM, but of text the page (PS3.18 9.1.2.1.1).
            var isText = instance.SopClassUid.StartsWith("1.2.840.10008.5.1.4.1.1.88.", StringComparison.Ordinal);
            if (accepted is null ? isText : accepted.TryChoose([.. DocumentTypes.Select(MediaRange.Of), MediaRange.Of(Dicom)], out var type) && type.MediaType != Dicom)
                await RenderedDocument.AnswerAsync(service, http, instance, accepted);
            else
                await DicomAsync(service, http, instance, accepted);
            return;
        }

        await ImageAsync(service, http, instance, accepted);
    }

    private static async Task ImageAsync(DicomwebService service, HttpContext http, StoredInstance instance, AcceptedMedia? accepted)
    {
        var query = http.Request.Query;
        var frame = RenderParameters.One(query, "frameNumber") is { } number ? Whole("frameNumber", number, 1, instance.Frames) - 1 : (int?)null;

        // Several frames are DICOM where nothing else is asked for; one of them is an image (PS3.18 9.1.2.1.1).
        MediaRange dicom = MediaRange.Of(Dicom), gif = MediaRange.Of("image/gif");
        MediaRange[] offers = instance.Frames > 1 && frame is null ? [dicom, gif, .. RenderedMedia.Thumbnail] : [.. RenderedMedia.Thumbnail, dicom];
        var chosen = accepted is null ? offers[0] : accepted.Choose(offers);
        if (chosen.MediaType == Dicom)
        {
            await DicomAsync(service, http, instance, accepted);
            return;
        }

        if (query.ContainsKey("transferSyntax"))
            throw RenderParameters.Bad("transferSyntax is for contentType=application/dicom");
        var parameters = await PresentAsync(service, http, instance, frame, UriParameters.Parse(query, service.Options.RenderedSide));
        if (chosen.MediaType == gif.MediaType && frame is null)
            await RenderedEndpoints.AnimatedAsync(service, http, instance, new AllFrames(instance.Frames), chosen, parameters);
        else
            await RenderedEndpoints.OneAsync(service, http, instance, frame ?? 0, chosen, parameters);
    }

    // The presentation state of presentationUID, which is of the same study (PS3.18 9.1.2.2.9).
    private static async Task<RenderParameters> PresentAsync(DicomwebService service, HttpContext http, StoredInstance instance, int? frame, RenderParameters parameters)
    {
        var query = http.Request.Query;
        if (!query.ContainsKey("presentationUID") && !query.ContainsKey("presentationSeriesUID"))
            return parameters;
        var path = new ImagePath(instance.Path.Study, Required(query, "presentationSeriesUID"), Required(query, "presentationUID"));
        if (parameters.Window is not null)
            throw RenderParameters.Bad("a presentation state has a window of its own; leave windowCenter and windowWidth away");
        if (await service.Archive.FindAsync(service.ScopeOf(http), path, http.RequestAborted) is not [var presentation, ..] || !RenderedPresentation.Is(presentation))
            throw new DicomwebException(StatusCodes.Status404NotFound, "There is no such Grayscale Softcopy Presentation State in the study.");
        parameters = await RenderedPresentation.ApplyAsync(service, presentation, parameters, http.RequestAborted);
        return parameters.Presentation!.IsFor(instance.Path.Instance!, frame ?? 0)
            ? parameters
            : throw RenderParameters.Bad("the presentation state is not for that image");
    }

    private static async Task DicomAsync(DicomwebService service, HttpContext http, StoredInstance instance, AcceptedMedia? accepted)
    {
        if (accepted is not null)
            _ = accepted.Choose(MediaRange.Of(Dicom));
        foreach (var name in (ReadOnlySpan<string>)["windowCenter", "windowWidth", "rows", "columns", "region", "frameNumber", "imageQuality", "annotation", "presentationUID"])
        {
            if (http.Request.Query.ContainsKey(name))
                throw RenderParameters.Bad($"{name} is for images, not for contentType=application/dicom");
        }

        var syntax = Syntax(service, instance, RenderParameters.One(http.Request.Query, "transferSyntax"));
        var contentType = $"{Dicom}; transfer-syntax={syntax.Uid}";
        if (RenderedTag.Settle(http, RenderedTag.Of([instance], Dicom, syntax.Uid), [instance], contentType))
            return;
        using var blob = service.Archive.OpenBlob(instance);
        if (syntax == instance.TransferSyntax)
        {
            http.Response.ContentLength = blob.Length;
            await ByteCopy.CopyAsync(blob.Source, 0, blob.Length, http.Response.BodyWriter, http.RequestAborted);
            return;
        }

        var file = await RetrieveEndpoints.TranscodeAsync(service, http, blob, syntax);
        await DicomWriter.WriteAsync(file, http.Response.BodyWriter.AsStream(), new() { TransferSyntax = syntax }, http.RequestAborted);
    }

    // Explicit VR little endian unless another is asked for, and what is stored where that can't be had (PS3.18 9.1.2.2.1).
    private static TransferSyntax Syntax(DicomwebService service, StoredInstance instance, string? asked)
    {
        if (asked == instance.TransferSyntax.Uid || asked == "*")
            return instance.TransferSyntax;
        var target = asked is null ? TransferSyntax.ExplicitVRLittleEndian
            : TransferSyntax.Find(asked) ?? throw RenderParameters.Bad("transferSyntax is none of the standard's");
        if (PixelTranscoder.CanTranscode(instance.TransferSyntax, target, service.Codecs) || (instance.Frames == 0 && !target.IsEncapsulated))
            return target;
        return asked is null
            ? instance.TransferSyntax
            : throw new DicomwebException(StatusCodes.Status406NotAcceptable, $"The instance is stored in {instance.TransferSyntax}, which can't be brought into {target} here; ask with transferSyntax=*.");
    }

    // The parameter stands for the header; browsers send a header that says nothing of what the viewer wants.
    private static AcceptedMedia? Accepted(HttpContext http) =>
        RenderParameters.One(http.Request.Query, "contentType") is { } types ? AcceptedMedia.Parse(types)
        : http.Request.Headers.Accept.Count > 0 && AcceptedMedia.Parse(http.Request) is var header && header.Ranges[0].Type != "*" && header.Ranges.All(range => range.MediaType != "*/*") ? header
        : null;

    private static string Required(IQueryCollection query, string name) =>
        RenderParameters.One(query, name) is { Length: > 0 } value ? value : throw RenderParameters.Bad($"{name} is missing");

    /// <summary>A whole number within bounds.</summary>
    internal static int Whole(string name, string text, int least, int greatest) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= greatest
            ? number
            : throw RenderParameters.Bad($"{name} is a whole number from {least} to {greatest:N0}");
}
