// The clients of the server: who may ask for tokens at all.

using System.Security.Cryptography;
using System.Text.Json;

namespace FhirHub.Smart;

/// <summary>Registers clients and changes them.</summary>
public sealed class ClientRegistry
{
    private const int PerPage = 500;

    /// <summary>Clients at most that wait for an administrator, so that nobody fills the store by asking.</summary>
    internal const int MostPending = 500;

    /// <summary>A client that nobody approves is forgotten after this time.</summary>
    internal static readonly TimeSpan PendingLife = TimeSpan.FromDays(30);

    private readonly SmartState _state;
    private readonly Func<Grants> _grants;
    private readonly TimeProvider _clock;

    internal ClientRegistry(SmartState state, Func<Grants> grants, ClientRules rules, TimeProvider clock)
    {
        _state = state;
        _grants = grants;
        _clock = clock;
        Rules = rules;
    }

    /// <summary>What clients must be like.</summary>
    internal ClientRules Rules { get; }

    /// <summary>A client; null if there is none of that id.</summary>
    public async ValueTask<Client?> FindAsync(string id, CancellationToken cancel) => (await _state.Clients.FindAsync(id, cancel))?.Value;

    /// <summary>All clients, in the order of their names.</summary>
    public async Task<IReadOnlyList<Client>> ListAsync(CancellationToken cancel)
    {
        var clients = new List<Client>();
        for (var after = ""; ;)
        {
            var page = await _state.Clients.ListAsync(null, after, PerPage, cancel);
            clients.AddRange(page.Select(static kept => kept.Value));
            if (page.Count < PerPage)
                break;
            after = page[^1].Id;
        }

        return [.. clients.OrderBy(static client => client.Name, StringComparer.OrdinalIgnoreCase).ThenBy(static client => client.Id, StringComparer.Ordinal)];
    }

    /// <summary>Keeps a new client under an id of the server's own.</summary>
    /// <returns>The client, and its secret if it has one: it is told once and kept as its hash.</returns>
    public async Task<(Client Client, string? Secret)> AddAsync(Client client, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(client);
        var now = _clock.GetUtcNow();
        var (made, secret) = WithSecret(client with { Id = Guid.NewGuid().ToString("N"), CreatedAt = now, SecretHash = null });
        await _state.Clients.AddAsync(made.Id, made, "", made.Status == ClientStatus.Pending ? now + PendingLife : null, cancel);
        return (made, secret);
    }

    /// <summary>Changes a client; a change that makes it wait or ends it takes hold of its tokens at once.</summary>
    /// <param name="id">The client.</param>
    /// <param name="change">Makes the new one of the present one; null to leave it as it is. It may be called again if somebody else changed it meanwhile.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>The client as kept; null if there is none, or it was left as it is.</returns>
    public async Task<Client?> ChangeAsync(string id, Func<Client, Client?> change, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(change);
        while (await _state.Clients.FindAsync(id, cancel) is { } kept)
        {
            if (change(kept.Value) is not { } changed)
                return null;

            // Asking again does not make the time longer.
            DateTimeOffset? expires = changed.Status != ClientStatus.Pending ? null : kept.Value.Status == ClientStatus.Pending ? kept.Expires : _clock.GetUtcNow() + PendingLife;
            if (await _state.Clients.PutAsync(kept with { Value = changed with { Id = id }, Expires = expires }, cancel) is { } written)
                return written.Value;
        }

        return null;
    }

    /// <summary>Lets a client be used.</summary>
    /// <param name="id">The client.</param>
    /// <param name="fingerprint">What it was like when somebody looked at it (<see cref="FingerprintOf"/>); null for whatever it is like.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>The client; null if it is not there or has changed.</returns>
    public async Task<Client?> ApproveAsync(string id, string? fingerprint, CancellationToken cancel)
    {
        // What was granted before it was disabled stays ended, also if the server fell while it was ending it.
        if (await FindAsync(id, cancel) is { Status: ClientStatus.Disabled })
            await _grants().EndAllOfClientAsync(id, "client disabled", cancel);
        return await ChangeAsync(id, client => fingerprint is null || fingerprint == FingerprintOf(client) ? client with { Status = ClientStatus.Active } : null, cancel);
    }

    /// <summary>Refuses or disables a client: from the moment that it is written none of its tokens is good.</summary>
    public async Task<Client?> DisableAsync(string id, CancellationToken cancel)
    {
        var disabled = await ChangeAsync(id, static client => client with { Status = ClientStatus.Disabled }, cancel);
        if (disabled is not null)
            await _grants().EndAllOfClientAsync(id, "client disabled", cancel);
        return disabled;
    }

    /// <summary>Gives a client another secret; the one before is no good any more.</summary>
    /// <returns>The secret; null if the client has none.</returns>
    public async Task<string?> RenewSecretAsync(string id, CancellationToken cancel)
    {
        string? secret = null;
        await ChangeAsync(
            id,
            client =>
            {
                if (client.Authentication != ClientAuthentication.Secret)
                    return null;
                (var changed, secret) = WithSecret(client with { SecretHash = null });
                return changed;
            },
            cancel);
        return secret;
    }

    /// <summary>Removes a client and ends what was granted to it.</summary>
    public async Task RemoveAsync(string id, CancellationToken cancel)
    {
        await _state.Clients.RemoveAsync(id, cancel);
        await _grants().EndAllOfClientAsync(id, "client removed", cancel);
    }

    /// <summary>Whether one more may ask to be registered.</summary>
    internal async Task<bool> HasRoomAsync(CancellationToken cancel) => (await ListAsync(cancel)).Count(static client => client.Status == ClientStatus.Pending) < MostPending;

    /// <summary>A client with a secret if its authentication wants one and it has none.</summary>
    internal static (Client Client, string? Secret) WithSecret(Client client)
    {
        if (client.Authentication != ClientAuthentication.Secret || client.SecretHash is not null)
            return (client, null);
        var secret = Secret.Create();
        return (client with { SecretHash = Secret.HashOf(secret) }, secret);
    }

    /// <summary>Changes with everything about a client that somebody decides on.</summary>
    internal static string FingerprintOf(Client client) =>
        Convert.ToHexString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(client with { RegistrationTokenHash = null, SecretHash = null, Status = default })));
}
