// Closure tables in a small SQLite file of their own, so that clients go on after a restart.

using FhirHub.Terminology;
using Microsoft.Data.Sqlite;

namespace FhirHub.Server;

/// <summary>Closure tables in one file, which one process has open. Calls wait for each other: each takes a few milliseconds at most.</summary>
public sealed class SqliteClosureStore : IClosureStore, IAsyncDisposable
{
    private const string Layout = """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        CREATE TABLE IF NOT EXISTS closure(key INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, first INTEGER NOT NULL, version INTEGER NOT NULL, used INTEGER NOT NULL);
        CREATE TABLE IF NOT EXISTS concept(closure INTEGER NOT NULL, number INTEGER NOT NULL, system TEXT NOT NULL, version TEXT, code TEXT NOT NULL, display TEXT,
            PRIMARY KEY(closure, number)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS entry(closure INTEGER NOT NULL, version INTEGER NOT NULL, number INTEGER NOT NULL, source INTEGER NOT NULL, target INTEGER NOT NULL,
            PRIMARY KEY(closure, version, number)) WITHOUT ROWID;
        """;

    private readonly SqliteConnection _connection;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly TimeProvider _clock;

    private SqliteClosureStore(SqliteConnection connection, TimeProvider clock)
    {
        _connection = connection;
        _clock = clock;
    }

    /// <summary>Opens the file, or makes it.</summary>
    public static SqliteClosureStore Open(string path, TimeProvider clock)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = Layout;
            command.ExecuteNonQuery();
            return new SqliteClosureStore(connection, clock);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<int> InitialiseAsync(string name, int most, CancellationToken cancel) => InTurnAsync(transaction =>
    {
        // The number goes on from the table before, so that its versions are never taken for those of the new one.
        var known = Find(transaction, name);
        var version = (known?.Version ?? 0) + 1;
        if (known is { } old)
            Drop(transaction, old.Key);
        using (var insert = Command(transaction, "INSERT INTO closure(name, first, version, used) VALUES($0, $1, $1, $2)", name, version, Now()))
            insert.ExecuteNonQuery();
        using var oldest = Command(transaction, "SELECT key FROM closure ORDER BY used DESC, key DESC LIMIT -1 OFFSET $0", most);
        var keys = new List<long>();
        using (var reader = oldest.ExecuteReader())
        {
            while (reader.Read())
                keys.Add(reader.GetInt64(0));
        }

        foreach (var key in keys)
            Drop(transaction, key);
        return version;
    }, cancel);

    /// <inheritdoc/>
    public ValueTask<ClosureState?> FindAsync(string name, CancellationToken cancel) => InTurnAsync(transaction =>
    {
        if (Find(transaction, name) is not { } found)
            return null;
        using (var use = Command(transaction, "UPDATE closure SET used = $1 WHERE key = $0", found.Key, Now()))
            use.ExecuteNonQuery();
        var concepts = new List<ClosureConcept>();
        using (var select = Command(transaction, "SELECT number, system, version, code, display FROM concept WHERE closure = $0 ORDER BY number", found.Key))
        using (var reader = select.ExecuteReader())
        {
            while (reader.Read())
                concepts.Add(new ClosureConcept(reader.GetInt32(0), reader.GetString(1), Text(reader, 2), reader.GetString(3), Text(reader, 4)));
        }

        using var count = Command(transaction, "SELECT COUNT(*) FROM entry WHERE closure = $0", found.Key);
        return (ClosureState?)new ClosureState(name, found.First, found.Version, concepts, (int)(long)count.ExecuteScalar()!);
    }, cancel);

    /// <inheritdoc/>
    public ValueTask<bool> AppendAsync(ClosureState known, IReadOnlyList<ClosureConcept> concepts, IReadOnlyList<ClosureEntry> entries, CancellationToken cancel) =>
        InTurnAsync(transaction =>
        {
            if (Find(transaction, known.Name) is not { } found || found.Version != known.Version)
                return false;
            using (var update = Command(transaction, "UPDATE closure SET version = $1, used = $2 WHERE key = $0", found.Key, found.Version + 1, Now()))
                update.ExecuteNonQuery();
            using (var insert = Command(transaction, "INSERT INTO concept(closure, number, system, version, code, display) VALUES($0, $1, $2, $3, $4, $5)", found.Key, 0, "", null, "", null))
            {
                foreach (var concept in concepts)
                    Run(insert, found.Key, concept.Number, concept.System, concept.Version, concept.Code, concept.Display);
            }

            using (var insert = Command(transaction, "INSERT INTO entry(closure, version, number, source, target) VALUES($0, $1, $2, $3, $4)", found.Key, 0, 0, 0, 0))
            {
                for (var i = 0; i < entries.Count; i++)
                    Run(insert, found.Key, found.Version + 1, i, entries[i].Source, entries[i].Target);
            }

            return true;
        }, cancel);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ClosureEntry>> EntriesSinceAsync(string name, int version, CancellationToken cancel) =>
        InTurnAsync<IReadOnlyList<ClosureEntry>>(transaction =>
        {
            var entries = new List<ClosureEntry>();
            if (Find(transaction, name) is not { } found)
                return entries;
            using var select = Command(transaction, "SELECT source, target FROM entry WHERE closure = $0 AND version > $1 ORDER BY version, number", found.Key, version);
            using var reader = select.ExecuteReader();
            while (reader.Read())
                entries.Add(new ClosureEntry(reader.GetInt32(0), reader.GetInt32(1)));
            return entries;
        }, cancel);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        _turn.Dispose();
    }

    private static (long Key, int First, int Version)? Find(SqliteTransaction transaction, string name)
    {
        using var select = Command(transaction, "SELECT key, first, version FROM closure WHERE name = $0", name);
        using var reader = select.ExecuteReader();
        return reader.Read() ? (reader.GetInt64(0), reader.GetInt32(1), reader.GetInt32(2)) : null;
    }

    private static void Drop(SqliteTransaction transaction, long key)
    {
        foreach (var sql in new[] { "DELETE FROM entry WHERE closure = $0", "DELETE FROM concept WHERE closure = $0", "DELETE FROM closure WHERE key = $0" })
        {
            using var delete = Command(transaction, sql, key);
            delete.ExecuteNonQuery();
        }
    }

    private static SqliteCommand Command(SqliteTransaction transaction, string sql, params object?[] values)
    {
        var command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        for (var i = 0; i < values.Length; i++)
            command.Parameters.AddWithValue($"${i}", values[i] ?? DBNull.Value);
        return command;
    }

    private static void Run(SqliteCommand command, params object?[] values)
    {
        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        command.ExecuteNonQuery();
    }

    private static string? Text(SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private long Now() => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    private async ValueTask<T> InTurnAsync<T>(Func<SqliteTransaction, T> work, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            using var transaction = _connection.BeginTransaction();
            var result = work(transaction);
            transaction.Commit();
            return result;
        }
        finally
        {
            _turn.Release();
        }
    }
}
