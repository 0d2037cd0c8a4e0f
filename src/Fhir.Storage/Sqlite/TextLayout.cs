// The file of the full-text index. It can be made anew from the store at any time, so what does not fit is thrown away.

using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <summary>The tables of text.db.</summary>
internal static class TextLayout
{
    /// <summary>The name by which a reading connection knows the file.</summary>
    public const string Schema = "text";

    // Counts changes of the layout, of what ResourceText reads and of how TextSegmentation cuts it.
    private const long Version = 1;

    // A row of passage has the key of the resource; nothing but the index is kept. The tokens come cut and folded, so that the
    // tokenizer has only to part them at spaces. state names the last version read, recent the changes before it, newest last.
    private const string Tables =
        """
        CREATE VIRTUAL TABLE passage USING fts5(narrative, content, content='', contentless_delete=1, tokenize='ascii');
        INSERT INTO passage(passage, rank) VALUES('hashsize', 8388608);
        CREATE TABLE state(only INTEGER PRIMARY KEY CHECK(only = 1), seq INTEGER NOT NULL, key INTEGER NOT NULL, updated INTEGER NOT NULL);
        INSERT INTO state VALUES(1, 0, 0, 0);
        CREATE TABLE recent(seq INTEGER PRIMARY KEY, key INTEGER NOT NULL);
        """;

    /// <summary>Opens the file, and makes it anew if it is of another layout, of another store, or damaged.</summary>
    public static Connection Open(string path, Connection store)
    {
        try
        {
            var connection = new Connection(path, readOnly: false, cacheMegabytes: 16);
            try
            {
                if (Prepare(connection, store))
                    return connection;
                connection.Dispose();
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }
        catch (StoreException e) when (IsDamage(e))
        {
            // The file is made anew below.
        }

        Delete(path);
        var fresh = new Connection(path, readOnly: false, cacheMegabytes: 16);
        return Prepare(fresh, store) ? fresh : throw new StoreException($"The full-text index '{path}' can't be made anew.");
    }

    /// <summary>Deletes the file; the store does not need it.</summary>
    public static void Delete(string path)
    {
        foreach (var suffix in (string[])["", "-wal", "-shm"])
            File.Delete(path + suffix);
    }

    /// <summary>True if a failure says that a file is not as SQLite left it.</summary>
    public static bool IsDamage(StoreException exception) => (exception.Code & 0xFF) is SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB;

    // A crash may lose the last commits to this file, never a part of one, and then they are done again.
    private static bool Prepare(Connection connection, Connection store)
    {
        connection.Execute("PRAGMA journal_mode = WAL");
        connection.Execute("PRAGMA synchronous = NORMAL");
        if (connection.Scalar(Sql.Raw("PRAGMA user_version")) == 0 && connection.Scalar(Sql.Raw("SELECT count(*) FROM sqlite_schema")) == 0)
            connection.Execute($"BEGIN IMMEDIATE; {Tables} PRAGMA user_version = {Version}; COMMIT");
        return connection.Scalar(Sql.Raw("PRAGMA user_version")) == Version && IsOf(connection, store);
    }

    // A store that was restored from a backup or made anew has another version at the place that the index has reached.
    private static bool IsOf(Connection connection, Connection store)
    {
        using var state = connection.Prepare("SELECT seq, key, updated FROM state").Query();
        if (!state.Step())
            return false;
        var seq = state.Int64(0);
        return seq == 0
            || store.Scalar(Sql.Of($"SELECT 1 FROM version WHERE seq={seq} AND key={state.Int64(1)} AND updated={state.Int64(2)}")) == 1;
    }
}
