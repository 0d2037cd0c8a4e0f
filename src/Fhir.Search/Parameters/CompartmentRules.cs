// Which resources are in a compartment, and by which of their search parameters.

using FhirHub.Model;

namespace FhirHub.Search;

/// <summary>The compartments of R4 (compartmentdefinition.html): Patient, Encounter, RelatedPerson, Practitioner, Device.</summary>
public static class CompartmentRules
{
    /// <summary>What stands in the definitions for the compartment's own resource.</summary>
    public const string Self = "{def}";

    /// <summary>Types that have a compartment.</summary>
    public static IEnumerable<string> CompartmentTypes => R4Definitions.Compartments.Keys;

    /// <summary>
    /// Codes of the reference parameters that put a resource into the compartment, of which one is enough; <see cref="Self"/>
    /// stands for the resource itself. Null if resources of the type are never in it.
    /// </summary>
    public static IReadOnlyList<string>? Parameters(string compartmentType, string resourceType) =>
        R4Definitions.Compartments.TryGetValue(compartmentType, out var members) ? members.GetValueOrDefault(resourceType) : null;

    /// <summary>True if resources of the type may be in the compartment; the resource that it is about is.</summary>
    public static bool MayHold(string compartmentType, string resourceType) =>
        R4Definitions.Compartments.ContainsKey(compartmentType)
        && (compartmentType == resourceType || Parameters(compartmentType, resourceType) is not null);

    /// <summary>The same as a condition on resources of one type, without compartments in it.</summary>
    public static SearchExpression Expand(SearchExpression.InCompartment compartment, string resourceType, SearchParameterRegistry registry)
    {
        // The resource that a compartment is about is in it, also where the definition names links to others only.
        var ways = new List<SearchExpression>();
        if (compartment.CompartmentType == resourceType)
            ways.Add(new SearchExpression.IdIn([compartment.Id]));
        foreach (var code in Parameters(compartment.CompartmentType, resourceType) ?? [])
        {
            if (registry.Find(resourceType, code) is { Type: SearchParameterType.Reference } parameter)
                ways.Add(new SearchExpression.Parameter(parameter, new ReferencePredicate(compartment.CompartmentType, compartment.Id, null)));
        }

        return ways.Count switch
        {
            0 => new SearchExpression.None(),
            1 => ways[0],
            _ => new SearchExpression.Or(ways),
        };
    }
}
