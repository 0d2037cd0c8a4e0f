// Consents that are remembered, so that an app which is known for sure does not ask for the same again.

namespace FhirHub.Smart;

/// <summary>What a user has granted to an app, and wants not to be asked for again.</summary>
public sealed record Consent
{
    /// <summary>The account.</summary>
    public required string AccountId { get; init; }

    /// <summary>The client.</summary>
    public required string ClientId { get; init; }

    /// <summary>What was granted, as scopes separated by blanks.</summary>
    public required string Scope { get; init; }

    /// <summary>When it was last given.</summary>
    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>The consents that are remembered; they are as old as a refresh token can be at most.</summary>
/// <param name="state">What is kept.</param>
/// <param name="options">The configuration.</param>
/// <param name="clock">The clock.</param>
public sealed class Consents(SmartState state, SmartOptions options, TimeProvider clock)
{
    private const int MostAtOnce = 100;

    /// <summary>Whether all that can be granted now was granted before.</summary>
    internal async Task<bool> CoversAsync(string accountId, string clientId, IReadOnlyList<OfferedScope> offers, CancellationToken cancel)
    {
        if (await state.Consents.FindAsync(IdOf(accountId, clientId), cancel) is not { } kept)
            return false;
        var granted = ScopeSet.Parse(kept.Value.Scope);
        return offers.All(offer => offer.Resource is { } resource
            ? granted.Resources.Any(scope => ScopeNegotiation.Covers(scope, resource))
            : granted.Has(offer.Text));
    }

    /// <summary>Remembers a consent in place of an earlier one.</summary>
    internal async Task RememberAsync(string accountId, string clientId, string scope, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var consent = new Consent { AccountId = accountId, ClientId = clientId, Scope = scope, CreatedAt = now };
        await ForgetAsync(accountId, clientId, cancel);
        await state.Consents.AddAsync(IdOf(accountId, clientId), consent, accountId, now + options.RefreshTokenLife, cancel);
    }

    /// <summary>Forgets the consent of an account to a client: when the user ends the app's access.</summary>
    public Task ForgetAsync(string accountId, string clientId, CancellationToken cancel) => state.Consents.RemoveAsync(IdOf(accountId, clientId), cancel);

    /// <summary>Forgets all consents of an account.</summary>
    public async Task ForgetAllAsync(string accountId, CancellationToken cancel)
    {
        while (await state.Consents.ListAsync(accountId, "", MostAtOnce, cancel) is { Count: > 0 } kept)
        {
            foreach (var consent in kept)
                await state.Consents.RemoveAsync(consent.Id, cancel);
        }
    }

    private static string IdOf(string accountId, string clientId) => Secret.HashOf($"{accountId}\n{clientId}");
}
