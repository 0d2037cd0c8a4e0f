// The criteria of a conditional interaction in its address.

namespace FhirHub.Server;

/// <summary>Search criteria of PUT, PATCH and DELETE on a type.</summary>
public static class Criteria
{
    /// <summary>The query without the parameters that shape an answer.</summary>
    public static string Of(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        var criteria = exchange.Query;
        if (criteria.Contains("_format", StringComparison.Ordinal) || criteria.Contains("_pretty", StringComparison.Ordinal))
            criteria = FhirCall.Encode(Search.QueryString.Parse(criteria).Where(p => p.Key is not ("_format" or "_pretty")));
        return criteria.Length > 0
            ? criteria
            : throw new RefusedException(
                400, "required", $"{exchange.Http.Request.Method} {exchange.Route.Type} needs an id ({exchange.Route.Type}/[id]) or search criteria ({exchange.Route.Type}?identifier=…).");
    }
}
