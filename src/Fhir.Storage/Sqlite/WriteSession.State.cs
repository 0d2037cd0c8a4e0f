// Writes the server's own records inside the writer's transaction.

namespace FhirHub.Storage.Sqlite;

/// <content>Records of the server's own state.</content>
internal sealed partial class WriteSession
{
    /// <summary>Writes a record, or gives null if its version is not the expected one.</summary>
    public StateRecord? PutState(StateRecord record, long? expected, long now)
    {
        var (version, expires) = StateVersion(record.Kind, record.Id);
        if (expected is { } wanted && wanted != (expires <= now ? 0 : version))
            return null;

        // At random, so that a record that was removed and made anew never has a version that somebody still holds, and nothing must be kept of those removed.
        var written = record with { Version = Random.Shared.NextInt64(1, long.MaxValue) };
        _connection.Prepare("INSERT OR REPLACE INTO state(kind, id, version, owner, expires, body) VALUES(?, ?, ?, ?, ?, ?)")
            .Bind(1, written.Kind).Bind(2, written.Id).Bind(3, written.Version).Bind(4, written.Owner)
            .Bind(5, written.Expires?.ToUnixTimeMilliseconds()).Bind(6, written.Body.Span)
            .Run();
        return written;
    }

    /// <summary>Removes a record; false if it is not there in the expected version.</summary>
    public bool RemoveState(string kind, string id, long? expected, long now)
    {
        var (version, expires) = StateVersion(kind, id);
        if (version == 0 || expires <= now || (expected is { } wanted && wanted != version))
            return false;
        _connection.Prepare("DELETE FROM state WHERE kind=? AND id=?").Bind(1, kind).Bind(2, id).Run();
        return true;
    }

    /// <summary>Removes records whose time is over.</summary>
    public int RemoveExpiredState(long now, int most)
    {
        _connection.Prepare("DELETE FROM state WHERE (kind, id) IN (SELECT kind, id FROM state WHERE expires <= ? LIMIT ?)").Bind(1, now).Bind(2, most).Run();
        return _connection.Changes;
    }

    private (long Version, long? Expires) StateVersion(string kind, string id)
    {
        using var rows = _connection.Prepare("SELECT version, expires FROM state WHERE kind=? AND id=?").Bind(1, kind).Bind(2, id).Query();
        return rows.Step() ? (rows.Int64(0), rows.IsNull(1) ? null : rows.Int64(1)) : (0, null);
    }
}
