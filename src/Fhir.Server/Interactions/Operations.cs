// Operations ($name) and where they may be called; the CapabilityStatement lists what is registered here.

namespace FhirHub.Server;

/// <summary>Where an operation may be called (R4 OperationDefinition.system, .type, .instance).</summary>
[Flags]
public enum OperationLevels
{
    /// <summary>Nowhere.</summary>
    None = 0,

    /// <summary>On the base.</summary>
    System = 1,

    /// <summary>On a type.</summary>
    Type = 2,

    /// <summary>On a resource.</summary>
    Instance = 4,
}

/// <summary>An operation (R4 operations.html).</summary>
/// <param name="Name">The name without <c>$</c>.</param>
/// <param name="Levels">Where it may be called.</param>
/// <param name="Types">The resource types that have it; empty for all.</param>
/// <param name="Definition">The canonical URL of its OperationDefinition.</param>
/// <param name="AffectsState">True if it changes something, so that only POST calls it.</param>
/// <param name="RunAsync">Runs it.</param>
public sealed record Operation(
    string Name,
    OperationLevels Levels,
    IReadOnlyList<string> Types,
    string Definition,
    bool AffectsState,
    Func<FhirCall, CancellationToken, ValueTask<FhirAnswer>> RunAsync)
{
    /// <summary>True if browsers get a page, so that a client that accepts nothing but HTML is served.</summary>
    public bool HasPage { get; init; }
}

/// <summary>The registered operations.</summary>
public sealed class Operations(IReadOnlyList<Operation> operations)
{
    /// <summary>Every operation.</summary>
    public IReadOnlyList<Operation> All => operations;

    /// <summary>Runs the operation of the address.</summary>
    public ValueTask<FhirAnswer> AnswerAsync(FhirCall call, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(call);
        var level = call.Route.Kind switch
        {
            RouteKind.SystemOperation => OperationLevels.System,
            RouteKind.TypeOperation => OperationLevels.Type,
            _ => OperationLevels.Instance,
        };
        foreach (var operation in operations)
        {
            if (!call.Route.Name.AsSpan(1).SequenceEqual(operation.Name)
                || (operation.Levels & level) == 0
                || (level != OperationLevels.System && operation.Types.Count > 0 && !operation.Types.Contains(call.Route.Type!)))
            {
                continue;
            }

            if (operation.AffectsState && !call.IsPost)
                throw new RefusedException(405, "not-supported", $"${operation.Name} changes what is stored, so it is called with POST.");
            return operation.RunAsync(call, cancel);
        }

        throw new RefusedException(404, "not-supported", "There is no such operation at this address; /fhir/metadata lists those there are.");
    }

    /// <summary>True if the operation of the address answers browsers with a page.</summary>
    public bool HasPage(FhirRoute route) => operations.Any(operation => operation.HasPage && route.Name.AsSpan(1).SequenceEqual(operation.Name));

    /// <summary>Serves an operation over HTTP.</summary>
    public static async Task HandleAsync(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        if (!(exchange.PrefersHtml && exchange.Server.Operations.HasPage(exchange.Route)))
            _ = exchange.ResponseType;
        var call = exchange.ToCall();
        if (call.IsPost && exchange.Http.Request.ContentLength is not (null or 0))
            call = call with { Body = await RequestBody.ReadResourceAsync(exchange) };
        await AnswerWriter.WriteAsync(exchange, await exchange.Server.Operations.AnswerAsync(call, exchange.Cancel));
    }
}
