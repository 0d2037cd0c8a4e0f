// The limit to compare with: SQLite through ADO.NET, one row for the body and as many index rows as the store writes.

using Microsoft.Data.Sqlite;

namespace FhirHub.Benchmarks.Store;

/// <summary>Inserts rows of the same number and size, with nothing around it.</summary>
public sealed class BareSqlite : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _body;
    private readonly SqliteCommand _row;
    private long _next;

    public BareSqlite(string path)
    {
        _connection = new SqliteConnection($"Data Source={path};Pooling=False");
        _connection.Open();
        Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-98304; PRAGMA wal_autocheckpoint=20000");
        Execute("CREATE TABLE body(key INTEGER PRIMARY KEY, body BLOB)");
        Execute("CREATE TABLE row(parameter INTEGER, value TEXT, key INTEGER, PRIMARY KEY(parameter, value, key)) WITHOUT ROWID");
        _body = Command("INSERT INTO body VALUES($key, $value)", SqliteType.Blob);
        _row = Command("INSERT INTO row VALUES($parameter, $value, $key)", SqliteType.Text);
    }

    /// <summary>Inserts groups until the time is over; resources per second.</summary>
    public double Run(int group, int rows, byte[] body, double seconds)
    {
        var random = new Random(1);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var count = 0;
        while (watch.Elapsed.TotalSeconds < seconds)
        {
            using var transaction = _connection.BeginTransaction();
            _body.Transaction = _row.Transaction = transaction;
            for (var i = 0; i < group; i++)
                Insert(rows, body, random);
            transaction.Commit();
            count += group;
        }

        return count / watch.Elapsed.TotalSeconds;
    }

    public void Dispose() => _connection.Dispose();

    private void Insert(int rows, byte[] body, Random random)
    {
        _body.Parameters["$key"].Value = ++_next;
        _body.Parameters["$value"].Value = body;
        _body.ExecuteNonQuery();
        for (var i = 0; i < rows; i++)
        {
            _row.Parameters["$parameter"].Value = i;
            _row.Parameters["$value"].Value = random.Next(1000).ToString();
            _row.Parameters["$key"].Value = _next;
            _row.ExecuteNonQuery();
        }
    }

    private void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private SqliteCommand Command(string sql, SqliteType value)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.Add("$key", SqliteType.Integer);
        command.Parameters.Add("$value", value);
        if (sql.Contains("$parameter", StringComparison.Ordinal))
            command.Parameters.Add("$parameter", SqliteType.Integer);
        return command;
    }
}
