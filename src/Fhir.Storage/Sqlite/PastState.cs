// The index as it was at an earlier commit: index rows are of current versions only, but versions are kept for ever, so the rows of
// what has changed since are made again from the versions of then, in temporary tables. Views of the tables' names, which hide the
// tables themselves, then show the rows of then for what has changed and those of now for the rest.

using FhirHub.Search;
using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <summary>The state of the store at a commit. It lives in a read transaction; its own end takes everything back.</summary>
internal sealed class PastState : IDisposable
{
    private const string Prefix = "then_";
    private const string Savepoint = "past";

    private static readonly string[] s_resourceTables = ["resource", "contained", "shape"];
    private static readonly string[] s_indexTables = [.. Enum.GetNames<IndexTable>().Select(static name => name.ToLowerInvariant())];

    private readonly Connection _connection;
    private readonly Dictionaries _dictionaries;
    private readonly SqliteStoreOptions _options;
    private readonly VersionReader _versions;
    private readonly long _commit;
    private readonly HashSet<long> _changed = [];
    private readonly Dictionary<long, ResourceText?>? _texts;
    private long _lastLost;

    private PastState(Connection connection, Dictionaries dictionaries, SqliteStoreOptions options, long commit, bool withTexts)
    {
        _texts = withTexts ? [] : null;
        _connection = connection;
        _dictionaries = dictionaries;
        _options = options;
        _versions = new VersionReader(connection, dictionaries);
        _commit = commit;
    }

    /// <summary>The resources that have changed since, new ones included, with what they contain and contained.</summary>
    public IReadOnlyCollection<long> Changed => _changed;

    /// <summary>True if there are canonical references, or could be.</summary>
    public bool HasLinks { get; private set; }

    /// <summary>True if there were contained resources that are gone or newly made since: they have no keys, or not those of then.</summary>
    public bool HasLostContained => _lastLost > 0;

    /// <summary>Rebuilds the state at a commit for resources of some types; null if none of them has changed since.</summary>
    /// <param name="connection">A connection in a read transaction.</param>
    /// <param name="dictionaries">Its dictionaries.</param>
    /// <param name="options">The store's options.</param>
    /// <param name="commit">The last commit that belongs to the state.</param>
    /// <param name="types">The types; null for all.</param>
    /// <param name="withTexts">True to restore what full-text search finds, too.</param>
    /// <exception cref="ExpiredCursorException">Too much has changed.</exception>
    public static PastState? Open(
        Connection connection, Dictionaries dictionaries, SqliteStoreOptions options, long commit, IReadOnlyCollection<string>? types, bool withTexts)
    {
        var selects = types is null
            ? [Sql.Of($"SELECT key FROM version WHERE seq > {commit}")]
            : types.Select(type => Sql.Of($"SELECT key FROM version WHERE key >> 38 = {dictionaries.FindType(type)} AND seq > {commit}")).ToList();
        if (selects.TrueForAll(select => connection.Scalar(Sql.Of($"SELECT EXISTS({select})")) == 0))
            return null;

        connection.Execute($"SAVEPOINT {Savepoint}");
        var past = new PastState(connection, dictionaries, options, commit, withTexts);
        past.Collect(selects);
        past.Restore();
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
        foreach (var table in s_indexTables.Concat(s_resourceTables))
        {
            _connection.Execute(
                $"""
                CREATE TEMP VIEW {table} AS SELECT * FROM main.{table} WHERE key NOT IN (SELECT key FROM temp.changed)
                UNION ALL SELECT * FROM temp.{Prefix}{table}
                """);
        }

        _connection.IgnoresIndexNames = true;
        if (_texts is not null)
            _connection.Text!.Show(_texts);
    }

    /// <summary>From now on the tables are as they are.</summary>
    public void Hide()
    {
        _connection.IgnoresIndexNames = false;
        if (_texts is not null)
            _connection.Text!.Show(null);
        foreach (var table in s_indexTables.Concat(s_resourceTables))
            _connection.Execute($"DROP VIEW temp.{table}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _connection.IgnoresIndexNames = false;

        // A search may ask for several pieces of a list. One that ran out of time may have ended the transaction.
        if (_connection.IsInTransaction)
            _connection.Execute($"ROLLBACK TO {Savepoint}; RELEASE {Savepoint}");
    }

    private void Collect(List<Sql> selects)
    {
        _connection.Execute("CREATE TEMP TABLE changed(key INTEGER PRIMARY KEY, seq INTEGER)");
        foreach (var select in selects)
            _connection.Prepare(Sql.Of($"INSERT OR IGNORE INTO temp.changed(key) {select}")).Run();
        _connection.Prepare(Sql.Of(
            $"""
            UPDATE temp.changed SET seq = ifnull(
                (SELECT v.seq FROM main.version v WHERE v.key=changed.key AND v.version > 1 AND v.seq <= {_commit} ORDER BY v.version DESC LIMIT 1),
                (SELECT r.created FROM main.resource r WHERE r.key=changed.key AND r.created <= {_commit}))
            """)).Run();
        if (_connection.Scalar(Sql.Raw("SELECT count(*) FROM temp.changed WHERE seq > 0")) > _options.ChangesBetweenPages)
            throw new ExpiredCursorException("So much has changed since the first page that the others can't be given any more; start the search anew.");
    }

    private void Restore()
    {
        CreateTables();
        _connection.Execute(
            $"""
            INSERT INTO temp.{Prefix}resource SELECT r.* FROM temp.changed c CROSS JOIN main.resource r ON r.key = c.key;
            UPDATE temp.{Prefix}resource SET shape = NULL, deleted = 0, version = 0, seq = (SELECT c.seq FROM temp.changed c WHERE c.key = {Prefix}resource.key);
            UPDATE temp.{Prefix}resource SET (version, deleted) = (SELECT v.version, v.method = {(int)WriteMethod.Delete} FROM main.version v WHERE v.seq = {Prefix}resource.seq) WHERE seq > 0;
            INSERT OR IGNORE INTO temp.changed(key) SELECT n.key FROM temp.changed c CROSS JOIN main.contained n ON n.container = c.key
            """);

        var index = new IndexRows(_dictionaries, (type, id) => _versions.FindRow(new ResourceKey(type, id))?.Key ?? Dictionaries.Unknown);
        var writer = new IndexWriter(_connection);
        var restored = new List<(long Key, long Seq)>();
        using (var resources = _connection.Prepare($"SELECT key, seq FROM temp.{Prefix}resource WHERE seq > 0 AND deleted = 0").Query())
        {
            while (resources.Step())
                restored.Add((resources.Int64(0), resources.Int64(1)));
        }

        foreach (var (key, seq) in restored)
        {
            _connection.CheckLimit();
            var version = _versions.Get(_versions.KeyOf(key), seq);
            var json = version.Body.ToArray(version);
            var contained = version.Body.MayContain ? _options.ExtractContained(version.Key, json) : [];
            index.Fragments = contained.Count > 0 ? Contain(key, seq, version.Version, contained) : null;
            Restore(key, _options.Extract(version.Key, json), index, writer);
            if (_texts is not null)
                _texts[key] = _options.Text!(json);
            foreach (var resource in contained)
                Restore(index.Fragments![resource.Id], resource.Entries, index, writer);
        }

        using (var rows = _connection.Prepare("SELECT key FROM temp.changed").Query())
        {
            while (rows.Step())
            {
                _changed.Add(rows.Int64(0));
                _texts?.TryAdd(rows.Int64(0), null);
            }
        }

        HasLinks = _connection.Scalar(Sql.Raw("SELECT EXISTS(SELECT 1 FROM main.link) OR EXISTS(SELECT 1 FROM temp.link)")) == 1;
    }

    private void Restore(long key, IReadOnlyList<IndexEntry> entries, IndexRows index, IndexWriter writer)
    {
        var rows = new List<IndexRow>();
        index.Add(entries, [], rows);
        foreach (var row in rows)
            writer.Insert(key, row);
        _connection.Prepare($"UPDATE temp.{Prefix}resource SET shape=? WHERE key=?").Bind(1, Shape(index.Present(entries))).Bind(2, key).Run();
    }

    // After a reindex no present resource may have the same set of parameters as one of then.
    private long Shape(byte[] present)
    {
        if (_dictionaries.AddShape(present) is var known and not Dictionaries.Unknown)
            return known;
        _connection.Prepare($"INSERT OR IGNORE INTO temp.{Prefix}shape(key, present) VALUES((SELECT ifnull(min(key), 0) - 1 FROM temp.{Prefix}shape), ?)").Bind(1, present).Run();
        return _connection.Scalar(Sql.Of($"SELECT key FROM temp.{Sql.Raw(Prefix)}shape WHERE present={present}")) ?? Dictionaries.Unknown;
    }

    // The keys of what a resource contained, by id. What is there yet has its key; what is gone gets one from the end of its type.
    private Dictionary<string, long> Contain(long container, long seq, long version, IReadOnlyList<ContainedResource> resources)
    {
        var keys = new Dictionary<string, long>(StringComparer.Ordinal) { [""] = container };
        foreach (var resource in resources)
        {
            var type = _dictionaries.FindType(Layout.ContainedMark + resource.Type);
            var key = _connection.Scalar(Sql.Of(
                $"""
                SELECT n.key FROM main.contained n CROSS JOIN main.resource r ON r.key = n.key
                WHERE n.container={container} AND n.id={resource.Id} AND r.type={type} AND r.created <= {_commit}
                """)) ?? (type << Layout.TypeShift) + Layout.NumberMask - _lastLost++;
            keys[resource.Id] = key;
            _connection.Prepare("INSERT INTO temp.changed(key, seq) VALUES(?1, ?2) ON CONFLICT(key) DO UPDATE SET seq=?2").Bind(1, key).Bind(2, seq).Run();
            _connection.Prepare($"INSERT INTO temp.{Prefix}contained(key, container, id) VALUES(?, ?, ?)").Bind(1, key).Bind(2, container).Bind(3, resource.Id).Run();
            _connection.Prepare($"INSERT INTO temp.{Prefix}resource(key, type, id, seq, version, deleted) VALUES(?1, ?2, ?1, ?3, ?4, 0)")
                .Bind(1, key).Bind(2, type).Bind(3, seq).Bind(4, version).Run();
        }

        return keys;
    }

    // The same tables with the same indexes, whichever layout the file has.
    private void CreateTables()
    {
        var statements = new List<string>();
        using (var rows = _connection.Prepare(Sql.Of(
            $"SELECT sql FROM main.sqlite_schema WHERE tbl_name IN ({Sql.List(s_indexTables.Concat(s_resourceTables))}) AND sql IS NOT NULL ORDER BY type DESC")).Query())
        {
            while (rows.Step())
                statements.Add(rows.Text(0));
        }

        foreach (var sql in statements)
        {
            var temporary = sql.Replace("CREATE TABLE ", "CREATE TEMP TABLE ", StringComparison.Ordinal)
                .Replace("CREATE INDEX ", "CREATE INDEX temp.", StringComparison.Ordinal)
                .Replace("CREATE UNIQUE INDEX ", "CREATE UNIQUE INDEX temp.", StringComparison.Ordinal);
            foreach (var table in s_resourceTables)
            {
                temporary = temporary.Replace($"TABLE {table}(", $"TABLE {Prefix}{table}(", StringComparison.Ordinal)
                    .Replace($" ON {table}(", $" ON {Prefix}{table}(", StringComparison.Ordinal);
            }

            _connection.Execute(temporary);
        }
    }
}
