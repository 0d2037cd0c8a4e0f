// The token endpoint: three grants, and none besides (RFC 6749, 3.2; SMART App Launch 2.2.0, app-launch.html#obtain-access-token).

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Smart;

/// <summary>Answers requests for tokens.</summary>
/// <param name="smart">The server.</param>
/// <param name="proof">Finds the client.</param>
/// <param name="limits">The rate limits.</param>
internal sealed class TokenEndpoint(SmartService smart, ClientProof proof, TokenLimits limits)
{
    private const string CodeNotGood = "The code is not good, or not any more; let the user authorize again.";

    private readonly TokenAnswer _answer = new(smart);

    /// <summary>Answers a request.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        var form = await OAuthForm.ReadAsync(http);
        var tokens = form.Need("grant_type") switch
        {
            Client.AuthorizationCode => await CodeAsync(http, form),
            Client.RefreshToken => await RefreshAsync(http, form),
            Client.ClientCredentials => await ServiceAsync(http, form),
            _ => throw new OAuthException("unsupported_grant_type", "grant_type must be authorization_code, refresh_token or client_credentials."),
        };
        await _answer.WriteAsync(http, tokens, withIdToken: form["grant_type"] == Client.AuthorizationCode);
    }

    // Whoever comes with a code that is good uses it up, whatever else may be wrong: a second try is one too many (RFC 6749, 4.1.2).
    private async Task<IssuedTokens> CodeAsync(HttpContext http, OAuthForm form)
    {
        var client = await ClientAsync(http, form, Client.AuthorizationCode) ?? throw OAuthException.InvalidClient("The parameter 'client_id' is missing.");
        var hash = Secret.HashOf(form.Need("code"));
        var redirect = form.Need("redirect_uri");
        var verifier = form.Need("code_verifier");
        var cancel = http.RequestAborted;
        if (await smart.State.Codes.FindAsync(hash, cancel) is not { } kept || kept.Value.ClientId != client.Id)
            throw OAuthException.InvalidGrant(CodeNotGood);
        var code = kept.Value;

        // Kept for as long as a token of it may live, so that a second use is seen to be one.
        if (code.IsUsed || await smart.State.Codes.PutAsync(kept with { Value = code with { IsUsed = true }, Expires = smart.Clock.GetUtcNow() + smart.Options.AccessTokenLife }, cancel) is null)
            throw await EndAsync(code, "code reused", cancel);
        if (code.RedirectUri != redirect || !IsVerified(code.CodeChallenge, verifier) || !await IsSignedInAsync(code, cancel))
            throw await EndAsync(code, "code refused", cancel);
        return await smart.Grants.BeginAsync(code.GrantId, client, cancel) ?? throw OAuthException.InvalidGrant(CodeNotGood);
    }

    private async Task<IssuedTokens> RefreshAsync(HttpContext http, OAuthForm form)
    {
        var token = form.Need("refresh_token");
        var client = await ClientAsync(http, form, Client.RefreshToken);
        if (client is null)
        {
            // SMART defines no client_id here, and browsers' clients send none.
            var id = await smart.Grants.ClientOfRefreshTokenAsync(token, http.RequestAborted) ?? throw OAuthException.InvalidGrant("The refresh token is not good, or not any more; let the user authorize again.");
            client = Allowed(await proof.PublicAsync(id, http.RequestAborted), Client.RefreshToken);
        }

        return await smart.Grants.RefreshAsync(token, client, form["scope"], http.RequestAborted);
    }

    private async Task<IssuedTokens> ServiceAsync(HttpContext http, OAuthForm form)
    {
        var client = await ClientAsync(http, form, Client.ClientCredentials) ?? throw OAuthException.InvalidClient("The client has to authenticate by private_key_jwt.");
        if (client.Authentication != ClientAuthentication.PrivateKeyJwt)
            throw new OAuthException("unauthorized_client", "Backend services authenticate by private_key_jwt; this client is registered for something else.");
        var asked = ScopeSet.Parse(form.Need("scope"));
        if (asked.Others.Count > 0 || asked.Resources.Any(static scope => scope.Level != ScopeLevel.System))
            throw OAuthException.InvalidScope("A backend service asks for system/ scopes, such as system/Patient.rs, and for nothing else.");
        if (asked.Resources.FirstOrDefault(scope => !smart.Constraints.IsUnderstood(scope)) is not null)
            throw OAuthException.InvalidScope("A scope has a constraint that is not understood; use plain search parameters of its type.");
        if (ScopeSet.Parse(client.Scope).FirstBeyond(asked) is not null)
            throw OAuthException.InvalidScope("The client asks for a scope that it is not pre-authorized for; ask an administrator, or ask for less.");
        var now = smart.Clock.GetUtcNow();
        var life = smart.Options.ServiceTokenLife;
        var grant = new Grant
        {
            ClientId = client.Id,
            Scope = asked.ToString(),
            Audience = smart.FhirBaseOf(http),
            AuthenticatedAt = now,
            CreatedAt = now,
            LastUsed = now,
        };
        var id = await smart.Grants.CreateAsync(grant, now + life + Grants.Beyond, http.RequestAborted);
        return new IssuedTokens(id, grant, await smart.Grants.IssueAsync(id, grant.Scope, life, hasIdToken: false, http.RequestAborted), grant.Scope, life, null);
    }

    private async Task<Client?> ClientAsync(HttpContext http, OAuthForm form, string grantType) =>
        await proof.FindAsync(http, form) is { } client ? Allowed(client, grantType) : null;

    private Client Allowed(Client client, string grantType)
    {
        // Nobody else can use up what a client may do that has to prove who it is.
        if (client.Authentication != ClientAuthentication.None)
            limits.Count(client);
        return client.GrantTypes.Contains(grantType, StringComparer.Ordinal)
            ? client
            : throw new OAuthException("unauthorized_client", "The client is not registered for this grant_type.");
    }

    private async Task<OAuthException> EndAsync(AuthorizationCode code, string reason, CancellationToken cancel)
    {
        await smart.Grants.EndAsync(code.GrantId, reason, cancel);
        return OAuthException.InvalidGrant(CodeNotGood);
    }

    // Whoever signs out takes back what is still under way.
    private async Task<bool> IsSignedInAsync(AuthorizationCode code, CancellationToken cancel) =>
        code.SessionId.Length == 0 || await smart.State.Sessions.FindAsync(code.SessionId, cancel) is not null;

    // RFC 7636, 4.6. A code without a challenge is none that a verifier could redeem, and there is no other way to.
    private static bool IsVerified(string challenge, string verifier) =>
        challenge.Length > 0 && verifier.Length is >= 43 and <= 128
        && Secret.AreEqual(Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))), challenge);
}
