// What a write needs that can be made before the write lock is asked for: the compressed body and the version it replaces.

using FhirHub.Search;

namespace FhirHub.Storage.Sqlite;

/// <summary>A version that a write is expected to replace.</summary>
/// <param name="Seq">Its place in the order of commits; the writer checks that it is still current.</param>
/// <param name="Version">The version.</param>
/// <param name="Entries">Its index entries; null if they are not needed.</param>
/// <param name="Generation">The state of the search parameters that the entries are of.</param>
internal sealed record Replaced(long Seq, StoredVersion Version, IReadOnlyList<IndexEntry>? Entries, long Generation = 0)
{
    /// <summary>What it contained; null if that is not known yet.</summary>
    public IReadOnlyList<ContainedResource>? Contained { get; init; }
}

/// <summary>A write with what was prepared for it.</summary>
/// <param name="Write">The write.</param>
/// <param name="Body">The stored form of the body; null for a delete.</param>
/// <param name="Replaced">What was current when the write was prepared; null if there was nothing.</param>
internal sealed record PreparedWrite(ResourceWrite Write, byte[]? Body, Replaced? Replaced);

/// <summary>A version of another store with what was prepared for it.</summary>
/// <param name="Restored">The version.</param>
/// <param name="Body">The stored form of the body; null for a tombstone.</param>
/// <param name="Replaced">What was current when it was prepared; null if there was nothing or another version of the call comes between.</param>
internal sealed record PreparedVersion(RestoredVersion Restored, byte[]? Body, Replaced? Replaced);

/// <summary>Work that waits for the writer.</summary>
internal abstract class WriterRequest(int size, CancellationToken cancel)
{
    /// <summary>How many resources it writes.</summary>
    public int Size { get; } = size;

    public CancellationToken Cancel { get; } = cancel;

    /// <summary>The resources that it may write.</summary>
    public virtual IEnumerable<ResourceKey> Keys => [];

    /// <summary>Does it within the writer's transaction; may be done again after a rollback.</summary>
    public abstract void Apply(WriteSession session);

    /// <summary>Tells who waits that it is on disk.</summary>
    public abstract void Answer();

    public abstract void Fail(Exception exception);

    public abstract void Abandon();
}

/// <summary>A commit.</summary>
internal sealed class CommitRequest(AccessScope scope, ResourceTransaction transaction, IReadOnlyList<PreparedWrite> writes, CancellationToken cancel)
    : WriterRequest(writes.Count, cancel)
{
    private readonly TaskCompletionSource<CommitResult> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CommitResult? _result;

    public AccessScope Scope { get; } = scope;

    public ResourceTransaction Transaction { get; } = transaction;

    public IReadOnlyList<PreparedWrite> Writes { get; } = writes;

    public Task<CommitResult> Task => _done.Task;

    public override IEnumerable<ResourceKey> Keys => Writes.Select(static write => write.Write.Key);

    public override void Apply(WriteSession session) => _result = session.Apply(this);

    public override void Answer() => _done.TrySetResult(_result!);

    public override void Fail(Exception exception) => _done.TrySetException(exception);

    public override void Abandon() => _done.TrySetCanceled(Cancel);
}

/// <summary>Work on the index.</summary>
/// <param name="work">The work; its value is the answer.</param>
/// <param name="committed">Runs after the commit and before the next one.</param>
/// <param name="size">How many resources it writes.</param>
/// <param name="cancel">Leaves it out if it has not begun.</param>
internal sealed class IndexRequest<T>(Func<WriteSession, T> work, Action? committed, int size, CancellationToken cancel) : WriterRequest(size, cancel)
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    public Task<T> Task => _done.Task;

    public override void Apply(WriteSession session) => _result = work(session);

    public override void Answer()
    {
        committed?.Invoke();
        _done.TrySetResult(_result);
    }

    public override void Fail(Exception exception) => _done.TrySetException(exception);

    public override void Abandon() => _done.TrySetCanceled(Cancel);
}

/// <summary>Versions of another store.</summary>
internal sealed class RestoreRequest(IReadOnlyList<PreparedVersion> versions, CancellationToken cancel) : WriterRequest(versions.Count, cancel)
{
    private readonly TaskCompletionSource<RestoreResult> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RestoreResult? _result;

    public Task<RestoreResult> Task => _done.Task;

    public override IEnumerable<ResourceKey> Keys => versions.Select(static version => version.Restored.Version.Key);

    public override void Apply(WriteSession session) => _result = session.Restore(versions);

    public override void Answer() => _done.TrySetResult(_result!);

    public override void Fail(Exception exception) => _done.TrySetException(exception);

    public override void Abandon() => _done.TrySetCanceled(Cancel);
}
