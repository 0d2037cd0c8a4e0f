// One element of FHIR XML with the meaning that the schema gives it, between reading XML and writing JSON.

namespace FhirHub.Model;

/// <summary>An element, or one of the attributes <c>id</c> and <c>url</c>, which are elements to FHIR.</summary>
/// <param name="parent">What holds it; null for the root.</param>
/// <param name="definition">Its definition; null for the root.</param>
/// <param name="type">Its type.</param>
/// <param name="line">Line in the XML.</param>
/// <param name="column">Column in the XML.</param>
internal sealed class XmlItem(XmlItem? parent, ElementDefinition? definition, TypeDefinition type, int line, int column)
{
    // Most items are primitives, which have none.
    private List<XmlItem>? _children;

    public XmlItem? Parent { get; } = parent;

    public ElementDefinition? Definition { get; } = definition;

    /// <summary>The type; what holds a resource takes the resource's.</summary>
    public TypeDefinition Type { get; set; } = type;

    public int Line { get; } = line;

    public int Column { get; } = column;

    /// <summary>The value of a primitive, or null.</summary>
    public string? Value { get; set; }

    /// <summary>The children in the order of the standard.</summary>
    public IReadOnlyList<XmlItem> Children => _children ?? (IReadOnlyList<XmlItem>)[];

    /// <summary>Position among the siblings of the same definition.</summary>
    public int Index { get; private set; }

    /// <summary>Adds a child in the order of the standard; among those of one definition it is the last.</summary>
    public XmlItem Add(ElementDefinition definition, TypeDefinition type, int line, int column)
    {
        var child = new XmlItem(this, definition, type, line, column);
        _children ??= [];
        var at = _children.Count;
        while (at > 0 && Children[at - 1].Definition!.Order > definition.Order)
            at--;
        if (at > 0 && ReferenceEquals(Children[at - 1].Definition, definition))
            child.Index = Children[at - 1].Index + 1;
        _children.Insert(at, child);
        return child;
    }

    /// <summary>Takes a child out again.</summary>
    public void Remove(XmlItem child) => _children?.Remove(child);

    /// <summary>The last child of that definition, or null.</summary>
    public XmlItem? LastOf(ElementDefinition definition)
    {
        var at = Children.Count - 1;
        while (at >= 0 && Children[at].Definition!.Order > definition.Order)
            at--;
        return at >= 0 && ReferenceEquals(Children[at].Definition, definition) ? Children[at] : null;
    }

    /// <summary>The FHIRPath location, as <see cref="ElementNode.GetPath"/> writes it.</summary>
    public string GetPath()
    {
        if (Parent is null || Definition is null)
            return Type.Name;
        var step = Definition.IsArray ? $"{Definition.Name}[{Index}]" : Definition.Name;
        return $"{Parent.GetPath()}.{step}";
    }
}
