// The operations that run here: calls are looked up in this table, and the CapabilityStatement lists it.

using System.Text;

namespace FhirHub.Server;

/// <summary>The registered operations.</summary>
public sealed class Operations(IReadOnlyList<Operation> operations)
{
    /// <summary>Every operation.</summary>
    public IReadOnlyList<Operation> All => operations;

    /// <summary>Runs the operation of the address.</summary>
    public ValueTask<FhirAnswer> AnswerAsync(FhirCall call, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(call);
        var operation = Find(call.Route);
        if (operation.AffectsState && !call.IsPost)
            throw new RefusedException(405, "not-supported", HttpMessages.PostOnly, operation.Name);
        return operation.RunAsync(call, cancel);
    }

    /// <summary>True if the operation of the address answers browsers with a page.</summary>
    public bool HasPage(FhirRoute route) => operations.Any(operation => operation.HasPage && route.Name.AsSpan(1).SequenceEqual(operation.Name));

    /// <summary>Serves an operation over HTTP.</summary>
    public static async Task HandleAsync(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        var operation = exchange.Server.Operations.Find(exchange.Route);
        if (operation.HandleAsync is { } handleAsync)
        {
            await handleAsync(exchange);
            return;
        }

        if (!(exchange.PrefersHtml && exchange.Server.Operations.HasPage(exchange.Route)))
            _ = exchange.ResponseType;
        var call = exchange.ToCall();
        if (call.IsPost && exchange.Http.Request.Headers is { ContentLength: > 0 } or { TransferEncoding.Count: > 0 })
        {
            // A form keeps primitives out of the address, and with it out of logs, as that of a search does.
            if (RequestBody.IsForm(exchange.Http.Request.ContentType))
            {
                call = call with { FormQuery = Encoding.UTF8.GetString((await RequestBody.ReadAsync(exchange)).Span) };
            }
            else if (operation.JudgesBody)
            {
                var parsed = await RequestBody.ParseAsync(exchange);
                call = call with { Body = parsed.Tree, BodyIssues = parsed.Issues };
            }
            else
            {
                call = call with { Body = await RequestBody.ReadResourceAsync(exchange) };
            }
        }

        await AnswerWriter.WriteAsync(exchange, await exchange.Server.Operations.AnswerAsync(call, exchange.Cancel));
    }

    /// <summary>True if the operation of the address judges its body; false also if there is no such operation.</summary>
    public bool JudgesBody(FhirRoute route) => operations.Any(operation => operation.JudgesBody && route.Name.AsSpan() is ['$', .. var name] && name.SequenceEqual(operation.Name));

    /// <summary>The operation of an address.</summary>
    /// <exception cref="RefusedException">There is none: 404.</exception>
    public Operation Find(FhirRoute route)
    {
        var level = route.Kind switch
        {
            RouteKind.SystemOperation => OperationLevels.System,
            RouteKind.TypeOperation => OperationLevels.Type,
            RouteKind.VersionOperation => OperationLevels.Version,
            _ => OperationLevels.Instance,
        };
        foreach (var operation in operations)
        {
            if (route.Name.AsSpan(1).SequenceEqual(operation.Name)
                && (operation.Levels & level) != 0
                && (level == OperationLevels.System || operation.Types.Count == 0 || operation.Types.Contains(route.Type!)))
            {
                return operation;
            }
        }

        throw new RefusedException(404, "not-supported", HttpMessages.NoSuchOperation);
    }
}
