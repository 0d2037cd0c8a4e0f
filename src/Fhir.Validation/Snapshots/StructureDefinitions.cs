// Where the generator finds the definitions that a profile stands on.

using System.Collections.Concurrent;
using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>Finds a StructureDefinition by its canonical URL, which may end in <c>|version</c>; null if there is none.</summary>
/// <param name="canonical">The canonical URL.</param>
public delegate ResourceTree? StructureDefinitionResolver(string canonical);

/// <summary>The StructureDefinitions of R4 as trees.</summary>
public static class R4StructureDefinitions
{
    private static readonly ConcurrentDictionary<string, ResourceTree> Opened = new(StringComparer.Ordinal);

    /// <summary>The definition of R4 4.0.1 with that canonical URL, or null; kept once it is opened.</summary>
    public static ResourceTree? Find(string canonical)
    {
        ArgumentNullException.ThrowIfNull(canonical);
        if (Opened.TryGetValue(canonical, out var known))
            return known;
        if (R4Definitions.Find("StructureDefinition", canonical) is not { } json || ResourceParser.ParseJson(json).Tree is not { } tree)
            return null;
        return Opened.GetOrAdd(canonical, tree);
    }
}
