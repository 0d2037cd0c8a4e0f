// A profile made ready for walking beside a resource.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>A snapshot compiled against the schema: names are element definitions, rules are objects that profiles share.</summary>
internal sealed class ProfilePlan
{
    private ProfilePlan(string url, string? version, TypeDefinition? type, ElementPlan root)
    {
        Url = url;
        Version = version;
        Type = type;
        Root = root;
    }

    /// <summary>The canonical URL.</summary>
    public string Url { get; }

    /// <summary>The business version, or null.</summary>
    public string? Version { get; }

    /// <summary>The type that it describes; null for a logical model.</summary>
    public TypeDefinition? Type { get; }

    /// <summary>The rules of the whole.</summary>
    public ElementPlan Root { get; }

    /// <summary>What messages call it.</summary>
    public string Name => Version is null ? Url : $"{Url}|{Version}";

    /// <summary>Compiles a snapshot.</summary>
    /// <exception cref="SnapshotException">It can't be used for validation; the message says why.</exception>
    public static ProfilePlan Compile(Snapshot snapshot)
    {
        var root = snapshot.Definition.Root;
        return new ProfilePlan(
            snapshot.Url, root.ChildValue("version"), Schema.R4.FindType(root.ChildValue("type") ?? ""), new ElementPlan(snapshot.Root));
    }
}
