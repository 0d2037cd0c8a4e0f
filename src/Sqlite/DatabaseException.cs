// What can go wrong between a database and what uses it.

namespace FhirHub.Sqlite;

/// <summary>The database can't do its work: the file can't be opened, the disk is full, data is damaged.</summary>
public sealed class DatabaseException(string message) : Exception(message)
{
    /// <summary>SQLite's own result code, or 0.</summary>
    public int Code { get; init; }
}

/// <summary>What was asked took longer than <see cref="Connection.Limit"/> allows; nothing of it is answered.</summary>
public sealed class DatabaseTimeoutException(string message) : Exception(message);
