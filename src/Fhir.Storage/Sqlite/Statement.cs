// A prepared statement: bind, step, read columns, reset.

using System.Diagnostics;
using SQLitePCL;
using static SQLitePCL.raw;

namespace FhirHub.Storage.Sqlite;

/// <summary>A prepared statement of a <see cref="Connection"/>.</summary>
internal sealed class Statement(Connection connection, sqlite3_stmt handle)
{
    public Statement Bind(int index, long value)
    {
        sqlite3_bind_int64(handle, index, value);
        return this;
    }

    public Statement Bind(int index, double value)
    {
        sqlite3_bind_double(handle, index, value);
        return this;
    }

    public Statement Bind(int index, string value)
    {
        sqlite3_bind_text(handle, index, value);
        return this;
    }

    public Statement Bind(int index, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
            sqlite3_bind_zeroblob(handle, index, 0);
        else
            sqlite3_bind_blob(handle, index, value);
        return this;
    }

    public Statement BindNull(int index)
    {
        sqlite3_bind_null(handle, index);
        return this;
    }

    /// <summary>Binds a text in its shortest equal form.</summary>
    public Statement BindCompact(int index, string value)
    {
        Span<byte> uuid = stackalloc byte[16];
        if (CompactText.TryInteger(value, out var number))
            Bind(index, number);
        else if (CompactText.TryUuid(value, uuid))
            Bind(index, uuid);
        else
            Bind(index, value);
        return this;
    }

    /// <summary>Binds a logical id: a canonical UUID as 16 bytes, any other as text.</summary>
    public Statement BindId(int index, string id)
    {
        Span<byte> uuid = stackalloc byte[16];
        return CompactText.TryUuid(id, uuid) ? Bind(index, uuid) : Bind(index, id);
    }

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
            case CompactText compact:
                BindCompact(index, compact.Value);
                break;
            case ChangedKeys changed:
                Bind(index, changed.Json);
                break;
            case LogicalId id:
                BindId(index, id.Value);
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
        var result = sqlite3_step(handle);
        sqlite3_reset(handle);
        if (result is not (SQLITE_DONE or SQLITE_ROW))
            throw connection.Failure(result);
    }

    /// <summary>Starts reading rows; the end of the using block resets the statement.</summary>
    public Rows Query() => new(connection, handle);

    internal void Finish() => sqlite3_finalize(handle);

    /// <summary>The rows of a running statement.</summary>
    internal readonly ref struct Rows(Connection connection, sqlite3_stmt handle)
    {
        public bool Step()
        {
            var start = connection.Trace is null ? 0 : Stopwatch.GetTimestamp();
            var result = sqlite3_step(handle);
            connection.Trace?.Stepped(handle, start, result == SQLITE_ROW);
            return result switch
            {
                SQLITE_ROW => true,
                SQLITE_DONE => false,
                _ => throw connection.Failure(result),
            };
        }

        public bool IsNull(int column) => sqlite3_column_type(handle, column) == SQLITE_NULL;

        public long Int64(int column) => sqlite3_column_int64(handle, column);

        public double Real(int column) => sqlite3_column_double(handle, column);

        public string Text(int column) => sqlite3_column_text(handle, column).utf8_to_string();

        public ReadOnlySpan<byte> Blob(int column) => sqlite3_column_blob(handle, column);

        /// <summary>A logical id in whichever form it was stored.</summary>
        public string Id(int column) =>
            sqlite3_column_type(handle, column) == SQLITE_BLOB ? CompactText.UuidText(Blob(column)) : Text(column);

        /// <summary>A compact text in whichever form it was stored.</summary>
        public string Compact(int column) => Id(column);

        /// <summary>The value as it can be bound again; null for NULL.</summary>
        public object? Any(int column) => sqlite3_column_type(handle, column) switch
        {
            SQLITE_NULL => null,
            SQLITE_INTEGER => Int64(column),
            SQLITE_FLOAT => Real(column),
            SQLITE_BLOB => Blob(column).ToArray(),
            _ => Text(column),
        };

        public void Dispose()
        {
            connection.Trace?.Ended(handle);
            sqlite3_reset(handle);
        }
    }
}
