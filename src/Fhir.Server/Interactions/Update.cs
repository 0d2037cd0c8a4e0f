// update and conditional update over HTTP (R4 http.html#update, #cond-update).

using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>PUT [type]/[id] and PUT [type]?criteria.</summary>
public static class Update
{
    /// <summary>Updates or creates the resource of the address.</summary>
    public static async Task HandleAsync(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        _ = exchange.ResponseType;
        var tree = await RequestBody.ReadResourceAsync(exchange);
        var key = new ResourceKey(exchange.Route.Type!, exchange.Route.Id!);
        var result = await exchange.Repository.UpdateAsync(exchange.Scope, key, tree, exchange.Conditions, exchange.Cancel);
        await AnswerWriter.WriteAsync(exchange, FhirAnswer.OfWrite(result));
    }

    /// <summary>Updates or creates the resource that the criteria find.</summary>
    public static async Task HandleConditionalAsync(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        _ = exchange.ResponseType;
        var tree = await RequestBody.ReadResourceAsync(exchange);
        var result = await exchange.Repository.ConditionalUpdateAsync(
            exchange.Scope, exchange.Route.Type!, Criteria.Of(exchange), tree, exchange.Conditions, exchange.Cancel);
        await AnswerWriter.WriteAsync(exchange, FhirAnswer.OfWrite(result));
    }
}
