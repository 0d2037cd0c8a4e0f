// Reading connections to the index, lent to one request at a time.

using System.Collections.Concurrent;
using FhirHub.Sqlite;

namespace FhirHub.Dicomweb;

/// <summary>Lends connections; there are no more of them than a machine can use.</summary>
internal sealed class ArchiveReaders(string path) : IDisposable
{
    private const int CacheMegabytes = 4;

    // Some connections are never lent to what may take long, so that no image waits for a search.
    private const int KeptForShort = 2;

    private static readonly int Readers = Math.Clamp((2 * Environment.ProcessorCount) + KeptForShort, 6, 18);

    private readonly ConcurrentStack<Connection> _idle = new();
    private readonly SemaphoreSlim _free = new(Readers);
    private readonly SemaphoreSlim _freeForLong = new(Readers - KeptForShort);

    /// <summary>Does a short read, which takes microseconds, on the caller's thread.</summary>
    public T Read<T>(Func<Connection, T> read, CancellationToken cancel)
    {
        _free.Wait(cancel);
        return Lend(read);
    }

    /// <summary>Does reads of one state of the index that may take long; they end when the time is over.</summary>
    /// <exception cref="DatabaseTimeoutException">The time is over.</exception>
    public async Task<T> ReadAsync<T>(Func<Connection, T> read, TimeSpan time, CancellationToken cancel)
    {
        await _freeForLong.WaitAsync(cancel);
        try
        {
            await _free.WaitAsync(cancel);
            return Lend(connection => Within(connection, read, time, cancel));
        }
        finally
        {
            _freeForLong.Release();
        }
    }

    public void Dispose()
    {
        while (_idle.TryPop(out var connection))
            connection.Dispose();
        _free.Dispose();
        _freeForLong.Dispose();
    }

    private static T Within<T>(Connection connection, Func<Connection, T> read, TimeSpan time, CancellationToken cancel)
    {
        connection.Limit(time, cancel);
        connection.Execute("BEGIN");
        try
        {
            return read(connection);
        }
        finally
        {
            connection.Unlimit();
            if (connection.IsInTransaction)
                connection.Execute("ROLLBACK");
        }
    }

    private T Lend<T>(Func<Connection, T> read)
    {
        try
        {
            if (!_idle.TryPop(out var connection))
                connection = new Connection(path, readOnly: true, CacheMegabytes);
            try
            {
                return read(connection);
            }
            finally
            {
                connection.Trim();
                _idle.Push(connection);
            }
        }
        finally
        {
            _free.Release();
        }
    }
}
