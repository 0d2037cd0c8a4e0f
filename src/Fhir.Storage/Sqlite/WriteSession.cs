// Applies requests inside the writer's transaction: first everything that can refuse one, then the writes, which can't fail.

namespace FhirHub.Storage.Sqlite;

/// <summary>The state of the writer: numbers to give, caches, and the open transaction's changes.</summary>
internal sealed partial class WriteSession
{
    private const int RelatedAtMost = 20;
    private const int TargetCacheLimit = 100_000;

    private readonly Connection _connection;
    private readonly SqliteStoreOptions _options;
    private readonly Dictionaries _dictionaries;
    private readonly VersionReader _versions;
    private readonly IndexRows _rows;
    private readonly IndexWriter _index;
    private readonly Dictionary<ResourceKey, long> _targets = [];
    private readonly Dictionary<long, TypeCounts> _types = [];
    private readonly HashSet<long> _changedTypes = [];
    private long _lastSeq;
    private long _lastUpdated;

    public WriteSession(Connection connection, SqliteStoreOptions options)
    {
        _connection = connection;
        _options = options;
        _dictionaries = new Dictionaries(connection, mayAdd: true);
        _versions = new VersionReader(connection, _dictionaries);
        _rows = new IndexRows(_dictionaries, TargetKey);
        _index = new IndexWriter(connection);
        ReadLast();
        ReadReindex();
    }

    /// <summary>Notes the fingerprint in a new store; true if an older one has another.</summary>
    public bool CompareFingerprint(string fingerprint)
    {
        using (var rows = _connection.Prepare("SELECT value FROM setting WHERE name='fingerprint'").Query())
        {
            if (rows.Step())
                return rows.Text(0) != fingerprint;
        }

        _connection.Prepare("INSERT INTO setting(name, value) VALUES('fingerprint', ?)").Bind(1, fingerprint).Run();
        return false;
    }

    /// <summary>Does a request, or says why not; in the latter case nothing of it is left.</summary>
    public CommitResult Apply(CommitRequest request)
    {
        // What does not depend on the writes is checked before the first of them, so that there is nothing to take back. Only a
        // scope's condition on the after-image needs the writes done.
        if (IsUnfiltered(request))
            return Check(request) ?? Write(request);

        // Counts kept in memory are written first, so that they can be read again after a rollback.
        Finish();
        _connection.Execute("SAVEPOINT request");
        var result = Check(request) ?? Write(request);
        if (result.Failure == CommitFailure.None && FindUngranted(request, result) is var ungranted and >= 0)
            result = new CommitResult(CommitFailure.NotGranted, []) { FailedIndex = ungranted };
        if (result.Failure == CommitFailure.None)
        {
            _connection.Execute("RELEASE request");
            return result;
        }

        _connection.Execute("ROLLBACK TO request; RELEASE request");
        _changedTypes.Clear();
        Forget();
        return result;
    }

    /// <summary>Writes what is kept in memory during a transaction; comes before its commit.</summary>
    public void Finish()
    {
        foreach (var type in _changedTypes)
        {
            var counts = _types[type];
            _connection.Prepare("UPDATE type SET next=?, current=?, versions=? WHERE key=?")
                .Bind(1, counts.Next).Bind(2, counts.Current).Bind(3, counts.Versions).Bind(4, type).Run();
        }

        _changedTypes.Clear();
    }

    /// <summary>Takes the open transaction back.</summary>
    public void Abandon()
    {
        if (_connection.IsInTransaction)
            _connection.Execute("ROLLBACK");
        _changedTypes.Clear();
        Forget();
    }

    // Numbers given inside a transaction that is taken back were never given.
    private void Forget()
    {
        _dictionaries.Clear();
        _targets.Clear();
        _types.Clear();
        ReadLast();
        ReadReindex();
    }

    private void ReadLast()
    {
        using var rows = _connection.Prepare("SELECT seq, updated FROM version ORDER BY seq DESC LIMIT 1").Query();
        (_lastSeq, _lastUpdated) = rows.Step() ? (rows.Int64(0), rows.Int64(1)) : (0, 0);
    }

    private TypeCounts Counts(long type)
    {
        if (_types.TryGetValue(type, out var counts))
            return counts;
        using var rows = _connection.Prepare("SELECT next, current, versions FROM type WHERE key=?").Bind(1, type).Query();
        if (!rows.Step())
            throw new StoreException("A type has no row; the database is damaged.");
        return _types[type] = new TypeCounts { Next = rows.Int64(0), Current = rows.Int64(1), Versions = rows.Int64(2) };
    }

    // The key of a reference's target. One that was never written gets a row without a version, so that every local reference is a
    // number, and a target that comes later finds its referrers waiting.
    private long TargetKey(string type, string id)
    {
        var target = new ResourceKey(type, id);
        if (_targets.TryGetValue(target, out var key))
            return key;
        key = _versions.FindRow(target)?.Key ?? AddRow(target);
        if (_targets.Count >= TargetCacheLimit)
            _targets.Clear();
        _targets[target] = key;
        return key;
    }

    private long AddRow(ResourceKey resource)
    {
        var key = NextKey(resource);
        _connection.Prepare("INSERT INTO resource(key, type, id, version, deleted) VALUES(?, ?, ?, 0, 0)")
            .Bind(1, key).Bind(2, key >> Layout.TypeShift).BindId(3, resource.Id).Run();
        return key;
    }

    private long NextKey(ResourceKey resource)
    {
        var type = _dictionaries.AddType(resource.Type);
        _changedTypes.Add(type);
        return (type << Layout.TypeShift) | Counts(type).Next++;
    }

    private sealed class TypeCounts
    {
        public long Next { get; set; }

        public long Current { get; set; }

        public long Versions { get; set; }
    }
}
