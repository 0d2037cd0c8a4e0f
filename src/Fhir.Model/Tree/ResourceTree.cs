// A resource as UTF-8 JSON plus a flat table of its elements: what validation, FHIRPath, search, patch and XML read.

namespace FhirHub.Model;

[Flags]
internal enum NodeFlags : ushort
{
    None = 0,

    // The value is a JSON string.
    Quoted = 1,

    // The string holds backslash escapes.
    Escaped = 2,
}

/// <summary>A row of the node table: 28 bytes, so that a typical Synthea resource's table stays within a few KB.</summary>
internal struct Node
{
    public int Element;
    public short Type;
    public NodeFlags Flags;
    public int ValueStart;
    public int ValueLength;
    public int Parent;
    public int FirstChild;
    public int NextSibling;
}

/// <summary>
/// A parsed resource. Immutable: patch and other changes write JSON anew and parse it. Safe to read from several threads.
/// </summary>
public sealed class ResourceTree
{
    private readonly Node[] _nodes;

    internal ResourceTree(Schema schema, ReadOnlyMemory<byte> json, Node[] nodes, int count)
    {
        Schema = schema;
        Json = json;
        _nodes = nodes;
        Count = count;
    }

    /// <summary>The types that the tree was read with.</summary>
    public Schema Schema { get; }

    /// <summary>The source, UTF-8 without a byte order mark; for one in XML the compact JSON that it means.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>Number of elements, the root included.</summary>
    public int Count { get; }

    /// <summary>The resource.</summary>
    public ElementNode Root => new(this, 0);

    /// <summary>The element at that place of the node table.</summary>
    public ElementNode this[int index] =>
        (uint)index < (uint)Count ? new ElementNode(this, index) : throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>The resource type's name.</summary>
    public string ResourceType => Root.Type.Name;

    /// <summary>The logical id, or null.</summary>
    public string? Id => Root.ChildValue("id");

    // Where the source was XML, of which the JSON is another form.
    private XmlPlaces? Places { get; init; }

    internal ref readonly Node NodeAt(int index) => ref _nodes[index];

    internal (int Line, int Column) PositionOf(int offset) => Places is { } places ? places.Find(offset) : JsonText.PositionOf(Json.Span, offset);

    internal ResourceTree From(XmlPlaces places) => new(Schema, Json, _nodes, Count) { Places = places };
}
