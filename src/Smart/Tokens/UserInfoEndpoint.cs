// Who the user of a token is (OpenID Connect Core 1.0, 5.3).

using Microsoft.AspNetCore.Http;

namespace FhirHub.Smart;

/// <summary>Answers with the claims of the user.</summary>
/// <param name="smart">The server.</param>
internal sealed class UserInfoEndpoint(SmartService smart)
{
    private readonly IdTokens _idTokens = new(smart);

    /// <summary>Answers a request.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        if (BearerToken.Of(http) is not { } token)
            throw new OAuthException("invalid_request", "Send an access token in the header Authorization, by the scheme Bearer.") { Status = StatusCodes.Status401Unauthorized, Challenge = "Bearer" };
        var access = await smart.AccessOfAsync(token, http.RequestAborted)
            ?? throw new OAuthException("invalid_token", "The access token is not good, or not any more.") { Status = StatusCodes.Status401Unauthorized, Challenge = "Bearer error=\"invalid_token\"", IsGuess = true };
        if (access.Account is not { } account || !access.Scopes.Has("openid"))
            throw new OAuthException("insufficient_scope", "The access token was not granted the scope openid.") { Status = StatusCodes.Status403Forbidden, Challenge = "Bearer error=\"insufficient_scope\", scope=\"openid\"" };
        await OAuthAnswer.WriteAsync(http, json =>
        {
            foreach (var (name, value) in IdTokens.ClaimsOf(account, access.Scopes, _idTokens.FhirBaseOf(access.Grant, http)))
                json.WriteString(name, (string)value);
        });
    }
}
