// What is known of a part of an expression before there is data.

namespace FhirHub.Model.FhirPath;

/// <summary>The types that the items may have. Nothing is known if there are neither elements nor a kind.</summary>
internal readonly record struct StaticType(IReadOnlyList<TypeDefinition>? Elements, FhirPathKind Kind, bool IsUnordered = false)
{
    public static StaticType Unknown => default;

    public bool IsKnown => Elements is not null || Kind != FhirPathKind.None;

    public static StaticType Of(FhirPathKind kind) => new(null, kind);

    /// <summary>What may be anything, such as a contained resource, is not known.</summary>
    public static StaticType Of(IReadOnlyList<TypeDefinition> types)
    {
        foreach (var type in types)
        {
            if (type.IsAbstract)
                return Unknown;
        }

        return new StaticType(types, FhirPathKind.Node);
    }

    public StaticType Or(StaticType other)
    {
        var isUnordered = IsUnordered || other.IsUnordered;
        if (Elements is not null && other.Elements is not null)
            return new StaticType([.. Elements, .. other.Elements], FhirPathKind.Node, isUnordered);
        return Kind == other.Kind && Elements is null && other.Elements is null
            ? this with { IsUnordered = isUnordered }
            : Unknown with { IsUnordered = isUnordered };
    }

    /// <summary>False only if it is certain that no item can be used as a value of that System type.</summary>
    public bool MayBe(FhirPathKind kind)
    {
        if (!IsKnown)
            return true;
        if (Elements is null)
            return Kind == kind;
        foreach (var type in Elements)
        {
            var isOf = kind switch
            {
                FhirPathKind.String => FhirPathValue.IsText(type.Primitive),
                FhirPathKind.Boolean => type.Primitive == PrimitiveKind.Boolean,
                _ => true,
            };
            if (isOf)
                return true;
        }

        return false;
    }

    public override string ToString() => Elements is null ? $"System.{Kind}" : string.Join(" or ", Elements);
}
