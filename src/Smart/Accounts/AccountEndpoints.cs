// The addresses of accounts.

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace FhirHub.Smart;

/// <summary>Maps the addresses of accounts.</summary>
internal static class AccountEndpoints
{
    public static void Map(RouteGroupBuilder group, SmartService smart)
    {
        var login = new LoginPage(smart);
        group.MapGet("/login", login.ShowAsync);
        group.MapPost("/login", login.SubmitAsync);
        var logout = new LogoutPage(smart);
        group.MapGet("/logout", logout.ShowAsync);
        group.MapPost("/logout", logout.SubmitAsync);
        group.MapGet("/language/{language}", LanguageChoice.Handle);
    }
}
