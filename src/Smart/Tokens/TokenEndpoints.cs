// The addresses of the token endpoint and those like it.

using FhirHub.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FhirHub.Smart;

/// <summary>Maps <c>token</c>, <c>introspect</c>, <c>revoke</c>, <c>userinfo</c> and <c>jwks</c>.</summary>
internal static class TokenEndpoints
{
    /// <summary>Maps the addresses.</summary>
    public static void Map(RouteGroupBuilder group, SmartService smart)
    {
        var limits = smart.TokenLimits;
        var proof = new ClientProof(smart);
        group.MapPost("/token", Guarded(limits, new TokenEndpoint(smart, proof, limits).HandleAsync));
        group.MapPost("/introspect", Guarded(limits, new IntrospectionEndpoint(smart, proof).HandleAsync));
        group.MapPost("/revoke", Guarded(limits, new RevocationEndpoint(smart, proof).HandleAsync));
        group.MapMethods("/userinfo", ["GET", "POST"], Guarded(limits, new UserInfoEndpoint(smart).HandleAsync));
        group.MapGet("/jwks", http => KeysAsync(http, smart));
    }

    private static RequestDelegate Guarded(TokenLimits limits, Func<HttpContext, Task> handle) => async http =>
    {
        try
        {
            limits.Count(http);
            await handle(http);
        }
        catch (OAuthException refused)
        {
            if (refused.IsGuess)
                limits.CountGuess(http);
            await refused.AnswerAsync(http);
        }
        catch (StoreBusyException busy) when (!http.Response.HasStarted)
        {
            // RFC 6749 has a code for it at the authorization endpoint only (4.1.2.1), and clients of this one know it from there.
            await new OAuthException("temporarily_unavailable", "The server has too much to do; try again after the time that Retry-After tells.")
            {
                Status = busy.IsThrottled && !busy.IsOutcomeUnknown ? StatusCodes.Status429TooManyRequests : StatusCodes.Status503ServiceUnavailable,
                RetryAfter = busy.RetryAfter,
            }.AnswerAsync(http);
        }
    };

    // Keys are published a day before they sign.
    private static async Task KeysAsync(HttpContext http, SmartService smart)
    {
        var keys = await smart.Keys.PublicAsync(http.RequestAborted);
        http.Response.ContentType = "application/json";
        http.Response.Headers.CacheControl = "public, max-age=3600";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        await http.Response.WriteAsync(keys, http.RequestAborted);
    }
}
