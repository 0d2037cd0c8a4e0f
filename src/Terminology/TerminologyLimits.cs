// What one question to terminology may cost.

namespace FhirHub.Terminology;

/// <summary>Bounds of one answer; what goes beyond them is refused as <c>too-costly</c>, never cut off.</summary>
public sealed record TerminologyLimits
{
    /// <summary>Codes of an expansion.</summary>
    public int Codes { get; init; } = 100_000;

    /// <summary>Value sets that one value set may import, those of imported ones included.</summary>
    public int ValueSets { get; init; } = 1_000;

    /// <summary>Code systems, each version by itself, that one value set may draw on.</summary>
    public int CodeSystems { get; init; } = 1_000;

    /// <summary>How deep imported value sets may import others.</summary>
    public int Depth { get; init; } = 50;

    /// <summary>Characters of a regular expression in a filter.</summary>
    public int RegexLength { get; init; } = 1_000;

    /// <summary>Codes, summed up over all expansions that are kept in memory.</summary>
    public int CachedCodes { get; init; } = 1_000_000;

    /// <summary>Entries of one answer to <c>$expand</c>; whoever wants more asks for pages.</summary>
    public int Entries { get; init; } = 50_000;

    /// <summary>Bytes of worked-out value sets that are kept in memory, about.</summary>
    public long CachedContentBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Bytes of code systems that are kept in memory, as JSON.</summary>
    public long CachedBytes { get; init; } = 64 * 1024 * 1024;
}
