// The keys with which a client signs its assertions.

using Microsoft.IdentityModel.Tokens;

namespace FhirHub.Smart;

/// <summary>Finds the keys of clients (SMART App Launch 2.2.0, client-confidential-asymmetric.html#signature-verification).</summary>
public sealed class ClientKeys
{
    private readonly RemoteKeys _remote;

    internal ClientKeys(RemoteKeys remote) => _remote = remote;

    /// <summary>The keys that an assertion of a client may be signed with.</summary>
    /// <param name="client">The client; keys of another are never among them.</param>
    /// <param name="jku">The header <c>jku</c> of the assertion: it must be the registered <c>jwks_uri</c>, else there are no keys. Null if there is none.</param>
    /// <param name="cancel">Ends the wait.</param>
    public Task<IReadOnlyList<JsonWebKey>> FindAsync(Client client, string? jku, CancellationToken cancel) => FindAsync(client, jku, null, cancel);

    /// <summary>The keys that an assertion of a client may be signed with.</summary>
    /// <param name="client">The client; keys of another are never among them.</param>
    /// <param name="jku">The header <c>jku</c> of the assertion: it must be the registered <c>jwks_uri</c>, else there are no keys. Null if there is none.</param>
    /// <param name="kid">The header <c>kid</c>: keys that were fetched before and lack it are fetched anew, at a limited rate.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async Task<IReadOnlyList<JsonWebKey>> FindAsync(Client client, string? jku, string? kid, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(client);
        if (client.Authentication != ClientAuthentication.PrivateKeyJwt || (jku is not null && jku != client.JwksUri))
            return [];
        if (client.JwksUri is { } address)
            return await _remote.FindAsync(address, kid, cancel);
        return client.Jwks is { } inline && KeySet.TryParse(inline, out var keys, out _) ? keys : [];
    }
}
