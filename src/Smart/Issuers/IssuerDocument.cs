// The discovery document of another issuer, kept for a while.

using System.Text.Json;

namespace FhirHub.Smart;

/// <summary>What another issuer says of itself (OpenID Connect Discovery 1.0, 4; RFC 8414, 3).</summary>
/// <param name="JwksUri">Where its keys are.</param>
/// <param name="Introspection">Where tokens are introspected; null for nowhere.</param>
internal sealed record IssuerMetadata(string? JwksUri, string? Introspection);

/// <summary>Fetches the document of one issuer when it is needed.</summary>
/// <param name="issuer">The issuer.</param>
/// <param name="fetch">The way out.</param>
/// <param name="clock">The clock.</param>
internal sealed class IssuerDocument(ExternalIssuer issuer, GuardedFetch fetch, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private IssuerMetadata? _metadata;
    private DateTimeOffset _until;
    private DateTimeOffset _restsUntil;

    /// <summary>What the issuer says of itself.</summary>
    /// <exception cref="FetchException">It can't be had, or it is that of another.</exception>
    public async ValueTask<IssuerMetadata> FindAsync(CancellationToken cancel)
    {
        await _gate.WaitAsync(cancel);
        try
        {
            var now = clock.GetUtcNow();
            if (_metadata is not null && now < _until)
                return _metadata;
            if (now < _restsUntil)
                throw new FetchException($"{issuer.Issuer} could not be asked a moment ago.");
            _restsUntil = now + RemoteKeys.Rest;
            var fetched = await fetch.GetAsync(issuer.Metadata ?? $"{issuer.Issuer.TrimEnd('/')}/.well-known/openid-configuration", cancel);
            var metadata = Read(fetched.Json());
            var life = fetched.Freshness is { } freshness && freshness > RemoteKeys.DefaultLife ? freshness : RemoteKeys.DefaultLife;
            _until = now + (life < RemoteKeys.LongestLife ? life : RemoteKeys.LongestLife);
            return _metadata = metadata;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    // A document that names another issuer would let that one speak for this one (RFC 8414, 3.3).
    private IssuerMetadata Read(JsonElement json) =>
        Text(json, "issuer") == issuer.Issuer
            ? new IssuerMetadata(Text(json, "jwks_uri"), Text(json, "introspection_endpoint"))
            : throw new FetchException($"The discovery document of {issuer.Issuer} names another issuer.");

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;
}
