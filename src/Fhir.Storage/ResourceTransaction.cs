// What is written in one go, on which conditions, and what came of it.

using FhirHub.Model;
using FhirHub.Search;

namespace FhirHub.Storage;

/// <summary>Writes that are committed together, if the preconditions hold at the moment of the commit.</summary>
public sealed record ResourceTransaction
{
    /// <summary>The writes, in the order in which they are done; no resource appears twice.</summary>
    public required IReadOnlyList<ResourceWrite> Writes { get; init; }

    /// <summary>What must still hold; checked under the write lock, which makes conditional interactions free of races.</summary>
    public IReadOnlyList<Precondition> Preconditions { get; init; } = [];

    /// <summary>Resources that were read for the writes and must still be in those versions, else <see cref="CommitFailure.VersionConflict"/>.</summary>
    public IReadOnlyList<ExpectedVersion> Reads { get; init; } = [];

    /// <summary>
    /// True: refuse references to missing local targets and deletes of resources that others refer to
    /// (<c>FhirHub:Integrity=Enforce</c>).
    /// </summary>
    public bool EnforceReferences { get; init; }
}

/// <summary>One write.</summary>
/// <param name="Key">The resource.</param>
public abstract record ResourceWrite(ResourceKey Key)
{
    /// <summary>The version that must be current, else <see cref="CommitFailure.VersionConflict"/>; 0: none (<c>If-None-Match: *</c>).</summary>
    public long? ExpectedVersion { get; init; }

    /// <summary>True for what the server writes itself because of the client's writes: the client's scope is not asked about it.</summary>
    public bool IsConsequence { get; init; }
}

/// <summary>
/// A create or update: a new version, unless it equals the current one. A deleted resource is brought back.
/// </summary>
/// <param name="Key">The resource.</param>
/// <param name="Resource">The content with its index entries.</param>
/// <param name="Method">Post, Put or Patch.</param>
public sealed record PutResource(ResourceKey Key, PreparedResource Resource, WriteMethod Method) : ResourceWrite(Key)
{
    /// <summary>Known current version, whose index entries the store need not extract again; only a hint.</summary>
    public StoredVersion? Base { get; init; }
}

/// <summary>A delete: a tombstone, unless there is nothing to delete.</summary>
/// <param name="Key">The resource.</param>
public sealed record DeleteResource(ResourceKey Key) : ResourceWrite(Key);

/// <summary>A condition on the store at the moment of the commit.</summary>
/// <param name="Query">A search of one type.</param>
/// <param name="Matches">The exact matches expected; empty for none.</param>
public sealed record Precondition(SearchQuery Query, IReadOnlyList<ResourceKey> Matches)
{
    /// <summary>What the search sees; null for no more than the transaction's own scope.</summary>
    public AccessScope? Scope { get; init; }
}

/// <summary>A condition on a resource that is not written.</summary>
/// <param name="Key">The resource.</param>
/// <param name="Version">The version that must be current; 0: there must be none.</param>
public readonly record struct ExpectedVersion(ResourceKey Key, long Version);

/// <summary>What came of a write.</summary>
public enum WriteOutcome
{
    /// <summary>There is a first version, or one after a deletion.</summary>
    Created,

    /// <summary>There is a new version.</summary>
    Updated,

    /// <summary>The content equals the current version: no new one was made.</summary>
    Unchanged,

    /// <summary>There is a tombstone.</summary>
    Deleted,

    /// <summary>There was nothing to delete.</summary>
    NothingToDelete,
}

/// <summary>The result of one write; the version is the current one after it (null for <see cref="WriteOutcome.NothingToDelete"/> of an unknown id).</summary>
public sealed record WriteResult(WriteOutcome Outcome, StoredVersion? Version);

/// <summary>Why nothing was committed.</summary>
public enum CommitFailure
{
    /// <summary>All was committed.</summary>
    None,

    /// <summary>The current version of a resource, written or only read, is not the expected one.</summary>
    VersionConflict,

    /// <summary>A precondition's search now finds something else; search again and retry.</summary>
    PreconditionChanged,

    /// <summary>A reference leads to a resource that does not exist.</summary>
    MissingReference,

    /// <summary>Resources that stay refer to a deleted one.</summary>
    StillReferenced,

    /// <summary>The scope does not grant the write (before or after image).</summary>
    NotGranted,

    /// <summary>A check that comes before the store found that what would be written can't work; <see cref="CommitResult.Issues"/> say why.</summary>
    Refused,
}

/// <summary>The result of a commit.</summary>
/// <param name="Failure">Why nothing was written, or none.</param>
/// <param name="Results">One result for each write; empty on failure.</param>
public sealed record CommitResult(CommitFailure Failure, IReadOnlyList<WriteResult> Results)
{
    /// <summary>The write or precondition that failed; -1 for a resource that was only read.</summary>
    public int FailedIndex { get; init; } = -1;

    /// <summary>
    /// For <see cref="CommitFailure.NotGranted"/>: true if what is there is not the client's to change. Only that what it would become is not may
    /// be told.
    /// </summary>
    public bool IsBefore { get; init; }

    /// <summary>For <see cref="CommitFailure.VersionConflict"/>: the current version, or null if there is none.</summary>
    public StoredVersion? Current { get; init; }

    /// <summary>For reference failures: the missing targets, or those who still refer (up to 20).</summary>
    public IReadOnlyList<ResourceKey> Related { get; init; } = [];

    /// <summary>For <see cref="CommitFailure.Refused"/>: the reasons.</summary>
    public IReadOnlyList<Issue> Issues { get; init; } = [];
}
