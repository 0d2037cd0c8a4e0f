// Copies the write-ahead log into the database on a connection and thread of its own, so that no commit waits for it.

namespace FhirHub.Sqlite;

/// <summary>Checkpoints in the background.</summary>
public sealed class Checkpointer : IAsyncDisposable
{
    private readonly Connection _connection;
    private Task _running = Task.CompletedTask;
    private long _logPages;

    /// <summary>A checkpointer on a connection of its own, which it disposes in the end.</summary>
    public Checkpointer(Connection connection)
    {
        _connection = connection;
        _connection.Execute("PRAGMA wal_autocheckpoint = 0; PRAGMA synchronous = FULL");
    }

    /// <summary>Length of the log when it was last looked at, in pages. It starts anew once all of it is copied.</summary>
    public long LogPages => Volatile.Read(ref _logPages);

    /// <summary>Begins a checkpoint; false if one is under way.</summary>
    public bool TryStart()
    {
        if (!_running.IsCompleted)
            return false;
        _running = Task.Run(Copy);
        return true;
    }

    /// <summary>Waits for the checkpoint under way.</summary>
    public void Wait() => _running.GetAwaiter().GetResult();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _running;
        _connection.Dispose();
    }

    private void Copy()
    {
        using var rows = _connection.Prepare("PRAGMA wal_checkpoint(PASSIVE)").Query();
        if (rows.Step())
            Volatile.Write(ref _logPages, rows.Int64(1));
    }
}
