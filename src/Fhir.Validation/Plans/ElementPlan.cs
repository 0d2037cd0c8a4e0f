// The rules of one element of a profile, as far as neither the parser nor the base definition has them already.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>
/// What a profile says of an element (R4 elementdefinition.html). A resource is walked beside its base definition too, so a profile's
/// plan keeps only what goes beyond that, and a base definition's only what the parser does not refuse.
/// </summary>
internal sealed class ElementPlan(string id, ProfilePlan profile)
{
    private ElementPlan[] _children = [];
    private ChildMap? _maps;

    /// <summary>The element's id in the profile, for messages.</summary>
    public string Id { get; } = id;

    /// <summary>The profile that says it.</summary>
    public ProfilePlan Profile { get; } = profile;

    /// <summary>The element's name without a choice's <c>[x]</c>; the type for the root.</summary>
    public string Name { get; init; } = "";

    /// <summary>The slice's name, or null.</summary>
    public string? SliceName { get; init; }

    /// <summary>Least number of repetitions; 0 where the base definition asks for as many.</summary>
    public int Min { get; init; }

    /// <summary>Greatest number of repetitions; <see cref="int.MaxValue"/> where the base definition bounds them as much.</summary>
    public int Max { get; init; } = int.MaxValue;

    /// <summary>The types that are left to it; empty where it has those of the base definition.</summary>
    public IReadOnlyList<TypePlan> Types { get; init; } = [];

    /// <summary>True if <see cref="Types"/> are fewer than the base definition's.</summary>
    public bool NarrowsTypes { get; init; }

    /// <summary>True if a type has target profiles, aggregation or versioning.</summary>
    public bool ConstrainsReferences { get; init; }

    /// <summary>True if a type has profiles.</summary>
    public bool HasTypeProfiles { get; init; }

    /// <summary>The invariants that the base definition has not.</summary>
    public IReadOnlyList<ConstraintPlan> Constraints { get; init; } = [];

    /// <summary>The binding, or null where it is the base definition's.</summary>
    public BindingPlan? Binding { get; init; }

    /// <summary>Greatest number of characters; 0 for no bound.</summary>
    public int MaxLength { get; init; }

    /// <summary>True if a system that claims the profile must handle it.</summary>
    public bool MustSupport { get; init; }

    /// <summary>The value that it must have, or "no such element".</summary>
    public ElementNode Fixed { get; internal set; }

    /// <summary>What its value must have at least, or "no such element".</summary>
    public ElementNode Pattern { get; internal set; }

    /// <summary>The least value, or "no such element".</summary>
    public ElementNode MinValue { get; internal set; }

    /// <summary>The greatest value, or "no such element".</summary>
    public ElementNode MaxValue { get; internal set; }

    /// <summary>How repetitions are told apart; null if nothing slices them.</summary>
    public SlicingPlan? Slicing { get; internal set; }

    /// <summary>The element whose children it has (R4 elementdefinition-definitions.html#ElementDefinition.contentReference), or null.</summary>
    public ElementPlan? Content { get; internal set; }

    /// <summary>True if a value has to be compared or measured.</summary>
    public bool HasValueRules => Fixed.Exists || Pattern.Exists || MinValue.Exists || MaxValue.Exists || MaxLength > 0;

    /// <summary>Children with rules.</summary>
    public IReadOnlyList<ElementPlan> Children => Content is null ? _children : Content._children;

    /// <summary>Children that are missed where they are not: required ones, those with required slices and must-support ones.</summary>
    public IReadOnlyList<ElementPlan> Expected { get; private set; } = [];

    /// <summary>The rules of the child that is at that place of the type's elements, or null.</summary>
    public ElementPlan? ChildFor(TypeDefinition type, int order)
    {
        if (Content is not null)
            return Content.ChildFor(type, order);
        if (_children.Length == 0)
            return null;
        // Nearly every plan meets one type only; one on Resource or Element may meet many.
        for (var map = _maps; map is not null; map = map.Next)
        {
            if (ReferenceEquals(map.Type, type))
                return map.Plans[order];
        }

        return MapFor(type)[order];
    }

    /// <summary>The rules of the child of that name, or null.</summary>
    public ElementPlan? Child(string name)
    {
        foreach (var child in Children)
        {
            if (child.Name == name)
                return child;
        }

        return null;
    }

    internal void SetChildren(List<ElementPlan> children)
    {
        _children = [.. children];
        Expected = children.FindAll(static child => child.Min > 0 || child.MustSupport || child.Slicing is { ExpectsSlices: true });
    }

    private ElementPlan?[] MapFor(TypeDefinition type)
    {
        var plans = new ElementPlan?[type.Elements.Count];
        foreach (var child in _children)
        {
            if (type.FindElement(child.Name) is { } element)
                plans[element.Order] = child;
        }

        _maps = new ChildMap(type, plans, _maps);
        return plans;
    }

    /// <inheritdoc/>
    public override string ToString() => Id;

    private sealed record ChildMap(TypeDefinition Type, ElementPlan?[] Plans, ChildMap? Next);
}

/// <summary>A type that an element may have (R4 elementdefinition-definitions.html#ElementDefinition.type).</summary>
/// <param name="Code">The type.</param>
/// <param name="Profiles">Canonical URLs of profiles, one of which a value must meet; empty for none.</param>
/// <param name="TargetProfiles">Canonical URLs of profiles, one of which the target of a reference must meet; empty for any.</param>
/// <param name="Aggregation"><c>contained</c>, <c>referenced</c>, <c>bundled</c>; empty for any.</param>
/// <param name="Versioning"><c>either</c>, <c>independent</c>, <c>specific</c>; null for either.</param>
internal sealed record TypePlan(
    string Code, IReadOnlyList<string> Profiles, IReadOnlyList<string> TargetProfiles, IReadOnlyList<string> Aggregation, string? Versioning)
{
    /// <summary>The type; null for those of FHIRPath and of logical models.</summary>
    public TypeDefinition? Type { get; } = Schema.R4.FindType(Code);

    /// <summary>The types whose base definitions <see cref="TargetProfiles"/> are, in the same order; null for other profiles.</summary>
    public IReadOnlyList<TypeDefinition?> TargetTypes { get; } = [.. TargetProfiles.Select(R4Plans.TypeOf)];

    /// <summary>True if it says more than a type.</summary>
    public bool ConstrainsReferences => TargetProfiles.Count > 0 || Aggregation.Count > 0 || Versioning is not (null or "either");

    /// <summary>True if both say the same.</summary>
    public bool IsSameAs(TypePlan other) =>
        Code == other.Code && Versioning == other.Versioning && Profiles.SequenceEqual(other.Profiles, StringComparer.Ordinal)
        && TargetProfiles.SequenceEqual(other.TargetProfiles, StringComparer.Ordinal) && Aggregation.SequenceEqual(other.Aggregation, StringComparer.Ordinal);
}

/// <summary>A binding.</summary>
/// <param name="Strength">How binding it is.</param>
/// <param name="ValueSet">The canonical URL; null if it is said in words only.</param>
/// <param name="MaxValueSet">The value set of R4 extension elementdefinition-maxValueSet, or null.</param>
internal sealed record BindingPlan(BindingStrength Strength, string? ValueSet, string? MaxValueSet);
