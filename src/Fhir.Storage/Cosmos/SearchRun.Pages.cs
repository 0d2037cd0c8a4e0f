// Pages: the first as it is found, later ones cut out of the list of what matched as of the first one's position.

using FhirHub.Search;

namespace FhirHub.Storage.Cosmos;

/// <content>Paging (R4 http.html#paging) and counting (R4 search.html#total).</content>
internal sealed partial class SearchRun
{
    // In the order of creation a list is made piece by piece.
    private const int PieceOfList = 5_000;

    private long Now => options.Clock.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>The first page of matches with what they include.</summary>
    public async Task<SearchPage> FirstPageAsync(SearchQuery query, PageLists lists, CancellationToken cancel)
    {
        trace?.Begin("look up");
        var wantsTotal = query.Total != TotalMode.None || query.Count == 0;
        var (types, condition) = await ConditionAsync(query, cancel);
        if (condition is null || query.Sort.Count > 0 || Test(types, condition).IsExact is false)
            return await ListedPageAsync(query, types, condition, lists, cancel);

        long? total = null;
        if (wantsTotal)
        {
            trace?.Begin("count");
            total = await CountAsync(types, condition, cancel);
        }

        if (query.Count == 0)
            return new SearchPage([], [], null, null, total);
        trace?.Begin("find");
        var found = await InOrderAsync(types, condition, BodyColumns, "", query.Count + 1, cancel);
        var page = found.Take(query.Count).ToList();
        var (included, cut) = await IncludedAsync(query, [.. page.Select(static document => document.Key)], [.. page.Select(static document => document.Partition).Distinct(StringComparer.Ordinal)], cancel);
        var next = found.Count > query.Count ? Cursor(query, total, query.Count).Write() : null;
        return new SearchPage(await database.Bodies.VersionsAsync(page, cancel), included, next, null, total) { IncludesCut = cut };
    }

    // All matches are found, put in order and cut.
    private async Task<SearchPage> ListedPageAsync(SearchQuery query, IReadOnlyList<string> types, SearchExpression? condition, PageLists lists, CancellationToken cancel)
    {
        trace?.Begin("find");
        var isNarrow = condition is not null && _partitions.Of(types, condition) is { Count: <= 2 };
        var withBody = query.Count > 0 && (isNarrow || types.Sum(type => watermark.Counts.GetValueOrDefault(type)) <= FewResources);
        var matches = await OrderedAsync(query, types, condition, withBody, cancel);
        long? total = query.Total == TotalMode.None && query.Count > 0 ? null : matches.Count;
        if (query.Count == 0)
            return new SearchPage([], [], null, null, total);
        var page = matches.Take(query.Count).ToList();
        string? next = null;
        if (matches.Count > query.Count)
        {
            var cursor = Cursor(query, total, query.Count);
            lists.Keep(cursor, new PageList(Listed(matches), IsComplete: true));
            next = cursor.Write();
        }

        trace?.Begin("fetch");
        IReadOnlyList<StoredVersion> versions = withBody ? await database.Bodies.VersionsAsync(page.Select(static match => match.Document), cancel) : await VersionsAsync(Listed(page), cancel);
        var (included, cut) = await IncludedAsync(query, [.. page.Select(static match => match.Document.Key)], [.. page.Select(static match => match.Document.Partition).Distinct(StringComparer.Ordinal)], cancel);
        return new SearchPage(versions, included, next, null, total) { IncludesCut = cut, ContainedIds = query.ContainedAlone && query.Contained != ContainedMode.None ? page.ConvertAll(static match => match.ContainedId) : [] };
    }

    /// <summary>A page that a cursor leads to. This run is as of the cursor's position.</summary>
    /// <param name="query">The search.</param>
    /// <param name="cursor">The cursor.</param>
    /// <param name="lists">Lists that are kept.</param>
    /// <param name="now">A run as of now, which tells what the scope grants.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="InvalidCursorException">The cursor is of another search or scope.</exception>
    /// <exception cref="ExpiredCursorException">The cursor was given too long ago, or the index was made anew since.</exception>
    public async Task<SearchPage> LaterPageAsync(SearchQuery query, PageCursor cursor, PageLists lists, SearchRun now, CancellationToken cancel)
    {
        if (query.Count == 0 || cursor.Position > watermark.Position || Digest(query) != cursor.Query)
            throw PageCursor.Invalid();
        var today = options.Clock.GetUtcNow();
        if (today - DateTimeOffset.FromUnixTimeSeconds(cursor.Issued) > options.PageLifetime || Now - cursor.Began >= Layout.SupersededSeconds)
            throw new ExpiredCursorException("The page link has expired; start the search anew.");
        if (cursor.Epoch != Epoch)
            throw new ExpiredCursorException("All resources were indexed anew since the page link was given; start the search anew.");
        trace?.Begin("list");
        var end = cursor.Offset + query.Count;
        var list = await ListAsync(query, cursor, lists, end + 1, cancel);
        var page = list.Matches.Skip((int)Math.Min(cursor.Offset, int.MaxValue)).Take(query.Count).ToList();
        if (!scope.IsFull)
        {
            var granted = await now.GrantedAsync([.. page.Select(static match => match.Key).Distinct()], cancel);
            page.RemoveAll(match => !granted.Contains(match.Key));
        }

        trace?.Begin("fetch");
        var versions = await VersionsAsync(page, cancel);
        var (included, cut) = await IncludedAsync(query, [.. page.Select(static match => match.Key)], null, cancel);
        return new SearchPage(
            versions,
            included,
            list.Matches.Count > end ? At(end) : null,
            cursor.Offset > 0 ? At(Math.Max(0, cursor.Offset - query.Count)) : null,
            list.IsComplete ? list.Matches.Count : cursor.Total)
        {
            IncludesCut = cut,
            ContainedIds = query.ContainedAlone && query.Contained != ContainedMode.None ? page.ConvertAll(static match => match.ContainedId) : [],
            First = At(0),
            Last = list.IsComplete ? At(Math.Max(0, list.Matches.Count - 1) / query.Count * query.Count) : null,
        };

        string At(long offset) => (cursor with { Offset = offset, Issued = Now }).Write();
    }

    // The matches up to a place, and whether there are more.
    private async Task<PageList> ListAsync(SearchQuery query, PageCursor cursor, PageLists lists, long needed, CancellationToken cancel)
    {
        var list = lists.Find(cursor) ?? new PageList([], IsComplete: false);
        if (list.IsComplete || list.Matches.Count >= needed)
            return list;
        var (types, condition) = await ConditionAsync(query, cancel);
        if (condition is null || query.Sort.Count > 0 || !Test(types, condition).IsExact)
        {
            list = new PageList(Listed(await OrderedAsync(query, types, condition, withBody: false, cancel)), IsComplete: true);
        }
        else
        {
            var matches = new List<ListedMatch>(list.Matches);
            var isComplete = false;
            while (!isComplete && matches.Count < needed)
            {
                var piece = await InOrderAsync(types, condition, HeadColumns, matches.Count == 0 ? "" : matches[^1].Order, PieceOfList, cancel);
                matches.AddRange(piece.Select(static document => Listed(document, null)));
                isComplete = piece.Count < PieceOfList;
            }

            list = new PageList(matches, isComplete);
        }

        lists.Keep(cursor, list);
        return list;
    }

    // Null stands for a search of contained resources that answers them by themselves.
    private async Task<(IReadOnlyList<string> Types, SearchExpression? Condition)> ConditionAsync(SearchQuery query, CancellationToken cancel)
    {
        if (query is { Contained: not ContainedMode.None, ContainedAlone: true })
            return (KnownTypes, null);
        var (types, expression) = Asked(query);
        return (types, await ResolveAsync(expression, types, cancel));
    }

    private SqlCondition Test(IReadOnlyList<string> types, SearchExpression condition) =>
        types.Intersect(KnownTypes, StringComparer.Ordinal).Any() ? new SearchSql(Epoch, _findings).Of(condition) : SqlCondition.False;

    private async Task<List<Match>> OrderedAsync(SearchQuery query, IReadOnlyList<string> types, SearchExpression? condition, bool withBody, CancellationToken cancel)
    {
        var matches = condition is null
            ? await ContainedMatchesAsync(query, withBody, cancel)
            : (await AllMatchingAsync(types, condition, SortParameters(query), withBody, cancel)).Matches;
        return Sorted(matches, query.Sort);
    }

    // Matches of a condition that the database decides alone, in the order of creation.
    private async Task<List<ResourceDocument>> InOrderAsync(IReadOnlyList<string> types, SearchExpression condition, string columns, string after, int limit, CancellationToken cancel)
    {
        var found = new List<ResourceDocument>();
        IReadOnlyList<string> known = [.. types.Intersect(KnownTypes, StringComparer.Ordinal)];
        var sql = new SearchSql(Epoch, _findings);
        var where = sql.Of(condition);
        if (known.Count == 0 || where == SqlCondition.False)
            return found;
        await foreach (var document in QueryAsync(sql, known, where.Text, _partitions.Of(known, condition), columns, after, isOrdered: true, limit, cancel))
        {
            found.Add(document);
            if (found.Count == limit)
                break;
        }

        return found;
    }

    private async Task<long> CountAsync(IReadOnlyList<string> types, SearchExpression condition, CancellationToken cancel)
    {
        IReadOnlyList<string> known = [.. types.Intersect(KnownTypes, StringComparer.Ordinal)];
        var sql = new SearchSql(Epoch, _findings);
        var where = sql.Of(condition);
        if (known.Count == 0 || where == SqlCondition.False)
            return 0;

        // Each type's number of resources is kept as they are written.
        if (where.IsTrue && position == watermark.Position)
            return known.Distinct(StringComparer.Ordinal).Sum(type => watermark.Counts.GetValueOrDefault(type));
        var partitions = _partitions.Of(known, condition);
        if (partitions is { Count: 0 })
            return 0;
        var text = $"SELECT VALUE COUNT(1) FROM c WHERE {Seen(sql, known, partitions)}{(where.IsTrue ? "" : $" AND {where.Text}")}";
        var run = trace?.Run(text, sql.Values, partitions);
        var count = 0L;
        await foreach (var number in database.Resources.QueryAsync(sql.Query(text), Prefix(known, partitions), AnswerSize, cancel))
            count += number.GetInt64();
        run?.End();
        return count;
    }

    // The versions of a page, by the ids of their documents.
    private async Task<List<StoredVersion>> VersionsAsync(IReadOnlyList<ListedMatch> page, CancellationToken cancel)
    {
        var found = new Dictionary<string, StoredVersion>(StringComparer.Ordinal);
        foreach (var chunk in page.DistinctBy(static match => match.Document).Chunk(IdsOfQuery))
        {
            var sql = new SearchSql(Epoch, _findings);
            var partitions = chunk.Select(static match => match.Partition).Distinct(StringComparer.Ordinal).ToList();
            var types = chunk.Select(static match => match.Key.Type).Distinct(StringComparer.Ordinal).ToList();
            var documents = new List<ResourceDocument>();
            var where = $"c.id IN {sql.List(chunk.Select(static match => match.Document))}";
            await foreach (var document in QueryAsync(sql, types, where, partitions, BodyColumns, "", isOrdered: false, AnswerSize, cancel))
                documents.Add(document);
            foreach (var (document, version) in documents.Zip(await database.Bodies.VersionsAsync(documents, cancel)))
                found[document.DocumentId] = version;
        }

        return [.. page.Select(match => found.TryGetValue(match.Document, out var version)
            ? version
            : throw new ExpiredCursorException("What the search found is not kept any more; start it anew."))];
    }

    private static List<ListedMatch> Listed(IEnumerable<Match> matches) => [.. matches.Select(static match => Listed(match.Document, match.ContainedId))];

    private static ListedMatch Listed(ResourceDocument document, string? containedId) => new(document.Key, document.Partition, document.DocumentId, document.Order, containedId);

    private PageCursor Cursor(SearchQuery query, long? total, long offset) => new(Digest(query), position, Epoch, Now, Now, offset, total);

    // What a search finds under this scope as of its position.
    private ulong Digest(SearchQuery query)
    {
        var expression = _scoped.Rewrite(query.Expression, query.ResourceTypes);
        var granted = query.Contained == ContainedMode.None || scope.IsFull ? null : _scoped.Granted(SearchParameterRegistry.R4.All.Select(static parameter => parameter.ResourceType).Distinct(StringComparer.Ordinal).ToList(), AccessLetter.Search);
        return QueryDigest.Hash([query.ResourceTypes, query.Contained, query.ContainedAlone, expression, granted, position, query.Sort]);
    }
}
