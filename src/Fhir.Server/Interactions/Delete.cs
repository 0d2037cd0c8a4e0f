// delete and conditional delete over HTTP (R4 http.html#delete).

using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>DELETE [type]/[id] and DELETE [type]?criteria.</summary>
public static class Delete
{
    /// <summary>Deletes the resource of the address.</summary>
    public static async Task HandleAsync(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        var key = new ResourceKey(exchange.Route.Type!, exchange.Route.Id!);
        var result = await exchange.Repository.DeleteAsync(exchange.Scope, key, exchange.Conditions, exchange.Cancel);
        await AnswerWriter.WriteAsync(exchange, FhirAnswer.OfWrite(result));
    }

    /// <summary>Deletes what the criteria find.</summary>
    public static async Task HandleConditionalAsync(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        var result = await exchange.Repository.ConditionalDeleteAsync(
            exchange.Scope, exchange.Route.Type!, Criteria.Of(exchange), exchange.Conditions, exchange.Cancel);
        await AnswerWriter.WriteAsync(exchange, FhirAnswer.OfWrite(result));
    }
}
