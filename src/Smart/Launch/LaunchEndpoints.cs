// The addresses of launches from an EHR, and of what apps find around them.

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace FhirHub.Smart;

/// <summary>Maps them.</summary>
internal static class LaunchEndpoints
{
    /// <summary><c>launch</c>, <c>style.json</c> and <c>brands</c>.</summary>
    public static void Map(RouteGroupBuilder group, SmartService smart)
    {
        var flow = new LaunchFlow(smart);
        group.MapGet("/launch", flow.HandlePageAsync);
        group.MapPost("/launch", flow.HandlePostAsync);
        group.MapGet("/style.json", StyleDocument.AnswerAsync);
        group.MapGet("/brands", new Brands(smart).AnswerAsync);
    }
}
