// Where the answers of the authorization endpoint may go: to registered addresses only, compared as they are written (RFC 9700, 2.1).

using System.Net;

namespace FhirHub.Smart;

/// <summary>Compares redirect addresses and writes answers to them.</summary>
internal static class RedirectUris
{
    // RFC 8252, 7.3 and 8.3: an app on the user's own machine can't know its port in advance; `localhost` may be another machine, so it is not among them.
    private static readonly string[] s_loopbacks = ["http://127.0.0.1", "http://[::1]"];

    /// <summary>Whether an address is one that the client registered.</summary>
    /// <param name="client">The client.</param>
    /// <param name="address">The address that a request names.</param>
    /// <param name="issuer">The issuer, below which the addresses of the server's own clients are.</param>
    public static bool IsRegistered(Client client, string address, string issuer)
    {
        foreach (var registered in client.RedirectUris)
        {
            if (registered is ['/', ..] ? client.IsBuiltIn && address == issuer + registered : address == registered)
                return true;
            if (client.Authentication == ClientAuthentication.None && WithoutLoopbackPort(registered) is { } native && WithoutLoopbackPort(address) == native)
                return true;
        }

        return false;
    }

    /// <summary>
    /// Whether whoever receives the answer is surely the registered client: others can't use its address (RFC 9700, 4.14; RFC 8252, 8.6). Only then may
    /// an earlier consent stand for a new one.
    /// </summary>
    public static bool IsAssured(Client client, string address) =>
        client.Authentication != ClientAuthentication.None
        || client.IsBuiltIn
        || (Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && !uri.IsLoopback);

    /// <summary>The address with parameters behind those that it has.</summary>
    public static string With(string address, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var text = new System.Text.StringBuilder(address);
        var separator = address.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        foreach (var (name, value) in parameters)
        {
            if (value is null)
                continue;
            text.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }

        return text.ToString();
    }

    /// <summary>The source that <c>form-action</c> of a page must name if its form is answered with a redirect to the address (CSP 3, 6.4.1).</summary>
    public static string SourceOf(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri))
            return "";

        // The grammar of sources has no IPv6 addresses, and those of apps (com.example.app:/callback) have no host.
        return uri.Scheme is "http" or "https" && uri.HostNameType != UriHostNameType.IPv6
            ? uri.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)
            : $"{uri.Scheme}:";
    }

    private static string? WithoutLoopbackPort(string address)
    {
        foreach (var loopback in s_loopbacks)
        {
            if (!address.StartsWith(loopback, StringComparison.Ordinal))
                continue;
            var rest = address.AsSpan(loopback.Length);
            if (rest is [':', ..])
            {
                var digits = rest[1..].IndexOfAnyExceptInRange('0', '9');
                var port = digits < 0 ? rest[1..] : rest.Slice(1, digits);
                if (port is { Length: 0 or > 5 } || int.Parse(port, System.Globalization.CultureInfo.InvariantCulture) is 0 or > IPEndPoint.MaxPort)
                    return null;
                rest = rest[(1 + port.Length)..];
            }

            return rest is [] or ['/' or '?', ..] ? $"{loopback}{rest}" : null;
        }

        return null;
    }
}
