// JSON Schemas of the R4 types, made of the schema that the parser follows: whole for generators, one level deep for the page.

using FhirHub.Model;
using Microsoft.OpenApi;

namespace FhirHub.Server.OpenApi;

/// <summary>How far the schema of a resource type goes.</summary>
internal enum SchemaDepth
{
    /// <summary>Its own elements, with the names of their types: what a page can show at once.</summary>
    Shallow,

    /// <summary>All that it can hold, by references (R4 json.html).</summary>
    Whole,
}

/// <summary>Writes the types of R4 as schemas of OpenAPI 3.0.</summary>
/// <param name="depth">How far they go.</param>
/// <param name="document">The document, whose components they become.</param>
internal sealed class ResourceSchemas(SchemaDepth depth, OpenApiDocument document)
{
    private const string AnyResource = "Resource";
    private const string Sibling = "Element";

    /// <summary>A reference to the schema of a type; <c>Resource</c> is any resource.</summary>
    public IOpenApiSchema Of(string name)
    {
        var schemas = document.Components!.Schemas!;
        if (!schemas.ContainsKey(name))
        {
            // What refers to itself finds itself here.
            schemas[name] = new OpenApiSchema();
            schemas[name] = name == AnyResource ? Any() : Of(Schema.R4.FindType(name)!);
        }

        return new OpenApiSchemaReference(name, document);
    }

    private OpenApiSchema Any() => depth == SchemaDepth.Whole
        ? new OpenApiSchema
        {
            Description = "A resource of any type.",
            OneOf = [.. Schema.R4.ResourceTypes.Select(type => Of(type.Name))],
            Discriminator = new OpenApiDiscriminator { PropertyName = "resourceType" },
        }
        : new OpenApiSchema
        {
            Description = "A resource of any type.",
            Type = JsonSchemaType.Object,
            Properties = new Dictionary<string, IOpenApiSchema> { ["resourceType"] = new OpenApiSchema { Type = JsonSchemaType.String } },
            Required = new HashSet<string> { "resourceType" },
        };

    private OpenApiSchema Of(TypeDefinition type)
    {
        var schema = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = ElementTexts.Of(type.Name),
            Properties = new Dictionary<string, IOpenApiSchema>(),
            AdditionalPropertiesAllowed = depth == SchemaDepth.Shallow,
        };
        var required = new HashSet<string>();
        if (type.IsResource)
        {
            schema.Properties["resourceType"] = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [type.Name] };
            required.Add("resourceType");
        }

        foreach (var element in type.Elements)
        {
            foreach (var of in element.Types)
                Add(schema.Properties, type, element, of);

            // A primitive that must be there may consist of an extension alone, in the member with the underscore.
            if (element is { Min: > 0, IsChoice: false } && !element.Types[0].IsPrimitive)
                required.Add(element.Name);
        }

        schema.Required = required.Count > 0 ? required : null;
        return schema;
    }

    private void Add(IDictionary<string, IOpenApiSchema> properties, TypeDefinition owner, ElementDefinition element, TypeDefinition type)
    {
        var name = element.JsonNameFor(type);
        var text = ElementTexts.Of(owner, element);
        var hasSibling = type.IsPrimitive && type.Primitive != PrimitiveKind.Xhtml && !element.IsXmlAttribute && depth == SchemaDepth.Whole;
        properties[name] = element.IsArray
            ? new OpenApiSchema { Type = JsonSchemaType.Array, Description = text, Items = ValueOf(type, null, isNullable: hasSibling) }
            : ValueOf(type, text, isNullable: false);
        if (hasSibling)
        {
            properties[$"_{name}"] = element.IsArray
                ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { AllOf = [Of(Sibling)], Type = JsonSchemaType.Object | JsonSchemaType.Null } }
                : Of(Sibling);
        }
    }

    private IOpenApiSchema ValueOf(TypeDefinition type, string? text, bool isNullable)
    {
        if (type.IsPrimitive)
        {
            var schema = Primitive(type.Primitive);
            schema.Description = text;
            if (isNullable)
                schema.Type |= JsonSchemaType.Null;
            return schema;
        }

        if (depth == SchemaDepth.Shallow)
            return new OpenApiSchema { Type = JsonSchemaType.Object, Title = type.Name, Description = text };

        // In OpenAPI 3.0 nothing can stand beside a reference. Generators take a discriminated union within allOf for a base type without its members.
        return text is null || type.Name == AnyResource ? Of(type.Name) : new OpenApiSchema { Description = text, AllOf = [Of(type.Name)] };
    }

    /// <summary>The schema of a primitive (R4 datatypes.html#primitive).</summary>
    public static OpenApiSchema Primitive(PrimitiveKind kind) => kind switch
    {
        PrimitiveKind.Boolean => new() { Type = JsonSchemaType.Boolean },
        PrimitiveKind.Integer => new() { Type = JsonSchemaType.Integer, Format = "int32" },
        PrimitiveKind.UnsignedInt => new() { Type = JsonSchemaType.Integer, Format = "int32", Minimum = "0" },
        PrimitiveKind.PositiveInt => new() { Type = JsonSchemaType.Integer, Format = "int32", Minimum = "1" },
        PrimitiveKind.Decimal => new() { Type = JsonSchemaType.Number },
        PrimitiveKind.Base64Binary => new() { Type = JsonSchemaType.String, Format = "byte" },
        PrimitiveKind.Instant => new() { Type = JsonSchemaType.String, Format = "date-time" },
        PrimitiveKind.Id => new() { Type = JsonSchemaType.String, Pattern = @"^[A-Za-z0-9\-.]{1,64}$" },
        PrimitiveKind.Date => new() { Type = JsonSchemaType.String, Pattern = @"^\d{4}(-\d{2}(-\d{2})?)?$" },
        PrimitiveKind.DateTime => new() { Type = JsonSchemaType.String, Pattern = @"^\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?)?)?$" },
        PrimitiveKind.Time => new() { Type = JsonSchemaType.String, Pattern = @"^\d{2}:\d{2}:\d{2}(\.\d+)?$" },
        PrimitiveKind.Uri or PrimitiveKind.Url or PrimitiveKind.Canonical => new() { Type = JsonSchemaType.String, Format = "uri-reference" },
        PrimitiveKind.Oid => new() { Type = JsonSchemaType.String, Pattern = @"^urn:oid:[0-2](\.(0|[1-9]\d*))+$" },
        PrimitiveKind.Uuid => new() { Type = JsonSchemaType.String, Pattern = "^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" },
        _ => new() { Type = JsonSchemaType.String },
    };
}
