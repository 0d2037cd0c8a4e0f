// Which fields a type has (R4 graphql.html): its elements by their JSON names, what references lead to, searches, reads.

using System.Collections.Frozen;
using System.Text;
using FhirHub.Model;

namespace FhirHub.Server.GraphQL;

/// <summary>What a field does.</summary>
internal enum GraphQLFieldKind
{
    /// <summary>An element of the object.</summary>
    Element,

    /// <summary>Id and extensions of a primitive: <c>_birthDate</c>.</summary>
    Twin,

    /// <summary><c>Reference.resource</c>.</summary>
    Target,

    /// <summary><c>Patient(id: …)</c>.</summary>
    Read,

    /// <summary><c>PatientList(…)</c>.</summary>
    List,

    /// <summary><c>PatientConnection(…)</c>.</summary>
    Connection,

    /// <summary>A field of a connection.</summary>
    ConnectionPart,

    /// <summary>A field of an edge.</summary>
    EdgePart,

    /// <summary><c>resourceType</c> and <c>__typename</c>.</summary>
    TypeName,

    /// <summary><c>__schema</c>, <c>__type</c> and the fields below them.</summary>
    Meta,
}

/// <summary>A field.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Type">The type of its values.</param>
/// <param name="IsList">True if it answers a list.</param>
internal sealed record GraphQLField(string Name, GraphQLFieldKind Kind, GraphQLType Type, bool IsList)
{
    /// <summary>The element, for those that have one.</summary>
    public ElementDefinition? Element { get; init; }

    /// <summary>The one type of a choice that the name selects (<c>valueQuantity</c>); null for any.</summary>
    public TypeDefinition? Selected { get; init; }

    /// <summary>The resource type that is read or searched.</summary>
    public TypeDefinition? Resource { get; init; }
}

/// <summary>Finds fields and types by name.</summary>
internal static class GraphQLSchema
{
    private const string ListSuffix = "List";
    private const string ConnectionSuffix = "Connection";

    private static readonly Lazy<FrozenDictionary<string, TypeDefinition>> LazyObjectTypes = new(() => Schema.R4.Types
        .Where(t => !t.IsPrimitive)
        .ToFrozenDictionary(GraphQLType.NameOf, StringComparer.Ordinal));

    private static readonly GraphQLType.Leaf Text = new("String");
    private static readonly GraphQLType.Leaf Number = new("Int");

    /// <summary>What holds the id and extensions of a primitive.</summary>
    public static GraphQLType.Object Twin { get; } = new(Schema.R4.FindType("Element")!);

    /// <summary>The FHIR types with elements, by their GraphQL names.</summary>
    public static FrozenDictionary<string, TypeDefinition> ObjectTypes => LazyObjectTypes.Value;

    /// <summary>The object types that a value of the type may have; the type itself unless it is a choice or any resource.</summary>
    public static IEnumerable<GraphQLType> Concrete(GraphQLType type) => type switch
    {
        GraphQLType.AnyResource => Schema.R4.ResourceTypes.Select(r => new GraphQLType.Object(r)),
        GraphQLType.Choice choice => choice.Element.Types.Select(t => t.IsPrimitive ? (GraphQLType)GraphQLType.ScalarOf(t) : new GraphQLType.Object(t)),
        _ => [type],
    };

    /// <summary>The field of that name, or null.</summary>
    public static GraphQLField? Find(GraphQLType type, string name)
    {
        if (name == "__typename")
            return type.IsLeaf ? null : new GraphQLField(name, GraphQLFieldKind.TypeName, Text, false);
        return type switch
        {
            GraphQLType.Query => OfQuery(name),
            GraphQLType.Object { Definition: var definition } => OfElement(definition, name) ?? OfResource(definition, name),
            GraphQLType.Connection { Definition: var definition } => OfConnection(definition, name),
            GraphQLType.Edge { Definition: var definition } => OfEdge(definition, name),
            GraphQLType.Meta meta => GraphQLIntrospection.Find(meta.MetaName, name),
            _ => null,
        };
    }

    /// <summary>The type of the values of an element.</summary>
    public static GraphQLType TypeOf(ElementDefinition element, TypeDefinition? selected)
    {
        if (selected is null && element.IsChoice)
            return new GraphQLType.Choice(element);
        var type = selected ?? element.Types[0];
        return type.IsPrimitive ? GraphQLType.ScalarOf(type)
            : type is { IsResource: true, IsAbstract: true } ? new GraphQLType.AnyResource()
            : new GraphQLType.Object(type);
    }

    private static GraphQLField? OfQuery(string name)
    {
        if (name is "__schema" or "__type")
            return GraphQLIntrospection.Find("Query", name);
        return Schema.R4.FindResourceType(name) is { } type
            ? new GraphQLField(name, GraphQLFieldKind.Read, new GraphQLType.Object(type), false) { Resource = type }
            : OfSearch(name);
    }

    private static GraphQLField? OfElement(TypeDefinition type, string name)
    {
        if (type.FindElement(name) is { } element)
            return new GraphQLField(name, GraphQLFieldKind.Element, TypeOf(element, null), element.IsArray) { Element = element };
        if (name.Length > 200 || !type.TryFindProperty(Encoding.UTF8.GetBytes(name), out var property))
            return null;
        element = property.Element;
        return property.IsUnderscore
            ? new GraphQLField(name, GraphQLFieldKind.Twin, Twin, element.IsArray) { Element = element, Selected = property.Type }
            : new GraphQLField(name, GraphQLFieldKind.Element, TypeOf(element, property.Type), element.IsArray) { Element = element, Selected = property.Type };
    }

    private static GraphQLField? OfResource(TypeDefinition type, string name)
    {
        if (type.Name == "Reference" && name == "resource")
            return new GraphQLField(name, GraphQLFieldKind.Target, new GraphQLType.AnyResource(), false);
        if (!type.IsResource)
            return null;
        return name == "resourceType" ? new GraphQLField(name, GraphQLFieldKind.TypeName, Text, false) : OfSearch(name);
    }

    private static GraphQLField? OfSearch(string name)
    {
        if (name.EndsWith(ListSuffix, StringComparison.Ordinal) && Schema.R4.FindResourceType(name.AsSpan()[..^ListSuffix.Length]) is { } listed)
            return new GraphQLField(name, GraphQLFieldKind.List, new GraphQLType.Object(listed), true) { Resource = listed };
        if (name.EndsWith(ConnectionSuffix, StringComparison.Ordinal)
            && Schema.R4.FindResourceType(name.AsSpan()[..^ConnectionSuffix.Length]) is { } connected)
        {
            return new GraphQLField(name, GraphQLFieldKind.Connection, new GraphQLType.Connection(connected), false) { Resource = connected };
        }

        return null;
    }

    private static GraphQLField? OfConnection(TypeDefinition type, string name) => name switch
    {
        "count" or "offset" or "pagesize" => new GraphQLField(name, GraphQLFieldKind.ConnectionPart, Number, false),
        "first" or "previous" or "next" or "last" => new GraphQLField(name, GraphQLFieldKind.ConnectionPart, Text, false),
        "edges" => new GraphQLField(name, GraphQLFieldKind.ConnectionPart, new GraphQLType.Edge(type), true),
        _ => null,
    };

    private static GraphQLField? OfEdge(TypeDefinition type, string name) => name switch
    {
        "mode" => new GraphQLField(name, GraphQLFieldKind.EdgePart, Text, false),
        "score" => new GraphQLField(name, GraphQLFieldKind.EdgePart, new GraphQLType.Leaf("Float"), false),
        "resource" => new GraphQLField(name, GraphQLFieldKind.EdgePart, new GraphQLType.Object(type), false),
        _ => null,
    };
}
