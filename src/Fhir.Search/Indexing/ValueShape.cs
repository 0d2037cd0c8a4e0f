// The few shapes that matter to search, looked up by the number of a type.

using FhirHub.Model;

namespace FhirHub.Search;

public sealed partial class IndexExtractor
{
    private readonly ValueShape[] _shapes;

    private enum ValueShape : byte
    {
        Other,
        Text,
        Code,
        Id,
        Uri,
        Canonical,
        Boolean,
        Number,
        Date,
        Coding,
        CodeableConcept,
        Identifier,
        ContactPoint,
        HumanName,
        Address,
        Period,
        Timing,
        Quantity,
        Money,
        Range,
        SampledData,
        Reference,
        Resource,
    }

    private static readonly Lazy<ValueShape[]> s_shapesOfR4 = new(static () => ShapesOf(Schema.R4));

    /// <summary>True if a parameter of that type may find a value in an element of the type.</summary>
    internal static bool MayFind(SearchParameterType parameter, TypeDefinition type)
    {
        var shape = s_shapesOfR4.Value[type.Index];
        return parameter switch
        {
            SearchParameterType.Token => shape is ValueShape.CodeableConcept or ValueShape.Coding or ValueShape.Identifier or ValueShape.ContactPoint
                or (>= ValueShape.Text and <= ValueShape.Date),
            SearchParameterType.String => shape is ValueShape.HumanName or ValueShape.Address or ValueShape.CodeableConcept or ValueShape.Coding
                or (>= ValueShape.Text and <= ValueShape.Canonical),
            SearchParameterType.Date => shape is ValueShape.Date or ValueShape.Period or ValueShape.Timing,
            SearchParameterType.Number => shape is ValueShape.Number or ValueShape.Quantity or ValueShape.Range,
            SearchParameterType.Quantity => shape is ValueShape.Quantity or ValueShape.Range or ValueShape.Money or ValueShape.SampledData or ValueShape.Number,
            SearchParameterType.Uri => shape is ValueShape.Uri or ValueShape.Canonical or ValueShape.Text or ValueShape.Id,
            SearchParameterType.Reference => shape is ValueShape.Reference or ValueShape.Canonical or ValueShape.Uri or ValueShape.Resource,
            _ => true,
        };
    }

    private static ValueShape[] ShapesOf(Schema schema)
    {
        var shapes = new ValueShape[schema.Types.Count];
        var quantity = schema.FindType("Quantity")!;
        foreach (var type in schema.Types)
        {
            shapes[type.Index] = type switch
            {
                { IsPrimitive: true } => ShapeOf(type.Primitive),
                { IsResource: true } => ValueShape.Resource,
                _ when type.Is(quantity) => ValueShape.Quantity,
                _ => Enum.TryParse<ValueShape>(type.Name, out var shape) && shape >= ValueShape.Coding ? shape : ValueShape.Other,
            };
        }

        return shapes;
    }

    private static ValueShape ShapeOf(PrimitiveKind primitive) => primitive switch
    {
        PrimitiveKind.Boolean => ValueShape.Boolean,
        PrimitiveKind.Integer or PrimitiveKind.UnsignedInt or PrimitiveKind.PositiveInt or PrimitiveKind.Decimal => ValueShape.Number,
        PrimitiveKind.String or PrimitiveKind.Markdown => ValueShape.Text,
        PrimitiveKind.Code => ValueShape.Code,
        PrimitiveKind.Id => ValueShape.Id,
        PrimitiveKind.Uri or PrimitiveKind.Url or PrimitiveKind.Oid or PrimitiveKind.Uuid => ValueShape.Uri,
        PrimitiveKind.Canonical => ValueShape.Canonical,
        PrimitiveKind.Instant or PrimitiveKind.Date or PrimitiveKind.DateTime => ValueShape.Date,
        _ => ValueShape.Other,
    };
}
