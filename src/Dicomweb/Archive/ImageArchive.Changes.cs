// The changes in order, those who wait for them, and those who follow them.

using FhirHub.Sqlite;

namespace FhirHub.Dicomweb;

public sealed partial class ImageArchive
{
    private readonly Lock _changing = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastChange;

    /// <summary>The number of the last change; another one once anything was committed.</summary>
    public long LastChange => Volatile.Read(ref _lastChange);

    /// <summary>Changes after a number, in order.</summary>
    public Task<IReadOnlyList<ImageChange>> ChangesAsync(ImageScope scope, long after, int limit, CancellationToken cancel) => ReadAsync<IReadOnlyList<ImageChange>>(
        connection =>
        {
            var changes = new List<ImageChange>();
            using var rows = ChangeQuery.After(connection, scope, after, limit).Query();
            while (rows.Step())
                changes.Add(ChangeQuery.Read(rows));
            return changes;
        },
        cancel);

    /// <summary>Ends when there is a change after that number.</summary>
    public async Task WaitForChangeAsync(long after, CancellationToken cancel)
    {
        while (true)
        {
            Task changed;
            lock (_changing)
            {
                if (_lastChange > after)
                    return;
                changed = _changed.Task;
            }

            await changed.WaitAsync(cancel);
        }
    }

    /// <summary>How far a follower of the changes has come; 0 for one that is not known.</summary>
    public long FollowedTo(string follower) =>
        _readers.Read(connection => connection.Scalar(Sql.Of($"SELECT seq FROM follower WHERE name = {follower}")) ?? 0, CancellationToken.None);

    /// <summary>Notes how far a follower has come, and the patients to whom studies are linked from now on, in one commit.</summary>
    /// <param name="follower">The name of the follower.</param>
    /// <param name="sequence">The last change that it has done; never less than before.</param>
    /// <param name="patients">The id of the FHIR Patient of each Study Instance UID; null for nobody.</param>
    /// <param name="cancel">Ends the wait.</param>
    public Task FollowAsync(string follower, long sequence, IReadOnlyDictionary<string, string?> patients, CancellationToken cancel) =>
        _writer.DoAsync(session => session.Follow(follower, sequence, patients), cancel);

    /// <summary>Changes after a number, in order, with what has become of their instances.</summary>
    internal Task<IReadOnlyList<ChangeFeedEntry>> ChangeFeedAsync(ImageScope scope, long after, int limit, bool withMetadata, CancellationToken cancel) =>
        ReadAsync(connection => ChangeQuery.Entries(connection, scope, ChangeQuery.After(connection, scope, after, limit), withMetadata), cancel);

    /// <summary>The last change that a scope grants; null if there is none.</summary>
    internal Task<ChangeFeedEntry?> LatestChangeAsync(ImageScope scope, bool withMetadata, CancellationToken cancel) =>
        ReadAsync(connection => ChangeQuery.Entries(connection, scope, ChangeQuery.Last(connection, scope), withMetadata) is [var entry] ? entry : null, cancel);

    private void Committed(long last)
    {
        TaskCompletionSource changed;
        lock (_changing)
        {
            if (last == _lastChange)
                return;
            Volatile.Write(ref _lastChange, last);
            changed = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }
}
