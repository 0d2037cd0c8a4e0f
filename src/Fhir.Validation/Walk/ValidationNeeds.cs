// What a walk lacked.

namespace FhirHub.Validation;

/// <summary>Definitions, codes and targets that have to be read before a walk can be finished.</summary>
internal sealed class ValidationNeeds
{
    /// <summary>Canonical URLs of StructureDefinitions.</summary>
    public HashSet<string> Profiles { get; } = new(StringComparer.Ordinal);

    /// <summary>Other canonical resources by type and canonical URL.</summary>
    public HashSet<(string Type, string Canonical)> Resources { get; } = [];

    /// <summary>Canonical URLs of value sets.</summary>
    public HashSet<string> ValueSets { get; } = new(StringComparer.Ordinal);

    /// <summary>Code systems by name and version.</summary>
    public HashSet<(string System, string? Version)> CodeSystems { get; } = [];

    /// <summary>References whose targets are asked for.</summary>
    public HashSet<string> References { get; } = new(StringComparer.Ordinal);

    /// <summary>Number of all of them.</summary>
    public int Count => Profiles.Count + Resources.Count + ValueSets.Count + CodeSystems.Count + References.Count;

    /// <summary>True if the walk had all that it asked for.</summary>
    public bool IsEmpty => Count == 0;
}
