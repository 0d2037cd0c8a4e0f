// One SQLite connection with its prepared statements. ADO.NET costs about 8 us a statement, which is several times what SQLite
// itself takes for one row, so the stores talk to the library directly.

using SQLitePCL;
using static SQLitePCL.raw;

namespace FhirHub.Sqlite;

/// <summary>A connection; used by one thread at a time.</summary>
public class Connection : IDisposable
{
    private const int CachedStatements = 512;
    private const int CachedCharacters = 2_000_000;
    private const int OperationsBetweenChecks = 20_000;

    private readonly sqlite3 _db;
    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);
    private long _characters;
    private long _deadline;
    private CancellationToken _cancel;

    static Connection() => Batteries_V2.Init();

    /// <summary>Opens a database.</summary>
    /// <param name="path">The file; it is made if it is not there, unless the connection only reads.</param>
    /// <param name="readOnly">Whether the connection only reads.</param>
    /// <param name="cacheMegabytes">The most memory for its pages.</param>
    /// <param name="mappedMegabytes">How much of the file is read through a map.</param>
    public Connection(string path, bool readOnly, int cacheMegabytes, int mappedMegabytes = 0)
    {
        var flags = SQLITE_OPEN_NOMUTEX | (readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
        var result = sqlite3_open_v2(path, out _db, flags, null);
        if (result != SQLITE_OK)
            throw CantOpen(result, path);
        sqlite3_extended_result_codes(_db, 1);
        sqlite3_busy_timeout(_db, 10_000);
        Execute($"PRAGMA cache_size = {-1024L * cacheMegabytes}");
        Execute("PRAGMA temp_store = MEMORY");

        // A page that is read through a map costs neither a system call nor a copy.
        Execute($"PRAGMA mmap_size = {mappedMegabytes * 1024L * 1024}");
    }

    /// <summary>Pages that the connection has written.</summary>
    public long PagesWritten
    {
        get
        {
            _ = sqlite3_db_status(_db, SQLITE_DBSTATUS_CACHE_WRITE, out var pages, out _, 0);
            return pages;
        }
    }

    /// <summary>Rows that the last statement changed.</summary>
    public int Changes => sqlite3_changes(_db);

    /// <summary>The row that the last INSERT made.</summary>
    public long LastRow => sqlite3_last_insert_rowid(_db);

    /// <summary>True between BEGIN and its end.</summary>
    public bool IsInTransaction => sqlite3_get_autocommit(_db) == 0;

    /// <summary>Who is told of statements; null for nobody.</summary>
    protected internal StatementTrace? Observer { get; protected set; }

    /// <summary>Runs statements that give no rows and take no parameters.</summary>
    public void Execute(string sql)
    {
        if (sqlite3_exec(_db, sql) is var result && result != SQLITE_OK)
            throw Failure(result);
    }

    /// <summary>The prepared statement of that text; it stays the connection's.</summary>
    public virtual Statement Prepare(string sql)
    {
        if (_statements.TryGetValue(sql, out var statement))
            return statement;
        if (sqlite3_prepare_v3(_db, sql, SQLITE_PREPARE_PERSISTENT, out var handle) is var result && result != SQLITE_OK)
            throw Failure(result);
        statement = new Statement(this, handle);
        _statements.Add(sql, statement);
        _characters += sql.Length;
        return statement;
    }

    /// <summary>The statement of a fragment with its arguments bound.</summary>
    public Statement Prepare(Sql sql)
    {
        var statement = Prepare(sql.Text);
        Observer?.Bound(sql);
        for (var i = 0; i < sql.Arguments.Count; i++)
            statement.BindAny(i + 1, sql.Arguments[i]);
        return statement;
    }

    /// <summary>The first column of the first row, or null.</summary>
    public long? Scalar(Sql sql)
    {
        using var rows = Prepare(sql).Query();
        return rows.Step() && !rows.IsNull(0) ? rows.Int64(0) : null;
    }

    /// <summary>From now on, statements end with an exception when the time is over or the request is cancelled.</summary>
    public void Limit(TimeSpan time, CancellationToken cancel)
    {
        _deadline = Environment.TickCount64 + (long)time.TotalMilliseconds;
        _cancel = cancel;
        sqlite3_progress_handler(_db, OperationsBetweenChecks, static state => ((Connection)state).IsOver ? 1 : 0, this);
    }

    /// <summary>Ends work between statements when the time is over or the request is cancelled.</summary>
    public void CheckLimit()
    {
        if (IsOver)
            throw Failure(SQLITE_INTERRUPT);
    }

    /// <summary>Forgets statements if they are many or long; called when none is in use.</summary>
    public void Trim()
    {
        if (_statements.Count > CachedStatements || _characters > CachedCharacters)
            Forget();
    }

    /// <summary>Ends what <see cref="Limit"/> began.</summary>
    public void Unlimit()
    {
        _deadline = 0;
        _cancel = default;
        sqlite3_progress_handler(_db, 0, null, null);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Forget();
        sqlite3_close_v2(_db);
        GC.SuppressFinalize(this);
    }

    /// <summary>Adds a function of numbers to the SQL of this connection; the same arguments must give the same number.</summary>
    protected void AddFunction(string name, int parameters, Func<double[], double> function) => sqlite3_create_function(
        _db,
        name,
        parameters,
        SQLITE_UTF8 | SQLITE_DETERMINISTIC,
        null,
        (context, _, arguments) => sqlite3_result_double(context, function(Array.ConvertAll(arguments, sqlite3_value_double))));

    /// <summary>What is thrown where the database can't do its work.</summary>
    protected virtual Exception Broken(int code, string message) => new DatabaseException(message) { Code = code };

    /// <summary>What is thrown where the time of <see cref="Limit"/> is over.</summary>
    protected virtual Exception TimeIsOver() => new DatabaseTimeoutException("It took longer than the server allows.");

    internal Exception Failure(int result)
    {
        if ((result & 0xFF) == SQLITE_INTERRUPT)
            return _cancel.IsCancellationRequested ? new OperationCanceledException(_cancel) : TimeIsOver();
        return Broken(result, $"SQLite answered {result}: {sqlite3_errmsg(_db).utf8_to_string()}.");
    }

    private Exception CantOpen(int result, string path) => Broken(result, $"The store can't open '{path}': {sqlite3_errstr(result).utf8_to_string()}.");

    private bool IsOver => _cancel.IsCancellationRequested || (_deadline > 0 && Environment.TickCount64 > _deadline);

    private void Forget()
    {
        foreach (var statement in _statements.Values)
            statement.Finish();
        _statements.Clear();
        _characters = 0;
    }
}
