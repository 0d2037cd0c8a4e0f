// Answers on the wire: status, headers, body in the negotiated format.

using System.Buffers;
using System.Globalization;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;
using Microsoft.Net.Http.Headers;

namespace FhirHub.Server;

/// <summary>Writes answers to HTTP.</summary>
public static class AnswerWriter
{
    /// <summary>Writes an answer.</summary>
    public static Task WriteAsync(HttpExchange exchange, FhirAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        ArgumentNullException.ThrowIfNull(answer);
        var response = exchange.Http.Response;
        response.StatusCode = answer.Status;
        if (answer.Version is { } version)
            SetVersionHeaders(response, version);
        if (answer.HasLocation)
            response.Headers.Location = $"{exchange.BaseUrl}/{answer.Version!.Key}/_history/{answer.Version.Version.ToString(CultureInfo.InvariantCulture)}";
        if (answer.ETag is not null)
            response.Headers.ETag = answer.ETag;
        if (answer.Language is not null)
            response.Headers.ContentLanguage = answer.Language;
        if (answer.Status == StatusCodes.Status304NotModified)
            return Task.CompletedTask;
        if (answer.Status >= 400)
            return WriteOutcomeAsync(exchange, answer.Status, answer.Issues);
        if (answer.Html is { } page && exchange.PrefersHtml)
            return WritePageAsync(exchange, page);
        if (answer.IsWrite)
            return WriteAsPreferredAsync(exchange, answer);
        return answer.Json is { } json ? WriteJsonAsync(exchange, json, answer.Shape) : WriteVersionAsync(exchange, answer.Version!, answer.Shape);
    }

    /// <summary>Sets <c>ETag</c> and <c>Last-Modified</c>.</summary>
    public static void SetVersionHeaders(HttpResponse response, StoredVersion version)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(version);
        response.Headers.ETag = EntityTags.Of(version.Version);
        response.Headers.LastModified = version.LastUpdated.ToString("R", CultureInfo.InvariantCulture);
    }

    /// <summary>Writes a stored version: its bytes as they are, unless a shape or XML is asked for.</summary>
    public static Task WriteVersionAsync(HttpExchange exchange, StoredVersion version, ResourceShape shape)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(shape);
        if (BinaryContent.IsAsked(exchange) && (HttpMethods.IsGet(exchange.Http.Request.Method) || HttpMethods.IsHead(exchange.Http.Request.Method)))
            return BinaryContent.WriteAsync(exchange, version);
        var type = exchange.ResponseType;
        if (type.Format == ResourceFormat.Xml || shape.Pretty || shape.IsSubset)
            return WriteJsonAsync(exchange, shape.Apply(version.Body.ToArray(version)), shape);
        var response = exchange.Http.Response;
        response.ContentType = type.ContentType;
        response.ContentLength = version.Body.LengthOf(version);

        // Kestrel sends what is in the pipe together with the headers when the request ends: one write to the socket.
        if (!HttpMethods.IsHead(exchange.Http.Request.Method))
            version.Body.WriteTo(response.BodyWriter, version);
        return Task.CompletedTask;
    }

    /// <summary>Writes a resource given as compact JSON.</summary>
    public static Task WriteJsonAsync(HttpExchange exchange, ReadOnlyMemory<byte> json, ResourceShape shape)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        ArgumentNullException.ThrowIfNull(shape);
        return WriteBytesAsync(exchange, exchange.ResponseType, Format(json, exchange.ResponseType.Format, shape.Pretty));
    }

    /// <summary>Writes issues as an OperationOutcome.</summary>
    public static Task WriteOutcomeAsync(HttpExchange exchange, int status, IReadOnlyList<Issue> issues)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        exchange.Http.Response.StatusCode = status;
        var language = OutcomeLanguage.Of(exchange.Header(HeaderNames.AcceptLanguage));
        exchange.Http.Response.Headers.ContentLanguage = OutcomeLanguage.TagOf(issues, language);
        var json = OutcomeWriter.ToJson(issues, exchange.Http.TraceIdentifier, language);
        var type = exchange.ErrorType;
        return WriteBytesAsync(exchange, type, Format(json, type.Format, pretty: false));
    }

    private static Task WritePageAsync(HttpExchange exchange, ReadOnlyMemory<byte> page)
    {
        exchange.Http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        exchange.Http.Response.Headers.XContentTypeOptions = "nosniff";
        return WriteBytesAsync(exchange, new ResponseType(ResourceFormat.Json, "text/html; charset=utf-8"), page);
    }

    private static Task WriteAsPreferredAsync(HttpExchange exchange, FhirAnswer answer)
    {
        switch (exchange.Preferences.Return)
        {
            case ReturnPreference.OperationOutcome:
                // 204 forbids a body, so a delete that has something to say answers 200 (R4 http.html#delete).
                var status = answer.Status == StatusCodes.Status204NoContent ? StatusCodes.Status200OK : answer.Status;
                return WriteOutcomeAsync(exchange, status, answer.Issues);
            case ReturnPreference.Minimal:
            case var _ when answer.Version is null or { IsDeleted: true }:
                return WriteNothing(exchange, answer);
            default:
                return exchange.Scope.IsUnfiltered(answer.Version.Key.Type, AccessLetter.Read)
                    ? WriteVersionAsync(exchange, answer.Version, answer.Shape)
                    : WriteIfReadableAsync(exchange, answer, answer.Version);
        }
    }

    private static Task WriteNothing(HttpExchange exchange, FhirAnswer answer)
    {
        if (answer.Status != StatusCodes.Status204NoContent)
            exchange.Http.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    // Whoever may write need not be one who may read what is there then: a create whose criteria found another's, an update of a part.
    private static async Task WriteIfReadableAsync(HttpExchange exchange, FhirAnswer answer, StoredVersion version)
    {
        var isReadable = await exchange.Server.Store.ReadVersionAsync(exchange.Scope, version.Key, version.Version, exchange.Cancel) is not null;
        await (isReadable ? WriteVersionAsync(exchange, version, answer.Shape) : WriteNothing(exchange, answer));
    }

    private static ReadOnlyMemory<byte> Format(ReadOnlyMemory<byte> json, ResourceFormat format, bool pretty)
    {
        if (format == ResourceFormat.Json && !pretty)
            return json;
        if (ResourceParser.ParseJson(json).Tree is not { } tree)
            throw new InvalidDataException("A resource to be sent can't be read.");
        var output = new ArrayBufferWriter<byte>(json.Length * 2);
        if (format == ResourceFormat.Xml)
            ResourceWriter.WriteXml(tree.Root, output, new XmlWriteOptions { Pretty = pretty });
        else
            ResourceWriter.WriteJson(tree.Root, output, new JsonWriteOptions { Pretty = true });
        return output.WrittenMemory;
    }

    private static Task WriteBytesAsync(HttpExchange exchange, ResponseType type, ReadOnlyMemory<byte> bytes)
    {
        var response = exchange.Http.Response;
        response.ContentType = type.ContentType;
        response.ContentLength = bytes.Length;
        return HttpMethods.IsHead(exchange.Http.Request.Method)
            ? Task.CompletedTask
            : response.Body.WriteAsync(bytes, exchange.Cancel).AsTask();
    }
}
