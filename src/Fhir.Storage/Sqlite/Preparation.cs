// What a write needs that can be made before the write lock is asked for: the compressed body and the version it replaces.

using FhirHub.Search;

namespace FhirHub.Storage.Sqlite;

/// <summary>A version that a write is expected to replace.</summary>
/// <param name="Seq">Its place in the order of commits; the writer checks that it is still current.</param>
/// <param name="Version">The version.</param>
/// <param name="Entries">Its index entries; null if they are not needed.</param>
internal sealed record Replaced(long Seq, StoredVersion Version, IReadOnlyList<IndexEntry>? Entries)
{
    /// <summary>What it contained; null if that is not known yet.</summary>
    public IReadOnlyList<ContainedResource>? Contained { get; init; }
}

/// <summary>A write with what was prepared for it.</summary>
/// <param name="Write">The write.</param>
/// <param name="Body">The stored form of the body; null for a delete.</param>
/// <param name="Replaced">What was current when the write was prepared; null if there was nothing.</param>
internal sealed record PreparedWrite(ResourceWrite Write, byte[]? Body, Replaced? Replaced);

/// <summary>A commit that waits for the writer.</summary>
internal sealed class CommitRequest(AccessScope scope, ResourceTransaction transaction, IReadOnlyList<PreparedWrite> writes, CancellationToken cancel)
{
    private readonly TaskCompletionSource<CommitResult> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public AccessScope Scope { get; } = scope;

    public ResourceTransaction Transaction { get; } = transaction;

    public IReadOnlyList<PreparedWrite> Writes { get; } = writes;

    public CancellationToken Cancel { get; } = cancel;

    public Task<CommitResult> Task => _done.Task;

    /// <summary>Set by the writer, answered when the group is on disk.</summary>
    public CommitResult? Result { get; set; }

    public void Answer() => _done.TrySetResult(Result!);

    public void Fail(Exception exception) => _done.TrySetException(exception);

    public void Abandon() => _done.TrySetCanceled(Cancel);
}
