// Which network addresses the server may connect to when somebody else named the host: the public internet, and what the configuration adds.

using System.Net;
using System.Net.Sockets;

namespace FhirHub.Smart;

/// <summary>Addresses that a fetch may go to (RFC 6890 and the registries of special-purpose addresses; RFC 9700, 4.8 has the attack).</summary>
/// <param name="allowed">Networks that may be fetched from although they are not public.</param>
internal sealed class FetchAddresses(IReadOnlyList<IPNetwork> allowed)
{
    private static readonly IPNetwork[] s_specialV4 = Networks(
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4");

    // Everything outside of 2000::/3 is special: loopback, IPv4-mapped and -compatible, NAT64, unique local, link-local, multicast. Inside of it lie the
    // tunnels, which carry an IPv4 address that may be any.
    private static readonly IPNetwork s_globalV6 = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork[] s_specialV6 = Networks("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20");

    /// <summary>Whether a fetch may connect to it.</summary>
    public bool Allows(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return !address.IsIPv4MappedToIPv6 && (allowed.Any(network => network.Contains(address)) || IsPublic(address));
    }

    /// <summary>Whether plain http may be spoken with it: on this machine, where the configuration allows it at all.</summary>
    public bool AllowsPlain(IPAddress address) => IPAddress.IsLoopback(address) && Allows(address);

    /// <summary>Whether an address is one of the public internet.</summary>
    public static bool IsPublic(IPAddress address) => address.AddressFamily switch
    {
        AddressFamily.InterNetwork => !s_specialV4.Any(network => network.Contains(address)),

        // IPNetwork takes some mapped addresses for members of 2000::/3.
        AddressFamily.InterNetworkV6 => !address.IsIPv4MappedToIPv6 && s_globalV6.Contains(address) && !s_specialV6.Any(network => network.Contains(address)),
        _ => false,
    };

    private static IPNetwork[] Networks(params string[] texts) => [.. texts.Select(IPNetwork.Parse)];
}
