// read over HTTP by the shortest way: most of what a FHIR server is asked are reads by id.

using FhirHub.Storage;
using Microsoft.Net.Http.Headers;

namespace FhirHub.Server;

/// <summary>GET [type]/[id].</summary>
public static class ReadEndpoint
{
    /// <summary>Answers with the stored bytes; any query or failure takes the general way.</summary>
    public static Task HandleAsync(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        if (!BinaryContent.IsAsked(exchange))
            _ = exchange.ResponseType;
        if (exchange.Http.Request.QueryString.HasValue)
            return HandleGeneralAsync(exchange);
        var read = exchange.Server.Store.ReadAsync(
            exchange.Scope, new ResourceKey(exchange.Route.Type!, exchange.Route.Id!), exchange.Cancel);
        return read.IsCompletedSuccessfully ? Answer(exchange, read.Result) : AwaitAsync(exchange, read);
    }

    private static async Task AwaitAsync(HttpExchange exchange, ValueTask<StoredVersion?> read) => await Answer(exchange, await read);

    private static Task Answer(HttpExchange exchange, StoredVersion? version)
    {
        if (version is null or { IsDeleted: true })
            return HandleGeneralAsync(exchange);
        var response = exchange.Http.Response;
        AnswerWriter.SetVersionHeaders(response, version);
        if (!IsKnown(exchange, version))
            return AnswerWriter.WriteVersionAsync(exchange, version, ResourceShape.Whole);
        response.StatusCode = StatusCodes.Status304NotModified;
        return Task.CompletedTask;
    }

    private static bool IsKnown(HttpExchange exchange, StoredVersion version)
    {
        var headers = exchange.Http.Request.Headers;
        if (headers.IfNoneMatch is { Count: > 0 } tags)
            return tags[0] == exchange.Http.Response.Headers.ETag || Read.IsNotModified(version, tags.ToString(), null);
        return headers.IfModifiedSince is { Count: > 0 } since
            && HeaderUtilities.TryParseDate(since.ToString(), out var date) && Read.IsNotModified(version, null, date);
    }

    private static async Task HandleGeneralAsync(HttpExchange exchange) =>
        await AnswerWriter.WriteAsync(exchange, await Read.AnswerAsync(exchange.ToCall(), exchange.Cancel));
}
