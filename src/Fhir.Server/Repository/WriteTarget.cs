// The two halves of a write: which resource it is about, found by id or by a search, and what is committed for it.

using FhirHub.Model;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>
/// The resource that a write is about, found before its content is prepared. A transaction needs all targets first, because
/// references between its entries are rewritten to them.
/// </summary>
/// <param name="Key">The resource.</param>
public sealed record WriteTarget(ResourceKey Key)
{
    /// <summary>The version that must be current at the commit (0: none), or null if the client and the search don't care.</summary>
    public long? ExpectedVersion { get; init; }

    /// <summary>The current version, where it had to be read.</summary>
    public StoredVersion? Current { get; init; }

    /// <summary>Searches that must still find the same at the commit.</summary>
    public IReadOnlyList<Precondition> Preconditions { get; init; } = [];

    /// <summary>
    /// Not null if there is nothing to write: a refusal, or <c>If-None-Exist</c> that found a resource. A transaction still
    /// commits the <see cref="Preconditions"/> of a success.
    /// </summary>
    public InteractionResult? Answer { get; init; }

    /// <summary>A target that needs no write.</summary>
    public static WriteTarget Answered(ResourceKey key, InteractionResult answer) => new(key) { Answer = answer };
}

/// <summary>What is committed for one interaction.</summary>
public sealed record WritePlan
{
    /// <summary>The writes: one, or several for a conditional delete of many.</summary>
    public IReadOnlyList<ResourceWrite> Writes { get; init; } = [];

    /// <summary>Searches that must still find the same.</summary>
    public IReadOnlyList<Precondition> Preconditions { get; init; } = [];

    /// <summary>Not null if there is nothing to write.</summary>
    public InteractionResult? Answer { get; init; }

    /// <summary>Warnings that go with the answer.</summary>
    public IReadOnlyList<Issue> Warnings { get; init; } = [];

    /// <summary>A plan to do nothing.</summary>
    public static WritePlan Answered(InteractionResult answer) => new() { Answer = answer };
}
