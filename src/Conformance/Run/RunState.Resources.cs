// Which resources of the servers the ids of a script stand for, and which of them this run made.

namespace FhirHub.Conformance;

internal sealed partial class RunState
{
    private readonly Dictionary<string, ResourceIdentity> _identities = new(StringComparer.Ordinal);
    private readonly List<MadeResource> _made = [];

    /// <summary>What this run created of the fixtures, the latest first.</summary>
    public IEnumerable<MadeResource> Made => _made.AsEnumerable().Reverse();

    /// <summary>
    /// The resource on the server that a fixture, request or response stands for: as the server last told of it, else as the body says; null if neither does.
    /// </summary>
    public ResourceIdentity? FindIdentity(string id) =>
        _identities.GetValueOrDefault(id) ?? (FindBody(id) is { } body ? ResourceIdentity.OfBody(body) : null);

    /// <summary>Keeps which resource a response is about, and which one the fixture that was sent has become.</summary>
    public void KeepIdentity(Exchange exchange, string? sourceId, string? responseId)
    {
        if (ResourceIdentity.OfResponse(exchange) is not { } identity)
        {
            if (responseId is not null)
                _identities.Remove(responseId);
            return;
        }

        if (responseId is not null)
            _identities[responseId] = identity;
        if (sourceId is null || exchange.Method is not ("POST" or "PUT") || exchange.Response is not { Status: 200 or 201 } response || FindBody(sourceId)?.Resource?.ResourceType != identity.Type)
            return;
        _identities[sourceId] = identity;
        if (response.Status == 201)
            _made.Add(new MadeResource(sourceId, exchange.Destination, identity));
    }

    /// <summary>Keeps the exchange that created a fixture.</summary>
    public void KeepCreation(string fixtureId, Exchange exchange)
    {
        _exchanges[fixtureId] = exchange;
        KeepIdentity(exchange, fixtureId, null);
        if (_identities.TryGetValue(fixtureId, out var identity) && FindBody(fixtureId)?.Resource?.Id != identity.Id)
            Assign(fixtureId, identity.Id);
    }
}

/// <summary>A resource that a run created of a fixture.</summary>
internal sealed record MadeResource(string FixtureId, int Destination, ResourceIdentity Identity);
