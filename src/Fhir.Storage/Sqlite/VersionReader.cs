// Reads versions through one connection.

using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <summary>A resource's row.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Seq">Place of the current version in the order of commits; 0 for one that others refer to but that never was.</param>
/// <param name="Version">Number of the current version.</param>
/// <param name="Deleted">True if the current version is a tombstone.</param>
internal readonly record struct ResourceRow(long Key, long Seq, long Version, bool Deleted)
{
    /// <summary>True if there is a resource now.</summary>
    public bool IsCurrent => Seq > 0 && !Deleted;
}

/// <summary>Lookups of resources and versions.</summary>
internal sealed class VersionReader(Connection connection, Dictionaries dictionaries)
{
    private const string Columns = "v.seq, v.version, v.updated, v.method, v.body";

    /// <summary>The row of a resource; null if it is not even referred to.</summary>
    public ResourceRow? FindRow(ResourceKey key)
    {
        var type = dictionaries.FindType(key.Type);
        if (type == 0)
            return null;
        using var rows = connection.Prepare("SELECT key, seq, version, deleted FROM resource WHERE type=? AND id=?").Bind(1, type).BindId(2, key.Id).Query();
        return rows.Step() ? new ResourceRow(rows.Int64(0), rows.Int64(1), rows.Int64(2), rows.Int64(3) != 0) : null;
    }

    /// <summary>The current version, which may be a tombstone.</summary>
    public (long Key, long Seq, StoredVersion Version)? FindCurrent(ResourceKey key)
    {
        var type = dictionaries.FindType(key.Type);
        if (type == 0)
            return null;
        var statement = connection.Prepare(
            $"SELECT {Columns}, r.key FROM resource r CROSS JOIN version v ON v.seq = r.seq WHERE r.type=? AND r.id=?");
        using var rows = statement.Bind(1, type).BindId(2, key.Id).Query();
        return rows.Step() ? (rows.Int64(5), rows.Int64(0), Read(rows, key)) : null;
    }

    /// <summary>The version of a place in the order of commits.</summary>
    public StoredVersion Get(ResourceKey key, long seq)
    {
        using var rows = connection.Prepare($"SELECT {Columns} FROM version v WHERE v.seq=?").Bind(1, seq).Query();
        return rows.Step() ? Read(rows, key) : throw new StoreException($"Version {seq} of the store is missing; the database is damaged.");
    }

    /// <summary>The current version of a key; for a contained resource that of its container.</summary>
    public StoredVersion GetCurrent(long key)
    {
        if (IsContained(key))
            return GetCurrent(Contained(key).Container);
        var statement = connection.Prepare(
            $"SELECT {Columns}, r.id FROM resource r CROSS JOIN version v ON v.seq = r.seq WHERE r.key=?");
        using var rows = statement.Bind(1, key).Query();
        return rows.Step()
            ? Read(rows, new ResourceKey(TypeOf(key), rows.Id(5)))
            : throw new StoreException("An index row leads to no resource; the database is damaged.");
    }

    /// <summary>One version by its number.</summary>
    public StoredVersion? FindVersion(ResourceKey key, long version)
    {
        if (FindRow(key) is not { Seq: > 0 } row || version < 1 || version > row.Version)
            return null;
        var sql = version == row.Version
            ? Sql.Of($"{row.Seq}")
            : version == 1
                ? Sql.Of($"(SELECT created FROM resource WHERE key={row.Key})")
                : Sql.Of($"(SELECT seq FROM version WHERE key={row.Key} AND version={version} AND version > 1)");
        using var rows = connection.Prepare(Sql.Of($"SELECT {Sql.Raw(Columns)} FROM version v WHERE v.seq={sql}")).Query();
        return rows.Step() ? Read(rows, key) : null;
    }

    /// <summary>The place of the version that was current at a commit, for a contained resource its container's; 0 if there was none yet.</summary>
    public long SeqAt(long key, long commit)
    {
        if (IsContained(key))
            return SeqAt(Contained(key).Container, commit);
        using (var rows = connection.Prepare("SELECT seq, created FROM resource WHERE key=?").Bind(1, key).Query())
        {
            if (!rows.Step() || rows.IsNull(1) || rows.Int64(1) > commit)
                return 0;
            if (rows.Int64(0) is var current && current <= commit)
                return current;
        }

        return connection.Scalar(Sql.Of(
            $"""
            SELECT ifnull(
                (SELECT seq FROM version WHERE key={key} AND version > 1 AND seq <= {commit} ORDER BY version DESC LIMIT 1),
                (SELECT created FROM resource WHERE key={key}))
            """)) ?? 0;
    }

    /// <summary>Type and id of a key; for a contained resource those of its container.</summary>
    public ResourceKey KeyOf(long key)
    {
        if (IsContained(key))
            return KeyOf(Contained(key).Container);
        using var rows = connection.Prepare("SELECT id FROM resource WHERE key=?").Bind(1, key).Query();
        return rows.Step() ? new ResourceKey(TypeOf(key), rows.Id(0)) : throw new StoreException("An index row leads to no resource; the database is damaged.");
    }

    /// <summary>The type that is part of a key.</summary>
    public string TypeOf(long key) => dictionaries.TypeName(key >> Layout.TypeShift);

    /// <summary>True for the key of a contained resource.</summary>
    public bool IsContained(long key) => TypeOf(key)[0] == Layout.ContainedMark;

    /// <summary>True if a contained resource is there yet; its key goes with it.</summary>
    public bool IsStillContained(long key) => connection.Scalar(Sql.Of($"SELECT EXISTS(SELECT 1 FROM contained WHERE key={key})")) == 1;

    /// <summary>The container of a contained resource, and its id there.</summary>
    public (long Container, string Id) Contained(long key)
    {
        using var rows = connection.Prepare("SELECT container, id FROM contained WHERE key=?").Bind(1, key).Query();
        return rows.Step() ? (rows.Int64(0), rows.Text(1)) : throw new StoreException("A contained resource has no container; the database is damaged.");
    }

    /// <summary>The keys of the resources that a resource contains, by their ids.</summary>
    public Dictionary<string, long> ContainedIn(long container)
    {
        var keys = new Dictionary<string, long>(StringComparer.Ordinal);
        using var rows = connection.Prepare("SELECT id, key FROM contained WHERE container=?").Bind(1, container).Query();
        while (rows.Step())
            keys.Add(rows.Text(0), rows.Int64(1));
        return keys;
    }

    /// <summary>Reads the first five columns of a row as a version.</summary>
    private static StoredVersion Read(in Statement.Rows rows, ResourceKey key) => new(
        key,
        rows.Int64(1),
        DateTimeOffset.FromUnixTimeMilliseconds(rows.Int64(2)),
        (WriteMethod)rows.Int64(3),
        BodyCodec.Decode(rows.Blob(4)));
}
