// Types as expressions name them: those of FHIR and those of the System namespace (FHIRPath N1, "Types and Reflection").

namespace FhirHub.Model.FhirPath;

/// <summary>A type of the FHIR or the System namespace.</summary>
public sealed class FhirPathType
{
    private static readonly Dictionary<string, FhirPathType> SystemTypes = new(StringComparer.Ordinal);

    private FhirPathType(string name, FhirPathKind kind, bool isKnown = true)
    {
        Namespace = "System";
        Name = name;
        Kind = kind;
        if (isKnown)
            SystemTypes.Add(name, this);
    }

    internal FhirPathType(TypeDefinition definition)
    {
        Namespace = "FHIR";
        // Backbone elements have no name of their own in FHIRPath's view of the model.
        Name = definition.Kind == TypeKind.Backbone ? definition.Base?.Name ?? "BackboneElement" : definition.Name;
        Kind = FhirPathKind.Node;
        Definition = definition;
    }

    /// <summary>System.Boolean.</summary>
    public static FhirPathType Boolean { get; } = new("Boolean", FhirPathKind.Boolean);

    /// <summary>System.Integer.</summary>
    public static FhirPathType Integer { get; } = new("Integer", FhirPathKind.Integer);

    /// <summary>System.Decimal.</summary>
    public static FhirPathType Decimal { get; } = new("Decimal", FhirPathKind.Decimal);

    /// <summary>System.String.</summary>
    public static FhirPathType String { get; } = new("String", FhirPathKind.String);

    /// <summary>System.Date.</summary>
    public static FhirPathType Date { get; } = new("Date", FhirPathKind.Date);

    /// <summary>System.DateTime.</summary>
    public static FhirPathType DateTime { get; } = new("DateTime", FhirPathKind.DateTime);

    /// <summary>System.Time.</summary>
    public static FhirPathType Time { get; } = new("Time", FhirPathKind.Time);

    /// <summary>System.Quantity.</summary>
    public static FhirPathType Quantity { get; } = new("Quantity", FhirPathKind.Quantity);

    /// <summary>System.Any, which every value is.</summary>
    public static FhirPathType Any { get; } = new("Any", FhirPathKind.None);

    // What type() answers with.
    internal static FhirPathType TypeInfo { get; } = new("TypeInfo", FhirPathKind.Type);

    /// <summary><c>FHIR</c> or <c>System</c>.</summary>
    public string Namespace { get; }

    /// <summary>The name within the namespace.</summary>
    public string Name { get; }

    /// <summary>The FHIR type's definition; null for a System type.</summary>
    public TypeDefinition? Definition { get; }

    /// <summary>The kind of the System type's values; <see cref="FhirPathKind.Node"/> for FHIR types.</summary>
    public FhirPathKind Kind { get; }

    /// <summary>
    /// The type of that name, or null; without a namespace FHIR is looked at first. A name that the System namespace does not
    /// have is a type without values there, since other versions of FHIRPath may know it.
    /// </summary>
    public static FhirPathType? Find(Schema schema, string? space, string name)
    {
        if ((space is null or "FHIR") && schema.FindType(name) is { Kind: not TypeKind.Backbone } definition)
            return new FhirPathType(definition);
        if ((space is null or "System") && SystemTypes.TryGetValue(name, out var system))
            return system;
        return space == "System" ? new FhirPathType(name, FhirPathKind.None, isKnown: false) : null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Namespace}.{Name}";
}
