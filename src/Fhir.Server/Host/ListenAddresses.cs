// What the server may listen on: tokens and records travel over TLS 1.2 or later, or stay on the machine.

using System.Net;
using System.Security.Authentication;

namespace FhirHub.Server;

/// <summary>Checks the addresses to listen on (SMART App Launch 2.2.0, app-launch.html#best-practices; RFC 9325, 3.1.1).</summary>
internal static class ListenAddresses
{
    /// <summary>What a handshake may end in.</summary>
    public const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;

    private const string Endpoints = "Kestrel:Endpoints";

    /// <summary>Checks the configuration before anything listens.</summary>
    /// <exception cref="ConfigurationException">An address can't be used, or would send tokens in the clear.</exception>
    public static void Check(IConfiguration configuration, FhirHubOptions options)
    {
        var urls = (configuration["urls"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries);
        foreach (var url in urls)
            Check("urls", url, options);
        if (urls.Length == 0)
        {
            foreach (var scheme in (string[])["http", "https"])
            {
                foreach (var port in (configuration[$"{scheme}_ports"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries))
                    Check($"{scheme}_ports", $"{scheme}://*:{port}", options);
            }
        }

        foreach (var endpoint in configuration.GetSection(Endpoints).GetChildren())
        {
            if (endpoint["Url"] is { } url)
                Check($"{endpoint.Path}:Url", url, options);
        }

        foreach (var (key, value) in configuration.GetSection("Kestrel").AsEnumerable())
        {
            if (value is not null && key.Contains(":SslProtocols", StringComparison.OrdinalIgnoreCase)
                && value.Split(',', StringSplitOptions.TrimEntries).Any(static name => !Enum.TryParse<SslProtocols>(name, ignoreCase: true, out var protocol) || (protocol & ~Protocols) != 0))
            {
                throw new ConfigurationException($"{key} is '{value}'; it must be Tls12 or Tls13, as older versions are not safe.");
            }
        }
    }

    private static void Check(string key, string url, FhirHubOptions options)
    {
        BindingAddress address;
        try
        {
            address = BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            throw new ConfigurationException($"{key} holds '{url}', which is no address to listen on; write one such as {FhirHost.DefaultUrl}.");
        }

        if (options.AuthMode != AuthMode.Smart || (IsLocal(address) && !options.ForwardedHeaders))
            return;
        if (!address.Scheme.Equals("https", StringComparison.OrdinalIgnoreCase) && !options.ForwardedHeaders)
        {
            throw new ConfigurationException(
                $"{key} holds '{url}': http is for loopback addresses only, as tokens would travel in the clear. Use https, or let a proxy on this machine end TLS and set FhirHub:Http:ForwardedHeaders.");
        }

        // Else who sends a request would choose, by its header Host, what server tokens and assertions are for.
        if (options.Smart.Issuer is null)
            throw new ConfigurationException($"{key} holds '{url}', which others than this machine reach: set FhirHub:Auth:Issuer to the address of this server as its clients see it, such as https://fhir.example.org.");
    }

    // Any name but localhost is all addresses to Kestrel.
    private static bool IsLocal(BindingAddress address) => address.IsUnixPipe || address.IsNamedPipe
        || address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(address.Host, out var ip) && IPAddress.IsLoopback(ip));
}
