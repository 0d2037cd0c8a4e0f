// The bearer token of a request, by the one way that is safe: the header Authorization (RFC 6750, 2.1).

using Microsoft.AspNetCore.Http;

namespace FhirHub.Smart;

/// <summary>Reads bearer tokens.</summary>
internal static class BearerToken
{
    private const string Scheme = "Bearer ";

    /// <summary>The token; null if the request has none, or several headers. Tokens in the body or the address are not looked for.</summary>
    public static string? Of(HttpContext http) =>
        http.Request.Headers.Authorization is [{ } value] && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && value[Scheme.Length..].Trim() is { Length: > 0 } token ? token : null;
}
