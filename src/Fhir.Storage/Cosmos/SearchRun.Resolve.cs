// What other resources decide is looked up before the search itself: chains, reverse chains and hierarchies become sets of resources.

using FhirHub.Model;
using FhirHub.Search;

namespace FhirHub.Storage.Cosmos;

/// <content>Chains and hierarchies (R4 search.html#chaining, #has, #recursive).</content>
internal sealed partial class SearchRun
{
    // If a chain's condition is met by more, the references of what else the search finds are followed instead.
    private const int TargetsAtMost = 5_000;

    /// <summary>The condition with what was looked up in place of what was to be.</summary>
    private async Task<SearchExpression> ResolveAsync(SearchExpression expression, IReadOnlyList<string> types, CancellationToken cancel)
    {
        switch (expression)
        {
            case SearchExpression.And and:
                return new SearchExpression.And(await ResolveAsync(and.Parts, types, cancel));
            case SearchExpression.Or or:
                return new SearchExpression.Or(await ResolveAsync(or.Parts, types, cancel));
            case SearchExpression.Not not:
                return new SearchExpression.Not(await ResolveAsync(not.Part, types, cancel));
            case SearchExpression.Contains contains:
                return contains with { Inner = await ResolveAsync(contains.Inner, contains.Types, cancel) };
            case SearchExpression.ContainedIn contained:
                return new SearchExpression.ContainedIn(await ResolveAsync(contained.Inner, KnownTypes, cancel));
            case SearchExpression.Chain { OrMissing: false } chain:
                return await ChainAsync(chain, cancel);
            case SearchExpression.ReverseChain chain:
                return await ReverseAsync(chain, types, cancel);
            case SearchExpression.Parameter { Predicate: HierarchyPredicate hierarchy } parameter:
                return Found(new HierarchyFinding(parameter.Definition, await HierarchyAsync(hierarchy, new SearchExpression.All(), cancel)));
            case SearchExpression.Parameter { Predicate: GrantedHierarchy granted } parameter:
                return Found(new HierarchyFinding(parameter.Definition, await HierarchyAsync(granted.Hierarchy, await ResolveAsync(granted.Granted, [granted.Hierarchy.Type], cancel), cancel)));
            default:
                return expression;
        }
    }

    private async Task<List<SearchExpression>> ResolveAsync(IReadOnlyList<SearchExpression> parts, IReadOnlyList<string> types, CancellationToken cancel)
    {
        var resolved = new List<SearchExpression>(parts.Count);
        foreach (var part in parts)
            resolved.Add(await ResolveAsync(part, types, cancel));
        return resolved;
    }

    private SearchExpression Found(Finding finding)
    {
        _findings.Add(finding.Mark.Key, finding);
        return finding.Expression;
    }

    private async Task<SearchExpression> ChainAsync(SearchExpression.Chain chain, CancellationToken cancel)
    {
        var types = chain.TargetTypes.Count > 0 ? chain.TargetTypes : KnownTypes;
        var inner = await ResolveAsync(chain.Inner, types, cancel);
        var isFollowable = IsFollowable(chain.Inner);
        var limit = isFollowable ? Math.Min(TargetsAtMost, options.MatchesAtMost) : options.MatchesAtMost;
        if (await MatchingAsync(types, inner, UrlParameters(types), withBody: false, limit, cancel) is not var (matches, _))
        {
            if (isFollowable)
                return chain;
            (matches, _) = await AllMatchingAsync(types, inner, UrlParameters(types), withBody: false, cancel);
        }

        trace?.Note($"A chain along {chain.Reference.Key} leads to {matches.Count} resources.");
        return Found(new ChainFinding(
            chain with { Inner = inner },
            matches.Select(static match => match.Document.Key).ToHashSet(),
            matches.SelectMany(static match => match.Indexed.Entries).OfType<UriEntry>().Where(static entry => entry.Parameter.Code == "url").Select(static entry => entry.Uri).ToHashSet(StringComparer.Ordinal)));
    }

    // Where nothing has to be found out about who refers to a target, the target can be looked at by itself.
    private static bool IsFollowable(SearchExpression expression) => expression switch
    {
        SearchExpression.And and => and.Parts.All(IsFollowable),
        SearchExpression.Or or => or.Parts.All(IsFollowable),
        SearchExpression.Not not => IsFollowable(not.Part),
        SearchExpression.Chain chain => IsFollowable(chain.Inner),
        SearchExpression.Contains contains => IsFollowable(contains.Inner),
        SearchExpression.ContainedIn contained => IsFollowable(contained.Inner),
        SearchExpression.Parameter { Predicate: GrantedHierarchy } or SearchExpression.ReverseChain => false,
        _ => true,
    };

    private async Task<SearchExpression> ReverseAsync(SearchExpression.ReverseChain chain, IReadOnlyList<string> types, CancellationToken cancel)
    {
        IReadOnlyList<string> source = [chain.Reference.ResourceType];
        var referring = new SearchExpression.And([await ResolveAsync(chain.Inner, source, cancel), new SearchExpression.Not(new SearchExpression.Missing(chain.Reference))]);
        var (matches, _) = await AllMatchingAsync(source, referring, [chain.Reference], withBody: false, cancel);
        var (keys, urls, locals) = (new HashSet<ResourceKey>(), new HashSet<string>(StringComparer.Ordinal), new HashSet<(ResourceKey, string)>());
        foreach (var match in matches)
        {
            foreach (var entry in match.Indexed.Entries.OfType<ReferenceEntry>().Where(entry => entry.Parameter.Key == chain.Reference.Key))
            {
                if (entry.Url is ['#', .. var local])
                    _ = local.Length == 0 ? keys.Add(match.Document.Key) : locals.Add((match.Document.Key, local));
                else if (entry.Url is { } url)
                    urls.Add(url);
                else if (entry is { Type: { } type, Id: { } id })
                    keys.Add(new ResourceKey(type, id));
            }
        }

        trace?.Note($"{matches.Count} resources that are asked for refer to {keys.Count + urls.Count} others by {chain.Reference.Key}.");
        return Found(new ReverseFinding(keys, urls, locals, UrlParameters(types)));
    }

    // The target with what is below or above it, step by step; a hierarchy that goes in a circle is walked once.
    private async Task<HashSet<ResourceKey>> HierarchyAsync(HierarchyPredicate hierarchy, SearchExpression granted, CancellationToken cancel)
    {
        var found = new HashSet<ResourceKey> { new(hierarchy.Type, hierarchy.Id) };
        for (IReadOnlyList<ResourceKey> last = [.. found]; last.Count > 0;)
        {
            var condition = hierarchy.Side == SubsumptionSide.Below
                ? Found(new HierarchyFinding(hierarchy.Parent, last.ToHashSet()))
                : new SearchExpression.IdIn([.. last.Select(static key => key.Id)]);
            var (matches, _) = await AllMatchingAsync([hierarchy.Type], new SearchExpression.And([condition, granted]), [hierarchy.Parent], withBody: false, cancel);
            var next = hierarchy.Side == SubsumptionSide.Below
                ? matches.Select(static match => match.Document.Key)
                : matches.SelectMany(static match => match.Indexed.Entries).OfType<ReferenceEntry>()
                    .Where(entry => entry.Parameter.Key == hierarchy.Parent.Key && entry.Type == hierarchy.Type && entry.Id is not null)
                    .Select(static entry => new ResourceKey(entry.Type!, entry.Id!));
            last = [.. next.Where(found.Add)];
            if (found.Count > options.MatchesAtMost)
                throw new SearchTimeoutException($"The hierarchy has more than {options.MatchesAtMost} members; ask for a part of it.");
        }

        return found;
    }

    // What a condition looks up, the innermost first.
    private List<Finding> FindingsOf(SearchExpression expression)
    {
        var found = new List<Finding>();
        Add(expression);
        return found;

        void Add(SearchExpression part)
        {
            foreach (var parameter in SearchedParameters.In(part))
            {
                if (!_findings.TryGetValue(parameter.Key, out var finding) || found.Contains(finding))
                    continue;
                if (finding.Inner is { } inner)
                    Add(inner);
                found.Add(finding);
            }
        }
    }

    // The resource and what it contains, with an entry for each finding that holds.
    private static IndexedResource Marked(IndexedResource resource, List<Finding> findings, SearchEvaluator evaluator)
    {
        if (findings.Count == 0)
            return resource;
        var marks = resource.Contained.Select(static contained => new List<IndexEntry>(contained.Entries)).ToList();
        var own = new List<IndexEntry>(resource.Entries);
        var marked = resource with { Entries = own, Contained = [.. resource.Contained.Select((contained, i) => contained with { Entries = marks[i] })] };
        foreach (var finding in findings)
        {
            if (finding.Test(marked, marked, evaluator))
                own.Add(finding.Entry);
            for (var i = 0; i < marks.Count; i++)
            {
                if (finding.Test(marked.Contained[i], marked, evaluator))
                    marks[i].Add(finding.Entry);
            }
        }

        return marked;
    }
}
