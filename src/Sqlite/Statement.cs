// A prepared statement: bind, step, read columns, reset.

using System.Diagnostics;
using SQLitePCL;
using static SQLitePCL.raw;

namespace FhirHub.Sqlite;

/// <summary>A prepared statement of a <see cref="Connection"/>. Parameters are counted from 1, columns from 0.</summary>
public sealed class Statement
{
    private readonly Connection _connection;
    private readonly sqlite3_stmt _handle;

    internal Statement(Connection connection, sqlite3_stmt handle)
    {
        _connection = connection;
        _handle = handle;
    }

    /// <summary>Binds a number.</summary>
    public Statement Bind(int index, long value)
    {
        sqlite3_bind_int64(_handle, index, value);
        return this;
    }

    /// <summary>Binds a real number.</summary>
    public Statement Bind(int index, double value)
    {
        sqlite3_bind_double(_handle, index, value);
        return this;
    }

    /// <summary>Binds a text, or NULL.</summary>
    public Statement Bind(int index, string? value)
    {
        if (value is null)
            return BindNull(index);
        sqlite3_bind_text(_handle, index, value);
        return this;
    }

    /// <summary>Binds bytes, which are copied.</summary>
    public Statement Bind(int index, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
            sqlite3_bind_zeroblob(_handle, index, 0);
        else
            sqlite3_bind_blob(_handle, index, value);
        return this;
    }

    /// <summary>Binds a number, or NULL.</summary>
    public Statement Bind(int index, long? value) => value is { } number ? Bind(index, number) : BindNull(index);

    /// <summary>Binds NULL.</summary>
    public Statement BindNull(int index)
    {
        sqlite3_bind_null(_handle, index);
        return this;
    }

    /// <summary>Binds a value by its type.</summary>
    public void BindAny(int index, object value)
    {
        switch (value)
        {
            case long number:
                Bind(index, number);
                break;
            case string text:
                Bind(index, text);
                break;
            case SqlValue other:
                other.Bind(this, index);
                break;
            case byte[] bytes:
                Bind(index, bytes);
                break;
            case double real:
                Bind(index, real);
                break;
            default:
                throw new ArgumentException($"No way to bind a {value.GetType().Name}.", nameof(value));
        }
    }

    /// <summary>Runs a statement that gives no rows.</summary>
    public void Run()
    {
        var result = sqlite3_step(_handle);
        sqlite3_reset(_handle);
        if (result is not (SQLITE_DONE or SQLITE_ROW))
            throw _connection.Failure(result);
    }

    /// <summary>Starts reading rows; the end of the using block resets the statement.</summary>
    public Rows Query() => new(_connection, _handle);

    internal void Finish() => sqlite3_finalize(_handle);

    /// <summary>The rows of a running statement.</summary>
    public readonly ref struct Rows
    {
        private readonly Connection _connection;
        private readonly sqlite3_stmt _handle;

        internal Rows(Connection connection, sqlite3_stmt handle)
        {
            _connection = connection;
            _handle = handle;
        }

        /// <summary>Goes to the next row; false if there is none.</summary>
        public bool Step()
        {
            var start = _connection.Observer is null ? 0 : Stopwatch.GetTimestamp();
            var result = sqlite3_step(_handle);
            _connection.Observer?.Stepped(_handle, start, result == SQLITE_ROW);
            return result switch
            {
                SQLITE_ROW => true,
                SQLITE_DONE => false,
                _ => throw _connection.Failure(result),
            };
        }

        /// <summary>Whether the value is NULL.</summary>
        public bool IsNull(int column) => sqlite3_column_type(_handle, column) == SQLITE_NULL;

        /// <summary>Whether the value is of bytes.</summary>
        public bool IsBlob(int column) => sqlite3_column_type(_handle, column) == SQLITE_BLOB;

        /// <summary>A number.</summary>
        public long Int64(int column) => sqlite3_column_int64(_handle, column);

        /// <summary>A number as an <see cref="int"/>.</summary>
        public int Int32(int column) => sqlite3_column_int(_handle, column);

        /// <summary>A real number.</summary>
        public double Real(int column) => sqlite3_column_double(_handle, column);

        /// <summary>A text.</summary>
        public string Text(int column) => sqlite3_column_text(_handle, column).utf8_to_string();

        /// <summary>A text, or null for NULL.</summary>
        public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

        /// <summary>Bytes, until the next step.</summary>
        public ReadOnlySpan<byte> Blob(int column) => sqlite3_column_blob(_handle, column);

        /// <summary>The value as it can be bound again; null for NULL.</summary>
        public object? Any(int column) => sqlite3_column_type(_handle, column) switch
        {
            SQLITE_NULL => null,
            SQLITE_INTEGER => Int64(column),
            SQLITE_FLOAT => Real(column),
            SQLITE_BLOB => Blob(column).ToArray(),
            _ => Text(column),
        };

        /// <summary>Ends the reading.</summary>
        public void Dispose()
        {
            _connection.Observer?.Ended(_handle);
            sqlite3_reset(_handle);
        }
    }
}
