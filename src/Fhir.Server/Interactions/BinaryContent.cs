// Binary as its content: sent and asked for as what it is, without a resource around it (R4 binary.html#rest).

using System.Buffers;
using System.Text.Json;
using FhirHub.Model;
using FhirHub.Storage;
using Microsoft.Net.Http.Headers;

namespace FhirHub.Server;

/// <summary>The content of Binary resources on the wire.</summary>
public static class BinaryContent
{
    private const string Unknown = "application/octet-stream";

    /// <summary>True if a read of a Binary names no format of FHIR, and so asks for the content.</summary>
    public static bool IsAsked(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        return exchange.Route is { Type: "Binary", Kind: RouteKind.Instance or RouteKind.Version } && !exchange.NamesFhir;
    }

    /// <summary>True if the body of a write is the content of a Binary.</summary>
    public static bool IsSent(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        return exchange.Route is { Type: "Binary", Kind: RouteKind.Type or RouteKind.Instance } && TypeOfBody(exchange) is not null;
    }

    /// <summary>Answers with the content of a version.</summary>
    /// <exception cref="RefusedException">The client does not accept its type.</exception>
    public static async Task WriteAsync(HttpExchange exchange, StoredVersion version)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        ArgumentNullException.ThrowIfNull(version);
        var binary = ResourceParser.ParseJson(version.Body.ToArray(version)).Tree!.Root;
        var type = MediaTypeHeaderValue.TryParse(binary.ChildValue("contentType"), out var named) ? named : new MediaTypeHeaderValue(Unknown);
        if (!MediaTypes.Accepts(exchange.Header(HeaderNames.Accept), type))
            throw new RefusedException(406, "not-supported", HttpMessages.NotAcceptable);

        // Somebody else's page or script must not run as this server's.
        var response = exchange.Http.Response;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        response.ContentType = type.ToString();
        var data = Convert.FromBase64String(binary.ChildValue("data") ?? "");
        response.ContentLength = data.Length;
        if (!HttpMethods.IsHead(exchange.Http.Request.Method))
            await response.Body.WriteAsync(data, exchange.Cancel);
    }

    /// <summary>Reads content that was sent, as the Binary that it becomes: for an update with the id of the address.</summary>
    /// <exception cref="RefusedException">It is empty or too long.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        var data = await RequestBody.ReadAsync(exchange);
        if (data.IsEmpty)
            throw new RefusedException(400, "required", HttpMessages.EmptyBody);
        var json = new ArrayBufferWriter<byte>((data.Length * 4 / 3) + 256);
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteString("resourceType", "Binary");
            if (exchange.Route.Id is { } id)
                writer.WriteString("id", id);
            writer.WriteString("contentType", TypeOfBody(exchange)!.ToString());
            if (exchange.Header("X-Security-Context") is { } context)
            {
                writer.WriteStartObject("securityContext");
                writer.WriteString("reference", context);
                writer.WriteEndObject();
            }

            writer.WriteBase64String("data", data.Span);
            writer.WriteEndObject();
        }

        return json.WrittenMemory;
    }

    private static MediaTypeHeaderValue? TypeOfBody(HttpExchange exchange) =>
        MediaTypeHeaderValue.TryParse(exchange.Http.Request.ContentType, out var type) && !MediaTypes.IsFhir(type) ? type : null;
}
