// One search as of a position of the log: what other resources decide is looked up first, the database narrows down, and the evaluator decides what the
// database can't (docs/adr/0053-search-on-cosmos.md).

using System.Runtime.CompilerServices;
using FhirHub.Search;
using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <summary>Runs a search.</summary>
/// <param name="database">The database.</param>
/// <param name="options">Limits, and how texts are read.</param>
/// <param name="scope">What the caller may see.</param>
/// <param name="watermark">What is known of the store now.</param>
/// <param name="position">The position as of which resources are seen; not after the watermark's.</param>
/// <param name="trace">Is told what is done; null for nobody.</param>
internal sealed partial class SearchRun(CosmosDatabase database, CosmosStoreOptions options, AccessScope scope, Watermark watermark, long position, SearchTrace? trace)
{
    // Documents of an answer of the database.
    private const int AnswerSize = 1_000;

    // Of so few resources the bodies are read with what decides about them.
    private const int FewResources = 500;

    // Ids that one query asks for.
    private const int IdsOfQuery = 200;

    private const string HeadColumns = "c.id, c.p, c.t, c.i, c.o, c.f, c.j, c.l, c.v, c.m";
    private const string BodyColumns = $"{HeadColumns}, c.{Layout.BodyName}, c.{Layout.BlobName}";

    private readonly Dictionary<string, Finding> _findings = new(StringComparer.Ordinal);
    private readonly ScopedExpression _scoped = new(scope, options.CompartmentParameters);
    private readonly SearchPartitions _partitions = new(options.CompartmentParameters, watermark);

    private int Epoch => watermark.Index.Epoch;

    /// <summary>The types of which there are or were resources.</summary>
    private IReadOnlyList<string> KnownTypes { get; } = [.. watermark.Types.Keys];

    /// <summary>A resource that meets a condition, as the evaluator saw it.</summary>
    private sealed record Match(ResourceDocument Document, IndexedResource Indexed)
    {
        /// <summary>The id of the contained resource that matched; null if it was the resource itself.</summary>
        public string? ContainedId { get; init; }
    }

    /// <summary>The resources of some types that meet a condition, in no order.</summary>
    /// <param name="types">The types.</param>
    /// <param name="condition">The condition, in which nothing is left to look up.</param>
    /// <param name="also">Parameters whose entries are wanted besides.</param>
    /// <param name="withBody">Whether bodies are wanted.</param>
    /// <param name="limit">Resources at most; null is answered if there are more.</param>
    /// <param name="cancel">Ends the wait.</param>
    private async Task<(List<Match> Matches, SearchEvaluator Evaluator)?> MatchingAsync(
        IReadOnlyList<string> types, SearchExpression condition, IEnumerable<SearchParameter> also, bool withBody, int limit, CancellationToken cancel)
    {
        var followed = new FollowedResources();
        var evaluator = new SearchEvaluator(SearchParameterRegistry.R4, followed);
        var sql = new SearchSql(Epoch, _findings);
        var where = sql.Of(condition);
        types = [.. types.Intersect(KnownTypes, StringComparer.Ordinal)];
        if (types.Count == 0 || where == SqlCondition.False)
            return ([], evaluator);
        var findings = FindingsOf(condition);
        var named = where.IsExact ? [] : SearchedParameters.In(condition).Concat(findings.SelectMany(finding => finding.Inner is { } inner ? finding.Parameters.Concat(SearchedParameters.In(inner)) : finding.Parameters));
        var parameters = SearchedParameters.By(named.Where(parameter => !_findings.ContainsKey(parameter.Key)).Concat(also));
        var readsText = !where.IsExact && condition.AsksForText;
        var columns = $"{(withBody || readsText ? BodyColumns : HeadColumns)}{Columns(sql, parameters, !where.IsExact)}";
        var candidates = new List<Match>();
        await foreach (var document in QueryAsync(sql, types, where.Text, _partitions.Of(types, condition), columns, "", isOrdered: false, AnswerSize, cancel))
        {
            if (candidates.Count == limit)
                return null;
            candidates.Add(new Match(document, document.ToIndexed(parameters, Epoch)));
        }

        if (where.IsExact)
            return (candidates, evaluator);
        if (readsText)
            candidates = [.. await Task.WhenAll(candidates.Select(async candidate => candidate with { Indexed = candidate.Indexed with { Text = await TextAsync(candidate.Document, cancel) } }))];
        while (true)
        {
            var matches = candidates.Select(candidate => candidate with { Indexed = Marked(candidate.Indexed, findings, evaluator) })
                .Where(candidate => evaluator.Matches(candidate.Indexed, condition)).ToList();
            cancel.ThrowIfCancellationRequested();
            if (!followed.IsIncomplete)
            {
                trace?.Note($"Of {candidates.Count} resources that the database found, {matches.Count} meet the whole condition.");
                return (matches, evaluator);
            }

            await FollowAsync(followed, parameters, condition.AsksForText, cancel);
        }
    }

    /// <summary>The same where there must not be more than the store looks at.</summary>
    /// <exception cref="SearchTimeoutException">There are more.</exception>
    private async Task<(List<Match> Matches, SearchEvaluator Evaluator)> AllMatchingAsync(
        IReadOnlyList<string> types, SearchExpression condition, IEnumerable<SearchParameter> also, bool withBody, CancellationToken cancel) =>
        await MatchingAsync(types, condition, also, withBody, options.MatchesAtMost, cancel)
        ?? throw new SearchTimeoutException($"The search has to look at more than {options.MatchesAtMost} resources one by one; narrow it, for instance to one patient or a shorter time, or leave _sort out.");

    // Documents as of the position, in the order of creation if that is asked for.
    private async IAsyncEnumerable<ResourceDocument> QueryAsync(
        SearchSql sql, IReadOnlyList<string> types, string where, IReadOnlyCollection<string>? partitions, string columns, string after, bool isOrdered, int pageSize, [EnumeratorCancellation] CancellationToken cancel)
    {
        if (partitions is { Count: 0 })
            yield break;
        var text = $"SELECT {columns} FROM c WHERE {Seen(sql, types, partitions)}{(where == "true" ? "" : $" AND {where}")}";
        if (after.Length > 0)
            text += $" AND c.o > {sql.Value(after)}";
        if (isOrdered)
            text += " ORDER BY c.o";
        var run = trace?.Run(text, sql.Values, partitions);
        await foreach (var json in database.Resources.QueryAsync(sql.Query(text), Prefix(types, partitions), pageSize, cancel))
        {
            run?.Give();
            yield return new ResourceDocument(json);
        }

        run?.End();
    }

    // The partition is a part of the condition too, so that the database can tell by the text alone.
    private string Seen(SearchSql sql, IReadOnlyList<string> types, IReadOnlyCollection<string>? partitions)
    {
        var position1 = sql.Value(position);
        var seen = $"{(types.Count == 1 ? $"c.t = {sql.Value(types[0])}" : $"c.t IN {sql.List(types)}")} AND c.f <= {position1} AND c.u > {position1} AND c.d = false";
        return partitions is null ? seen : $"{(partitions.Count == 1 ? $"c.p = {sql.Value(partitions.First())}" : $"c.p IN {sql.List(partitions)}")} AND {seen}";
    }

    private static PartitionKey? Prefix(IReadOnlyList<string> types, IReadOnlyCollection<string>? partitions) => partitions is not { Count: 1 }
        ? null
        : types.Count == 1 ? new PartitionKeyBuilder().Add(partitions.First()).Add(types[0]).Build() : new PartitionKeyBuilder().Add(partitions.First()).Build();

    // The entries that are looked at, and with what is contained its own.
    private string Columns(SearchSql sql, ILookup<string, SearchParameter> parameters, bool withContained)
    {
        var entries = string.Join(", ", parameters.Select(group => $"{SearchSql.Quoted(group.Key)}: {sql.Entries(group.Key)}"));
        return $"{(entries.Length == 0 ? "" : $", {{{entries}}} AS {ResourceDocument.EntriesName(Epoch)}")}{(withContained ? $", c.{ResourceDocument.ContainedName(Epoch)}" : "")}";
    }

    private async Task<ResourceText?> TextAsync(ResourceDocument document, CancellationToken cancel)
    {
        if (options.Text is not { } texts)
            return null;
        var version = await document.ToVersionAsync(database.Bodies, cancel);
        return texts(version.Body.ToArray(version));
    }

    // What a condition's chains lead to, for as many rounds as they have links.
    private async Task FollowAsync(FollowedResources followed, ILookup<string, SearchParameter> parameters, bool withText, CancellationToken cancel)
    {
        foreach (var group in followed.Missing.GroupBy(static key => key.Type, StringComparer.Ordinal).ToList())
        {
            var found = (await FindAsync([.. group], parameters, withText, cancel)).ToDictionary(static document => document.Key);
            foreach (var key in group)
            {
                var indexed = found.GetValueOrDefault(key)?.ToIndexed(parameters, Epoch);
                followed.Set(key, indexed is null || !withText ? indexed : indexed with { Text = await TextAsync(found[key], cancel) });
            }
        }

        foreach (var url in followed.MissingUrls)
        {
            var documents = await FindByUrlsAsync([url], parameters, withText, cancel);
            followed.Set(url, [.. documents.Select(document => document.ToIndexed(parameters, Epoch))]);
        }

        followed.Missing.Clear();
        followed.MissingUrls.Clear();
    }

    // Resources by their ids, in partitions where they are known to lie; those that are not there are left out.
    private async Task<List<ResourceDocument>> FindAsync(
        IReadOnlyCollection<ResourceKey> keys, ILookup<string, SearchParameter> parameters, bool withBody, CancellationToken cancel, IReadOnlyCollection<string>? known = null)
    {
        var found = new List<ResourceDocument>();
        foreach (var group in keys.GroupBy(static key => key.Type, StringComparer.Ordinal))
        {
            foreach (var chunk in KnownTypes.Contains(group.Key, StringComparer.Ordinal) ? group.Chunk(IdsOfQuery) : [])
            {
                var sql = new SearchSql(Epoch, _findings);
                var partitions = chunk.Select(_partitions.Of).Distinct(StringComparer.Ordinal).ToList();
                var where = $"c.i IN {sql.List(chunk.Select(static key => key.Id))}";
                var columns = $"{(withBody ? BodyColumns : HeadColumns)}{Columns(sql, parameters, withContained: true)}";
                await foreach (var document in QueryAsync(sql, [group.Key], where, known ?? (partitions.Contains(null) ? null : [.. partitions.OfType<string>()]), columns, "", isOrdered: false, AnswerSize, cancel))
                    found.Add(document);
            }
        }

        return found;
    }

    // Resources by their canonical URLs.
    private async Task<List<ResourceDocument>> FindByUrlsAsync(IReadOnlyCollection<string> urls, ILookup<string, SearchParameter> parameters, bool withBody, CancellationToken cancel)
    {
        var found = new List<ResourceDocument>();
        var named = UrlParameters(KnownTypes);
        foreach (var chunk in named.Count == 0 ? [] : urls.Chunk(IdsOfQuery))
        {
            var sql = new SearchSql(Epoch, _findings);
            var list = $"e.u IN {sql.List(chunk)}";
            var where = SearchSql.Any([.. named.Select(parameter => sql.Exists(parameter, new SqlCondition(list, true)))]);
            var all = SearchedParameters.By(parameters.SelectMany(static group => group).Concat(named));
            var columns = $"{(withBody ? BodyColumns : HeadColumns)}{Columns(sql, all, withContained: true)}";
            await foreach (var document in QueryAsync(sql, [.. named.Select(static parameter => parameter.ResourceType)], where.Text, null, columns, "", isOrdered: false, AnswerSize, cancel))
                found.Add(document);
        }

        return found;
    }

    private static IReadOnlyList<SearchParameter> UrlParameters(IEnumerable<string> types) => [.. types.Select(static type => SearchParameterRegistry.R4.Find(type, "url")).OfType<SearchParameter>()];
}
