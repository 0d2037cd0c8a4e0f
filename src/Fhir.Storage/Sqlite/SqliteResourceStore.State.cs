// The server's own records, in the file of the resources and through its one writer.

namespace FhirHub.Storage.Sqlite;

/// <content>Records of the server's own state.</content>
public sealed partial class SqliteResourceStore : IStateStore
{
    private Action<string, string>? _stateChanged;

    private long Now => _options.Clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <inheritdoc/>
    public ValueTask<StateRecord?> FindAsync(string kind, string id, CancellationToken cancel) => new(_readers.Read(
        reader =>
        {
            using var rows = reader.Connection.Prepare("SELECT version, owner, expires, body FROM state WHERE kind=? AND id=?").Bind(1, kind).Bind(2, id).Query();
            return rows.Step() && (rows.IsNull(2) || rows.Int64(2) > Now) ? Record(kind, id, rows, 0) : null;
        },
        cancel));

    /// <inheritdoc/>
    public Task<IReadOnlyList<StateRecord>> ListAsync(StateQuery query, CancellationToken cancel) => Answer<IReadOnlyList<StateRecord>>(
        reader =>
        {
            var statement = query.Owner is { } owner
                ? reader.Connection.Prepare("SELECT id, version, owner, expires, body FROM state WHERE kind=? AND owner=? AND id>? AND (expires IS NULL OR expires>?) ORDER BY id LIMIT ?")
                    .Bind(1, query.Kind).Bind(2, owner).Bind(3, query.After).Bind(4, Now).Bind(5, query.Count)
                : reader.Connection.Prepare("SELECT id, version, owner, expires, body FROM state WHERE kind=? AND id>? AND (expires IS NULL OR expires>?) ORDER BY id LIMIT ?")
                    .Bind(1, query.Kind).Bind(2, query.After).Bind(3, Now).Bind(4, query.Count);
            var found = new List<StateRecord>();
            using var rows = statement.Query();
            while (rows.Step())
                found.Add(Record(query.Kind, rows.Text(0), rows, 1));
            return found;
        },
        cancel);

    /// <inheritdoc/>
    public Task<StateRecord?> PutAsync(StateRecord record, long? expectedVersion, CancellationToken cancel) =>
        _writer.IndexAsync(session => session.PutState(record, expectedVersion, Now), cancel, committed: () => _stateChanged?.Invoke(record.Kind, record.Id));

    /// <inheritdoc/>
    public Task<bool> RemoveAsync(string kind, string id, long? expectedVersion, CancellationToken cancel) =>
        _writer.IndexAsync(session => session.RemoveState(kind, id, expectedVersion, Now), cancel, committed: () => _stateChanged?.Invoke(kind, id));

    /// <inheritdoc/>
    public Task<int> RemoveExpiredAsync(int most, CancellationToken cancel) =>
        _writer.IndexAsync(session => session.RemoveExpiredState(Now, most), cancel);

    /// <inheritdoc/>
    public void Observe(Action<string, string> observer) => _stateChanged += observer;

    /// <inheritdoc/>
    /// <remarks>One process has the file, so it hears of all writes.</remarks>
    public bool TellsAll => true;

    private static StateRecord Record(string kind, string id, FhirHub.Sqlite.Statement.Rows rows, int column) => new(kind, id, rows.Blob(column + 3).ToArray())
    {
        Version = rows.Int64(column),
        Owner = rows.Text(column + 1),
        Expires = rows.IsNull(column + 2) ? null : DateTimeOffset.FromUnixTimeMilliseconds(rows.Int64(column + 2)),
    };
}
