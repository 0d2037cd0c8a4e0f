// create over HTTP (R4 http.html#create, #ccreate).

namespace FhirHub.Server;

/// <summary>POST [type].</summary>
public static class Create
{
    /// <summary>Creates the resource in the body, unless <c>If-None-Exist</c> finds one.</summary>
    public static async Task HandleAsync(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        _ = exchange.ResponseType;
        var tree = await RequestBody.ReadResourceAsync(exchange);
        var result = await exchange.Repository.CreateAsync(
            exchange.Scope, exchange.Route.Type!, tree, exchange.Header("If-None-Exist")?.TrimStart('?'), exchange.Cancel);
        await AnswerWriter.WriteAsync(exchange, FhirAnswer.OfWrite(result));
    }
}
