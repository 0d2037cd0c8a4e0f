// Search parameters and compartments in the short form that the search room reads at start.

using System.Text.Json.Nodes;

namespace FhirHub.DefinitionsCompiler;

/// <summary>Compiles SearchParameters and CompartmentDefinitions to <c>search.bin</c>.</summary>
internal static class SearchCompiler
{
    /// <summary>The content of <c>search.bin</c>; R4Definitions.Search.cs of Fhir.Model reads it.</summary>
    public static byte[] Compile(IReadOnlyList<JsonObject> resources)
    {
        using var output = new BinaryOutput();
        var parameters = resources.Where(resource => resource.Text("resourceType") == "SearchParameter").ToList();
        output.Number(parameters.Count);
        foreach (var parameter in parameters)
            Write(parameter, output);

        var compartments = resources.Where(resource => resource.Text("resourceType") == "CompartmentDefinition").ToList();
        output.Number(compartments.Count);
        foreach (var compartment in compartments)
        {
            output.Text(compartment.Text("code"));
            var members = compartment.Objects("resource").Where(member => member["param"] is not null).ToList();
            output.Number(members.Count);
            foreach (var member in members)
            {
                output.Text(member.Text("code"));
                output.Texts([.. member.Texts("param")]);
            }
        }

        return output.ToArray();
    }

    private static void Write(JsonObject parameter, BinaryOutput output)
    {
        output.Text(parameter.Text("url"));
        output.Text(parameter.Text("code"));
        output.Text(parameter.Text("name"));
        output.Text(parameter.Text("type"));
        output.Text(parameter.Text("expression"));
        output.Texts([.. parameter.Texts("base")]);
        output.Texts([.. parameter.Texts("target")]);
        var components = parameter.Objects("component").ToList();
        output.Number(components.Count);
        foreach (var component in components)
        {
            output.Text(component.Text("definition"));
            output.Text(component.Text("expression"));
        }
    }
}
