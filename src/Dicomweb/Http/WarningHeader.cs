// The Warning header (PS3.18 8.4.3, RFC 7234 5.5): what a client should know of an answer that is no failure.

using Microsoft.AspNetCore.Http;

namespace FhirHub.Dicomweb;

/// <summary>Warns clients.</summary>
internal static class WarningHeader
{
    /// <summary>Adds a warning. What the client wrote may be part of it: a header has no letters but those of ASCII, and no ends of lines.</summary>
    public static void Append(HttpContext http, string text)
    {
        var shown = string.Concat(text.Select(static character => character switch
        {
            '"' or '\\' => $"\\{character}",
            >= ' ' and <= '~' => character.ToString(),
            _ => "?",
        }));
        http.Response.Headers.Append("Warning", $"299 {http.Request.Host.ToUriComponent()} \"{shown}\"");
    }
}
