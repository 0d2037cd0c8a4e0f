// How often one may ask for tokens: by address before anything is looked at, and by client once it has proved who it is.

using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Smart;

/// <summary>The rate limits of the token endpoint and those like it.</summary>
internal sealed class TokenLimits : IDisposable
{
    // What may be one of many guesses counts as that many requests.
    private const int WeightOfGuess = 10;

    private readonly PartitionedRateLimiter<string> _limiter;
    private readonly int _perMinute;

    /// <summary>Makes the limits.</summary>
    /// <param name="perMinute">Requests a minute of one address, and of one client.</param>
    public TokenLimits(int perMinute)
    {
        _perMinute = perMinute;
        _limiter = PartitionedRateLimiter.Create<string, string>(key => RateLimitPartition.GetTokenBucketLimiter(key, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = perMinute,
            TokensPerPeriod = Math.Max(1, perMinute / 60),
            ReplenishmentPeriod = TimeSpan.FromSeconds(Math.Max(1, 60 / perMinute)),
            QueueLimit = 0,
        }));
    }

    /// <summary>Counts a request of an address.</summary>
    /// <exception cref="OAuthException">There were too many: 429.</exception>
    public void Count(HttpContext http) => Count(KeyOf(http));

    /// <summary>Counts a request of a client that has proved who it is.</summary>
    /// <exception cref="OAuthException">There were too many: 429.</exception>
    public void Count(Client client) => Count($"client {client.Id}");

    /// <summary>Counts what may have been a guess.</summary>
    public void CountGuess(HttpContext http)
    {
        using var lease = _limiter.AttemptAcquire(KeyOf(http), Math.Min(WeightOfGuess, _perMinute));
    }

    /// <inheritdoc/>
    public void Dispose() => _limiter.Dispose();

    private void Count(string key)
    {
        using var lease = _limiter.AttemptAcquire(key);
        if (!lease.IsAcquired)
        {
            throw new OAuthException("temporarily_unavailable", "There were too many requests; try again later.")
            {
                Status = StatusCodes.Status429TooManyRequests,
                RetryAfter = lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1),
            };
        }
    }

    // Whoever has one address of IPv6 has the 64 bits behind it too.
    private static string KeyOf(HttpContext http)
    {
        var address = http.Connection.RemoteIpAddress ?? IPAddress.None;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)) : address.ToString();
    }
}
