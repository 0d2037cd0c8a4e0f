// The addresses of the documents of discovery.

using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FhirHub.Smart;

/// <summary>Serves what the authorization server says of itself.</summary>
internal static class DiscoveryEndpoints
{
    /// <summary>Maps the addresses, which lie outside of <see cref="SmartService.Root"/>.</summary>
    public static void Map(IEndpointRouteBuilder endpoints, SmartService smart)
    {
        endpoints.MapGet(smart.Options.FhirPath + SmartAddresses.SmartConfigurationPath, http => AnswerAsync(http, smart.Discovery.SmartConfiguration(smart.IssuerOf(http))));
        endpoints.MapGet(SmartAddresses.OpenIdConfigurationPath, http => AnswerAsync(http, smart.Discovery.OpenIdConfiguration(smart.IssuerOf(http))));
        endpoints.MapGet(SmartAddresses.AuthorizationServerPath, http => AnswerAsync(http, smart.Discovery.AuthorizationServer(smart.IssuerOf(http))));
    }

    // JSON whatever the client accepts (conformance.html#using-well-known). The addresses in it may follow the header Host, so no cache between may keep it.
    private static Task AnswerAsync(HttpContext http, JsonObject document)
    {
        http.Response.ContentType = "application/json";
        http.Response.Headers.CacheControl = "private, max-age=300";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return http.Response.WriteAsync(document.ToJsonString(), http.RequestAborted);
    }
}
