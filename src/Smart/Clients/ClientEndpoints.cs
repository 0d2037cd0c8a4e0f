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
        var apps = new AppsPage(smart);
        group.MapGet("/apps", apps.ShowAsync);
        group.MapPost("/apps/end", apps.EndAsync);
        group.MapPost("/apps/end-all", apps.EndAllAsync);
        var tokens = new TokensPage(smart);
        group.MapGet("/admin/tokens", tokens.ShowAsync);
        group.MapPost("/admin/tokens/end", tokens.EndAsync);
        group.MapGet("/admin/clients", new ClientListPage(smart).ShowAsync);
        var client = new ClientPage(smart);
        group.MapGet("/admin/clients/new", client.ShowNewAsync);
        group.MapPost("/admin/clients/new", client.CreateAsync);
        group.MapGet("/admin/clients/{id}", client.ShowAsync);
        group.MapPost("/admin/clients/{id}", client.SaveAsync);
        group.MapPost("/admin/clients/{id}/approve", client.ApproveAsync);
        group.MapPost("/admin/clients/{id}/disable", client.DisableAsync);
        group.MapPost("/admin/clients/{id}/secret", client.RenewSecretAsync);
    }
}
