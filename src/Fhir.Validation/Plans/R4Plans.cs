// The plans of R4's own types, which stand under every validation.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>The base definitions of R4 as plans, compiled when first asked for and then kept.</summary>
internal static class R4Plans
{
    private const string Core = "http://hl7.org/fhir/StructureDefinition/";

    private static readonly ProfilePlan?[] Compiled = new ProfilePlan?[Schema.R4.Types.Count];

    /// <summary>The invariants of R4.</summary>
    public static SharedRules Rules { get; } = new(null);

    /// <summary>The plan of a resource or data type; null for a type that is part of another and for a primitive.</summary>
    public static ProfilePlan? Of(TypeDefinition type)
    {
        if (Volatile.Read(ref Compiled[type.Index]) is { } known)
            return known;
        if (type.Kind is not (TypeKind.Resource or TypeKind.Complex) || Open(type) is not { } snapshot)
            return null;
        var plan = ProfilePlan.Compile(snapshot, Rules);
        return Interlocked.CompareExchange(ref Compiled[type.Index], plan, null) ?? plan;
    }

    /// <summary>The type whose base definition has that canonical URL, or null.</summary>
    public static TypeDefinition? TypeOf(string canonical)
    {
        if (!canonical.StartsWith(Core, StringComparison.Ordinal))
            return null;
        var name = canonical.AsSpan(Core.Length);
        var bar = name.IndexOf('|');
        if (bar >= 0 && name[(bar + 1)..] is not "4.0.1")
            return null;
        return Schema.R4.FindType((bar >= 0 ? name[..bar] : name).ToString()) is { Kind: not TypeKind.Backbone } type ? type : null;
    }

    // Parsed for this only: the tree of a StructureDefinition is a hundred times as large as its plan.
    private static Snapshot? Open(TypeDefinition type) =>
        R4Definitions.Find("StructureDefinition", Core + type.Name) is { } json && ResourceParser.ParseJson(json).Tree is { } tree
            ? new Snapshot(tree)
            : null;
}
