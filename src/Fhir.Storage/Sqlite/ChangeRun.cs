// What was committed, oldest first: the table of versions is in the order of their commits, so a page is a range of it.

using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <summary>Answers one question for changes on one connection.</summary>
internal sealed class ChangeRun(Connection connection, Dictionaries dictionaries)
{
    // A page is held in memory as a whole, whatever its bodies.
    private const long BytesPerPage = 16 * 1024 * 1024;

    private readonly VersionReader _versions = new(connection, dictionaries);

    /// <summary>A page.</summary>
    public ChangePage Page(ChangeQuery query)
    {
        var end = connection.Scalar(Sql.Raw("SELECT max(seq) FROM version")) ?? 0;
        var after = query.Cursor is null ? 0 : ChangeCursor.Read(query.Cursor, connection);
        if (query.Since is { } since)
            after = Math.Max(after, SearchCompiler.FirstSeqAtOrAfter(connection, HistoryRun.Ceiling(since)) - 1);

        var found = new List<StoredVersion>();
        var (bytes, last, more) = (0L, after, false);
        using (var rows = connection.Prepare(Sql.Of($"SELECT v.seq, v.key FROM version v WHERE {Conditions(query, after)} ORDER BY v.seq LIMIT {query.Count}")).Query())
        {
            while (!more && rows.Step())
            {
                last = rows.Int64(0);
                var version = _versions.Get(_versions.KeyOf(rows.Int64(1)), last);
                found.Add(version);
                bytes += version.Body.Tail.Length;
                more = found.Count == query.Count || bytes >= BytesPerPage;
            }
        }

        var reached = more ? last : Math.Max(after, end);
        return new ChangePage(found, ChangeCursor.Write(reached, connection), reached, end);
    }

    private Sql Conditions(ChangeQuery query, long after)
    {
        var conditions = new List<Sql> { Sql.Of($"v.seq > {after}") };
        if (query.Types is { } types)
        {
            var numbers = types.Select(dictionaries.FindType).Where(static number => number > 0).Distinct().Order().ToList();

            // The index has each type in the order of commits. Of several it would gather all to sort them, for every page.
            conditions.Add(numbers switch
            {
                [] => Sql.Raw("0"),
                [var number] => Sql.Of($"v.key >> 38 = {number}"),
                _ => Sql.Raw($"+(v.key >> 38) IN ({string.Join(", ", numbers)})"),
            });
        }

        if (query.CurrentOnly)
            conditions.Add(Sql.Raw("EXISTS(SELECT 1 FROM resource r WHERE r.key = v.key AND r.seq = v.seq)"));
        return Sql.All(conditions);
    }
}
