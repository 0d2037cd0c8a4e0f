// The index as it was at an earlier commit: index rows are of current versions only, but versions are kept for ever, so the rows of
// what has changed since are made again from the versions of then, in temporary tables. Views of the tables' names, which hide the
// tables themselves, then show the rows of then for what has changed and those of now for the rest.

namespace FhirHub.Storage.Sqlite;

/// <summary>The state of the store at a commit. It lives in a read transaction, whose end takes everything back.</summary>
internal sealed class PastState : IDisposable
{
    private const string Prefix = "then_";

    private static readonly string[] s_indexTables = [.. Enum.GetNames<IndexTable>().Select(static name => name.ToLowerInvariant())];

    private readonly Connection _connection;
    private readonly HashSet<long> _changed = [];

    private PastState(Connection connection) => _connection = connection;

    /// <summary>The resources that have changed since, new ones included.</summary>
    public IReadOnlyCollection<long> Changed => _changed;

    /// <summary>True if there are canonical references, or could be.</summary>
    public bool HasLinks { get; private set; }

    /// <summary>Rebuilds the state at a commit for resources of some types; null if none of them has changed since.</summary>
    /// <param name="connection">A connection in a read transaction.</param>
    /// <param name="dictionaries">Its dictionaries.</param>
    /// <param name="options">The store's options.</param>
    /// <param name="commit">The last commit that belongs to the state.</param>
    /// <param name="types">The types; null for all.</param>
    /// <exception cref="ExpiredCursorException">Too much has changed.</exception>
    public static PastState? Open(Connection connection, Dictionaries dictionaries, SqliteStoreOptions options, long commit, IReadOnlyCollection<string>? types)
    {
        var selects = types is null
            ? [Sql.Of($"SELECT key FROM version WHERE seq > {commit}")]
            : types.Select(type => Sql.Of($"SELECT key FROM version WHERE key >> 38 = {dictionaries.FindType(type)} AND seq > {commit}")).ToList();
        if (selects.TrueForAll(select => connection.Scalar(Sql.Of($"SELECT EXISTS({select})")) == 0))
            return null;

        var past = new PastState(connection);
        past.Collect(selects, commit, options.ChangesBetweenPages);
        past.Restore(dictionaries, options);
        return past;
    }

    /// <summary>Notes the keys that may match differently than now.</summary>
    public void NoteAffected(IEnumerable<long> keys)
    {
        _connection.Execute("CREATE TEMP TABLE affected(key INTEGER PRIMARY KEY)");
        var insert = _connection.Prepare("INSERT INTO temp.affected(key) VALUES(?)");
        foreach (var key in keys)
            insert.Bind(1, key).Run();
    }

    /// <summary>Notes all keys of some types as such.</summary>
    public void NoteAffected(IReadOnlyList<string> types)
    {
        _connection.Execute("CREATE TEMP TABLE affected(key INTEGER PRIMARY KEY)");
        _connection.Prepare(Sql.Of($"INSERT INTO temp.affected(key) SELECT key FROM main.resource WHERE type IN (SELECT key FROM main.type WHERE name IN ({Sql.List(types)}))")).Run();
    }

    /// <summary>Keeps what a query finds in a temporary table.</summary>
    public void Keep(string table, Sql select) =>
        _connection.Prepare(Sql.Of($"CREATE TEMP TABLE {Sql.Raw(table)} AS {select}")).Run();

    /// <summary>From now on the tables are as they were then.</summary>
    public void Show()
    {
        foreach (var table in s_indexTables)
            _connection.Execute($"ALTER TABLE temp.{table} RENAME TO {Prefix}{table}");
        foreach (var table in s_indexTables.Append("resource"))
        {
            _connection.Execute(
                $"""
                CREATE TEMP VIEW {table} AS SELECT * FROM main.{table} WHERE key NOT IN (SELECT key FROM temp.changed)
                UNION ALL SELECT * FROM temp.{Prefix}{table}
                """);
        }

        _connection.IgnoresIndexNames = true;
    }

    /// <summary>From now on the tables are as they are.</summary>
    public void Hide()
    {
        _connection.IgnoresIndexNames = false;
        foreach (var table in s_indexTables.Append("resource"))
            _connection.Execute($"DROP VIEW temp.{table}");
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.IgnoresIndexNames = false;

    private void Collect(List<Sql> selects, long commit, int limit)
    {
        _connection.Execute("CREATE TEMP TABLE changed(key INTEGER PRIMARY KEY, seq INTEGER)");
        foreach (var select in selects)
            _connection.Prepare(Sql.Of($"INSERT OR IGNORE INTO temp.changed(key) {select}")).Run();
        _connection.Prepare(Sql.Of(
            $"""
            UPDATE temp.changed SET seq = ifnull(
                (SELECT v.seq FROM main.version v WHERE v.key=changed.key AND v.version > 1 AND v.seq <= {commit} ORDER BY v.version DESC LIMIT 1),
                (SELECT r.created FROM main.resource r WHERE r.key=changed.key AND r.created <= {commit}))
            """)).Run();
        if (_connection.Scalar(Sql.Raw("SELECT count(*) FROM temp.changed WHERE seq > 0")) > limit)
            throw new ExpiredCursorException("So much has changed since the first page that the others can't be given any more; start the search anew.");
        using var rows = _connection.Prepare("SELECT key FROM temp.changed").Query();
        while (rows.Step())
            _changed.Add(rows.Int64(0));
    }

    private void Restore(Dictionaries dictionaries, SqliteStoreOptions options)
    {
        CreateTables();
        _connection.Execute(
            $"""
            INSERT INTO temp.{Prefix}resource SELECT r.* FROM temp.changed c CROSS JOIN main.resource r ON r.key = c.key;
            UPDATE temp.{Prefix}resource SET shape = NULL, deleted = 0, version = 0, seq = (SELECT c.seq FROM temp.changed c WHERE c.key = {Prefix}resource.key);
            UPDATE temp.{Prefix}resource SET (version, deleted) = (SELECT v.version, v.method = {(int)WriteMethod.Delete} FROM main.version v WHERE v.seq = {Prefix}resource.seq) WHERE seq > 0
            """);

        var versions = new VersionReader(_connection, dictionaries);
        var index = new IndexRows(dictionaries, (type, id) => versions.FindRow(new ResourceKey(type, id))?.Key ?? Dictionaries.Unknown);
        var writer = new IndexWriter(_connection);
        var rows = new List<IndexRow>();
        using var resources = _connection.Prepare($"SELECT key, seq FROM temp.{Prefix}resource WHERE seq > 0 AND deleted = 0").Query();
        while (resources.Step())
        {
            _connection.CheckLimit();
            var key = resources.Int64(0);
            var version = versions.Get(versions.KeyOf(key), resources.Int64(1));
            var entries = options.Extract(version.Key, version.Body.ToArray(version));
            rows.Clear();
            index.Add(entries, [], rows);
            foreach (var row in rows)
                writer.Insert(key, row);
            _connection.Prepare($"UPDATE temp.{Prefix}resource SET shape=? WHERE key=?").Bind(1, index.Shape(entries)).Bind(2, key).Run();
        }

        HasLinks = _connection.Scalar(Sql.Raw("SELECT EXISTS(SELECT 1 FROM main.link) OR EXISTS(SELECT 1 FROM temp.link)")) == 1;
    }

    // The same tables with the same indexes, whichever layout the file has.
    private void CreateTables()
    {
        var statements = new List<string>();
        using (var rows = _connection.Prepare(Sql.Of(
            $"SELECT sql FROM main.sqlite_schema WHERE tbl_name IN ({Sql.List(s_indexTables.Append("resource"))}) AND sql IS NOT NULL ORDER BY type DESC")).Query())
        {
            while (rows.Step())
                statements.Add(rows.Text(0));
        }

        foreach (var sql in statements)
        {
            _connection.Execute(sql
                .Replace("CREATE TABLE resource(", $"CREATE TEMP TABLE {Prefix}resource(", StringComparison.Ordinal)
                .Replace(" ON resource(", $" ON {Prefix}resource(", StringComparison.Ordinal)
                .Replace("CREATE TABLE ", "CREATE TEMP TABLE ", StringComparison.Ordinal)
                .Replace("CREATE INDEX ", "CREATE INDEX temp.", StringComparison.Ordinal)
                .Replace("CREATE UNIQUE INDEX ", "CREATE UNIQUE INDEX temp.", StringComparison.Ordinal));
        }
    }
}
