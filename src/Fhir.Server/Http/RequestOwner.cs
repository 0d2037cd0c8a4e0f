// Whose a request was whose answer comes later: nobody else fetches that answer, and nobody with less access than it was made with.

using FhirHub.Smart;

namespace FhirHub.Server;

/// <summary>Who asked for something that is answered later.</summary>
/// <param name="ClientId">The client; empty under <c>FhirHub:Auth:Mode=Open</c>, where nobody says who they are.</param>
/// <param name="AccountId">The user; null for a backend service.</param>
/// <param name="GrantId">The grant by whose token it was asked for; null under <c>FhirHub:Auth:Mode=Open</c>.</param>
/// <param name="Scope">The resource scopes of that token.</param>
/// <param name="Patient">The patient in context then; null for none.</param>
public sealed record RequestOwner(string ClientId, string? AccountId, string? GrantId, string Scope, string? Patient)
{
    /// <summary>The owner of a request.</summary>
    /// <param name="access">What its token gave; null under <c>FhirHub:Auth:Mode=Open</c>.</param>
    public static RequestOwner Of(Access? access) => access is null
        ? new("", null, null, "", null)
        : new(access.Client.Id, access.Account?.Id, access.GrantId, ResourceScopes(access).ToString(), access.Grant.Context.Patient);

    /// <summary>
    /// True if whoever asks now may have the answer: neither another client nor another user, what the token grants now covers what it was made with, and
    /// the grant was not revoked.
    /// </summary>
    public async Task<bool> IsAsync(SmartService? smart, Access? access, CancellationToken cancel)
    {
        if (access is null || smart is null)
            return access is null && smart is null && GrantId is null;
        return ClientId == access.Client.Id
            && AccountId == access.Account?.Id
            && Patient == access.Grant.Context.Patient
            && ResourceScopes(access).FirstBeyond(ScopeSet.Parse(Scope)) is null
            && (await smart.State.Grants.FindAsync(GrantId!, cancel))?.Value.Ended is null;
    }

    private static ScopeSet ResourceScopes(Access access) => new(access.Scopes.Resources, []);
}
