// Reads the embedded binary schema that build/DefinitionsCompiler/SchemaCompiler.cs writes.

namespace FhirHub.Model;

public sealed partial class Schema
{
    private const int ChoiceFlag = 1;
    private const int SummaryFlag = 2;
    private const int ModifierFlag = 4;
    private const int XmlAttributeFlag = 8;
    private const int BindingShift = 4;

    private static Schema LoadEmbedded()
    {
        var reader = new DefinitionsReader(DefinitionsReader.ReadAll("schema.bin"));
        var types = ReadTypes(ref reader);
        var elements = new ElementDefinition[reader.Number()];
        // Most elements have one type: they share the array that holds it.
        var single = new TypeDefinition[types.Length][];
        var next = 0;
        var schema = new Schema { Types = types, Elements = elements };
        foreach (var type in types)
        {
            var own = new ElementDefinition[reader.Number()];
            for (var i = 0; i < own.Length; i++, next++)
                own[i] = elements[next] = ReadElement(ref reader, next, type, i, types, single);
            type.Complete(own);
            schema._typesByName.Add(type.Name, type);
            schema.MaxPropertyCount = Math.Max(schema.MaxPropertyCount, type.PropertyCount);
        }

        var resourceTypes = Array.FindAll(types, type => type is { IsResource: true, IsAbstract: false });
        Array.Sort(resourceTypes, (a, b) => string.CompareOrdinal(a.Name, b.Name));
        schema.ResourceTypes = resourceTypes;
        return schema;
    }

    private static TypeDefinition[] ReadTypes(ref DefinitionsReader reader)
    {
        var types = new TypeDefinition[reader.Number()];
        var bases = new int[types.Length];
        for (var i = 0; i < types.Length; i++)
        {
            var name = reader.Text();
            var kind = (TypeKind)reader.Number();
            var primitive = kind == TypeKind.Primitive ? PrimitiveOf(name) : PrimitiveKind.None;
            types[i] = new TypeDefinition(i, name, kind, primitive, reader.Number() == 1);
            bases[i] = reader.Number();
        }

        for (var i = 0; i < types.Length; i++)
            types[i].Base = bases[i] == 0 ? null : types[bases[i] - 1];
        return types;
    }

    private static ElementDefinition ReadElement(
        ref DefinitionsReader reader, int index, TypeDefinition owner, int order, TypeDefinition[] types, TypeDefinition[][] single)
    {
        var name = reader.Text();
        var min = reader.Number();
        var max = reader.Number() is > 0 and var limit ? limit - 1 : int.MaxValue;
        var flags = reader.Number();
        var valueSet = reader.OptionalText();
        var typeCount = reader.Number();
        TypeDefinition[] elementTypes;
        if (typeCount == 1)
        {
            var type = reader.Number();
            elementTypes = single[type] ??= [types[type]];
        }
        else
        {
            elementTypes = new TypeDefinition[typeCount];
            for (var i = 0; i < typeCount; i++)
                elementTypes[i] = types[reader.Number()];
        }

        return new ElementDefinition(index, owner, name, order, min, max, (flags & ChoiceFlag) != 0, elementTypes)
        {
            IsSummary = (flags & SummaryFlag) != 0,
            IsModifier = (flags & ModifierFlag) != 0,
            IsXmlAttribute = (flags & XmlAttributeFlag) != 0,
            Binding = (BindingStrength)(flags >> BindingShift),
            ValueSet = valueSet,
            TargetTypes = reader.Texts(),
        };
    }

    private static PrimitiveKind PrimitiveOf(string name) => name switch
    {
        "boolean" => PrimitiveKind.Boolean,
        "integer" => PrimitiveKind.Integer,
        "unsignedInt" => PrimitiveKind.UnsignedInt,
        "positiveInt" => PrimitiveKind.PositiveInt,
        "decimal" => PrimitiveKind.Decimal,
        "string" => PrimitiveKind.String,
        "code" => PrimitiveKind.Code,
        "id" => PrimitiveKind.Id,
        "markdown" => PrimitiveKind.Markdown,
        "uri" => PrimitiveKind.Uri,
        "url" => PrimitiveKind.Url,
        "canonical" => PrimitiveKind.Canonical,
        "oid" => PrimitiveKind.Oid,
        "uuid" => PrimitiveKind.Uuid,
        "base64Binary" => PrimitiveKind.Base64Binary,
        "instant" => PrimitiveKind.Instant,
        "date" => PrimitiveKind.Date,
        "dateTime" => PrimitiveKind.DateTime,
        "time" => PrimitiveKind.Time,
        "xhtml" => PrimitiveKind.Xhtml,
        _ => throw new InvalidOperationException($"The schema names the unknown primitive type {name}."),
    };
}
