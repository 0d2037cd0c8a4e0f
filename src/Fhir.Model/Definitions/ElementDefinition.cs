// An element of a type: its cardinality, its types and what is known of it without a profile.

namespace FhirHub.Model;

/// <summary>The strength of an element's binding (R4 valueset-binding-strength.html).</summary>
public enum BindingStrength
{
    /// <summary>No binding.</summary>
    None,
#pragma warning disable CS1591 // The names are the standard's and say it all.
    Example,
    Preferred,
    Extensible,
    Required,
#pragma warning restore CS1591
}

/// <summary>An element of a type, as its base definition has it (R4 elementdefinition.html).</summary>
public sealed class ElementDefinition
{
    private readonly string[] _jsonNames;

    internal ElementDefinition(int index, string path, string name, int order, int min, int max, bool isChoice, TypeDefinition[] types)
    {
        Index = index;
        Path = path;
        Name = name;
        Order = order;
        Min = min;
        Max = max;
        IsChoice = isChoice;
        Types = types;
        _jsonNames = isChoice
            ? [.. types.Select(t => name + char.ToUpperInvariant(t.Name[0]) + t.Name[1..])]
            : [.. types.Select(_ => name)];
    }

    /// <summary>Position in <see cref="Schema.Elements"/>.</summary>
    public int Index { get; }

    /// <summary>The path in the definition, without <c>[x]</c>: <c>Observation.value</c>.</summary>
    public string Path { get; }

    /// <summary>The last step of the path: <c>value</c>.</summary>
    public string Name { get; }

    /// <summary>Position among the elements of its type.</summary>
    public int Order { get; }

    /// <summary>Least number of occurrences.</summary>
    public int Min { get; }

    /// <summary>Greatest number of occurrences; <see cref="int.MaxValue"/> for <c>*</c>.</summary>
    public int Max { get; }

    /// <summary>True if it repeats, so that JSON holds an array.</summary>
    public bool IsArray => Max > 1;

    /// <summary>True for <c>value[x]</c> and its like.</summary>
    public bool IsChoice { get; }

    /// <summary>The types it may have; one unless <see cref="IsChoice"/>. Backbone types for nested elements.</summary>
    public IReadOnlyList<TypeDefinition> Types { get; }

    /// <summary>Resource types that a Reference or canonical may point to; empty for any.</summary>
    public IReadOnlyList<string> TargetTypes { get; internal set; } = [];

    /// <summary>Part of <c>_summary=true</c>.</summary>
    public bool IsSummary { get; internal set; }

    /// <summary>Changes the meaning of what contains it.</summary>
    public bool IsModifier { get; internal set; }

    /// <summary>The strength of the binding, or none.</summary>
    public BindingStrength Binding { get; internal set; }

    /// <summary>The canonical of the bound value set, or null.</summary>
    public string? ValueSet { get; internal set; }

    /// <summary>The JSON property (and XML element) name for one of the element's types.</summary>
    public string JsonNameFor(TypeDefinition type)
    {
        for (var i = 0; i < Types.Count; i++)
        {
            if (ReferenceEquals(Types[i], type))
                return _jsonNames[i];
        }

        return Name;
    }

    /// <inheritdoc/>
    public override string ToString() => Path;
}
