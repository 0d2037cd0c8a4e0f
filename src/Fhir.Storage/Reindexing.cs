// Indexing resources anew: what is asked of a store, and how far it is.

using FhirHub.Search;

namespace FhirHub.Storage;

/// <summary>What resources are to be indexed for.</summary>
/// <param name="IndexKeys"><see cref="SearchParameter.IndexKey"/> of the parameters; null for all, as after a change of extraction itself.</param>
public sealed record ReindexRequest(IReadOnlyCollection<string>? IndexKeys)
{
    /// <summary>All parameters.</summary>
    public static ReindexRequest All { get; } = new((IReadOnlyCollection<string>?)null);

    /// <summary>True if both ask for the same.</summary>
    public bool IsSameAs(ReindexRequest other) => IndexKeys is null || other.IndexKeys is null
        ? IndexKeys is null && other.IndexKeys is null
        : IndexKeys.ToHashSet(StringComparer.Ordinal).SetEquals(other.IndexKeys);
}

/// <summary>How far a reindex is.</summary>
/// <param name="Done">Resources indexed, those of an interrupted run included.</param>
/// <param name="Total">Resources there were at its start.</param>
/// <param name="IsSweeping">True at the end, when values that nothing asks for any more are removed.</param>
public readonly record struct ReindexProgress(long Done, long Total, bool IsSweeping);
