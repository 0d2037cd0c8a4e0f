// A FHIR type as the schema knows it: its elements in the order of the standard and its JSON properties.

using System.Text;

namespace FhirHub.Model;

/// <summary>What a type is, which decides how it looks in JSON and XML.</summary>
public enum TypeKind
{
    /// <summary>A value with an optional id and extensions (R4 datatypes.html#primitive).</summary>
    Primitive,

    /// <summary>A named data type with elements, such as <c>HumanName</c>.</summary>
    Complex,

    /// <summary>A type that exists in one place only, such as <c>Patient.contact</c>.</summary>
    Backbone,

    /// <summary>A resource, which carries <c>resourceType</c> in JSON.</summary>
    Resource,
}

/// <summary>The lexical rule of a primitive (R4 datatypes.html#primitive).</summary>
public enum PrimitiveKind
{
    /// <summary>Not a primitive.</summary>
    None,
#pragma warning disable CS1591 // The names are the standard's and say it all.
    Boolean,
    Integer,
    UnsignedInt,
    PositiveInt,
    Decimal,
    String,
    Code,
    Id,
    Markdown,
    Uri,
    Url,
    Canonical,
    Oid,
    Uuid,
    Base64Binary,
    Instant,
    Date,
    DateTime,
    Time,
    Xhtml,
#pragma warning restore CS1591
}

/// <summary>A type of R4: primitive, complex, backbone or resource.</summary>
public sealed class TypeDefinition
{
    // Both are made on first use: a run touches a fraction of the schema's types, and start-up is counted in milliseconds.
    private Dictionary<string, ElementDefinition>? _elementsByName;
    private PropertyTable? _properties;

    /// <summary>Makes a type; <see cref="Schema"/> is the only caller.</summary>
    internal TypeDefinition(int index, string name, TypeKind kind, PrimitiveKind primitive, bool isAbstract)
    {
        Index = index;
        Name = name;
        Utf8Name = Encoding.UTF8.GetBytes(name);
        Kind = kind;
        Primitive = primitive;
        IsAbstract = isAbstract;
    }

    /// <summary>Position in <see cref="Schema.Types"/>.</summary>
    public int Index { get; }

    /// <summary>The type's name; the element path for a backbone type (<c>Patient.contact</c>).</summary>
    public string Name { get; }

    /// <summary><see cref="Name"/> in UTF-8.</summary>
    public ReadOnlyMemory<byte> Utf8Name { get; }

    /// <summary>Primitive, complex, backbone or resource.</summary>
    public TypeKind Kind { get; }

    /// <summary>The lexical rule, or <see cref="PrimitiveKind.None"/>.</summary>
    public PrimitiveKind Primitive { get; }

    /// <summary>True for <c>Resource</c>, <c>DomainResource</c>, <c>Element</c> and <c>BackboneElement</c>.</summary>
    public bool IsAbstract { get; }

    /// <summary>The type that this one specializes or constrains; null for <c>Element</c> and <c>Resource</c>.</summary>
    public TypeDefinition? Base { get; internal set; }

    /// <summary>All elements, inherited ones first, in the order of the standard (which XML needs).</summary>
    public IReadOnlyList<ElementDefinition> Elements { get; private set; } = [];

    /// <summary>Elements with a minimum cardinality above 0.</summary>
    public IReadOnlyList<ElementDefinition> RequiredElements { get; private set; } = [];

    /// <summary>Number of JSON properties without their underscore forms; ordinals run below it.</summary>
    public int PropertyCount { get; private set; }

    /// <summary>True for a resource type or a type derived from one.</summary>
    public bool IsResource => Kind == TypeKind.Resource;

    /// <summary>True for a resource type that is referred to by its canonical URL and defines something (R4 references.html#canonical).</summary>
    public bool IsCanonical => IsResource && FindElement("url") is not null && FindElement("version") is not null && FindElement("status") is not null;

    /// <summary>True for a primitive type.</summary>
    public bool IsPrimitive => Kind == TypeKind.Primitive;

    /// <summary>True if this type is <paramref name="other"/> or derives from it.</summary>
    public bool Is(TypeDefinition other)
    {
        for (var t = this; t is not null; t = t.Base)
        {
            if (ReferenceEquals(t, other))
                return true;
        }

        return false;
    }

    /// <summary>The element of that name (<c>value</c> for <c>value[x]</c>), or null.</summary>
    public ElementDefinition? FindElement(string name) =>
        (_elementsByName ??= Elements.ToDictionary(element => element.Name, StringComparer.Ordinal)).GetValueOrDefault(name);

    /// <summary>Finds a JSON property such as <c>birthDate</c>, <c>_birthDate</c> or <c>valueQuantity</c>.</summary>
    public bool TryFindProperty(ReadOnlySpan<byte> jsonName, out JsonProperty property) =>
        (_properties ??= new PropertyTable(Elements)).TryFind(jsonName, out property);

    /// <summary>The JSON names that this type knows, for messages that say what was expected.</summary>
    public IEnumerable<string> PropertyNames
    {
        get
        {
            foreach (var element in Elements)
            {
                if (!element.IsChoice)
                {
                    yield return element.Name;
                    continue;
                }

                foreach (var type in element.Types)
                    yield return element.JsonNameFor(type);
            }
        }
    }

    internal void Complete(ElementDefinition[] elements)
    {
        Elements = elements;
        RequiredElements = Array.FindAll(elements, element => element.Min > 0);
        foreach (var element in elements)
            PropertyCount += element.Types.Count;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
