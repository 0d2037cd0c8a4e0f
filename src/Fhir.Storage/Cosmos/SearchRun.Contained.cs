// _contained: the search goes on among contained resources, and answers them or the resources that they lie in.

using FhirHub.Search;

namespace FhirHub.Storage.Cosmos;

/// <content>Searches of contained resources (R4 search.html#contained).</content>
internal sealed partial class SearchRun
{
    // The types that are found, and the condition on them; what the scope grants is asked of the containers too.
    private (IReadOnlyList<string> Types, SearchExpression Expression) Asked(SearchQuery query)
    {
        var own = _scoped.Rewrite(query.Expression, query.ResourceTypes);
        if (query.Contained == ContainedMode.None)
            return (query.ResourceTypes, own);
        var contains = new SearchExpression.And([new SearchExpression.Contains(query.ResourceTypes, own), _scoped.Granted(KnownTypes, AccessLetter.Search)]);
        return query.Contained == ContainedMode.Only
            ? (KnownTypes, contains)
            : (KnownTypes, new SearchExpression.Or([new SearchExpression.And([new SearchExpression.TypeIn(query.ResourceTypes), own]), contains]));
    }

    // Of resources that contain matches, the matches themselves.
    private async Task<List<Match>> ContainedMatchesAsync(SearchQuery query, bool withBody, CancellationToken cancel)
    {
        var own = await ResolveAsync(_scoped.Rewrite(query.Expression, query.ResourceTypes), query.ResourceTypes, cancel);
        var granted = await ResolveAsync(_scoped.Granted(KnownTypes, AccessLetter.Search), KnownTypes, cancel);
        var alone = new SearchExpression.And([new SearchExpression.TypeIn(query.ResourceTypes), own]);
        var contains = new SearchExpression.And([new SearchExpression.Contains(query.ResourceTypes, own), granted]);
        var (holders, evaluator) = await AllMatchingAsync(
            KnownTypes, query.Contained == ContainedMode.Both ? new SearchExpression.Or([alone, contains]) : contains, [], withBody, cancel);
        var matches = new List<Match>();
        foreach (var holder in holders)
        {
            if (query.Contained == ContainedMode.Both && evaluator.Matches(holder.Indexed, alone))
                matches.Add(holder);
            foreach (var contained in holder.Indexed.Contained)
            {
                if (evaluator.Matches(holder.Indexed with { Contained = [contained] }, contains))
                    matches.Add(holder with { ContainedId = contained.Id });
            }
        }

        return matches;
    }
}
