// What an access scope says of a resource before a write, which is there, and after it, when it is not there yet.

using FhirHub.Search;

namespace FhirHub.Storage.Cosmos;

/// <content>Before and after image.</content>
internal sealed partial class Committer
{
    private static readonly NothingElse s_nothingElse = new();

    // True if there is a current resource and the scope grants it.
    private async Task<bool> IsThereAsync(CommitRequest request, ResourceKey key, AccessLetter letter, Watermark watermark, CancellationToken cancel) =>
        await IsFoundAsync(key, Granted(request, key.Type, letter), watermark, cancel);

    private SearchExpression Granted(CommitRequest request, string type, AccessLetter letter) =>
        new ScopedExpression(request.Scope, options.CompartmentParameters).Granted([type], letter);

    private async Task<bool> IsFoundAsync(ResourceKey key, SearchExpression filter, Watermark watermark, CancellationToken cancel)
    {
        if (filter is SearchExpression.None)
            return false;
        var query = new SearchQuery { ResourceTypes = [key.Type], Expression = new SearchExpression.And([new SearchExpression.IdIn([key.Id]), filter]), Count = 1 };
        return (await search.PageAsync(AccessScope.Full, query, watermark, cancel)).Matches.Count > 0;
    }

    private async Task<int> FindUngrantedAsync(CommitRequest request, WriteResult[] results, Watermark watermark, CancellationToken cancel)
    {
        if (request.Scope.IsFull)
            return -1;
        for (var i = 0; i < results.Length; i++)
        {
            if (results[i].Outcome is not (WriteOutcome.Created or WriteOutcome.Updated) || request.Transaction.Writes[i] is not PutResource { IsConsequence: false } put)
                continue;

            // A create by PUT is an update that creates (SMART App Launch 2.2.0, scopes-and-launch-context.html: "this is allowed by the update scope").
            var filter = Granted(request, put.Key.Type, put.Method == WriteMethod.Post ? AccessLetter.Create : AccessLetter.Update);
            if (!await HoldsAsync(request, put, filter, watermark, cancel))
                return i;
        }

        return -1;
    }

    // Of what is to be written the evaluator decides. What it leads to is as the transaction leaves it: written by it too, or as it is there.
    private async Task<bool> HoldsAsync(CommitRequest request, PutResource put, SearchExpression expression, Watermark watermark, CancellationToken cancel)
    {
        switch (expression)
        {
            case SearchExpression.And and:
                foreach (var part in and.Parts)
                {
                    if (!await HoldsAsync(request, put, part, watermark, cancel))
                        return false;
                }

                return true;
            case SearchExpression.Or or:
                foreach (var part in or.Parts)
                {
                    if (await HoldsAsync(request, put, part, watermark, cancel))
                        return true;
                }

                return false;
            case SearchExpression.Not not:
                return !await HoldsAsync(request, put, not.Part, watermark, cancel);
            case SearchExpression.Chain chain:
                foreach (var target in Targets(put, chain))
                {
                    if (await LeadsToAsync(request, target, chain, watermark, cancel))
                        return true;
                }

                return false;
            default:
                var time = DateTimeOffset.FromUnixTimeMilliseconds(watermark.Time);
                var content = definitions.Current(put.Key, put.Resource);
                var resource = new IndexedResource(put.Key.Type, put.Key.Id, time, content.Entries)
                {
                    Contained = [.. content.Contained.Select(contained => new IndexedResource(contained.Type, contained.Id, time, contained.Entries))],
                };
                return new SearchEvaluator(SearchParameterRegistry.R4, s_nothingElse).Matches(resource, expression);
        }
    }

    private static IEnumerable<ResourceKey> Targets(PutResource put, SearchExpression.Chain chain) => put.Resource.Entries.OfType<ReferenceEntry>()
        .Where(entry => entry.Parameter.Key == chain.Reference.Key && entry is { Type: not null, Id: not null } && (chain.TargetTypes.Count == 0 || chain.TargetTypes.Contains(entry.Type, StringComparer.Ordinal)))
        .Select(static entry => new ResourceKey(entry.Type!, entry.Id!));

    private async Task<bool> LeadsToAsync(CommitRequest request, ResourceKey target, SearchExpression.Chain chain, Watermark watermark, CancellationToken cancel) =>
        request.Transaction.Writes.FirstOrDefault(write => write.Key == target) switch
        {
            PutResource put => await HoldsAsync(request, put, chain.Inner, watermark, cancel),
            DeleteResource => chain.OrMissing,
            _ => await IsFoundAsync(target, chain.Inner, watermark, cancel) || (chain.OrMissing && !await IsCurrentAsync(target, watermark, cancel)),
        };

    // Filters of a scope ask of nothing else than what the resource says and what its references lead to.
    private sealed class NothingElse : IResourceLookup
    {
        public IndexedResource? Find(string type, string id) => throw NotFollowed();

        public IEnumerable<IndexedResource> FindByUrl(string url) => throw NotFollowed();

        public IEnumerable<IndexedResource> All(string type) => throw NotFollowed();

        private static NotSupportedException NotFollowed() => new("A filter of an access scope asks who refers to what is written.");
    }
}
