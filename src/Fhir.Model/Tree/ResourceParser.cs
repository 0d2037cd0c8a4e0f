// The entrance of the tree: bytes in, tree and issues out. The parse itself is in the partials.

namespace FhirHub.Model;

/// <summary>Reads resources; every way in ends in the same tree and the same structural validation.</summary>
public static partial class ResourceParser
{
}

/// <summary>Bounds of what is read; a limit that is hit is an issue with code <c>too-long</c> or <c>too-costly</c>.</summary>
public sealed record ParseLimits
{
    /// <summary>The defaults.</summary>
    public static ParseLimits Default { get; } = new();

    /// <summary>Greatest size of the source in bytes.</summary>
    public int MaxBytes { get; init; } = 256 * 1024 * 1024;

    /// <summary>Greatest nesting of JSON objects.</summary>
    public int MaxDepth { get; init; } = 100;

    /// <summary>Greatest number of elements.</summary>
    public int MaxElements { get; init; } = 2_500_000;

    /// <summary>Issues after which reading stops.</summary>
    public int MaxIssues { get; init; } = 100;
}

/// <summary>The answer of a parse.</summary>
/// <param name="Tree">The resource, or null if the source is not well-formed or not a resource at all.</param>
/// <param name="Issues">What is wrong; errors and fatal ones mean that the resource must not be stored.</param>
public sealed record ParseResult(ResourceTree? Tree, IReadOnlyList<Issue> Issues)
{
    /// <summary>True if there is a tree and no error.</summary>
    public bool IsValid => Tree is not null && !Issues.Any(i => i.Severity is IssueSeverity.Error or IssueSeverity.Fatal);
}
