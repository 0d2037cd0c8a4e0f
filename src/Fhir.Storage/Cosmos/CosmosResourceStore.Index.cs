// What the whole of the store holds: how many resources, and which of their references lead nowhere.

using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using FhirHub.Search;
using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <content>Counts and references.</content>
public sealed partial class CosmosResourceStore
{
    private const int SourcesPerStep = 500;

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, long>> CountAsync(AccessScope scope, CancellationToken cancel)
    {
        var watermark = await _watermarks.ReadAsync(cancel);
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (type, all) in watermark.Counts)
        {
            var count = all == 0 || scope.IsUnfiltered(type, AccessLetter.Search)
                ? all
                : (await _search.PageAsync(scope, new SearchQuery { ResourceTypes = [type], Expression = new SearchExpression.All(), Count = 0 }, watermark, cancel)).Total ?? 0;
            if (count > 0)
                counts.Add(type, count);
        }

        return counts;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<DanglingReference> DanglingReferencesAsync(AccessScope scope, [EnumeratorCancellation] CancellationToken cancel)
    {
        var after = "";
        while (true)
        {
            // Each step is as of its own position: the whole may take longer than superseded versions are kept.
            var watermark = await _watermarks.ReadAsync(cancel);
            var sources = await SourcesAsync(scope, after, watermark, cancel);
            if (sources.Count == 0)
                yield break;
            var references = sources.SelectMany(static source => source.References.Distinct().Select(target => new DanglingReference(source.Key, target))).ToList();
            var targets = await AreThereAsync(scope, references.Select(static reference => reference.Target).Distinct(), watermark, cancel);
            foreach (var reference in references)
            {
                if (!targets[reference.Target])
                    yield return reference;
            }

            after = sources[^1].Order;
        }
    }

    // Resources that refer to others and that the scope lets be read, and the last one of the step in any case.
    private async Task<List<ResourceDocument>> SourcesAsync(AccessScope scope, string after, Watermark watermark, CancellationToken cancel)
    {
        var query = new QueryDefinition(
            $"SELECT c.t, c.i, c.o, c.r{(scope.IsFull ? "" : ", c.v, c.l, c.m, c.b, c.B")} FROM c WHERE c.o > @after AND c.f <= @position AND c.u > @position AND c.d = false AND ARRAY_LENGTH(c.r) > 0 ORDER BY c.o")
            .WithParameter("@after", after).WithParameter("@position", watermark.Position);
        var found = new List<ResourceDocument>(SourcesPerStep);
        await foreach (var json in _database.Resources.QueryAsync(query, null, SourcesPerStep, cancel))
        {
            found.Add(new ResourceDocument(json));
            if (found.Count == SourcesPerStep)
                break;
        }

        if (scope.IsFull)
            return found;
        var granted = new bool[found.Count];
        await ForEachAsync(Enumerable.Range(0, found.Count), async (i, token) => granted[i] = await IsGrantedAsync(scope, await found[i].ToVersionAsync(_database.Bodies, token), watermark, token), cancel);
        return [.. found.Where((source, i) => granted[i]), .. found.Count > 0 && !granted[^1] ? (ResourceDocument[])[found[^1].WithoutReferences()] : []];
    }

    // For a limited scope what it does not grant is not there, and a reference to it leads to nothing.
    private async Task<IReadOnlyDictionary<ResourceKey, bool>> AreThereAsync(AccessScope scope, IEnumerable<ResourceKey> keys, Watermark watermark, CancellationToken cancel)
    {
        var found = new ConcurrentDictionary<ResourceKey, bool>();
        await ForEachAsync(keys, async (key, token) => found[key] = await IsThereAsync(scope, key, watermark, token), cancel);
        return found;
    }

    private async Task<bool> IsThereAsync(AccessScope scope, ResourceKey key, Watermark watermark, CancellationToken cancel)
    {
        var filter = Granted(scope, key.Type, AccessLetter.Read);
        if (filter is SearchExpression.None || await _versions.HeadAsync(key, watermark.Position, cancel) is not { IsDeleted: false } head)
            return false;
        return filter is SearchExpression.All || await _versions.FindAsync(key, head, cancel) is { } version && await IsGrantedAsync(scope, version, watermark, cancel);
    }

    private Task ForEachAsync<T>(IEnumerable<T> items, Func<T, CancellationToken, ValueTask> body, CancellationToken cancel) =>
        Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = _options.Parallelism, CancellationToken = cancel }, body);
}
