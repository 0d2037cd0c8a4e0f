// The addresses of accounts.

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace FhirHub.Smart;

/// <summary>Maps the addresses of accounts.</summary>
internal static class AccountEndpoints
{
    public static void Map(RouteGroupBuilder group, SmartService smart)
    {
        MapSignIn(group, smart);
        MapAccount(group, smart);
        MapAdministration(group, smart);
        group.MapGet("/language/{language}", LanguageChoice.Handle);
    }

    private static void MapSignIn(RouteGroupBuilder group, SmartService smart)
    {
        var login = new LoginPage(smart);
        group.MapGet("/login", login.ShowAsync);
        group.MapPost("/login", login.SubmitAsync).RequireRateLimiting(SignInLimit.Policy);
        var code = new CodePage(smart);
        group.MapGet("/login/code", code.ShowAsync);
        group.MapPost("/login/code", code.SubmitAsync).RequireRateLimiting(SignInLimit.Policy);
        var password = new PasswordPage(smart);
        group.MapGet("/login/password", password.ShowSignInAsync);
        group.MapPost("/login/password", password.SubmitSignInAsync).RequireRateLimiting(SignInLimit.Policy);
        var authenticator = new AuthenticatorPage(smart);
        group.MapGet("/login/authenticator", authenticator.ShowSignInAsync);
        group.MapPost("/login/authenticator", authenticator.ConfirmSignInAsync).RequireRateLimiting(SignInLimit.Policy);
        var logout = new LogoutPage(smart);
        group.MapGet("/logout", logout.ShowAsync);
        group.MapPost("/logout", logout.SubmitAsync);
    }

    private static void MapAccount(RouteGroupBuilder group, SmartService smart)
    {
        var account = new AccountPage(smart);
        group.MapGet("/account", account.ShowAsync);
        group.MapPost("/account/sessions", account.EndSessionAsync);
        var password = new PasswordPage(smart);
        group.MapGet("/password", password.ShowAsync);
        group.MapPost("/password", password.SubmitAsync).RequireRateLimiting(SignInLimit.Policy);
        var authenticator = new AuthenticatorPage(smart);
        group.MapGet("/account/authenticator", authenticator.ShowAsync);
        group.MapPost("/account/authenticator/start", authenticator.StartAsync).RequireRateLimiting(SignInLimit.Policy);
        group.MapPost("/account/authenticator/confirm", authenticator.ConfirmAsync).RequireRateLimiting(SignInLimit.Policy);
        group.MapPost("/account/authenticator/recovery-codes", authenticator.RenewAsync).RequireRateLimiting(SignInLimit.Policy);
        group.MapPost("/account/authenticator/remove", authenticator.RemoveAsync).RequireRateLimiting(SignInLimit.Policy);
        group.MapGet("/account/recovery-codes", authenticator.ShowRecoveryCodesAsync);
    }

    private static void MapAdministration(RouteGroupBuilder group, SmartService smart)
    {
        group.MapGet("/admin", new AdministrationPage(smart).ShowAsync);
        var accounts = new AccountListPage(smart);
        group.MapGet("/admin/accounts", accounts.ShowAsync);
        var account = new AccountEditPage(smart);
        group.MapGet("/admin/accounts/new", account.ShowNewAsync);
        group.MapPost("/admin/accounts/new", account.CreateAsync);
        group.MapGet("/admin/accounts/{id}", account.ShowAsync);
        group.MapPost("/admin/accounts/{id}", account.SaveAsync);
        var actions = new AccountActions(smart);
        group.MapPost("/admin/accounts/{id}/disable", actions.DisableAsync);
        group.MapPost("/admin/accounts/{id}/enable", actions.EnableAsync);
        group.MapPost("/admin/accounts/{id}/password", actions.ResetPasswordAsync);
        group.MapPost("/admin/accounts/{id}/authenticator", actions.RemoveAuthenticatorAsync);
        group.MapPost("/admin/accounts/{id}/sessions", actions.EndSessionsAsync);
    }
}
