// A profile made ready for walking beside a resource.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>A snapshot compiled against the schema: names are element definitions, rules are objects that profiles share.</summary>
internal sealed class ProfilePlan
{
    /// <summary>The canonical URL.</summary>
    public required string Url { get; init; }

    /// <summary>The business version, or null.</summary>
    public string? Version { get; init; }

    /// <summary>The type that it describes; null for a logical model.</summary>
    public TypeDefinition? Type { get; init; }

    /// <summary>The name of that type.</summary>
    public string TypeName { get; init; } = "";

    /// <summary>The canonical URL of what it stands on, or null.</summary>
    public string? Base { get; init; }

    /// <summary>A code of R4 valueset-publication-status.html, or null.</summary>
    public string? Status { get; init; }

    /// <summary>True if only profiles that stand on it may be claimed.</summary>
    public bool IsAbstract { get; init; }

    /// <summary>True for an extension that changes the meaning of what holds it.</summary>
    public bool IsModifier { get; init; }

    /// <summary>Where an extension may stand; empty for anywhere.</summary>
    public IReadOnlyList<ExtensionContext> Contexts { get; init; } = [];

    /// <summary>FHIRPath that must hold where an extension stands (R4 StructureDefinition.contextInvariant).</summary>
    public IReadOnlyList<ConstraintPlan> ContextInvariants { get; init; } = [];

    /// <summary>The rules of the whole.</summary>
    public ElementPlan Root { get; internal set; } = null!;

    /// <summary>What messages call it.</summary>
    public string Name => Version is null ? Url : $"{Url}|{Version}";

    /// <summary>Compiles a snapshot.</summary>
    /// <param name="snapshot">The snapshot; the plan does not keep it.</param>
    /// <param name="rules">The rules that profiles share.</param>
    /// <exception cref="SnapshotException">It can't be used for validation; the message says why.</exception>
    public static ProfilePlan Compile(Snapshot snapshot, SharedRules rules) => new PlanCompiler(snapshot, rules).Compile();

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>Where an extension may stand (R4 defining-extensions.html#context).</summary>
/// <param name="Kind">A code of R4 valueset-extension-context-type.html.</param>
/// <param name="Expression">An element's id, the URL of an extension, or FHIRPath.</param>
internal sealed record ExtensionContext(string Kind, string Expression);
