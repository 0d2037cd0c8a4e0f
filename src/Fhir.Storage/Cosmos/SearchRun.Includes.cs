// _include and _revinclude: along the references of the page's matches, and on from there where :iterate asks for it.

using FhirHub.Search;

namespace FhirHub.Storage.Cosmos;

/// <content>Included resources (R4 search.html#include).</content>
internal sealed partial class SearchRun
{
    private async Task<(List<StoredVersion> Included, bool Cut)> IncludedAsync(
        SearchQuery query, IReadOnlyCollection<ResourceKey> matches, IReadOnlyCollection<string>? partitions, CancellationToken cancel)
    {
        if (query.Includes.Count == 0 || matches.Count == 0)
            return ([], false);
        trace?.Begin("include");
        var parameters = SearchedParameters.By(query.Includes.SelectMany(Along).Concat(UrlParameters(KnownTypes)));
        var seen = matches.ToHashSet();
        var found = new List<ResourceDocument>();
        var order = matches.Distinct().Select(static (key, i) => (key, i)).ToDictionary();
        var from = (await FindAsync([.. order.Keys], parameters, withBody: false, cancel, partitions)).OrderBy(document => order[document.Key]).ToList();
        IReadOnlyList<Include> includes = query.Includes;
        while (from.Count > 0 && includes.Count > 0 && found.Count <= options.IncludeLimit)
        {
            from = await FollowAsync(includes, from, parameters, seen, found, cancel);
            includes = [.. query.Includes.Where(static include => include.Iterate)];
        }

        var cut = found.Count > options.IncludeLimit;
        if (cut)
            found.RemoveRange(options.IncludeLimit, found.Count - options.IncludeLimit);
        return ([.. await database.Bodies.VersionsAsync(found, cancel)], cut);
    }

    // The reference parameters that an include goes along.
    private static IEnumerable<SearchParameter> Along(Include include) => include.Parameter is { } parameter
        ? [parameter]
        : SearchParameterRegistry.R4.ForType(include.SourceType).Where(static parameter => parameter.Type == SearchParameterType.Reference);

    private async Task<List<ResourceDocument>> FollowAsync(
        IReadOnlyList<Include> includes, List<ResourceDocument> from, ILookup<string, SearchParameter> parameters, HashSet<ResourceKey> seen, List<ResourceDocument> found, CancellationToken cancel)
    {
        var added = new List<ResourceDocument>();
        foreach (var include in includes)
        {
            var candidates = include.Reverse
                ? await ReferrersAsync(include, from, parameters, cancel)
                : await TargetsAsync(include, from, parameters, cancel);
            var fresh = candidates.Where(candidate => !seen.Contains(candidate.Key)).DistinctBy(static candidate => candidate.Key).ToList();
            var granted = await GrantedAsync(fresh, cancel);
            foreach (var candidate in fresh.Where(candidate => granted.Contains(candidate.Key)))
            {
                // One more than the limit tells that there was more.
                if (found.Count > options.IncludeLimit)
                    return added;
                seen.Add(candidate.Key);
                found.Add(candidate);
                added.Add(candidate);
            }
        }

        return added;
    }

    // What a resource contains is at hand with it, and so are its references.
    private IEnumerable<ReferenceEntry> References(Include include, ResourceDocument source, ILookup<string, SearchParameter> parameters)
    {
        var along = Along(include).Select(static parameter => parameter.Key).ToHashSet(StringComparer.Ordinal);
        var indexed = source.ToIndexed(parameters, Epoch);
        return indexed.Contained.Prepend(indexed).Where(resource => resource.Type == include.SourceType)
            .SelectMany(static resource => resource.Entries).OfType<ReferenceEntry>().Where(entry => along.Contains(entry.Parameter.Key));
    }

    private async Task<List<ResourceDocument>> TargetsAsync(Include include, List<ResourceDocument> from, ILookup<string, SearchParameter> parameters, CancellationToken cancel)
    {
        var references = from.SelectMany(source => References(include, source, parameters)).ToList();
        var keys = references.Where(static entry => entry is { Type: not null, Id: not null }).Select(static entry => new ResourceKey(entry.Type!, entry.Id!))
            .Where(key => include.TargetType is null || key.Type == include.TargetType).Distinct().ToList();
        var urls = references.Select(static entry => entry.Url).OfType<string>().Where(static url => !url.StartsWith('#')).Distinct(StringComparer.Ordinal).ToList();
        var targets = (await FindAsync(keys, parameters, withBody: true, cancel)).ToDictionary(static document => document.Key);
        var named = urls.Count == 0
            ? []
            : (await FindByUrlsAsync(urls, parameters, withBody: true, cancel)).Where(target => include.TargetType is null || target.Key.Type == include.TargetType)
                .SelectMany(target => target.ToIndexed(parameters, Epoch).Entries.OfType<UriEntry>().Select(uri => (uri.Uri, Target: target))).ToList();
        return [.. references.SelectMany(entry => entry is { Type: { } type, Id: { } id }
            ? targets.TryGetValue(new ResourceKey(type, id), out var target) ? [target] : []
            : named.Where(one => one.Uri == entry.Url).Select(static one => one.Target))];
    }

    private async Task<List<ResourceDocument>> ReferrersAsync(Include include, List<ResourceDocument> from, ILookup<string, SearchParameter> parameters, CancellationToken cancel)
    {
        var targets = from.Where(target => include.TargetType is null || target.Key.Type == include.TargetType).ToList();
        if (targets.Count == 0 || !KnownTypes.Contains(include.SourceType, StringComparer.Ordinal))
            return [];
        var keys = targets.Select(static target => target.Key).ToHashSet();
        var urls = targets.SelectMany(target => target.ToIndexed(parameters, Epoch).Entries.OfType<UriEntry>())
            .Where(static uri => uri.Parameter.Code == "url").Select(static uri => uri.Uri).ToHashSet(StringComparer.Ordinal);
        var order = targets.Select(static (target, i) => (target.Key, i)).ToDictionary();
        var found = new List<Match>();
        foreach (var parameter in Along(include))
        {
            var referring = Found(new ChainFinding(new SearchExpression.Chain(parameter, [], new SearchExpression.None()), keys, urls));
            var matches = await MatchingAsync([include.SourceType], await GrantedAsync(referring, include.SourceType, cancel), parameters.SelectMany(static group => group), withBody: true, options.MatchesAtMost, cancel)
                ?? throw new SearchTimeoutException($"More than {options.MatchesAtMost} resources refer to those of the page; ask for fewer.");
            found.AddRange(matches.Matches);
        }

        return [.. found.OrderBy(match => References(include, match.Document, parameters).Min(entry => order.GetValueOrDefault(new ResourceKey(entry.Type ?? "", entry.Id ?? ""), int.MaxValue)))
            .ThenBy(static match => match.Document.Order, StringComparer.Ordinal).Select(static match => match.Document)];
    }

    private async Task<SearchExpression> GrantedAsync(SearchExpression expression, string type, CancellationToken cancel) =>
        scope.IsUnfiltered(type, AccessLetter.Search) ? expression : new SearchExpression.And([expression, await ResolveAsync(_scoped.Granted([type], AccessLetter.Search), [type], cancel)]);

    // Which of these resources the scope grants.
    private async Task<HashSet<ResourceKey>> GrantedAsync(IReadOnlyCollection<ResourceDocument> documents, CancellationToken cancel) =>
        await GrantedAsync([.. documents.Select(static document => document.Key)], cancel);

    /// <summary>Which resources the scope grants, as they are at the position; those that are not there are not granted if the scope limits their type.</summary>
    public async Task<HashSet<ResourceKey>> GrantedAsync(IReadOnlyCollection<ResourceKey> keys, CancellationToken cancel)
    {
        var granted = new HashSet<ResourceKey>();
        foreach (var group in keys.GroupBy(static key => key.Type, StringComparer.Ordinal))
        {
            if (scope.IsUnfiltered(group.Key, AccessLetter.Search))
            {
                granted.UnionWith(group);
                continue;
            }

            foreach (var chunk in group.Chunk(IdsOfQuery))
            {
                var asked = await GrantedAsync(new SearchExpression.IdIn([.. chunk.Select(static key => key.Id)]), group.Key, cancel);
                var (matches, _) = await AllMatchingAsync([group.Key], asked, [], withBody: false, cancel);
                granted.UnionWith(matches.Select(static match => match.Document.Key));
            }
        }

        return granted;
    }
}
