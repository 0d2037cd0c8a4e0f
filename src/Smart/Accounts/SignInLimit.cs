// How often one network address may try to sign in, by the rate limiter of ASP.NET Core.

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace FhirHub.Smart;

/// <summary>The limit for what takes a password or a code.</summary>
internal static class SignInLimit
{
    /// <summary>The policy's name.</summary>
    public const string Policy = "sign-in";

    /// <summary>Registers the policy.</summary>
    public static void Add(IServiceCollection services, SmartService smart) => services.AddRateLimiter(limiter =>
    {
        limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limiter.AddPolicy(Policy, http => RateLimitPartition.GetTokenBucketLimiter(NetworkOf(http.Connection.RemoteIpAddress), _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = smart.Options.SignInsPerMinute,
            TokensPerPeriod = Math.Max(1, smart.Options.SignInsPerMinute / 6),
            ReplenishmentPeriod = TimeSpan.FromSeconds(10),
            QueueLimit = 0,
        }));
        limiter.OnRejected = static async (rejected, _) =>
        {
            var http = rejected.HttpContext;
            http.Response.Headers.RetryAfter = (rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? Math.Ceiling(wait.TotalSeconds) : 60).ToString(CultureInfo.InvariantCulture);
            await SmartPage.AnswerAsync(http, StatusCodes.Status429TooManyRequests, AccountLabels.TooManyRequests, static page =>
                page.Html.Element("p", AccountLabels.TooManyRequestsReason, ("role", "alert"), ("class", "problem")));
        };
    });

    /// <summary>What counts as one address: of IPv6 the network of a customer, who has all of its addresses.</summary>
    internal static string NetworkOf(IPAddress? address)
    {
        if (address is null)
            return "";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? new IPNetwork(new IPAddress([.. address.GetAddressBytes()[..8], 0, 0, 0, 0, 0, 0, 0, 0]), 64).ToString() : address.ToString();
    }
}
