// Pages after the first. They show the matches of the moment at which the first page was read: the list of their keys is made when
// the second page is asked for, as of that moment, and kept; every further page is a few rows of it.

using FhirHub.Search;
using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <content>Paging (R4 http.html#paging).</content>
internal sealed partial class SearchRun
{
    // In the order of keys a list can be made piece by piece; the pieces double, so that their number stays small.
    private const int FirstPiece = 5_000;
    private const int LargestPiece = 100_000;

    /// <summary>A page that a cursor leads to.</summary>
    public SearchPage LaterPage(SearchQuery query, PageCursor cursor, PageLists lists)
    {
        if (options.Clock.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(cursor.Issued) > options.PageLifetime)
            throw new ExpiredCursorException("The page link has expired; start the search anew.");
        if (query.Count == 0 || Hash(query, cursor.Seq) != cursor.Query)
            throw new InvalidCursorException("The page link is not one that this server gave for this search; start again from the first page.");

        connection.Trace?.Begin("list the matches of the first page's moment");
        var (list, keys) = Listed(query, cursor, lists);
        connection.Trace?.Begin("fetch");
        var matches = new List<StoredVersion>(keys.Count);
        var shown = new List<long>(keys.Count);
        foreach (var key in keys)
        {
            if (_versions.IsContained(key) && !_versions.IsStillContained(key))
                throw new ExpiredCursorException("Contained resources that the search found are not there any more; start it anew.");
            var resource = _versions.KeyOf(key);
            if (!IsGranted(_versions.FindRow(resource)!.Value.Key, resource.Type, AccessLetter.Search))
                continue;
            shown.Add(key);
            matches.Add(_versions.Get(resource, _versions.SeqAt(key, cursor.Seq)));
        }

        var (included, cut) = query.Includes.Count == 0 ? ([], false) : Included(query.Includes, shown);
        var end = cursor.Offset + query.Count;
        return new SearchPage(
            matches,
            included,
            list.Length > end ? At(end) : null,
            cursor.Offset > 0 ? At(Math.Max(0, cursor.Offset - query.Count)) : null,
            list.IsComplete ? list.Length : cursor.Total)
        {
            IncludesCut = cut,
            ContainedIds = ContainedIds(query, shown),
            First = At(0),
            Last = list.IsComplete ? At(Math.Max(0, list.Length - 1) / query.Count * query.Count) : null,
        };

        string At(long offset) => (cursor with { Offset = offset, Issued = Now }).Write();
    }

    private long Now => options.Clock.GetUtcNow().ToUnixTimeSeconds();

    private PageCursor Cursor(SearchQuery query, long? total, IReadOnlyList<long> shown)
    {
        var seq = connection.Scalar(Sql.Raw("SELECT max(seq) FROM version")) ?? 0;
        return new PageCursor(Hash(query, seq), seq, query.Count, Now, total, shown);
    }

    // The commit's time and resource tell the states of two stores apart, one of which was restored from a copy of the other.
    private ulong Hash(SearchQuery query, long seq)
    {
        using var rows = connection.Prepare("SELECT key, updated FROM version WHERE seq=?").Bind(1, seq).Query();
        if (!rows.Step())
            return 0;
        return SearchHash(query, seq, rows.Int64(0), rows.Int64(1), query.Sort);
    }

    // What a search finds under this scope, beside what the caller knows of the state of the store.
    private ulong SearchHash(SearchQuery query, params ReadOnlySpan<object?> more)
    {
        var expression = _scoped.Rewrite(query.Expression, query.ResourceTypes);
        var granted = query.Contained == ContainedMode.None || scope.IsFull ? null : _scoped.Granted(ResourceTypes(), AccessLetter.Search);
        return QueryDigest.Hash([query.ResourceTypes, query.Contained, query.ContainedAlone, expression, granted, .. more]);
    }

    // A list may go at any time to make room for others, and is then made again.
    private (PageList List, List<long> Keys) Listed(SearchQuery query, PageCursor cursor, PageLists lists)
    {
        while (true)
        {
            var list = Extend(query, cursor, lists);
            var keys = lists.Read(cursor.List, cursor.Offset, query.Count);
            if (keys.Count >= Math.Min(query.Count, list.Length - cursor.Offset))
                return (list, keys);
            connection.CheckLimit();
        }
    }

    // Makes the list reach beyond the page, so that it is known whether there is a next one.
    private PageList Extend(SearchQuery query, PageCursor cursor, PageLists lists)
    {
        var needed = cursor.Offset + query.Count + 1;
        lock (lists.Making(cursor.List))
        {
            var list = lists.Find(cursor.List);
            while (!list.IsComplete && list.Length < needed)
            {
                if (list.Length == 0 && cursor.Shown.Count > 0)
                    list = lists.Append(cursor.List, list, cursor.Shown, 0, isComplete: false);
                var limit = query.Sort.Count > 0
                    ? options.SortedMatches + 1
                    : (int)Math.Clamp(Math.Max(list.Length, needed - list.Length), FirstPiece, LargestPiece);
                var keys = Untraced(() => KeysAt(query, cursor.Seq, list.Last, limit));
                if (keys.Count > options.SortedMatches && query.Sort.Count > 0)
                    throw new ExpiredCursorException($"More than {options.SortedMatches} sorted matches can't be paged through; narrow the search, or leave _sort out.");
                var (last, isComplete) = (keys.Count > 0 ? keys[^1] : list.Last, keys.Count < limit);
                keys.RemoveAll(cursor.Shown.Contains);
                list = lists.Append(cursor.List, list, keys, last, isComplete);
            }

            return list;
        }
    }

    // Statements on tables that are there for a moment only can't be explained afterwards; the step's time tells what they cost.
    private T Untraced<T>(Func<T> work)
    {
        var trace = connection.Trace;
        connection.Trace = null;
        try
        {
            return work();
        }
        finally
        {
            connection.Trace = trace;
        }
    }

    // Matches at a commit, in order. Where nothing that matters has changed since, they are those of now. Otherwise the resources
    // that may have matched differently are tested against the index as it was, and the others are found as ever.
    private List<long> KeysAt(SearchQuery asked, long commit, long after, int limit)
    {
        var query = asked;
        var parts = Parts(ref query);
        using var past = PastState.Open(connection, dictionaries, options, commit, ConcernedTypes(query, parts), query.Expression.AsksForText);
        if (past is null)
            return KeysOf(Ordered(query, Unaffected(query, parts, after, limit, Sql.Empty), limit));
        if (query.ContainedAlone && past.HasLostContained)
            throw new ExpiredCursorException("Contained resources have changed since the first page, so that the others can't be given any more; start the search anew.");

        if (new AffectedKeys(connection, dictionaries, past).Of(parts) is { } affected)
            past.NoteAffected(affected);
        else
            past.NoteAffected(query.ResourceTypes);

        // The sort values of what has changed are asked of its own rows alone, the conditions of the whole index as it was.
        if (query.Sort.Count > 0)
            past.Keep("sorted", Sql.Of($"SELECT s.key AS key, {SortColumnsThen(query.Sort)} FROM temp.changed s"));
        past.Show();
        var compiler = new SearchCompiler(connection, dictionaries, options.SourceCounts);
        var tests = Sql.All([compiler.InTypes(query.ResourceTypes, s_key), SearchCompiler.IsCurrent(s_key), .. parts.Select(part => compiler.Test(part, s_key))]);
        past.Keep("matched", query.Sort.Count > 0
            ? Sql.Of($"SELECT s.key AS key FROM temp.affected s WHERE {tests}")
            : Sql.Of($"SELECT s.key AS key FROM temp.affected s WHERE s.key > {after} AND {tests} ORDER BY s.key LIMIT {(long)limit}"));
        past.Hide();

        var changed = query.Sort.Count == 0
            ? Sql.Raw("SELECT key FROM temp.matched")
            : Sql.Of(
                $"""
                SELECT {s_key} AS key, {SortColumns(query.Sort)} FROM temp.matched s WHERE s.key NOT IN (SELECT key FROM temp.changed)
                UNION ALL SELECT o.* FROM temp.matched s CROSS JOIN temp.sorted o ON o.key = s.key
                """);
        var unaffected = Unaffected(query, parts, after, limit, Sql.Of($" AND {s_key} NOT IN (SELECT key FROM temp.affected)"));
        return KeysOf(Ordered(query, Sql.Of($"{unaffected} UNION ALL {changed}"), limit));
    }

    // Matches of now with their sort values; in the order of keys only those of one piece.
    private Sql Unaffected(SearchQuery query, List<SearchExpression> parts, long after, int limit, Sql condition)
    {
        var types = _compiler.InTypes(query.ResourceTypes, s_key);
        var chosen = _compiler.Choose(parts);
        return query.Sort.Count == 0
            ? Sql.Of($"SELECT key FROM ({InKeyOrder(query, parts, types, chosen, Sql.Of($" AND {s_key} > {after}{condition}"), limit)})")
            : Sql.Of($"SELECT {s_key} AS key, {SortColumns(query.Sort)} FROM (SELECT DISTINCT {s_key} AS key {From(parts, types, chosen, condition)}) s");
    }

    private static Sql Ordered(SearchQuery query, Sql matches, int limit) =>
        Sql.Of($"SELECT key FROM ({matches}) ORDER BY {(query.Sort.Count > 0 ? Order(query.Sort) : Sql.Raw("key"))} LIMIT {(long)limit}");

    // Ids and what refers to them never change; the time of a change does.
    private Sql SortColumnsThen(IReadOnlyList<SortKey> sort) => Sql.Join(", ", sort.Select((key, i) =>
        Sql.Of($"{(key is { Parameter: null, Code: "_lastUpdated" } ? Sql.Raw("s.seq") : SortValue(key))} AS {Sql.Raw($"s{i}")}")));

    // Contained resources change with what they lie in, which may be of any type.
    private static HashSet<string>? ConcernedTypes(SearchQuery query, IReadOnlyList<SearchExpression> parts)
    {
        var types = new HashSet<string>(query.ResourceTypes, StringComparer.Ordinal);
        return query.Contained == ContainedMode.None && parts.All(part => AffectedKeys.AddTypes(part, types)) ? types : null;
    }
}
