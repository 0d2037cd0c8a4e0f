// From the header Authorization to what a request may see and do.

using FhirHub.Search;
using FhirHub.Smart;
using Microsoft.Net.Http.Headers;

namespace FhirHub.Server;

/// <summary>The access of HTTP requests, by the bearer token that they carry (RFC 6750, 2.1).</summary>
public static class RequestAccess
{
    private const string Scheme = "Bearer ";

    /// <summary>What a request may see and do.</summary>
    /// <param name="smart">The authorization server; null where nobody says who they are.</param>
    /// <param name="http">The request.</param>
    /// <exception cref="RefusedException">There is no token, or it is not good: 401, with <c>WWW-Authenticate</c> set.</exception>
    public static ValueTask<AccessScope> OfAsync(SmartService? smart, HttpContext http) => smart is null ? new(AccessScope.Full) : FindAsync(smart, http);

    /// <summary>Lets a request through whose token has what its address and method need.</summary>
    /// <exception cref="RefusedException">It has not: 403, with <c>WWW-Authenticate</c> set (RFC 6750, 3.1).</exception>
    public static void Require(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        var http = exchange.Http;
        if (InteractionAccess.Lacking(exchange.Server.Operations, exchange.Scope, exchange.Route, http.Request.Method, http.Request.Headers.ContainsKey("If-None-Exist")) is not { } lacking)
            return;
        throw Insufficient(http, lacking);
    }

    /// <summary>The refusal of a request whose token is good and not enough: 403 (RFC 6750, 3.1).</summary>
    /// <param name="http">The request; its answer gets <c>WWW-Authenticate</c>.</param>
    /// <param name="lacking">What it lacks, as the right side of a scope.</param>
    public static RefusedException Insufficient(HttpContext http, string lacking)
    {
        ArgumentNullException.ThrowIfNull(http);
        http.Response.Headers[HeaderNames.WWWAuthenticate] = $"{Scheme}error=\"insufficient_scope\", scope=\"{LevelOf(http)}/{lacking}\"";
        return InteractionAccess.Refusal(lacking);
    }

    private static string LevelOf(HttpContext http) => http.Features.Get<Access>() switch
    {
        { Account: null } => "system",
        { Grant.Context.Patient: not null } => "patient",
        _ => "user",
    };

    private static async ValueTask<AccessScope> FindAsync(SmartService smart, HttpContext http)
    {
        var header = http.Request.Headers.Authorization;
        if (header is [{ } value] && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && await smart.AccessOfAsync(value[Scheme.Length..].Trim(), http.RequestAborted) is { } access)
        {
            http.Features.Set(access);
            return access.Scope;
        }

        http.Response.Headers[HeaderNames.WWWAuthenticate] = header.Count == 0 ? "Bearer" : "Bearer error=\"invalid_token\"";
        throw new RefusedException(401, "login", HttpMessages.TokenNeeded);
    }
}
