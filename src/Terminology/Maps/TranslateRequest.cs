// A question to concept maps and its answer, apart from how they travel.

namespace FhirHub.Terminology;

/// <summary>A value of another element that mappings may depend on (R4 conceptmap-operation-translate.html, <c>dependency</c>).</summary>
/// <param name="Element">The URI of the element.</param>
/// <param name="Codings">Its codes.</param>
/// <param name="Text">Its text, where it has no code.</param>
public sealed record MapDependency(string Element, IReadOnlyList<CodingValue> Codings, string? Text);

/// <summary>A question to ConceptMap <c>$translate</c> (R4 conceptmap-operation-translate.html).</summary>
public sealed record TranslateRequest
{
    /// <summary>The canonical URL of the map to use, perhaps with a version; null for every map that fits.</summary>
    public string? Map { get; init; }

    /// <summary>The version of the map, where its URL doesn't say it.</summary>
    public string? MapVersion { get; init; }

    /// <summary>The map itself: the instance that was asked, or one that was sent along. Goes before <see cref="Map"/>.</summary>
    public ConceptMapTable? Table { get; init; }

    /// <summary>The codes to translate: one, or those of a CodeableConcept. A code without a system fits maps from any.</summary>
    public IReadOnlyList<CodingValue> Codings { get; init; } = [];

    /// <summary>The value set that the codes were chosen from, or null.</summary>
    public string? SourceScope { get; init; }

    /// <summary>The value set that codes are wanted from, or null.</summary>
    public string? TargetScope { get; init; }

    /// <summary>The code system that codes are wanted from, or null.</summary>
    public string? TargetSystem { get; init; }

    /// <summary>Values of other elements.</summary>
    public IReadOnlyList<MapDependency> Dependencies { get; init; } = [];

    /// <summary>
    /// True if the codes are targets, and what maps to them is wanted. <see cref="SourceScope"/> is then still where the given codes
    /// are from, <see cref="TargetScope"/> and <see cref="TargetSystem"/> where the wanted ones are from.
    /// </summary>
    public bool IsReverse { get; init; }
}

/// <summary>A code that a code translates to.</summary>
public sealed record TranslateMatch
{
    /// <summary>A code of R4 concept-map-equivalence, read from the code that was given to <see cref="Coding"/>.</summary>
    public required string Equivalence { get; init; }

    /// <summary>The code; null where a map says that there is none.</summary>
    public CodingValue? Coding { get; init; }

    /// <summary>The code that was translated.</summary>
    public required CodingValue Given { get; init; }

    /// <summary>The canonical of the map that says so, or null for a map without a URL.</summary>
    public string? Source { get; init; }

    /// <summary>What the map says about it, or null.</summary>
    public string? Comment { get; init; }

    /// <summary>What the mapping depends on, all of which was given.</summary>
    public IReadOnlyList<MapProperty> DependsOn { get; init; } = [];

    /// <summary>What else the mapping yields.</summary>
    public IReadOnlyList<MapProperty> Products { get; init; } = [];
}

/// <summary>The answer of <c>$translate</c>.</summary>
/// <param name="Result">True if there is a match that is neither unmatched nor disjoint.</param>
/// <param name="Message">Why there is none, or what else there would be; null if there is nothing to say.</param>
/// <param name="Matches">The matches in the order of the maps; those that say that nothing fits are among them.</param>
public sealed record TranslateAnswer(bool Result, string? Message, IReadOnlyList<TranslateMatch> Matches);
