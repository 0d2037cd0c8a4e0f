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
    private readonly TypeDefinition _owner;
    private string? _path;
    private readonly byte[]?[] _utf8Members;
    private string[]? _jsonNames;

    internal ElementDefinition(int index, TypeDefinition owner, string name, int order, int min, int max, bool isChoice, TypeDefinition[] types)
    {
        _owner = owner;
        Index = index;
        Name = name;
        Order = order;
        Min = min;
        Max = max;
        IsChoice = isChoice;
        Types = types;
        _utf8Members = new byte[types.Length][];
    }

    /// <summary>Position in <see cref="Schema.Elements"/>.</summary>
    public int Index { get; }

    /// <summary>The path in the definition, without <c>[x]</c>: <c>Observation.value</c>.</summary>
    public string Path => _path ??= _owner.Name + "." + Name;

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

    /// <summary>True if XML writes it as an attribute: <c>Element.id</c> and <c>Extension.url</c>.</summary>
    public bool IsXmlAttribute { get; internal init; }

    /// <summary>The types it may have; one unless <see cref="IsChoice"/>. Backbone types for nested elements.</summary>
    public IReadOnlyList<TypeDefinition> Types { get; }

    /// <summary>Resource types that a Reference or canonical may point to; empty for any.</summary>
    public IReadOnlyList<string> TargetTypes { get; internal init; } = [];

    /// <summary>Part of <c>_summary=true</c>.</summary>
    public bool IsSummary { get; internal init; }

    /// <summary>Changes the meaning of what contains it.</summary>
    public bool IsModifier { get; internal init; }

    /// <summary>The strength of the binding, or none.</summary>
    public BindingStrength Binding { get; internal init; }

    /// <summary>The canonical of the bound value set, or null.</summary>
    public string? ValueSet { get; internal init; }

    /// <summary>The JSON property (and XML element) name for one of the element's types.</summary>
    public string JsonNameFor(TypeDefinition type)
    {
        if (!IsChoice)
            return Name;
        // Made on first use: reading the schema at start stays free of what most runs never ask.
        var names = _jsonNames ??= [.. Types.Select(t => Name + char.ToUpperInvariant(t.Name[0]) + t.Name[1..])];
        for (var i = 0; i < Types.Count; i++)
        {
            if (ReferenceEquals(Types[i], type))
                return names[i];
        }

        return Name;
    }

    /// <summary>The start of the JSON member for one of the element's types: <c>"valueQuantity":</c>.</summary>
    internal ReadOnlySpan<byte> Utf8MemberFor(TypeDefinition type)
    {
        for (var i = 0; i < Types.Count; i++)
        {
            if (ReferenceEquals(Types[i], type))
                return _utf8Members[i] ??= System.Text.Encoding.UTF8.GetBytes($"\"{JsonNameFor(type)}\":");
        }

        throw new ArgumentException($"{Path} has no type {type}.", nameof(type));
    }

    /// <inheritdoc/>
    public override string ToString() => Path;
}
