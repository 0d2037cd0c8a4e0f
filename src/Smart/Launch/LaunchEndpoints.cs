// The addresses of launches from an EHR.

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace FhirHub.Smart;

/// <summary>Maps them.</summary>
internal static class LaunchEndpoints
{
    /// <summary><c>launch</c> and <c>style.json</c>.</summary>
    public static void Map(RouteGroupBuilder group, SmartService smart)
    {
        var flow = new LaunchFlow(smart);
        group.MapGet("/launch", flow.HandlePageAsync);
        group.MapPost("/launch", flow.HandlePostAsync);
        group.MapGet("/style.json", StyleDocument.AnswerAsync);
    }
}
