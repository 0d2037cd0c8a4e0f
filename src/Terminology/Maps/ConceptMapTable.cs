// A concept map compiled for look-ups in both directions.

using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>A ConceptMap (R4 conceptmap.html). Immutable.</summary>
public sealed class ConceptMapTable
{
    private ConceptMapTable(ElementNode root)
    {
        Url = root.ChildValue("url");
        Version = root.ChildValue("version");
        Name = root.ChildValue("title") ?? root.ChildValue("name") ?? Url ?? root.ChildValue("id") ?? "";
        SourceScope = root.ChildValue("source");
        TargetScope = root.ChildValue("target");
        IsRetired = root.ChildValue("status") == "retired";
        var groups = new List<ConceptMapGroup>();
        foreach (var group in root.ChildrenOf("group"))
            groups.Add(ConceptMapGroup.Read(group));
        Groups = groups;
    }

    /// <summary>The canonical URL, or null.</summary>
    public string? Url { get; }

    /// <summary>The business version, or null.</summary>
    public string? Version { get; }

    /// <summary>What people call it.</summary>
    public string Name { get; }

    /// <summary>The value set that is mapped from, or null.</summary>
    public string? SourceScope { get; }

    /// <summary>The value set that is mapped to, or null.</summary>
    public string? TargetScope { get; }

    /// <summary>True if it is not to be used unless it is named.</summary>
    public bool IsRetired { get; }

    /// <summary>The groups, in the order of the map.</summary>
    public IReadOnlyList<ConceptMapGroup> Groups { get; }

    /// <summary>URL and version as a canonical reference; null for a map without a URL.</summary>
    public string? Canonical => Url is null ? null : Version is null ? Url : $"{Url}|{Version}";

    /// <summary>Compiles a resource.</summary>
    public static ConceptMapTable Read(ResourceTree map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new ConceptMapTable(map.Root);
    }
}
