// What this server knows of the search parameters, held against what the store's index is said to be good for.

using FhirHub.Search;

namespace FhirHub.Storage.Cosmos;

/// <summary>The search parameters of this server.</summary>
internal sealed class IndexDefinitions(CosmosStoreOptions options)
{
    private volatile IReadOnlyCollection<SearchParameter>? _declared;

    /// <summary>The parameters as they were declared last; empty before.</summary>
    public IReadOnlyCollection<SearchParameter> Declared => _declared ?? [];

    /// <summary>Sets what is declared.</summary>
    public void Declare(IReadOnlyCollection<SearchParameter> parameters) => _declared = parameters;

    /// <summary>Adds to what is declared, if anything is: while the state of the index changes, commits may be by the old or by the new one.</summary>
    public void DeclareToo(IReadOnlyCollection<SearchParameter> parameters)
    {
        if (_declared is { } declared)
            _declared = [.. declared, .. parameters];
    }

    /// <summary>What is found in a version now.</summary>
    public PreparedResource Extract(StoredVersion version) => Extract(version.Key, new PreparedResource(version.Body, [], []), options.Generation());

    /// <summary>
    /// What the documents of a version are prepared by. They can be committed only after a position at which it is still the same; else
    /// they are prepared anew.
    /// </summary>
    public (long Number, long Generation) StampOf(IndexState state) => (state.Number, options.Generation());

    /// <summary>The resource with entries by the parameters of now.</summary>
    public PreparedResource Current(ResourceKey key, PreparedResource resource)
    {
        var generation = options.Generation();
        return resource.Generation == generation ? resource : Extract(key, resource, generation);
    }

    /// <summary>What a commit of this server makes of the state; the same object if nothing.</summary>
    /// <remarks>
    /// A program that extracts otherwise may be running still, or already, while servers are replaced: entries are by several states of
    /// extraction then, and all must be indexed anew.
    /// </remarks>
    /// <exception cref="StoreBusyException">Another server has a search parameter that this one has not been told of yet.</exception>
    public IndexState After(IndexState state)
    {
        if (_declared is { } declared && state.Complete.Concat(state.Reindex?.Added ?? []).Except(declared.Select(static p => p.IndexKey), StringComparer.Ordinal).FirstOrDefault() is { } unknown)
            throw new StoreBusyException($"The search parameter '{unknown}' is new, and this server does not know it yet. Try again in a few seconds.") { RetryAfter = TimeSpan.FromSeconds(5) };
        var (current, next) = (options.IndexFingerprint, state.Reindex);
        if (state.Fingerprint.Length > 0 && state.Fingerprint != current && next is not { IsNextEpoch: true })
            return state with { Fingerprint = "" };
        return next is { IsNextEpoch: true, Fingerprint.Length: > 0 } && next.Fingerprint != current ? state with { Reindex = next with { Fingerprint = "" } } : state;
    }

    private PreparedResource Extract(ResourceKey key, PreparedResource resource, long generation)
    {
        var json = resource.Body.ToArray(new StoredVersion(key, 1, DateTimeOffset.UnixEpoch, WriteMethod.Put, resource.Body));
        return resource with
        {
            Entries = options.Extract(key, json),
            Contained = resource.Body.MayContain ? options.ExtractContained(key, json) : [],
            Generation = generation,
        };
    }
}
