// The schema as GraphQL tells it of itself (GraphQL October 2021, 4), so that tools like GraphiQL can complete and check queries.

using System.Collections.Concurrent;
using FhirHub.Search;

namespace FhirHub.Server.GraphQL;

/// <summary>A type as introspection shows it: named, or a list or non-null of another.</summary>
/// <param name="Kind"><c>OBJECT</c>, <c>UNION</c>, <c>SCALAR</c>, <c>ENUM</c>, <c>LIST</c> or <c>NON_NULL</c>.</param>
/// <param name="Name">The name; null for a list or non-null.</param>
/// <param name="Type">The type of the schema; null for enums, scalars of arguments and wrappers.</param>
/// <param name="Of">What is wrapped.</param>
internal sealed record GraphQLMetaType(string Kind, string? Name, GraphQLType? Type = null, GraphQLMetaType? Of = null);

/// <summary>A field as introspection shows it.</summary>
internal sealed record GraphQLMetaField(string Name, string? Description, IReadOnlyList<GraphQLMetaInput> Arguments, GraphQLMetaType Type);

/// <summary>An argument as introspection shows it.</summary>
internal sealed record GraphQLMetaInput(string Name, string? Description, GraphQLMetaType Type);

/// <summary>A directive as introspection shows it.</summary>
internal sealed record GraphQLMetaDirective(string Name, string Description, IReadOnlyList<string> Locations, IReadOnlyList<GraphQLMetaInput> Arguments);

/// <summary>Answers <c>__schema</c> and <c>__type</c>.</summary>
internal static partial class GraphQLIntrospection
{
    private static readonly Dictionary<string, (string Type, bool IsList)> Fields = new(StringComparer.Ordinal)
    {
        ["Query.__schema"] = ("__Schema", false),
        ["Query.__type"] = ("__Type", false),
        ["__Schema.description"] = ("String", false),
        ["__Schema.types"] = ("__Type", true),
        ["__Schema.queryType"] = ("__Type", false),
        ["__Schema.mutationType"] = ("__Type", false),
        ["__Schema.subscriptionType"] = ("__Type", false),
        ["__Schema.directives"] = ("__Directive", true),
        ["__Type.kind"] = ("__TypeKind", false),
        ["__Type.name"] = ("String", false),
        ["__Type.description"] = ("String", false),
        ["__Type.fields"] = ("__Field", true),
        ["__Type.interfaces"] = ("__Type", true),
        ["__Type.possibleTypes"] = ("__Type", true),
        ["__Type.enumValues"] = ("__EnumValue", true),
        ["__Type.inputFields"] = ("__InputValue", true),
        ["__Type.ofType"] = ("__Type", false),
        ["__Type.specifiedByURL"] = ("String", false),
        ["__Field.name"] = ("String", false),
        ["__Field.description"] = ("String", false),
        ["__Field.args"] = ("__InputValue", true),
        ["__Field.type"] = ("__Type", false),
        ["__Field.isDeprecated"] = ("Boolean", false),
        ["__Field.deprecationReason"] = ("String", false),
        ["__InputValue.name"] = ("String", false),
        ["__InputValue.description"] = ("String", false),
        ["__InputValue.type"] = ("__Type", false),
        ["__InputValue.defaultValue"] = ("String", false),
        ["__InputValue.isDeprecated"] = ("Boolean", false),
        ["__InputValue.deprecationReason"] = ("String", false),
        ["__EnumValue.name"] = ("String", false),
        ["__EnumValue.description"] = ("String", false),
        ["__EnumValue.isDeprecated"] = ("Boolean", false),
        ["__EnumValue.deprecationReason"] = ("String", false),
        ["__Directive.name"] = ("String", false),
        ["__Directive.description"] = ("String", false),
        ["__Directive.locations"] = ("__DirectiveLocation", true),
        ["__Directive.args"] = ("__InputValue", true),
        ["__Directive.isRepeatable"] = ("Boolean", false),
    };

    /// <summary>The field of that name of an introspection type (or of <c>Query</c>), or null.</summary>
    public static GraphQLField? Find(string type, string name)
    {
        if (!Fields.TryGetValue($"{type}.{name}", out var field))
            return null;
        var isLeaf = field.Type is "String" or "Boolean" or "__TypeKind" or "__DirectiveLocation";
        return new GraphQLField(
            name, GraphQLFieldKind.Meta, isLeaf ? new GraphQLType.Leaf(field.Type) : new GraphQLType.Meta(field.Type), field.IsList);
    }

    /// <summary>True if the field takes the argument.</summary>
    public static bool Takes(string field, string argument) => field switch
    {
        "__type" => argument == "name",
        "fields" or "enumValues" or "args" or "inputFields" => argument == "includeDeprecated",
        _ => false,
    };

    /// <summary>The values of a field: <see cref="GraphQLLeaf"/>, or what a field below is asked of.</summary>
    /// <param name="registry">The search parameters, which are arguments of searches.</param>
    /// <param name="owner">The object that has the field.</param>
    /// <param name="field">The field's name.</param>
    public static IEnumerable<object> Values(SearchParameterRegistry registry, object owner, string field) => owner switch
    {
        GraphQLMetaType type => OfType(registry, type, field),
        GraphQLMetaField shown => field switch
        {
            "args" => shown.Arguments,
            "type" => [shown.Type],
            _ => Common(field, shown.Name, shown.Description),
        },
        GraphQLMetaInput input => field == "type" ? [input.Type] : Common(field, input.Name, input.Description),
        GraphQLMetaDirective directive => field switch
        {
            "locations" => directive.Locations.Select(Leaf),
            "args" => directive.Arguments,
            "isRepeatable" => [GraphQLLeaf.Of(false)],
            _ => Common(field, directive.Name, directive.Description),
        },
        string value => Common(field, value, null),
        _ => OfSchema(field),
    };

    /// <summary>What <c>__schema</c> is asked of.</summary>
    public static object Root { get; } = new();

    /// <summary>The type of that name, or null.</summary>
    public static GraphQLMetaType? TypeOf(string name) => ByName.Value.GetValueOrDefault(name);

    private static IEnumerable<object> OfSchema(string field) => field switch
    {
        "types" => ByName.Value.Values,
        "queryType" => [ByName.Value["Query"]],
        "directives" => Directives,
        _ => [],
    };

    private static IEnumerable<object> OfType(SearchParameterRegistry registry, GraphQLMetaType type, string field) => field switch
    {
        "kind" => [Leaf(type.Kind)],
        "fields" when type.Kind == "OBJECT" => FieldsOf(registry, type.Type!),
        "possibleTypes" when type.Kind == "UNION" => GraphQLSchema.Concrete(type.Type!).OfType<GraphQLType.Object>().Select(o => ByName.Value[o.Name]),
        "enumValues" when type.Kind == "ENUM" => type.Name == "__TypeKind" ? TypeKinds : DirectiveLocations,
        "ofType" when type.Of is { } inner => [inner],
        "name" when type.Name is null => [],
        "isDeprecated" or "deprecationReason" or "defaultValue" => [],
        _ => Common(field, type.Name ?? "", null),
    };

    private static IEnumerable<object> Common(string field, string name, string? description) => field switch
    {
        "name" => [Leaf(name)],
        "description" when description is not null => [GraphQLLeaf.Of(description)],
        "isDeprecated" => [GraphQLLeaf.Of(false)],
        _ => [],
    };

    // The texts are the schema's own, so there are only so many of them, and each is written thousands of times.
    private static readonly ConcurrentDictionary<string, GraphQLLeaf> Leaves = new(StringComparer.Ordinal);

    private static GraphQLLeaf Leaf(string text) => Leaves.GetOrAdd(text, static t => GraphQLLeaf.Of(t));

    private static readonly string[] TypeKinds = ["SCALAR", "OBJECT", "INTERFACE", "UNION", "ENUM", "INPUT_OBJECT", "LIST", "NON_NULL"];

    private static readonly string[] DirectiveLocations =
    [
        "QUERY", "MUTATION", "SUBSCRIPTION", "FIELD", "FRAGMENT_DEFINITION", "FRAGMENT_SPREAD", "INLINE_FRAGMENT", "VARIABLE_DEFINITION", "SCHEMA",
        "SCALAR", "OBJECT", "FIELD_DEFINITION", "ARGUMENT_DEFINITION", "INTERFACE", "UNION", "ENUM", "ENUM_VALUE", "INPUT_OBJECT", "INPUT_FIELD_DEFINITION",
    ];

    private static readonly GraphQLMetaDirective[] Directives =
    [
        new("skip", "Leaves the selection out if the condition is true.", ["FIELD", "FRAGMENT_SPREAD", "INLINE_FRAGMENT"], [new("if", null, Required("Boolean"))]),
        new("include", "Takes the selection only if the condition is true.", ["FIELD", "FRAGMENT_SPREAD", "INLINE_FRAGMENT"], [new("if", null, Required("Boolean"))]),
        new("flatten", "Leaves the object out and puts its fields in its place.", ["FIELD"], []),
        new("singleton", "Says that there is one value, which is then not in a list.", ["FIELD"], []),
        new("first", "Takes the first of the list only.", ["FIELD"], []),
        new("slice", "Appends the value of a FHIRPath expression, or $index, to the names.", ["FIELD"], [new("path", null, Required("String"))]),
    ];

    private static GraphQLMetaType Scalar(string name) => new("SCALAR", name);

    private static GraphQLMetaType Required(string scalar) => new("NON_NULL", null, Of: Scalar(scalar));

    private static GraphQLMetaType ListOf(GraphQLMetaType type) => new("LIST", null, Of: type);
}
