// What a token stands for, for those who may ask (RFC 7662; SMART App Launch 2.2.0, token-introspection.html).

using Microsoft.AspNetCore.Http;

namespace FhirHub.Smart;

/// <summary>
/// Answers what access tokens stand for. A client that may introspect asks about any of them; every other one that can prove who it is, about its own.
/// Refresh tokens are never active here: a resource server that asks must not take one for an access token.
/// </summary>
/// <param name="smart">The server.</param>
/// <param name="proof">Finds the client.</param>
internal sealed class IntrospectionEndpoint(SmartService smart, ClientProof proof)
{
    private readonly IdTokens _idTokens = new(smart);

    /// <summary>Answers a request.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        var form = await OAuthForm.ReadAsync(http);
        var asking = await ClientAsync(http, form);
        var access = await smart.Grants.FindAsync(form.Need("token"), http.RequestAborted);
        await OAuthAnswer.WriteAsync(http, json =>
        {
            var active = access is not null && (asking.MayIntrospect || asking.Id == access.Client.Id);
            json.WriteBoolean("active", active);
            if (!active)
                return;
            json.WriteString("scope", access!.Scopes.ToString());
            json.WriteString("client_id", access.Client.Id);
            json.WriteString("token_type", "Bearer");
            json.WriteNumber("exp", access.ExpiresAt.ToUnixTimeSeconds());
            json.WriteNumber("iat", access.Token!.IssuedAt.ToUnixTimeSeconds());
            var fhirBase = _idTokens.FhirBaseOf(access.Grant, http);
            json.WriteString("aud", fhirBase);
            if (access.Token.HasIdToken && access.Account is { } account)
            {
                json.WriteString("iss", smart.IssuerOf(http));
                foreach (var (name, value) in IdTokens.ClaimsOf(account, ScopeSet.Parse(access.Grant.Scope), fhirBase))
                {
                    if (name is "sub" or "fhirUser")
                        json.WriteString(name, (string)value);
                }
            }

            TokenAnswer.WriteContext(json, access.Grant.Context);
        });
    }

    private async Task<Client> ClientAsync(HttpContext http, OAuthForm form)
    {
        if (BearerToken.Of(http) is { } bearer)
        {
            var access = await smart.AccessOfAsync(bearer, http.RequestAborted)
                ?? throw new OAuthException("invalid_token", "The bearer token is not good, or not any more.") { Status = StatusCodes.Status401Unauthorized, Challenge = "Bearer error=\"invalid_token\"", IsGuess = true };
            return access.Client.MayIntrospect
                ? access.Client
                : throw new OAuthException("insufficient_scope", "The client of this token may not introspect; an administrator can allow it.") { Status = StatusCodes.Status403Forbidden, Challenge = "Bearer error=\"insufficient_scope\"" };
        }

        // A name alone proves nothing.
        return await proof.FindAsync(http, form) is { Authentication: not ClientAuthentication.None } client
            ? client
            : throw new OAuthException("invalid_client", "Send the bearer token of a client that may introspect, or authenticate as the client whose token it is.")
            {
                Status = StatusCodes.Status401Unauthorized,
                Challenge = "Bearer, Basic realm=\"FhirHub\", charset=\"UTF-8\"",
            };
    }
}
