// New versions, tombstones, and the index rows that come and go with them.

namespace FhirHub.Storage.Sqlite;

/// <content>Writes under the write lock.</content>
internal sealed partial class WriteSession
{
    private readonly List<IndexRow> _newRows = [];
    private readonly List<IndexRow> _oldRows = [];
    private readonly HashSet<IndexRow> _kept = [];

    private CommitResult Write(CommitRequest request)
    {
        // All versions of one request are of one moment; clocks that are set back do not turn time back here.
        _lastUpdated = Math.Max(_lastUpdated, _options.Clock.GetUtcNow().ToUnixTimeMilliseconds());
        var results = new WriteResult[request.Writes.Count];
        for (var i = 0; i < results.Length; i++)
        {
            var prepared = request.Writes[i];
            results[i] = prepared.Write is PutResource put ? Put(put, prepared) : Delete(prepared);
        }

        return new CommitResult(CommitFailure.None, results);
    }

    private WriteResult Put(PutResource put, PreparedWrite prepared)
    {
        var row = _versions.FindRow(put.Key);
        var replaced = row is { Seq: > 0 } ? Current(put.Key, row.Value, prepared) : null;
        if (replaced is { Version.IsDeleted: false } && replaced.Version.Body.Tail.Span.SequenceEqual(put.Resource.Body.Tail.Span))
            return new WriteResult(WriteOutcome.Unchanged, replaced.Version);

        var version = new StoredVersion(
            put.Key,
            (row?.Version ?? 0) + 1,
            DateTimeOffset.FromUnixTimeMilliseconds(_lastUpdated),
            put.Method,
            put.Resource.Body);
        var isCreated = replaced is null or { Version.IsDeleted: true };
        PutVersion(row, version, put.Resource, prepared.Body, replaced);
        return new WriteResult(isCreated ? WriteOutcome.Created : WriteOutcome.Updated, version);
    }

    // Gives the version's place in the order of commits.
    private long PutVersion(ResourceRow? row, StoredVersion version, PreparedResource prepared, byte[]? body, Replaced? replaced)
    {
        var key = row?.Key ?? NextKey(version.Key);
        var resource = prepared.Generation == _options.Generation() ? prepared : ExtractAnew(prepared, version);
        var seq = Append(key, version, body);
        WriteRow(version.Key, key, isNew: row is null, seq, version.Version, _rows.Shape(resource.Entries));
        var contained = Contain(key, resource.Contained, replaced);
        _newRows.Clear();
        _rows.Fragments = contained?.New;
        _rows.Add(resource.Entries, resource.References, _newRows);

        var created = replaced is null or { Version.IsDeleted: true };
        if (created)
        {
            foreach (var added in _newRows)
                _index.Insert(key, added);
        }
        else
        {
            _rows.Fragments = contained?.Old;
            OldRows(key, replaced!);
            Exchange(key);
        }

        if (contained is not null)
            Exchange(contained, new ResourceRow(key, seq, version.Version, Deleted: false));
        Count(key, versions: 1, current: created ? 1 : 0);
        return seq;
    }

    // The search parameters have changed since it was prepared.
    private PreparedResource ExtractAnew(PreparedResource resource, StoredVersion version)
    {
        var json = version.Body.ToArray(version);
        return resource with { Entries = _options.Extract(version.Key, json), Contained = _options.ExtractContained(version.Key, json) };
    }

    private WriteResult Delete(PreparedWrite prepared)
    {
        var resource = prepared.Write.Key;
        if (_versions.FindRow(resource) is not { Seq: > 0 } row)
            return new WriteResult(WriteOutcome.NothingToDelete, null);
        var replaced = Current(resource, row, prepared);
        if (replaced.Version.IsDeleted)
            return new WriteResult(WriteOutcome.NothingToDelete, replaced.Version);

        var tombstone = new StoredVersion(
            resource,
            row.Version + 1,
            DateTimeOffset.FromUnixTimeMilliseconds(_lastUpdated),
            WriteMethod.Delete,
            default);
        DeleteVersion(row, tombstone, replaced);
        return new WriteResult(WriteOutcome.Deleted, tombstone);
    }

    // Gives the tombstone's place in the order of commits.
    private long DeleteVersion(ResourceRow row, StoredVersion tombstone, Replaced replaced)
    {
        var seq = Append(row.Key, tombstone, null);
        _connection.Prepare("UPDATE resource SET seq=?, version=?, deleted=1, shape=NULL WHERE key=?")
            .Bind(1, seq).Bind(2, tombstone.Version).Bind(3, row.Key).Run();
        var contained = Contain(row.Key, [], replaced);
        _newRows.Clear();
        _rows.Fragments = contained?.Old;
        OldRows(row.Key, replaced);
        Exchange(row.Key);
        if (contained is not null)
            Exchange(contained, row);
        Count(row.Key, versions: 1, current: -1);
        return seq;
    }

    // The row comes before the index rows, so that a reference of the resource to itself finds it.
    private void WriteRow(ResourceKey resource, long key, bool isNew, long seq, long version, long shape)
    {
        var statement = isNew
            ? _connection.Prepare("INSERT INTO resource(seq, version, deleted, created, shape, key, type, id) VALUES(?1, ?2, 0, ?1, ?3, ?4, ?5, ?6)")
                .Bind(5, key >> Layout.TypeShift).BindId(6, resource.Id)
            : _connection.Prepare("UPDATE resource SET seq=?1, version=?2, deleted=0, created=ifnull(created, ?1), shape=?3 WHERE key=?4");
        statement.Bind(1, seq).Bind(2, version).Bind(3, shape).Bind(4, key).Run();
    }

    // What the caller prepared is used if nobody was faster.
    private Replaced Current(ResourceKey resource, ResourceRow row, PreparedWrite prepared) =>
        prepared.Replaced is { } replaced && replaced.Seq == row.Seq ? replaced : new Replaced(row.Seq, _versions.Get(resource, row.Seq), null);

    private long Append(long key, StoredVersion version, byte[]? body)
    {
        var statement = _connection.Prepare("INSERT INTO version(seq, key, version, updated, method, body) VALUES(?, ?, ?, ?, ?, ?)")
            .Bind(1, ++_lastSeq).Bind(2, key).Bind(3, version.Version).Bind(4, _lastUpdated).Bind(5, (long)version.Method);
        if (body is null)
            statement.BindNull(6);
        else
            statement.Bind(6, body);
        statement.Run();
        return _lastSeq;
    }

    // References that no parameter finds are in the table only; all other rows follow from the old version's entries.
    private void OldRows(long key, Replaced replaced)
    {
        _oldRows.Clear();
        if (replaced.Version.IsDeleted)
            return;
        var entries = replaced.Generation == _options.Generation() ? replaced.Entries : null;
        _rows.Add(entries ?? _options.Extract(replaced.Version.Key, replaced.Version.Body.ToArray(replaced.Version)), [], _oldRows);
        using var rows = _connection.Prepare("SELECT target, version FROM reference INDEXED BY reference_key WHERE key=? AND parameter=?")
            .Bind(1, key).Bind(2, IndexRows.UnsearchedReference).Query();
        while (rows.Step())
            _oldRows.Add(IndexRow.Reference(IndexRows.UnsearchedReference, rows.Int64(0), rows.Text(1)));
    }

    private void Exchange(long key)
    {
        _kept.Clear();
        _kept.UnionWith(_newRows);
        foreach (var old in _oldRows)
        {
            // What is in both stays as it is; Remove leaves what is new.
            if (!_kept.Remove(old) && !_newRows.Contains(old))
                _index.Delete(key, old);
        }

        foreach (var added in _kept)
            _index.Insert(key, added);
    }

    private void Count(long key, int versions, int current)
    {
        var type = key >> Layout.TypeShift;
        var counts = Counts(type);
        counts.Versions += versions;
        counts.Current += current;
        _changedTypes.Add(type);
    }
}
