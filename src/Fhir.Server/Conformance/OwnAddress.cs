// Where the server asks itself: at the socket that it listens on, never at an address that a request names.

using System.Net;
using System.Net.Sockets;
using FhirHub.Dicomweb;

namespace FhirHub.Server.Conformance;

/// <summary>The address of this server for its own requests.</summary>
/// <param name="Root">Scheme, host and port as its answers then name them.</param>
/// <param name="Socket">What is connected to.</param>
internal sealed record OwnAddress(Uri Root, DnsEndPoint Socket)
{
    /// <summary>The FHIR base.</summary>
    public Uri FhirBase => new(Root, FhirEndpoint.Base);

    /// <summary>The root of the DICOMweb service.</summary>
    public Uri DicomwebBase => new(Root, DicomwebService.Root);

    /// <summary>The best of the addresses that the server listens on: plain http, which needs no name in a certificate. Null if none is of TCP.</summary>
    /// <param name="listening">The addresses.</param>
    /// <param name="issuer">The server's address as its clients see it, whose name its certificate has; null if that is not configured.</param>
    public static OwnAddress? Of(IEnumerable<string> listening, string? issuer)
    {
        var addresses = listening.Select(BindingAddress.Parse).Where(static address => address is { IsUnixPipe: false, IsNamedPipe: false }).ToList();
        var best = addresses.Find(static address => address.Scheme.Equals("http", StringComparison.OrdinalIgnoreCase)) ?? addresses.FirstOrDefault();
        if (best is null)
            return null;
        var host = HostOf(best.Host);
        var socket = new DnsEndPoint(host.Trim('[', ']'), best.Port);
        return best.Scheme.Equals("https", StringComparison.OrdinalIgnoreCase) && issuer is not null
            ? new OwnAddress(new Uri(new Uri(issuer), "/"), socket)
            : new OwnAddress(new Uri($"{best.Scheme}://{host}:{best.Port}/"), socket);
    }

    /// <summary>What sends requests to this server and to no other, whatever the name in their address is.</summary>
    public SocketsHttpHandler CreateHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectCallback = async (_, cancel) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(Socket, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };

    // Kestrel listens on all addresses where it is given a name that is none, and this machine's own is one of them.
    private static string HostOf(string host)
    {
        if (!IPAddress.TryParse(host, out var address))
            return "localhost";
        return address.Equals(IPAddress.Any) ? "127.0.0.1" : address.Equals(IPAddress.IPv6Any) ? "[::1]" : host;
    }
}
