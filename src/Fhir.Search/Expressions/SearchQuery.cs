// A whole search: the expression with everything that shapes the answer.

namespace FhirHub.Search;

/// <summary>How the total is counted (R4 search.html#total).</summary>
public enum TotalMode
{
    /// <summary>Not at all: the default.</summary>
    None,

    /// <summary>Roughly.</summary>
    Estimate,

    /// <summary>Exactly.</summary>
    Accurate,
}

/// <summary>One key of <c>_sort</c>; <c>_id</c> and <c>_lastUpdated</c> have no parameter.</summary>
/// <param name="Code">The code as asked.</param>
/// <param name="Parameter">The parameter, or null for <c>_id</c> and <c>_lastUpdated</c>.</param>
/// <param name="Descending">True for <c>-code</c>.</param>
public sealed record SortKey(string Code, SearchParameter? Parameter, bool Descending);

/// <summary>An <c>_include</c> or <c>_revinclude</c> (R4 search.html#revinclude).</summary>
/// <param name="SourceType">The type that holds the reference.</param>
/// <param name="Parameter">The reference parameter; null for <c>*</c>.</param>
/// <param name="TargetType">The type wanted; null for any.</param>
/// <param name="Reverse">True for <c>_revinclude</c>.</param>
/// <param name="Iterate">True for <c>:iterate</c>.</param>
public sealed record Include(string SourceType, SearchParameter? Parameter, string? TargetType, bool Reverse, bool Iterate);

/// <summary>Whether contained resources are searched (R4 search.html#contained).</summary>
public enum ContainedMode
{
    /// <summary>No: the default. Chains look into them all the same.</summary>
    None,

    /// <summary>Only contained resources are searched (<c>_contained=true</c>).</summary>
    Only,

    /// <summary>Both (<c>_contained=both</c>).</summary>
    Both,
}

/// <summary>A search for a store.</summary>
public sealed record SearchQuery
{
    /// <summary>The types searched; one for a type search.</summary>
    public required IReadOnlyList<string> ResourceTypes { get; init; }

    /// <summary>The condition, access scope not yet applied.</summary>
    public required SearchExpression Expression { get; init; }

    /// <summary>Order; empty: by time of creation.</summary>
    public IReadOnlyList<SortKey> Sort { get; init; } = [];

    /// <summary>Matches on a page; 0 for a count only.</summary>
    public int Count { get; init; } = 20;

    /// <summary>How to count.</summary>
    public TotalMode Total { get; init; }

    /// <summary>What to add to the matches.</summary>
    public IReadOnlyList<Include> Includes { get; init; } = [];

    /// <summary>Whether contained resources are searched.</summary>
    public ContainedMode Contained { get; init; }

    /// <summary>True to answer a contained match by itself (<c>_containedType=contained</c>), not by the resource that holds it.</summary>
    public bool ContainedAlone { get; init; }

    /// <summary>True if the store is to tell how it answered (<c>_explain</c>).</summary>
    public bool Explain { get; init; }

    /// <summary>Where the page starts, as the store gave it; null for the first page.</summary>
    public string? Cursor { get; init; }
}
