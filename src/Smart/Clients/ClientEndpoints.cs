// The addresses of clients.

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace FhirHub.Smart;

/// <summary>Maps the addresses at which clients are registered and looked after.</summary>
internal static class ClientEndpoints
{
    public static void Map(RouteGroupBuilder group, SmartService smart)
    {
        var registration = smart.Registration;
        group.MapPost("/register", registration.RegisterAsync);
        group.MapGet("/register/{id}", registration.ReadAsync);
        group.MapPut("/register/{id}", registration.ReplaceAsync);
        group.MapDelete("/register/{id}", registration.RemoveAsync);
    }
}
