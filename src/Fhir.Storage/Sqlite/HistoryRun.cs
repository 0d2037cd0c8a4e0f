// History: the versions are stored in the order of their commits, so every history is a walk down from the newest.

using FhirHub.Search;
using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <summary>Answers one history query on one connection.</summary>
internal sealed class HistoryRun(Connection connection, Dictionaries dictionaries, SqliteStoreOptions options, AccessScope scope)
{
    private readonly VersionReader _versions = new(connection, dictionaries);
    private readonly VersionFilter _filter = new(new VersionReader(connection, dictionaries), options);
    private readonly ScopedExpression _scoped = new(scope, options.CompartmentParameters);
    private IReadOnlyList<string>? _types;

    /// <summary>A page, newest first.</summary>
    public HistoryPage Page(HistoryQuery query)
    {
        if (Conditions(query) is not { } conditions)
            return new HistoryPage([], null, 0);

        var where = Sql.All(conditions);
        var hash = Hash(query);
        var cursor = query.Cursor is null ? Sql.Empty : Sql.Of($" AND v.seq < {HistoryCursor.Read(query.Cursor, hash).Before}");
        var versions = new List<StoredVersion>(query.Count);
        var last = 0L;
        var more = false;
        using (var rows = connection.Prepare(Sql.Of($"SELECT v.seq, v.key FROM version v WHERE {where}{cursor} ORDER BY v.seq DESC{AtMost(query)}")).Query())
        {
            while (!more && rows.Step())
            {
                var version = _versions.Get(_versions.KeyOf(rows.Int64(1)), rows.Int64(0));
                if (!Grants(query, version, rows.Int64(0)))
                    continue;
                more = versions.Count == query.Count;
                if (more)
                    break;
                versions.Add(version);
                last = rows.Int64(0);
            }
        }

        var next = more && versions.Count > 0 ? new HistoryCursor(hash, last).Write() : null;
        return new HistoryPage(versions, next, Total(query, where));
    }

    // A history of one resource is read version by version, one of many is a search (SMART App Launch 2.2.0, scopes-and-launch-context.html).
    private static AccessLetter LetterOf(HistoryQuery query) => query.Id is null ? AccessLetter.Search : AccessLetter.Read;

    private bool IsFiltered(HistoryQuery query) => !TypesOf(query).All(type => scope.IsUnfiltered(type, LetterOf(query)));

    private IReadOnlyList<string> TypesOf(HistoryQuery query) => _types ??= query.Type is null ? Types() : [query.Type];

    private Sql AtMost(HistoryQuery query) => IsFiltered(query) ? Sql.Empty : Sql.Of($" LIMIT {query.Count + 1L}");

    // The index has asked the current version; a former one may have been of another patient, and is asked itself.
    private bool Grants(HistoryQuery query, StoredVersion version, long seq)
    {
        connection.CheckLimit();
        if (scope.IsUnfiltered(version.Key.Type, LetterOf(query)) || _versions.FindRow(version.Key) is { } row && row.Seq == seq)
            return true;
        return _filter.Grants(_scoped.Granted([version.Key.Type], LetterOf(query)), version);
    }

    // Of what was asked: the numbers of commits that a time stands for may change from page to page.
    private ulong Hash(HistoryQuery query)
    {
        var granted = IsFiltered(query) ? _scoped.Granted(TypesOf(query), LetterOf(query)) : null;
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

        if (IsFiltered(query))
        {
            var key = Sql.Raw("v.key");
            var compiler = new SearchCompiler(connection, dictionaries, options.SourceCounts);
            IReadOnlyList<string> unfiltered = [.. TypesOf(query).Where(type => scope.IsUnfiltered(type, LetterOf(query)))];
            IReadOnlyList<string> filtered = [.. TypesOf(query).Except(unfiltered, StringComparer.Ordinal)];
            conditions.Add(Sql.Any(
            [
                compiler.InTypes(unfiltered, key),
                Sql.All([compiler.InTypes(filtered, key), SearchCompiler.IsCurrent(key), compiler.Test(_scoped.Granted(filtered, LetterOf(query)), key)]),
            ]));
        }

        return conditions.Count == 0 ? [Sql.True] : conditions;
    }

    private long Total(HistoryQuery query, Sql where)
    {
        if (IsFiltered(query))
            return GrantedTotal(query, where);
        if (query.Since is not null || query.At is not null)
            return connection.Scalar(Sql.Of($"SELECT count(*) FROM version v WHERE {where}")) ?? 0;
        if (query is { Type: { } type, Id: { } id })
            return _versions.FindRow(new ResourceKey(type, id))?.Version ?? 0;
        return query.Type is null
            ? connection.Scalar(Sql.Raw("SELECT sum(versions) FROM type")) ?? 0
            : connection.Scalar(Sql.Of($"SELECT versions FROM type WHERE name={query.Type}")) ?? 0;
    }

    // Current versions are counted, former ones read.
    private long GrantedTotal(HistoryQuery query, Sql where)
    {
        var isCurrent = Sql.Raw("EXISTS(SELECT 1 FROM resource c WHERE c.key=v.key AND c.seq=v.seq)");
        var total = connection.Scalar(Sql.Of($"SELECT count(*) FROM version v WHERE {where} AND {isCurrent}")) ?? 0;
        using var rows = connection.Prepare(Sql.Of($"SELECT v.seq, v.key FROM version v WHERE {where} AND NOT {isCurrent}")).Query();
        while (rows.Step())
        {
            if (Grants(query, _versions.Get(_versions.KeyOf(rows.Int64(1)), rows.Int64(0)), rows.Int64(0)))
                total++;
        }

        return total;
    }

    private List<string> Types()
    {
        var types = new List<string>();
        using var rows = connection.Prepare("SELECT name FROM type WHERE name NOT LIKE '#%'").Query();
        while (rows.Step())
            types.Add(rows.Text(0));
        return types;
    }

    /// <summary>The first millisecond since 1970 that is not before an instant.</summary>
    public static long Ceiling(DateTimeOffset instant)
    {
        var milliseconds = instant.ToUnixTimeMilliseconds();
        return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) < instant ? milliseconds + 1 : milliseconds;
    }
}
