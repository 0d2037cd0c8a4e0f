// The seam through which a connection tells what its statements do, while somebody wants to know.

using SQLitePCL;

namespace FhirHub.Sqlite;

/// <summary>Is told of every statement that a connection runs.</summary>
public abstract class StatementTrace
{
    /// <summary>Values were bound to a statement.</summary>
    public abstract void Bound(Sql sql);

    /// <summary>A statement was asked for its next row.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="start">When, as <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/> gave it.</param>
    /// <param name="gaveRow">Whether there was one.</param>
    public abstract void Stepped(sqlite3_stmt statement, long start, bool gaveRow);

    /// <summary>A statement has ended.</summary>
    public abstract void Ended(sqlite3_stmt statement);
}
