// patch and conditional patch over HTTP (R4 http.html#patch), and the three languages of a patch.

using FhirHub.Model;
using FhirHub.Storage;
using Microsoft.Net.Http.Headers;

namespace FhirHub.Server;

/// <summary>PATCH [type]/[id] and PATCH [type]?criteria.</summary>
public static class Patch
{
    /// <summary>The media types of patches, for CapabilityStatement.patchFormat.</summary>
    public static IReadOnlyList<string> MediaTypeNames { get; } =
        ["application/json-patch+json", "application/xml-patch+xml", "application/fhir+json", "application/fhir+xml"];

    /// <summary>Patches the resource of the address.</summary>
    public static async Task HandleAsync(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        var patch = await ReadAsync(exchange);
        var key = new ResourceKey(exchange.Route.Type!, exchange.Route.Id!);
        var result = await exchange.Repository.PatchAsync(exchange.Scope, key, patch, exchange.Conditions, exchange.Cancel);
        await AnswerWriter.WriteAsync(exchange, FhirAnswer.OfWrite(result));
    }

    /// <summary>Patches the resource that the criteria find.</summary>
    public static async Task HandleConditionalAsync(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        var criteria = Criteria.Of(exchange);
        var patch = await ReadAsync(exchange);
        var result = await exchange.Repository.ConditionalPatchAsync(
            exchange.Scope, exchange.Route.Type!, criteria, patch, exchange.Conditions, exchange.Cancel);
        await AnswerWriter.WriteAsync(exchange, FhirAnswer.OfWrite(result));
    }

    /// <summary>Reads a patch document of a media type; the answer is the patch, or why there is none.</summary>
    public static (PatchApplication? Patch, InteractionResult? Refusal) Read(string? mediaType, ReadOnlyMemory<byte> document)
    {
        if (FormatOf(mediaType) is not { } format)
        {
            return (null, InteractionResult.Refused(
                415, "not-supported", $"A patch is sent as one of {string.Join(", ", MediaTypeNames)}; set Content-Type to the one that the body is."));
        }

        return (tree => ResourcePatch.Apply(tree, format, document), null);
    }

    private static PatchFormat? FormatOf(string? contentType)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type) || !MediaTypes.IsUtf8(type))
            return null;
        return MediaTypes.OfRequest(contentType) switch
        {
            ResourceFormat.Json => PatchFormat.FhirPathInJson,
            ResourceFormat.Xml => PatchFormat.FhirPathInXml,
            _ => ResourcePatch.FormatOf(type.MediaType.Value!) is { } format and (PatchFormat.Json or PatchFormat.Xml) ? format : null,
        };
    }

    private static async Task<PatchApplication> ReadAsync(HttpExchange exchange)
    {
        _ = exchange.ResponseType;
        var (patch, refusal) = Read(exchange.Http.Request.ContentType, await RequestBody.ReadAsync(exchange));
        return patch ?? throw new RefusedException(refusal!.Status, refusal.Issues);
    }
}
