// One element of a resource tree: a place in the node table, cheap to pass around.

using System.Globalization;
using System.Text;

namespace FhirHub.Model;

/// <summary>
/// An element of a <see cref="ResourceTree"/>. Repetitions are siblings with one name, as in XML; a primitive's id and
/// extensions are its children, wherever JSON had them. <c>default</c> is "no such element".
/// </summary>
public readonly struct ElementNode : IEquatable<ElementNode>
{
    private readonly ResourceTree? _tree;

    internal ElementNode(ResourceTree tree, int index)
    {
        _tree = tree;
        Index = index;
    }

    /// <summary>The tree that the element is part of.</summary>
    public ResourceTree Tree => _tree ?? throw new InvalidOperationException("There is no such element.");

    /// <summary>Position in the node table, in the order in which the source had it.</summary>
    public int Index { get; }

    /// <summary>False for <c>default</c>.</summary>
    public bool Exists => _tree is not null;

    /// <summary>True for the resource that the tree was read from.</summary>
    public bool IsRoot => Exists && Node.Parent < 0;

    /// <summary>The element's definition; null for the root.</summary>
    public ElementDefinition? Definition => Node.Element < 0 ? null : Tree.Schema.Elements[Node.Element];

    /// <summary>The type: what a choice was made to, or which resource is contained.</summary>
    public TypeDefinition Type => Tree.Schema.Types[Node.Type];

    /// <summary>The element's name without a choice's type (<c>value</c>); the resource type for the root.</summary>
    public string Name => Definition?.Name ?? Type.Name;

    /// <summary>The JSON property and XML element name (<c>valueQuantity</c>); the resource type for the root.</summary>
    public string JsonName => Definition is not { } definition ? Type.Name : definition.IsChoice ? definition.JsonNameFor(Type) : definition.Name;

    /// <summary>True for a primitive.</summary>
    public bool IsPrimitive => Type.IsPrimitive;

    /// <summary>True for a primitive with a value, not only extensions.</summary>
    public bool HasValue => Node.ValueLength > 0 && IsPrimitive;

    /// <summary>True if the element has children: for a primitive, an id or extensions.</summary>
    public bool HasChildren => Node.FirstChild > 0;

    /// <summary>The element that holds this one, or "no such element".</summary>
    public ElementNode Parent => Node.Parent < 0 ? default : new ElementNode(Tree, Node.Parent);

    /// <summary>The element itself or the nearest ancestor that is a resource.</summary>
    public ElementNode Resource
    {
        get
        {
            var node = this;
            while (!node.Type.IsResource)
                node = node.Parent;
            return node;
        }
    }

    /// <summary>
    /// The resource that <c>#id</c> names seen from here, the container itself for an empty id; nothing if there is none
    /// (R4 references.html#contained).
    /// </summary>
    public ElementNode FindContained(ReadOnlySpan<char> id)
    {
        var container = Resource;
        while (container is { IsRoot: false, Definition.Name: "contained" })
            container = container.Parent.Resource;
        if (id.IsEmpty)
            return container;
        foreach (var contained in container.ChildrenOf("contained"))
        {
            if (id.SequenceEqual(contained.ChildValue("id")))
                return contained;
        }

        return default;
    }

    /// <summary>The children, in source order; repetitions follow each other.</summary>
    public ElementChildren Children => new(_tree, _tree is null ? 0 : Node.FirstChild, null);

    /// <summary>The children of that element definition.</summary>
    public ElementChildren ChildrenOf(ElementDefinition element) => new(_tree, _tree is null ? 0 : Node.FirstChild, element);

    /// <summary>The children of that name (<c>value</c> for any <c>value[x]</c>); none if the type has no such element.</summary>
    public ElementChildren ChildrenOf(string name) =>
        _tree is not null && Type.FindElement(name) is { } element ? ChildrenOf(element) : default;

    /// <summary>The first child of that name, or "no such element".</summary>
    public ElementNode Child(string name)
    {
        foreach (var child in ChildrenOf(name))
            return child;
        return default;
    }

    /// <summary>The decoded string of a child of that name, or null.</summary>
    public string? ChildValue(string name) => Child(name) is { Exists: true } child ? child.GetString() : null;

    /// <summary>
    /// The value as JSON has it, without quotes: digits of a number, <c>true</c>, the inside of a string with its escapes.
    /// Empty if there is no value.
    /// </summary>
    public ReadOnlySpan<byte> RawValue
    {
        get
        {
            if (!HasValue)
                return default;
            ref readonly var node = ref Node;
            return IsQuoted
                ? Tree.Json.Span.Slice(node.ValueStart + 1, node.ValueLength - 2)
                : Tree.Json.Span.Slice(node.ValueStart, node.ValueLength);
        }
    }

    /// <summary>True if the value is a JSON string.</summary>
    public bool IsQuoted => (Node.Flags & NodeFlags.Quoted) != 0;

    /// <summary>True if <see cref="RawValue"/> holds escapes, so that its bytes are not the value's.</summary>
    public bool IsEscaped => (Node.Flags & NodeFlags.Escaped) != 0;

    /// <summary>The JSON text of the element: the value's token of a primitive, the whole object of anything else.</summary>
    public ReadOnlyMemory<byte> Json => Tree.Json.Slice(Node.ValueStart, Node.ValueLength);

    /// <summary>Where <see cref="Json"/> starts in the tree's source, for those who copy the source with values replaced.</summary>
    public int SourceOffset => Node.ValueStart;

    /// <summary>The value decoded, as XML would write it; null if there is none.</summary>
    public string? GetString()
    {
        if (!HasValue)
            return null;
        var raw = RawValue;
        return IsEscaped ? JsonText.Unescape(raw) : Encoding.UTF8.GetString(raw);
    }

    /// <summary>
    /// The value's decoded UTF-8: the source's own bytes, or <paramref name="buffer"/> filled (grown if need be) where the
    /// source has escapes.
    /// </summary>
    public ReadOnlySpan<byte> GetUtf8(ref byte[] buffer)
    {
        var raw = RawValue;
        return IsEscaped ? JsonText.Unescape(raw, ref buffer) : raw;
    }

    /// <summary>True if the decoded value equals <paramref name="utf8"/>.</summary>
    public bool ValueEquals(ReadOnlySpan<byte> utf8)
    {
        if (!IsEscaped)
            return HasValue && RawValue.SequenceEqual(utf8);
        byte[] buffer = [];
        return GetUtf8(ref buffer).SequenceEqual(utf8);
    }

    /// <summary>The boolean value, or null.</summary>
    public bool? GetBoolean() => HasValue && Type.Primitive == PrimitiveKind.Boolean ? RawValue[0] == (byte)'t' : null;

    /// <summary>The number, or null where there is none or it is beyond <see cref="decimal"/>; trailing zeros are kept.</summary>
    public decimal? GetDecimal() =>
        HasValue && decimal.TryParse(RawValue, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Position among the siblings of the same element, from 0.</summary>
    public int IndexInElement
    {
        get
        {
            var parent = Parent;
            if (!parent.Exists)
                return 0;
            var at = 0;
            for (var sibling = parent.Node.FirstChild; sibling > 0 && sibling != Index; sibling = Tree.NodeAt(sibling).NextSibling)
            {
                if (Tree.NodeAt(sibling).Element == Node.Element)
                    at++;
            }

            return at;
        }
    }

    /// <summary>The FHIRPath location: <c>Patient.name[0].given[1]</c>, <c>Observation.value</c>.</summary>
    public string GetPath()
    {
        var parent = Parent;
        if (!parent.Exists)
            return Name;
        var step = Definition!.IsArray ? $"{Name}[{IndexInElement}]" : Name;
        return $"{parent.GetPath()}.{step}";
    }

    /// <summary>Line and column (from 1; in bytes of JSON, in characters of XML) of the element in the source.</summary>
    public (int Line, int Column) GetPosition() => Tree.PositionOf(Node.ValueStart);

    internal ref readonly Node Node => ref Tree.NodeAt(Index);

    /// <inheritdoc/>
    public bool Equals(ElementNode other) => ReferenceEquals(_tree, other._tree) && Index == other.Index;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ElementNode other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_tree is null ? 0 : System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(_tree), Index);

    /// <summary>True if both are the same place of the same tree.</summary>
    public static bool operator ==(ElementNode left, ElementNode right) => left.Equals(right);

    /// <summary>True if they are different places.</summary>
    public static bool operator !=(ElementNode left, ElementNode right) => !left.Equals(right);

    /// <inheritdoc/>
    public override string ToString() => Exists ? GetPath() : "(none)";
}

/// <summary>Walks an element's children without allocating.</summary>
public struct ElementChildren
{
    private readonly ResourceTree? _tree;
    private readonly int _element;
    private int _next;

    internal ElementChildren(ResourceTree? tree, int first, ElementDefinition? element)
    {
        _tree = tree;
        _next = first;
        _element = element?.Index ?? -1;
        Current = default;
    }

    /// <summary>The child at hand.</summary>
    public ElementNode Current { get; private set; }

    /// <summary>Goes to the next child.</summary>
    public bool MoveNext()
    {
        while (_tree is not null && _next > 0)
        {
            var at = _next;
            ref readonly var node = ref _tree.NodeAt(at);
            _next = node.NextSibling;
            if (_element < 0 || node.Element == _element)
            {
                Current = new ElementNode(_tree, at);
                return true;
            }
        }

        return false;
    }

    /// <summary>For <c>foreach</c>.</summary>
    public readonly ElementChildren GetEnumerator() => this;

    /// <summary>True if there is a child left.</summary>
    public readonly bool Any()
    {
        var copy = this;
        return copy.MoveNext();
    }

    /// <summary>The children left, as a list.</summary>
    public readonly List<ElementNode> ToList()
    {
        var list = new List<ElementNode>();
        foreach (var child in this)
            list.Add(child);
        return list;
    }
}
