// Searches as of a position of the log.

using FhirHub.Search;
using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <summary>Finds resources.</summary>
internal sealed class CosmosSearch(CosmosDatabase database, CosmosStoreOptions options)
{
    private const int PageSize = 1_000;

    /// <summary>A page of matches.</summary>
    public async Task<SearchPage> PageAsync(AccessScope scope, SearchQuery query, Watermark watermark, CancellationToken cancel)
    {
        var expression = new ScopedExpression(scope, options.CompartmentParameters).Rewrite(query.Expression, query.ResourceTypes);
        var parameters = SearchedParameters.Of(expression);
        var lookup = new LoadedResources();
        foreach (var type in watermark.Counts.Keys)
        {
            await foreach (var document in CurrentAsync(type, watermark.Position, cancel))
                lookup.Add(document, document.ToIndexed(parameters, epoch: 0));
        }

        var evaluator = new SearchEvaluator(SearchParameterRegistry.R4, lookup);
        var matches = query.ResourceTypes.SelectMany(lookup.Documents)
            .Where(candidate => evaluator.Matches(candidate.Indexed, query with { Expression = expression }))
            .OrderBy(static match => match.Document.Order, StringComparer.Ordinal)
            .ToList();
        return new SearchPage(await database.Bodies.VersionsAsync(matches.Take(query.Count).Select(static match => match.Document), cancel), [], null, null, query.Count == 0 || query.Total != TotalMode.None ? matches.Count : null);
    }

    private async IAsyncEnumerable<ResourceDocument> CurrentAsync(string type, long position, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var query = new QueryDefinition("SELECT * FROM c WHERE c.t = @type AND c.f <= @position AND c.u > @position AND c.d = false")
            .WithParameter("@type", type).WithParameter("@position", position);
        await foreach (var json in database.Resources.QueryAsync(query, null, PageSize, cancel))
            yield return new ResourceDocument(json);
    }

    private sealed class LoadedResources : IResourceLookup
    {
        private readonly Dictionary<ResourceKey, (ResourceDocument Document, IndexedResource Indexed)> _resources = [];

        public void Add(ResourceDocument document, IndexedResource indexed) => _resources[document.Key] = (document, indexed);

        public IEnumerable<(ResourceDocument Document, IndexedResource Indexed)> Documents(string type) => _resources.Values.Where(resource => resource.Document.Key.Type == type);

        public IndexedResource? Find(string type, string id) => _resources.TryGetValue(new ResourceKey(type, id), out var found) ? found.Indexed : null;

        public IEnumerable<IndexedResource> FindByUrl(string url) => [];

        public IEnumerable<IndexedResource> All(string type) => Documents(type).Select(static resource => resource.Indexed);
    }
}
