// The types of the schema with their fields and arguments, as introspection lists them.

using FhirHub.Model;
using FhirHub.Search;

namespace FhirHub.Server.GraphQL;

internal static partial class GraphQLIntrospection
{
    private static readonly Lazy<Dictionary<string, GraphQLMetaType>> ByName = new(LoadTypes);

    // Which types refer to a type by a parameter that names it: only their searches are listed in it, or there would be 40,000 fields.
    private static readonly Lazy<Dictionary<string, List<TypeDefinition>>> LazyReferring = new(LoadReferring);

    private static Dictionary<string, GraphQLMetaType> LoadTypes()
    {
        var types = new Dictionary<string, GraphQLMetaType>(StringComparer.Ordinal);
        Add(new GraphQLType.Query());
        Add(new GraphQLType.AnyResource());
        foreach (var type in Schema.R4.Types)
        {
            if (type.IsPrimitive)
                AddNamed(Scalar(GraphQLType.ScalarOf(type).Name));
            else if (type.Name is not ("Resource" or "DomainResource"))
                Add(new GraphQLType.Object(type));
            if (type is { IsResource: true, IsAbstract: false })
            {
                Add(new GraphQLType.Connection(type));
                Add(new GraphQLType.Edge(type));
            }
        }

        foreach (var name in (string[])["Int", "Float", "String", "Boolean", "ID"])
            AddNamed(Scalar(name));
        foreach (var name in (string[])["__Schema", "__Type", "__Field", "__InputValue", "__EnumValue", "__Directive"])
            Add(new GraphQLType.Meta(name));
        AddNamed(new GraphQLMetaType("ENUM", "__TypeKind"));
        AddNamed(new GraphQLMetaType("ENUM", "__DirectiveLocation"));
        return types;

        void Add(GraphQLType type) => AddNamed(Named(type));

        void AddNamed(GraphQLMetaType type) => types.TryAdd(type.Name!, type);
    }

    private static Dictionary<string, List<TypeDefinition>> LoadReferring()
    {
        var referring = Schema.R4.ResourceTypes.ToDictionary(t => t.Name, _ => new List<TypeDefinition>(), StringComparer.Ordinal);
        foreach (var type in Schema.R4.ResourceTypes)
        {
            var targets = SearchParameterRegistry.R4.ForType(type.Name)
                .Where(p => p.Type == SearchParameterType.Reference)
                .SelectMany(p => p.TargetTypes)
                .Where(referring.ContainsKey)
                .Distinct(StringComparer.Ordinal);
            foreach (var target in targets)
                referring[target].Add(type);
        }

        return referring;
    }

    private static GraphQLMetaType Named(GraphQLType type) =>
        new(type is GraphQLType.AnyResource or GraphQLType.Choice ? "UNION" : type.IsLeaf ? "SCALAR" : "OBJECT", type.Name, type);

    private static GraphQLMetaType TypeOf(GraphQLField field)
    {
        var named = field.Type is GraphQLType.Leaf { ScalarName: "__TypeKind" or "__DirectiveLocation" } meta
            ? new GraphQLMetaType("ENUM", meta.ScalarName)
            : Named(field.Type);
        return field.IsList ? ListOf(named) : named;
    }

    private static IEnumerable<GraphQLMetaField> FieldsOf(SearchParameterRegistry registry, GraphQLType type)
    {
        foreach (var name in NamesOf(type))
        {
            if (GraphQLSchema.Find(type, name) is { } field)
                yield return new GraphQLMetaField(name, null, ArgumentsOf(registry, type, field), TypeOf(field));
        }
    }

    private static IEnumerable<string> NamesOf(GraphQLType type)
    {
        switch (type)
        {
            case GraphQLType.Query:
                foreach (var resource in Schema.R4.ResourceTypes)
                {
                    yield return resource.Name;
                    yield return resource.Name + "List";
                    yield return resource.Name + "Connection";
                }

                break;
            case GraphQLType.Object { Definition: var definition }:
                foreach (var name in ElementsOf(definition))
                    yield return name;
                if (definition.Name == "Reference")
                    yield return "resource";
                if (!definition.IsResource)
                    break;
                yield return "resourceType";
                foreach (var other in LazyReferring.Value[definition.Name])
                {
                    yield return other.Name + "List";
                    yield return other.Name + "Connection";
                }

                break;
            case GraphQLType.Connection:
                foreach (var name in (string[])["count", "offset", "pagesize", "edges", "first", "previous", "next", "last"])
                    yield return name;
                break;
            case GraphQLType.Edge:
                foreach (var name in (string[])["mode", "score", "resource"])
                    yield return name;
                break;
            case GraphQLType.Meta { MetaName: var meta }:
                foreach (var key in Fields.Keys.Where(k => k.StartsWith(meta + ".", StringComparison.Ordinal)))
                    yield return key[(meta.Length + 1)..];
                break;
        }
    }

    private static IEnumerable<string> ElementsOf(TypeDefinition definition)
    {
        foreach (var element in definition.Elements)
        {
            foreach (var type in element.Types)
            {
                var name = element.JsonNameFor(type);
                yield return name;
                if (type.IsPrimitive && type.Primitive != PrimitiveKind.Xhtml)
                    yield return "_" + name;
            }
        }
    }

    private static List<GraphQLMetaInput> ArgumentsOf(SearchParameterRegistry registry, GraphQLType owner, GraphQLField field)
    {
        var arguments = new List<GraphQLMetaInput>();
        switch (field.Kind)
        {
            case GraphQLFieldKind.Read:
                arguments.Add(new GraphQLMetaInput("id", null, Required("ID")));
                break;
            case GraphQLFieldKind.Target:
                arguments.Add(new GraphQLMetaInput("optional", "True to leave out what can't be read.", Scalar("Boolean")));
                arguments.Add(new GraphQLMetaInput("type", "Leaves out what is of another type.", Scalar("String")));
                break;
            case GraphQLFieldKind.List or GraphQLFieldKind.Connection:
                AddSearch(registry, owner, field, arguments);
                break;
            case GraphQLFieldKind.Element or GraphQLFieldKind.Twin when field.IsList:
                arguments.Add(new GraphQLMetaInput("fhirpath", "Takes those for which the expression is true.", Scalar("String")));
                arguments.Add(new GraphQLMetaInput("_offset", null, Scalar("Int")));
                arguments.Add(new GraphQLMetaInput("_count", null, Scalar("Int")));
                if (field.Type is GraphQLType.Object { Definition: var item })
                    AddFilters(item, arguments);
                break;
            case GraphQLFieldKind.Meta when field.Name is "fields" or "enumValues" or "args" or "inputFields":
                arguments.Add(new GraphQLMetaInput("includeDeprecated", null, Scalar("Boolean")));
                break;
        }

        return arguments;
    }

    private static void AddFilters(TypeDefinition item, List<GraphQLMetaInput> arguments)
    {
        foreach (var element in item.Elements)
        {
            foreach (var type in element.Types.Where(t => t.IsPrimitive))
                arguments.Add(new GraphQLMetaInput(element.JsonNameFor(type), null, ListOf(Scalar(GraphQLType.ScalarOf(type).Name))));
        }
    }

    private static void AddSearch(SearchParameterRegistry registry, GraphQLType owner, GraphQLField field, List<GraphQLMetaInput> arguments)
    {
        if (owner is not GraphQLType.Query)
            arguments.Add(new GraphQLMetaInput("_reference", "The search parameter that refers to this resource.", Required("String")));
        if (field.Kind == GraphQLFieldKind.Connection)
            arguments.Add(new GraphQLMetaInput("_cursor", "A cursor of another page; it stands for the whole search.", Scalar("String")));
        arguments.Add(new GraphQLMetaInput("_count", null, Scalar("Int")));
        arguments.Add(new GraphQLMetaInput("_sort", null, Scalar("String")));
        arguments.Add(new GraphQLMetaInput("_filter", null, Scalar("String")));
        foreach (var parameter in registry.ForType(field.Resource!.Name).Where(p => p.Expression is not null))
            arguments.Add(new GraphQLMetaInput(parameter.Code.Replace('-', '_'), null, ListOf(Scalar("String"))));
    }
}
