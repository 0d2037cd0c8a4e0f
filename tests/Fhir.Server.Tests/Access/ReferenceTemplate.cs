// Makes a resource of any type whose reference lies where a search parameter looks for it, so that no type of a compartment is forgotten.

using System.Text.Json.Nodes;
using FhirHub.Model;
using FhirHub.Search;

namespace FhirHub.Server.Tests.Access;

/// <summary>Resources that hold a reference.</summary>
internal static class ReferenceTemplate
{
    /// <summary>The types of the patient compartment with the parameters that lead into it.</summary>
    public static IEnumerable<(string Type, SearchParameter Parameter)> OfPatientCompartment() =>
        from type in Schema.R4.ResourceTypes
        from code in CompartmentRules.Parameters("Patient", type.Name) ?? []
        where code != CompartmentRules.Self
        let parameter = SearchParameterRegistry.R4.Find(type.Name, code)
        where parameter?.Expression is not null
        select (type.Name, parameter);

    /// <summary>Puts a reference where the parameter's expression leads first; false if that is nowhere a resource can be made for.</summary>
    public static bool TryAdd(JsonObject resource, SearchParameter parameter, string reference)
    {
        foreach (var way in parameter.Expression!.Split('|', StringSplitOptions.TrimEntries))
        {
            var path = way.Trim('(', ')').Split(".where(")[0].Split(" as ")[0].Split(".as(")[0];
            if (path.StartsWith(parameter.ResourceType + ".", StringComparison.Ordinal) && TryAdd(resource, Schema.R4.FindType(parameter.ResourceType)!, path.Split('.').AsSpan(1), reference))
                return true;
        }

        return false;
    }

    private static bool TryAdd(JsonObject node, TypeDefinition type, ReadOnlySpan<string> path, string reference)
    {
        if (type.FindElement(path[0]) is not { } element)
            return false;
        var isLast = path.Length == 1;
        if (isLast && !element.Types.Any(static t => t.Name == "Reference"))
            return false;
        var name = element.IsChoice ? element.Name + "Reference" : element.Name;
        JsonObject child;
        if (element.IsArray)
        {
            if (node[name] is not JsonArray array)
                node[name] = array = [];
            array.Add(child = []);
        }
        else if (node[name] is JsonObject there)
        {
            child = there;
        }
        else
        {
            node[name] = child = [];
        }

        if (!isLast)
            return TryAdd(child, element.Types[0], path[1..], reference);
        child["reference"] = reference;
        return true;
    }
}
