// STOW-RS: the addresses to which instances are sent (PS3.18 10.5).

using FhirHub.Dicom;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace FhirHub.Dicomweb;

/// <summary>
/// Stores instances. POST takes new ones, PUT takes the place of what is there. Each instance is stored or refused for itself: a request that breaks
/// off, or is cancelled, leaves those that were on disk by then, which sending it again finds to be identical.
/// </summary>
internal static class StoreEndpoints
{
    /// <summary>Maps the addresses.</summary>
    public static void Map(RouteGroupBuilder group, DicomwebService service)
    {
        foreach (var address in (string[])["/studies", "/studies/{study}"])
        {
            group.MapPost(address, service.Answer(static (service, http) => StoreAsync(service, http, null)));
            group.MapPut(address, service.Answer(static (service, http) => StoreAsync(service, http, DuplicatePolicy.Replace)));
        }

        group.MapPut("/studies/{study}/series/{series}/instances/{instance}", service.Answer(static (service, http) => StoreAsync(service, http, DuplicatePolicy.Replace)));
    }

    private static async Task StoreAsync(DicomwebService service, HttpContext http, DuplicatePolicy? duplicates)
    {
        var scope = service.ScopeOf(http);
        var target = Target(http);
        var answerType = StoreAnswer.Choose(http.Request);
        var type = ContentType.Parse(http.Request.ContentType) ?? throw Unsupported();
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;

        await using var transaction = new StoreTransaction(service, scope, target, duplicates, http.RequestAborted);
        var body = RequestContent.Open(http.Request);
        await using var decoded = body == http.Request.Body ? null : body;
        int? fault = null;
        try
        {
            await ReadAsync(service, http, transaction, type, body);
        }
        catch (MultipartException broken) when (transaction.Count > 0)
        {
            transaction.Refuse(new(FailureReason.CannotUnderstand, $"The rest of the request can't be read. {broken.Message}"));
            fault = StatusCodes.Status400BadRequest;
        }
        catch (MultipartException broken)
        {
            throw new DicomwebException(StatusCodes.Status400BadRequest, broken.Message);
        }

        if (transaction.Count == 0)
            throw new DicomwebException(StatusCodes.Status400BadRequest, "The request has no instance; send at least one.");
        if (transaction.IsTooLarge)
            fault ??= StatusCodes.Status413PayloadTooLarge;
        var outcomes = await transaction.CompleteAsync();
        await StoreAnswer.WriteAsync(http, answerType, StoreAnswer.Status(outcomes, fault), StoreAnswer.Dataset(RequestBase.Of(http), outcomes));
    }

    private static async Task ReadAsync(DicomwebService service, HttpContext http, StoreTransaction transaction, MediaRange type, Stream body)
    {
        if (!type.IsMultipart)
        {
            if (type.MediaType == "application/dicom")
            {
                await transaction.AddAsync(body);
                return;
            }

            if (!MetadataInstances.IsMetadata(type))
                throw Unsupported();
            await using var alone = new MetadataInstances(service, http, transaction);
            await alone.AddMetadataAsync(type, body);
            await alone.StoreAsync();
            return;
        }

        if (type.Subtype != "related" || type.PartType is not (null or "application/dicom" or MetadataInstances.Json or MetadataInstances.Xml))
            throw Unsupported();
        if (!type.Parameters.TryGetValue("boundary", out var boundary))
            throw new DicomwebException(StatusCodes.Status400BadRequest, "Content-Type names no boundary; a body of several parts needs one.");
        using var parts = new MultipartReader(body, boundary);
        await ReadPartsAsync(service, http, transaction, type.PartType, parts);
    }

    private static async Task ReadPartsAsync(DicomwebService service, HttpContext http, StoreTransaction transaction, string? declared, MultipartReader parts)
    {
        var options = service.Options;
        await using var metadata = new MetadataInstances(service, http, transaction);
        var isMetadata = declared is MetadataInstances.Json or MetadataInstances.Xml;
        for (var count = 0; await parts.NextAsync(options.InstanceBytes, http.RequestAborted); count++)
        {
            if (count == options.RequestInstances && !isMetadata)
            {
                transaction.RefuseRest($"A request has at most {options.RequestInstances:N0} instances; send those behind them in another.");
                return;
            }

            var type = parts.Headers.ContentType;
            if (count == 0 && declared is null)
                isMetadata = type is not null && MetadataInstances.IsMetadata(type);
            if (isMetadata)
            {
                if (type is null ? count == 0 : MetadataInstances.IsMetadata(type))
                    await metadata.AddMetadataAsync(type ?? ContentType.Parse(declared)!, parts.Part);
                else
                    await metadata.AddBulkDataAsync(parts.Headers, parts.Part);
            }
            else if (type is null or { MediaType: "application/dicom" or "application/octet-stream" })
            {
                await transaction.AddAsync(parts.Part);
            }
            else
            {
                transaction.Refuse(new(FailureReason.CannotUnderstand, "The part is not application/dicom, as the others of the request are."));
            }

            if (transaction.IsTooLarge)
            {
                transaction.RefuseRest("What follows an instance that is too large is not read; send it in another request.");
                return;
            }
        }

        if (isMetadata)
            await metadata.StoreAsync();
    }

    private static ImagePath? Target(HttpContext http)
    {
        if (Uid(http, "study") is not { } study)
            return null;
        return new(study, Uid(http, "series"), Uid(http, "instance"));
    }

    private static string? Uid(HttpContext http, string name)
    {
        var uid = http.Request.RouteValues[name] as string;
        return uid is null || DicomUid.Problem(uid) is not { } problem
            ? uid
            : throw new DicomwebException(StatusCodes.Status400BadRequest, $"The UID of the {name} in the address {problem}.");
    }

    private static DicomwebException Unsupported() => new(
        StatusCodes.Status415UnsupportedMediaType,
        "Send application/dicom, or multipart/related with parts of application/dicom, or of application/dicom+json or application/dicom+xml with their bulk data.");
}
