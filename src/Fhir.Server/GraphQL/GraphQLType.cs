// The types of the GraphQL schema: those of FHIR, and the few that R4 graphql.html adds for searches.

using FhirHub.Model;

namespace FhirHub.Server.GraphQL;

/// <summary>A type that a field has.</summary>
internal abstract record GraphQLType
{
    private GraphQLType()
    {
    }

    /// <summary>True if a field of this type has no fields of its own.</summary>
    public bool IsLeaf => this is Leaf;

    /// <summary>The name, as <c>__typename</c> and type conditions have it.</summary>
    public abstract string Name { get; }

    /// <summary>What <c>[base]/$graphql</c> starts from.</summary>
    internal sealed record Query : GraphQLType
    {
        /// <inheritdoc/>
        public override string Name => "Query";
    }

    /// <summary>A FHIR type with elements; <c>Element</c> for the id and extensions of a primitive.</summary>
    internal sealed record Object(TypeDefinition Definition) : GraphQLType
    {
        /// <inheritdoc/>
        public override string Name => NameOf(Definition);
    }

    /// <summary>Any of the types of an element such as <c>value[x]</c>.</summary>
    internal sealed record Choice(ElementDefinition Element) : GraphQLType
    {
        /// <inheritdoc/>
        public override string Name => string.Concat(Element.Path.Split('.').Append("Choice").Select(Upper));
    }

    /// <summary>Any resource: the target of a reference, a contained resource.</summary>
    internal sealed record AnyResource : GraphQLType
    {
        /// <inheritdoc/>
        public override string Name => "Resource";
    }

    /// <summary>A value.</summary>
    internal sealed record Leaf(string ScalarName) : GraphQLType
    {
        /// <inheritdoc/>
        public override string Name => ScalarName;
    }

    /// <summary>A page of a search (<c>PatientConnection</c>).</summary>
    internal sealed record Connection(TypeDefinition Definition) : GraphQLType
    {
        /// <inheritdoc/>
        public override string Name => Definition.Name + "Connection";
    }

    /// <summary>A match on a page of a search.</summary>
    internal sealed record Edge(TypeDefinition Definition) : GraphQLType
    {
        /// <inheritdoc/>
        public override string Name => Definition.Name + "Edge";
    }

    /// <summary>A type of the introspection system (GraphQL October 2021, 4).</summary>
    internal sealed record Meta(string MetaName) : GraphQLType
    {
        /// <inheritdoc/>
        public override string Name => MetaName;
    }

    /// <summary>The scalar of a primitive: GraphQL's own where it has one.</summary>
    public static Leaf ScalarOf(TypeDefinition primitive) => new(primitive.Primitive switch
    {
        PrimitiveKind.Boolean => "Boolean",
        PrimitiveKind.Integer or PrimitiveKind.PositiveInt or PrimitiveKind.UnsignedInt => "Int",
        PrimitiveKind.Decimal => "Float",
        PrimitiveKind.Id => "ID",
        PrimitiveKind.String => "String",
        _ => primitive.Name,
    });

    /// <summary>A FHIR type's name in GraphQL, which has no dots: <c>PatientContact</c> for <c>Patient.contact</c>.</summary>
    public static string NameOf(TypeDefinition type) =>
        type.Kind == TypeKind.Backbone ? string.Concat(type.Name.Split('.').Select(Upper)) : type.Name;

    private static string Upper(string name) => char.ToUpperInvariant(name[0]) + name[1..];
}
