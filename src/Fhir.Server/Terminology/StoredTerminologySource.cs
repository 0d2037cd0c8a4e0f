// The CodeSystems, ValueSets and other definitions that users created here, for terminology and validation.

using System.Collections.Concurrent;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;
using FhirHub.Terminology;

namespace FhirHub.Server;

/// <summary>
/// Finds conformance resources in the store by canonical URL or by <c>ValueSet/id</c>. It looks with full scope: they define what a
/// search means, which must not depend on who searches; what the search finds is still filtered by the caller's scope.
/// </summary>
public sealed class StoredTerminologySource(IResourceStore store, SearchParameterRegistry searchParameters, IReadOnlyList<string> baseUrls) : ITerminologySource
{
    private const int PageSize = 100;

    private static readonly string[] Types = [.. Schema.R4.ResourceTypes.Where(static type => type.IsCanonical || type.Name == "NamingSystem").Select(static type => type.Name)];

    // Entries by stamp, so that a change of one resource does not have all others read again. They are small and some thousand at most;
    // beyond that they are forgotten.
    private const int MaxEntries = 20_000;

    private readonly ConcurrentDictionary<string, TerminologyEntry> _entries = new(StringComparer.Ordinal);
    private KnownState? _state;

    /// <inheritdoc/>
    public ValueTask<string> StateAsync(CancellationToken cancel)
    {
        var commits = store.Commits;
        if (_state is not { } known || known.Commits != commits)
            _state = known = new KnownState(commits, string.Join(' ', Types.Select(store.CommitsOf)));
        return ValueTask.FromResult(known.Text);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<TerminologyEntry>> FindAsync(string resourceType, string url, CancellationToken cancel)
    {
        if (ReferenceTarget.Parse(url, baseUrls, Schema.R4) is { IsLocal: true } local && local.Type == resourceType
            && await store.ReadAsync(AccessScope.Full, new ResourceKey(local.Type, local.Id!), cancel) is { IsDeleted: false } stored
            && Entry(stored) is { } entry)
        {
            return [entry];
        }

        return await SearchAsync(resourceType, Named(resourceType, url), cancel);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<TerminologyEntry>> SupplementsAsync(string url, CancellationToken cancel) =>
        SearchAsync("CodeSystem", new SearchExpression.Parameter(Parameter("CodeSystem", "supplements"), new ReferencePredicate(null, null, url)), cancel);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<CanonicalName>> ListAsync(string resourceType, CancellationToken cancel) =>
        [.. (await SearchAsync(resourceType, new SearchExpression.All(), cancel)).Select(static entry => new CanonicalName(entry.Url, entry.Version) { ValueSet = entry.ValueSet, Content = entry.Content })];

    // A NamingSystem has no canonical URL in R4: one is found by any of its unique ids, which stand there without "urn:oid:".
    private SearchExpression Named(string resourceType, string name)
    {
        if (resourceType == "NamingSystem")
        {
            return new SearchExpression.Or([.. new[] { name, TerminologyEntry.UniqueId(name) }.Distinct(StringComparer.Ordinal)
                .Select(value => new SearchExpression.Parameter(Parameter(resourceType, "value"), new StringPredicate(StringMatch.Exact, value)))]);
        }

        SearchExpression byUrl = new SearchExpression.Parameter(Parameter(resourceType, "url"), new UriPredicate(UriMatch.Exact, name));
        return resourceType == "CodeSystem" && name.StartsWith("urn:", StringComparison.Ordinal)
            ? new SearchExpression.Or([byUrl, new SearchExpression.Parameter(Parameter(resourceType, "identifier"), new TokenPredicate(null, name))])
            : byUrl;
    }

    // The latest first, so that of two resources with one version that which was changed last is taken.
    private async ValueTask<IReadOnlyList<TerminologyEntry>> SearchAsync(string resourceType, SearchExpression condition, CancellationToken cancel)
    {
        var found = new List<(DateTimeOffset LastUpdated, TerminologyEntry Entry)>();
        var query = new SearchQuery { ResourceTypes = [resourceType], Expression = condition, Count = PageSize };
        await foreach (var match in store.MatchesAsync(AccessScope.Full, query, cancel))
        {
            if (Entry(match) is { } entry)
                found.Add((match.LastUpdated, entry));
        }

        return [.. found.OrderByDescending(static match => match.LastUpdated).Select(static match => match.Entry)];
    }

    private SearchParameter Parameter(string type, string code) =>
        searchParameters.Find(type, code) ?? throw new InvalidOperationException($"There is no search parameter {code} of {type}.");

    private TerminologyEntry? Entry(StoredVersion stored)
    {
        var stamp = Stamp(stored);
        if (_entries.TryGetValue(stamp, out var known))
            return known;
        if (Read(stored) is not { } tree)
            return null;
        var (key, version) = (stored.Key, stored.Version);

        // Who looks for it mostly wants to read it next.
        var read = new WeakReference<ResourceTree>(tree);
        var entry = TerminologyEntry.Of(tree.Root, stamp, ReadAsync);
        if (_entries.Count >= MaxEntries)
            _entries.Clear();
        _entries[stamp] = entry;
        return entry;

        async ValueTask<ResourceTree> ReadAsync(CancellationToken cancel) => read.TryGetTarget(out var recent)
            ? recent
            : await store.ReadVersionAsync(AccessScope.Full, key, version, cancel) is { IsDeleted: false } again && Read(again) is { } resource
                ? resource
                : throw new TerminologyException("not-found", $"{key} was removed while it was used; ask again.");
    }

    /// <summary>Names the content of a stored version.</summary>
    internal static string Stamp(StoredVersion version) => $"{version.Key}/_history/{version.Version}";

    private static ResourceTree? Read(StoredVersion version) => ResourceParser.ParseJson(version.Body.ToArray(version)).Tree;

    private sealed record KnownState(long Commits, string Text);
}
