// The id_token: who the user is, signed for one client (OpenID Connect Core 1.0, 2; SMART App Launch 2.2.0, scopes-and-launch-context.html#scopes-for-requesting-identity-data).

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FhirHub.Smart;

/// <summary>Makes id_tokens, and the claims that they and the userinfo endpoint tell.</summary>
/// <param name="smart">The server.</param>
internal sealed class IdTokens(SmartService smart)
{
    private static readonly JsonWebTokenHandler s_handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>The id_token of a grant; null if its user or its scopes ask for none.</summary>
    public async Task<string?> CreateAsync(HttpContext http, IssuedTokens tokens)
    {
        var grant = tokens.Grant;
        var scopes = ScopeSet.Parse(grant.Scope);
        if (grant.AccountId is null || !scopes.Has("openid") || await smart.State.Accounts.FindAsync(grant.AccountId, http.RequestAborted) is not { Value: var account })
            return null;
        var now = smart.Clock.GetUtcNow();
        var claims = new Dictionary<string, object>(ClaimsOf(account, scopes, FhirBaseOf(grant, http)), StringComparer.Ordinal)
        {
            ["auth_time"] = grant.AuthenticatedAt.ToUnixTimeSeconds(),

            // The left half of the hash of the access token, by the hash of RS256 (3.1.3.6).
            ["at_hash"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(tokens.AccessToken)).AsSpan(0, 16)),
        };
        if (grant.Nonce is { } nonce)
            claims["nonce"] = nonce;
        return s_handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = smart.IssuerOf(http),
            Audience = grant.ClientId,
            IssuedAt = now.UtcDateTime,
            Expires = now.Add(smart.Options.AccessTokenLife).UtcDateTime,
            Claims = claims,
            SigningCredentials = await smart.Keys.CurrentAsync(http.RequestAborted),
        });
    }

    /// <summary>The claims of a user that scopes ask for.</summary>
    /// <param name="account">The user.</param>
    /// <param name="scopes">The scopes.</param>
    /// <param name="fhirBase">The FHIR base; <c>fhirUser</c> is an absolute address below it.</param>
    public static IReadOnlyDictionary<string, object> ClaimsOf(Account account, ScopeSet scopes, string fhirBase)
    {
        var claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["sub"] = account.Id };
        var user = account.FhirUser is { } reference ? $"{fhirBase}/{reference}" : null;
        if (user is not null && scopes.Has("fhirUser"))
            claims["fhirUser"] = user;
        if (scopes.Has("profile"))
        {
            claims["name"] = account.DisplayName.Length > 0 ? account.DisplayName : account.UserName;
            claims["preferred_username"] = account.UserName;

            // Where clients of SMART 1.0 look for the user.
            if (user is not null)
                claims["profile"] = user;
        }

        return claims;
    }

    /// <summary>The FHIR base that a grant is for, as its client sees it.</summary>
    public string FhirBaseOf(Grant grant, HttpContext http) => grant.Audience.Length > 0 ? grant.Audience : smart.FhirBaseOf(http);
}
