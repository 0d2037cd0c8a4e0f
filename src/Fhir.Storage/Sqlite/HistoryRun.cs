// History: the versions are stored in the order of their commits, so every history is a walk down from the newest.

using FhirHub.Search;
using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <summary>Answers one history query on one connection.</summary>
internal sealed class HistoryRun(Connection connection, Dictionaries dictionaries, SqliteStoreOptions options, AccessScope scope)
{
    private readonly VersionReader _versions = new(connection, dictionaries);

    /// <summary>A page, newest first.</summary>
    public HistoryPage Page(HistoryQuery query)
    {
        if (Conditions(query) is not { } conditions)
            return new HistoryPage([], null, 0);

        var where = Sql.All(conditions);
        var hash = Hash(query);
        var cursor = query.Cursor is null ? Sql.Empty : Sql.Of($" AND v.seq < {HistoryCursor.Read(query.Cursor, hash).Before}");
        var found = new List<(long Seq, long Key)>();
        using (var rows = connection.Prepare(Sql.Of($"SELECT v.seq, v.key FROM version v WHERE {where}{cursor} ORDER BY v.seq DESC LIMIT {query.Count + 1L}")).Query())
        {
            while (rows.Step())
                found.Add((rows.Int64(0), rows.Int64(1)));
        }

        var more = found.Count > query.Count;
        if (more)
            found.RemoveAt(query.Count);
        var next = more && found.Count > 0 ? new HistoryCursor(hash, found[^1].Seq).Write() : null;
        var versions = found.ConvertAll(row => _versions.Get(_versions.KeyOf(row.Key), row.Seq));
        return new HistoryPage(versions, next, Total(query, where));
    }

    // Of what was asked: the numbers of commits that a time stands for may change from page to page.
    private ulong Hash(HistoryQuery query)
    {
        var granted = scope.IsFull ? null : new ScopedExpression(scope, options.CompartmentParameters).Granted(query.Type is null ? Types() : [query.Type], AccessLetter.Read);
        return QueryDigest.Hash(query.Type, query.Id, query.Since, query.At?.Low, query.At?.High, granted);
    }

    // Null if there can be nothing.
    private List<Sql>? Conditions(HistoryQuery query)
    {
        var conditions = new List<Sql>();
        if (query is { Type: { } type, Id: { } id })
        {
            if (_versions.FindRow(new ResourceKey(type, id)) is not { Seq: > 0, Key: var key })
                return null;
            conditions.Add(Sql.Of($"v.seq IN (SELECT seq FROM version WHERE key={key} AND version > 1 UNION ALL SELECT created FROM resource WHERE key={key})"));
        }
        else if (query.Type is not null)
        {
            if (dictionaries.FindType(query.Type) is not (> 0 and var number))
                return null;
            conditions.Add(Sql.Of($"v.key >> {Sql.Raw(Layout.TypeShift.ToString())} = {number}"));
        }

        if (query.Since is { } since)
            conditions.Add(Sql.Of($"v.seq >= {SearchCompiler.FirstSeqAtOrAfter(connection, Ceiling(since))}"));
        if (query.At is var (low, high))
        {
            // Current at some time of the period: made before its end, and not replaced before or at its start.
            conditions.Add(Sql.Of($"v.seq < {SearchCompiler.FirstSeqAtOrAfter(connection, high.ToUnixTimeMilliseconds() + 1)}"));
            conditions.Add(Sql.Of(
                $"""
                NOT EXISTS(SELECT 1 FROM version n WHERE n.key=v.key AND n.version=v.version + 1 AND n.version > 1
                AND n.seq < {SearchCompiler.FirstSeqAtOrAfter(connection, low.ToUnixTimeMilliseconds() + 1)})
                """));
        }

        if (!scope.IsFull)
        {
            var types = query.Type is null ? Types() : [query.Type];
            var filter = new ScopedExpression(scope, options.CompartmentParameters).Granted(types, AccessLetter.Read);
            conditions.Add(SearchCompiler.IsCurrent(Sql.Raw("v.key")));
            conditions.Add(new SearchCompiler(connection, dictionaries, options.SourceCounts).Test(filter, Sql.Raw("v.key")));
        }

        return conditions.Count == 0 ? [Sql.True] : conditions;
    }

    private long Total(HistoryQuery query, Sql where)
    {
        if (query.Since is not null || query.At is not null || !scope.IsFull)
            return connection.Scalar(Sql.Of($"SELECT count(*) FROM version v WHERE {where}")) ?? 0;
        if (query is { Type: { } type, Id: { } id })
            return _versions.FindRow(new ResourceKey(type, id))?.Version ?? 0;
        return query.Type is null
            ? connection.Scalar(Sql.Raw("SELECT sum(versions) FROM type")) ?? 0
            : connection.Scalar(Sql.Of($"SELECT versions FROM type WHERE name={query.Type}")) ?? 0;
    }

    private List<string> Types()
    {
        var types = new List<string>();
        using var rows = connection.Prepare("SELECT name FROM type WHERE name NOT LIKE '#%'").Query();
        while (rows.Step())
            types.Add(rows.Text(0));
        return types;
    }

    private static long Ceiling(DateTimeOffset instant)
    {
        var milliseconds = instant.ToUnixTimeMilliseconds();
        return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) < instant ? milliseconds + 1 : milliseconds;
    }
}
