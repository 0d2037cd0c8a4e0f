// Reading connections: each with its own statements and caches, lent to one request at a time.

using System.Collections.Concurrent;

namespace FhirHub.Storage.Sqlite;

/// <summary>A reading connection with what is cached over it.</summary>
internal sealed class Reader(SqliteStoreOptions options) : IDisposable
{
    public Connection Connection { get; } = new(options.Path, readOnly: true, options.ReaderCacheMegabytes, options.MappedMegabytes);

    public Dictionaries Dictionaries => field ??= new Dictionaries(Connection);

    public VersionReader Versions => field ??= new VersionReader(Connection, Dictionaries);

    public void Dispose() => Connection.Dispose();
}

/// <summary>Lends readers; there are no more of them than the options allow.</summary>
internal sealed class ReaderPool(SqliteStoreOptions options) : IDisposable
{
    private readonly ConcurrentStack<Reader> _idle = new();
    private readonly SemaphoreSlim _free = new(options.Readers);
    private volatile int _numbering;

    /// <summary>Parameters have got other numbers: readers forget the old ones, and a read that may have begun with them is done again.</summary>
    public void Renumber() => Interlocked.Increment(ref _numbering);

    /// <summary>Does one read. It takes microseconds, so it is done on the caller's thread.</summary>
    public T Read<T>(Func<Reader, T> read, CancellationToken cancel)
    {
        while (true)
        {
            var numbering = _numbering;
            var result = Read(read, numbering, cancel);
            if (numbering == _numbering)
                return result;
        }
    }

    private T Read<T>(Func<Reader, T> read, int numbering, CancellationToken cancel)
    {
        _free.Wait(cancel);
        try
        {
            if (!_idle.TryPop(out var reader))
                reader = new Reader(options);
            try
            {
                if (reader.Dictionaries.Numbering != numbering)
                    reader.Dictionaries.Clear();
                reader.Dictionaries.Numbering = numbering;
                return read(reader);
            }
            finally
            {
                reader.Connection.Trim();
                _idle.Push(reader);
            }
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>Does several reads of one state of the store, within the time that a search may take.</summary>
    public T ReadSnapshot<T>(Func<Reader, T> read, CancellationToken cancel, TextIndex? text = null) => Read(
        reader =>
        {
            if (text is not null)
                reader.Connection.Text ??= new TextSnapshot(reader.Connection, reader.Versions, text, options);
            reader.Connection.Limit(options.SearchTimeout, cancel);
            reader.Connection.Execute("BEGIN");
            try
            {
                return read(reader);
            }
            finally
            {
                reader.Connection.Unlimit();
                reader.Connection.Text?.End();

                // Where a temporary table was being written when the time was over, the transaction is over too.
                if (reader.Connection.IsInTransaction)
                    reader.Connection.Execute("ROLLBACK");
            }
        },
        cancel);

    /// <summary>Waits until no reader is in use, closes them all, and does something before there is a new one.</summary>
    public void CloseAll(Action action)
    {
        for (var i = 0; i < options.Readers; i++)
            _free.Wait();
        try
        {
            while (_idle.TryPop(out var reader))
                reader.Dispose();
            action();
        }
        finally
        {
            _free.Release(options.Readers);
        }
    }

    public void Dispose()
    {
        while (_idle.TryPop(out var reader))
            reader.Dispose();
        _free.Dispose();
    }
}
