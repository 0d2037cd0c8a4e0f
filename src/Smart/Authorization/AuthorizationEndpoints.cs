// The addresses of the authorization endpoint and its pages.

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace FhirHub.Smart;

/// <summary>Maps them.</summary>
internal static class AuthorizationEndpoints
{
    /// <summary><c>authorize</c>, <c>consent</c> and <c>patient</c>.</summary>
    public static void Map(RouteGroupBuilder group, SmartService smart)
    {
        var flow = smart.Authorization;
        group.MapGet("/authorize", flow.HandleGetAsync);
        group.MapPost("/authorize", flow.HandlePostAsync);
        group.MapPost("/consent", flow.HandleConsentAsync);
        group.MapGet("/patient", flow.HandlePatientPageAsync);
        group.MapPost("/patient", flow.HandlePatientAsync);
    }
}
