// Ends tokens that a client gives back (RFC 7009).

using Microsoft.AspNetCore.Http;

namespace FhirHub.Smart;

/// <summary>
/// Revokes tokens: a refresh token ends its grant, and with it all access tokens of it; an access token ends alone, unless the grant has nothing else.
/// What is no token, or none any more, is as good as revoked.
/// </summary>
/// <param name="smart">The server.</param>
/// <param name="proof">Finds the client.</param>
internal sealed class RevocationEndpoint(SmartService smart, ClientProof proof)
{
    private const string Reason = "revoked";

    /// <summary>Answers a request.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        var cancel = http.RequestAborted;
        var form = await OAuthForm.ReadAsync(http);
        var hash = Secret.HashOf(form.Need("token"));
        var client = await proof.FindAsync(http, form);
        OAuthAnswer.SetHeaders(http);
        var access = await smart.State.AccessTokens.FindAsync(hash, cancel);
        var grantId = access?.Value.GrantId ?? (await smart.State.RefreshTokens.FindAsync(hash, cancel))?.Value.GrantId;
        if (grantId is null || await smart.State.Grants.FindAsync(grantId, cancel) is not { Value: var grant })
        {
            // Whoever asks without a name and without a token that there is has said nothing that could be wrong.
            return;
        }

        client ??= await proof.PublicAsync(grant.ClientId, cancel);
        if (grant.ClientId != client.Id)
            throw new OAuthException("unauthorized_client", "The token was issued to another client.") { IsGuess = true };
        if (access is null || grant.RefreshTokenHash is null)
            await smart.Grants.EndAsync(grantId, Reason, cancel);
        else
            await smart.State.AccessTokens.RemoveAsync(hash, cancel);
    }
}
