// Where a page may send a browser afterwards: addresses of this server only (RFC 9700, 4.11).

using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FhirHub.Smart;

/// <summary>Addresses of this server that came as a parameter.</summary>
public static class LocalAddress
{
    /// <summary>The parameter that names where to go afterwards.</summary>
    public const string Parameter = "return";

    // As long as a line of a request may be.
    private const int Longest = 16 * 1024;

    /// <summary>True for a path of this server, with its query.</summary>
    public static bool IsGood([NotNullWhen(true)] string? address) =>
        address is ['/', ..] && address.Length <= Longest && RedirectHttpResult.IsLocalUrl(address)
        && !address.AsSpan().ContainsAnyExceptInRange('!', '~') && !address.Contains('\\', StringComparison.Ordinal);

    /// <summary>The address that was asked for, if it is good; otherwise another.</summary>
    public static string Or(string? address, string otherwise) => IsGood(address) ? address : otherwise;

    /// <summary>Sends the browser there with GET, whatever the method was (RFC 9700, 4.12).</summary>
    public static void SeeOther(HttpContext http, string address)
    {
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = http.Request.PathBase + address;
        http.Response.Headers.CacheControl = "no-store";
    }
}
