// The rules of one element of a profile.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>What a profile says of an element (R4 elementdefinition.html).</summary>
internal sealed class ElementPlan(SnapshotElement element)
{
    /// <summary>The element's id in the profile, for messages.</summary>
    public string Id { get; } = element.Id;

    /// <summary>Least number of repetitions.</summary>
    public int Min { get; } = element.Min;

    /// <summary>Greatest number of repetitions; null for no bound.</summary>
    public int? Max { get; } = element.Max;

    /// <summary>The types that are left to it.</summary>
    public IReadOnlyList<TypePlan> Types { get; init; } = [];

    /// <summary>The invariants.</summary>
    public IReadOnlyList<ConstraintPlan> Constraints { get; init; } = [];

    /// <summary>The binding, or null.</summary>
    public BindingPlan? Binding { get; init; }
}

/// <summary>A type that an element may have (R4 elementdefinition-definitions.html#ElementDefinition.type).</summary>
/// <param name="Code">The type.</param>
/// <param name="Profiles">Canonical URLs of profiles, one of which a value must meet; empty for none.</param>
/// <param name="TargetProfiles">Canonical URLs of profiles, one of which the target of a reference must meet; empty for any.</param>
/// <param name="Aggregation"><c>contained</c>, <c>referenced</c>, <c>bundled</c>; empty for any.</param>
/// <param name="Versioning"><c>either</c>, <c>independent</c>, <c>specific</c>; null for either.</param>
internal sealed record TypePlan(
    string Code, IReadOnlyList<string> Profiles, IReadOnlyList<string> TargetProfiles, IReadOnlyList<string> Aggregation, string? Versioning);

/// <summary>A binding.</summary>
/// <param name="Strength">How binding it is.</param>
/// <param name="ValueSet">The canonical URL; null if it is said in words only.</param>
/// <param name="MaxValueSet">The value set of R4 extension elementdefinition-maxValueSet, or null.</param>
internal sealed record BindingPlan(BindingStrength Strength, string? ValueSet, string? MaxValueSet);
