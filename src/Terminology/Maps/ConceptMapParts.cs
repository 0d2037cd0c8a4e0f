// What a row of a concept map is made of.

namespace FhirHub.Terminology;

/// <summary>
/// A further element that a mapping depends on, or a further outcome of it (R4 <c>ConceptMap.group.element.target.dependsOn</c> and
/// <c>product</c>).
/// </summary>
/// <param name="Property">The URI of the element.</param>
/// <param name="System">The code system of the value, or null where the value is no code.</param>
/// <param name="Value">The code, or text.</param>
/// <param name="Display">The display of the code, or null.</param>
public sealed record MapProperty(string Property, string? System, string Value, string? Display);

/// <summary>One mapping of a code (R4 <c>ConceptMap.group.element.target</c>).</summary>
public sealed class MapRow
{
    /// <summary>The source code.</summary>
    public required string SourceCode { get; init; }

    /// <summary>The display of the source code, or null.</summary>
    public string? SourceDisplay { get; init; }

    /// <summary>The target code; null where the map says that there is none.</summary>
    public string? TargetCode { get; init; }

    /// <summary>The display of the target code, or null.</summary>
    public string? TargetDisplay { get; init; }

    /// <summary>A code of R4 concept-map-equivalence, read from source to target.</summary>
    public required string Equivalence { get; init; }

    /// <summary>What the map says about the mapping, or null.</summary>
    public string? Comment { get; init; }

    /// <summary>What must be so for the mapping to hold.</summary>
    public IReadOnlyList<MapProperty> DependsOn { get; init; } = [];

    /// <summary>What else the mapping yields.</summary>
    public IReadOnlyList<MapProperty> Products { get; init; } = [];
}

/// <summary>What to do with codes that a group has no row for (R4 <c>ConceptMap.group.unmapped</c>).</summary>
/// <param name="Mode">A code of R4 conceptmap-unmapped-mode: <c>provided</c>, <c>fixed</c>, <c>other-map</c>.</param>
/// <param name="Code">The code of <c>fixed</c>.</param>
/// <param name="Display">Its display, or null.</param>
/// <param name="Map">The canonical URL of <c>other-map</c>.</param>
public sealed record UnmappedRule(string Mode, string? Code, string? Display, string? Map);

/// <summary>The codes of R4 concept-map-equivalence and R5 concept-map-relationship.</summary>
public static class MapEquivalence
{
    /// <summary>The equivalence read from target to source: what was wider is narrower.</summary>
    public static string Inverse(string equivalence) => equivalence switch
    {
        "wider" => "narrower",
        "narrower" => "wider",
        "subsumes" => "specializes",
        "specializes" => "subsumes",
        _ => equivalence,
    };

    /// <summary>True unless the map says that the codes don't fit: R4's <c>result</c> is true only if one does.</summary>
    public static bool IsMatch(string equivalence) => equivalence is not ("unmatched" or "disjoint");

    /// <summary>R5's code for it (R5 valueset-concept-map-relationship.html), for clients that ask in R5's words.</summary>
    public static string ToRelationship(string equivalence) => equivalence switch
    {
        "equal" or "equivalent" => "equivalent",
        "wider" or "subsumes" => "source-is-narrower-than-target",
        "narrower" or "specializes" => "source-is-broader-than-target",
        "disjoint" or "unmatched" => "not-related-to",
        _ => "related-to",
    };
}
