// The lists of matches that clients page through, in a file beside the database. It is a cache: a list that is gone is made again
// from the place in the order of commits that its cursors name, so the file may be deleted when the store is closed.

using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <summary>A list of matches.</summary>
/// <param name="Length">Keys that are known.</param>
/// <param name="Last">The last of them in the order of keys, or 0.</param>
/// <param name="IsComplete">True if there are no more.</param>
internal readonly record struct PageList(long Length, long Last, bool IsComplete);

/// <summary>Keeps lists for as long as their links are good, within a bound.</summary>
internal sealed class PageLists(SqliteStoreOptions options) : IDisposable
{
    private const int Layout = 1;
    private const int KeysOfPart = 1_000;

    // What a row takes beside its keys.
    private const int Overhead = 100;

    private readonly Lock _lock = new();
    private readonly object[] _making = [.. Enumerable.Range(0, 64).Select(static _ => new object())];
    private Connection? _connection;
    private long _bytes;

    /// <summary>To be held while a list is made or made longer, so that several requests for it make it once.</summary>
    public object Making(ulong list) => _making[list % (ulong)_making.Length];

    /// <summary>What there is of a list.</summary>
    public PageList Find(ulong list)
    {
        lock (_lock)
        {
            using var rows = Connection.Prepare("SELECT length, last, complete, expires FROM list WHERE id=?").Bind(1, (long)list).Query();
            if (!rows.Step())
                return default;
            var found = new PageList(rows.Int64(0), rows.Int64(1), rows.Int64(2) != 0);
            if (rows.Int64(3) < Expiry(TimeSpan.Zero) + (Lifetime / 2))
                Connection.Prepare("UPDATE list SET expires=? WHERE id=?").Bind(1, Expiry(options.PageLifetime)).Bind(2, (long)list).Run();
            return found;
        }
    }

    /// <summary>Keys of a list from a place on.</summary>
    public List<long> Read(ulong list, long offset, int count)
    {
        lock (_lock)
        {
            var keys = new List<long>(count);
            using var rows = Connection.Prepare(
                """
                SELECT first, keys FROM part WHERE list=?1 AND first < ?2 + ?3
                AND first >= (SELECT max(first) FROM part WHERE list=?1 AND first <= ?2) ORDER BY first
                """).Bind(1, (long)list).Bind(2, offset).Bind(3, count).Query();
            while (rows.Step())
                Decode(rows.Blob(1), rows.Int64(0), offset, count, keys);
            return keys;
        }
    }

    /// <summary>Adds keys to the end of a list, unless it went meanwhile to make room for others.</summary>
    /// <param name="list">The list.</param>
    /// <param name="known">What there was of it.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="last">The key after which the next piece begins.</param>
    /// <param name="isComplete">True if there is no next piece.</param>
    /// <returns>What there is of it then.</returns>
    public PageList Append(ulong list, PageList known, IReadOnlyList<long> keys, long last, bool isComplete)
    {
        lock (_lock)
        {
            if (known.Length > 0 && Find(list) is var found && found.Length != known.Length)
                return found;
            var (bytes, before) = ((long)Overhead, _bytes);
            Connection.Execute("BEGIN IMMEDIATE");
            try
            {
                for (var first = 0; first < keys.Count; first += KeysOfPart)
                {
                    var part = Encode(keys, first, Math.Min(keys.Count, first + KeysOfPart));
                    Connection.Prepare("INSERT INTO part(list, first, keys) VALUES(?, ?, ?)").Bind(1, (long)list).Bind(2, known.Length + first).Bind(3, part).Run();
                    bytes += part.Length + Overhead;
                }

                var longer = new PageList(known.Length + keys.Count, last, isComplete);
                Connection.Prepare(
                    """
                    INSERT INTO list(id, expires, length, last, complete, bytes) VALUES(?1, ?2, ?3, ?4, ?5, ?6)
                    ON CONFLICT(id) DO UPDATE SET expires=?2, length=?3, last=?4, complete=?5, bytes=bytes + ?6
                    """)
                    .Bind(1, (long)list).Bind(2, Expiry(options.PageLifetime)).Bind(3, longer.Length).Bind(4, longer.Last).Bind(5, isComplete ? 1 : 0).Bind(6, bytes).Run();
                _bytes += bytes;
                Clean(except: (long)list);
                Connection.Execute("COMMIT");
                return longer;
            }
            catch
            {
                _bytes = before;
                if (Connection.IsInTransaction)
                    Connection.Execute("ROLLBACK");
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connection?.Dispose();

    private long Lifetime => (long)options.PageLifetime.TotalSeconds;

    private Connection Connection => _connection ??= Open();

    private long Expiry(TimeSpan after) => (options.Clock.GetUtcNow() + after).ToUnixTimeSeconds();

    private Connection Open()
    {
        var path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(options.Path))!, "pages.db");
        try
        {
            return Open(path);
        }
        catch (StoreException)
        {
            // Nothing in it is worth a repair.
            foreach (var file in new[] { path, path + "-wal", path + "-shm" })
                File.Delete(file);
            return Open(path);
        }
    }

    private Connection Open(string path)
    {
        var connection = new Connection(path, readOnly: false, cacheMegabytes: 4);
        try
        {
            connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
            if (connection.Scalar(Sql.Raw("PRAGMA user_version")) != Layout)
            {
                connection.Execute(
                    $"""
                    BEGIN IMMEDIATE;
                    DROP TABLE IF EXISTS list;
                    DROP TABLE IF EXISTS part;
                    CREATE TABLE list(id INTEGER PRIMARY KEY, expires INTEGER NOT NULL, length INTEGER NOT NULL, last INTEGER NOT NULL, complete INTEGER NOT NULL, bytes INTEGER NOT NULL);
                    CREATE INDEX list_expires ON list(expires);
                    CREATE TABLE part(list INTEGER NOT NULL, first INTEGER NOT NULL, keys BLOB NOT NULL, PRIMARY KEY(list, first));
                    PRAGMA user_version = {Layout};
                    COMMIT
                    """);
            }

            _bytes = connection.Scalar(Sql.Raw("SELECT sum(bytes) FROM list")) ?? 0;
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    // What has expired goes, and then the oldest, until the bound is kept. The list at hand stays, however long it is.
    private void Clean(long except)
    {
        var now = Expiry(TimeSpan.Zero);
        var limit = options.PagesMegabytes * 1024L * 1024;
        var gone = new List<(long List, long Bytes)>();
        using (var rows = Connection.Prepare("SELECT id, expires, bytes FROM list WHERE id <> ? ORDER BY expires").Bind(1, except).Query())
        {
            var bytes = _bytes;
            while (rows.Step() && (rows.Int64(1) < now || bytes > limit))
            {
                gone.Add((rows.Int64(0), rows.Int64(2)));
                bytes -= rows.Int64(2);
            }
        }

        foreach (var (list, bytes) in gone)
        {
            Connection.Prepare("DELETE FROM part WHERE list=?").Bind(1, list).Run();
            Connection.Prepare("DELETE FROM list WHERE id=?").Bind(1, list).Run();
            _bytes -= bytes;
        }
    }

    // Keys in order lie close together, and of one type they do so in any order: the differences take a byte or a few.
    internal static byte[] Encode(IReadOnlyList<long> keys, int from, int to)
    {
        using var buffer = new MemoryStream((to - from) * 3);
        using var writer = new BinaryWriter(buffer);
        var last = 0L;
        for (var i = from; i < to; i++)
        {
            var difference = keys[i] - last;
            writer.Write7BitEncodedInt64((difference << 1) ^ (difference >> 63));
            last = keys[i];
        }

        return buffer.ToArray();
    }

    internal static void Decode(ReadOnlySpan<byte> part, long first, long offset, int count, List<long> keys)
    {
        var key = 0L;
        for (var i = 0; i < part.Length && keys.Count < count; first++)
        {
            var value = 0UL;
            for (var shift = 0; ; shift += 7)
            {
                var next = part[i++];
                value |= (ulong)(next & 0x7F) << shift;
                if (next < 0x80)
                    break;
            }

            key += (long)(value >> 1) ^ -(long)(value & 1);
            if (first >= offset)
                keys.Add(key);
        }
    }
}
