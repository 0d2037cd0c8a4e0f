// Which addresses a client may register.

using System.Net;

namespace FhirHub.Smart;

/// <summary>Rules for the addresses of clients (RFC 6749, 3.1.2; RFC 8252, 7; RFC 9700, 2.1).</summary>
internal static class ClientAddresses
{
    /// <summary>Characters of an address at most.</summary>
    public const int MaxLength = 2_000;

    /// <summary>
    /// Whether answers may be sent to it: https anywhere, http on the user's own device, or a scheme of its own for an installed program. A scheme of
    /// its own is a name turned around, so it has a dot (RFC 8252, 7.1): <c>javascript:</c>, <c>data:</c> and the like have none.
    /// </summary>
    public static bool IsRedirect(string address, bool isNative) =>
        IsPlain(address) && Uri.TryCreate(address, UriKind.Absolute, out var uri)
        && (IsWeb(uri) || (isNative && uri.Scheme.Contains('.', StringComparison.Ordinal) && address.StartsWith(uri.Scheme + ":/", StringComparison.OrdinalIgnoreCase)));

    /// <summary>Whether it is a page: https, or http on the user's own device.</summary>
    public static bool IsPage(string address) => IsPlain(address) && Uri.TryCreate(address, UriKind.Absolute, out var uri) && IsWeb(uri);

    /// <summary>Whether it is an origin as browsers send it: scheme and authority, and nothing else.</summary>
    public static bool IsOrigin(string text) => IsPage(text) && OriginOf(text) == text;

    /// <summary>The origin of a page; null if the address is none of a page.</summary>
    public static string? OriginOf(string address) => IsPage(address) ? new Uri(address).GetLeftPart(UriPartial.Authority) : null;

    // What a parser may take for something else than a reader does is refused at the door: blanks, backslashes, fragments, wildcards, names and
    // passwords, letters of other scripts (a host that has them is written in punycode).
    private static bool IsPlain(string address)
    {
        if (address.Length is 0 or > MaxLength)
            return false;
        foreach (var c in address)
        {
            if (c is <= ' ' or >= '\u007F' or '#' or '*' or '\\' or '"' or '<' or '>' or '^' or '`' or '{' or '|' or '}')
                return false;
        }

        return true;
    }

    private static bool IsWeb(Uri uri) =>
        uri.UserInfo.Length == 0 && uri.Host.Length > 0 && uri.OriginalString.StartsWith($"{uri.Scheme}://", StringComparison.OrdinalIgnoreCase)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && IsOwnDevice(uri)));

    private static bool IsOwnDevice(Uri uri) => uri.Host == "localhost" || (IPAddress.TryParse(uri.IdnHost.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
