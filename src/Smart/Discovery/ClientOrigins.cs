// The origins that pages of registered clients call from (SMART App Launch 2.2.0, app-launch.html#considerations-for-cross-origin-resource-sharing-cors-support).

namespace FhirHub.Smart;

/// <summary>The registered origins of clients that may be used.</summary>
public sealed class ClientOrigins
{
    private const int ClientsPerPage = 500;

    // What this server writes is told at once; what another one over the same store writes is seen that much later.
    private static readonly TimeSpan s_age = TimeSpan.FromMinutes(1);

    private readonly SmartState _state;
    private readonly TimeProvider _clock;
    private volatile Known? _known;
    private long _writes;

    /// <summary>The origins of a server's clients.</summary>
    /// <param name="state">What is kept.</param>
    /// <param name="clock">The clock.</param>
    public ClientOrigins(SmartState state, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(state);
        _state = state;
        _clock = clock;
        state.Store.Observe((kind, _) =>
        {
            if (kind == state.Clients.Kind || kind.Length == 0)
                Interlocked.Increment(ref _writes);
        });
    }

    /// <summary>Whether an origin is one of them, as browsers write it in the header <c>Origin</c>.</summary>
    public async ValueTask<bool> ContainsAsync(string origin, CancellationToken cancel)
    {
        if (_known is not { } known || known.Writes != Interlocked.Read(ref _writes) || _clock.GetUtcNow() - known.At > s_age)
        {
            // Counted before they are read, so that a write in between makes them old from the start.
            var (writes, now) = (Interlocked.Read(ref _writes), _clock.GetUtcNow());
            _known = known = new Known(await ReadAsync(cancel), writes, now);
        }

        return known.Origins.Contains(origin);
    }

    private async Task<HashSet<string>> ReadAsync(CancellationToken cancel)
    {
        var origins = new HashSet<string>(StringComparer.Ordinal);
        var after = "";
        while (true)
        {
            var page = await _state.Clients.ListAsync(null, after, ClientsPerPage, cancel);
            foreach (var client in page.Select(static kept => kept.Value).Where(static client => client.Status == ClientStatus.Active))
            {
                foreach (var address in client.Origins.Concat(client.RedirectUris))
                {
                    if (OriginOf(address) is { } origin)
                        origins.Add(origin);
                }
            }

            if (page.Count < ClientsPerPage)
                return origins;
            after = page[^1].Id;
        }
    }

    // Addresses of native apps (app.example:/callback) and those below the issuer are no other origin's.
    private static string? OriginOf(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri.GetLeftPart(UriPartial.Authority) : null;

    private sealed record Known(HashSet<string> Origins, long Writes, DateTimeOffset At);
}
