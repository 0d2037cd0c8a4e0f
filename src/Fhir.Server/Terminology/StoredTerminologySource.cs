// The CodeSystems and ValueSets that users created here, for terminology.

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
    // Versions of one URL that are looked through for the latest.
    private const int VersionsAtMost = 1_000;

    private static readonly string[] Types = ["CodeSystem", "ValueSet"];

    /// <inheritdoc/>
    public async ValueTask<string> StateAsync(CancellationToken cancel)
    {
        // Every change, a deletion too, adds a version.
        var state = "";
        foreach (var type in Types)
            state += $"{(await store.HistoryAsync(AccessScope.Full, new HistoryQuery { Type = type, Count = 0 }, cancel)).Total} ";
        return state;
    }

    /// <inheritdoc/>
    public async ValueTask<TerminologyResource?> FindAsync(string resourceType, string url, string? version, CancellationToken cancel)
    {
        if (ReferenceTarget.Parse(url, baseUrls, Schema.R4) is { IsLocal: true } local && local.Type == resourceType
            && await store.ReadAsync(AccessScope.Full, new ResourceKey(local.Type, local.Id!), cancel) is { IsDeleted: false } stored
            && Read(stored) is { } resource && (version is null || resource.Version == version))
        {
            return resource;
        }

        SearchExpression condition = new SearchExpression.Parameter(Parameter(resourceType, "url"), new UriPredicate(UriMatch.Exact, url));
        if (version is not null)
            condition = new SearchExpression.And([condition, new SearchExpression.Parameter(Parameter(resourceType, "version"), new TokenPredicate(null, version))]);
        var query = new SearchQuery { ResourceTypes = [resourceType], Expression = condition, Count = VersionsAtMost };
        var page = await store.SearchAsync(AccessScope.Full, query, cancel);
        return page.Matches
            .OrderByDescending(static match => match.LastUpdated)
            .Select(Read).OfType<TerminologyResource>()
            .Where(static found => found.Resource.Root.ChildValue("content") != "supplement")
            .MaxBy(static found => found.Version, BusinessVersion.Order);
    }

    private SearchParameter Parameter(string type, string code) =>
        searchParameters.Find(type, code) ?? throw new InvalidOperationException($"There is no search parameter {code} of {type}.");

    private static TerminologyResource? Read(StoredVersion version) =>
        ResourceParser.ParseJson(version.Body.ToArray(version)).Tree is { } tree ? new TerminologyResource(tree, Stamp(version)) : null;

    private static string Stamp(StoredVersion version) => $"{version.Key}/_history/{version.Version}";
}
