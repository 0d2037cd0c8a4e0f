// Which pages of other origins may call which addresses (SMART App Launch 2.2.0, app-launch.html#considerations-for-cross-origin-resource-sharing-cors-support).

using FhirHub.Smart;
using Microsoft.AspNetCore.Cors.Infrastructure;

namespace FhirHub.Server;

/// <summary>
/// Chooses the policy of a request by its address. What tells no secret may be read from anywhere; what takes a token may be called by pages of
/// registered clients and of the origins that the configuration names. Pages that a user signs in to and consents on may be called by none.
/// Credentials of the browser are never allowed: a token is a header that a page must have.
/// </summary>
internal sealed class CrossOrigin(FhirHubOptions options, Func<SmartService?> smart) : ICorsPolicyProvider
{
    private static readonly string[] s_public =
    [
        SmartAddresses.OpenIdConfigurationPath, SmartAddresses.AuthorizationServerPath, $"{SmartService.Root}/jwks", $"{SmartService.Root}/brands", $"{SmartService.Root}/style.json",
        $"{FhirEndpoint.Base}/metadata", FhirEndpoint.Base + SmartAddresses.SmartConfigurationPath,
    ];

    private static readonly string[] s_called = [$"{SmartService.Root}/token", $"{SmartService.Root}/revoke", $"{SmartService.Root}/introspect", $"{SmartService.Root}/userinfo"];

    private static readonly CorsPolicy s_anyone = new CorsPolicyBuilder().AllowAnyOrigin().WithMethods("GET", "HEAD", "OPTIONS").AllowAnyHeader()
        .WithExposedHeaders("ETag", "Last-Modified", "X-Request-Id").SetPreflightMaxAge(TimeSpan.FromHours(1)).Build();

    private static readonly CorsPolicy s_registered = Calls(new CorsPolicyBuilder().SetIsOriginAllowed(static _ => true));

    private readonly CorsPolicy _configured = Calls(Origins(options.CorsOrigins.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

    /// <inheritdoc/>
    public async Task<CorsPolicy?> GetPolicyAsync(HttpContext context, string? policyName)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (smart() is not { } server)
            return _configured;
        var path = context.Request.Path;
        if (Array.Exists(s_public, address => path.Equals(address, StringComparison.OrdinalIgnoreCase)))
            return s_anyone;
        var isCalled = FhirEndpoint.Serves(path) || ImageAccess.Guards(path) || Array.Exists(s_called, address => path.Equals(address, StringComparison.OrdinalIgnoreCase));
        if (!isCalled)
            return path.StartsWithSegments(SmartService.Root, StringComparison.OrdinalIgnoreCase) ? null : _configured;
        return await server.Origins.ContainsAsync(context.Request.Headers.Origin.ToString(), context.RequestAborted) ? s_registered : _configured;
    }

    private static CorsPolicyBuilder Origins(string[] origins) => origins is [FhirHubOptions.LoopbackOrigins]
        ? new CorsPolicyBuilder().SetIsOriginAllowed(static origin => Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.IsLoopback)
        : new CorsPolicyBuilder().WithOrigins(origins);

    private static CorsPolicy Calls(CorsPolicyBuilder policy) => policy
        .WithMethods("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
        .AllowAnyHeader()
        .WithExposedHeaders(
            "ETag", "Last-Modified", "Location", "Content-Location", "X-Request-Id", "Warning", "Content-Range", "Accept-Ranges", "Content-Disposition", "Retry-After", "X-Progress",
            "WWW-Authenticate")
        .SetPreflightMaxAge(TimeSpan.FromHours(1))
        .Build();
}
