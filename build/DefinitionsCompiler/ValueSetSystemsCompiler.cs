// The code system of each value set that draws on one only: what a code element leaves unsaid.

using System.Text;
using System.Text.Json.Nodes;

namespace FhirHub.DefinitionsCompiler;

/// <summary>Compiles ValueSets to <c>valueset-systems.tsv</c>: canonical and system, parted by a tab.</summary>
internal static class ValueSetSystemsCompiler
{
    /// <summary>The content of the file; ValueSetSystems.cs of Fhir.Model reads it.</summary>
    public static byte[] Compile(IReadOnlyList<JsonObject> resources)
    {
        var output = new StringBuilder();
        foreach (var valueSet in resources.Where(resource => resource.Text("resourceType") == "ValueSet"))
        {
            var includes = valueSet["compose"]?.Objects("include").ToList() ?? [];
            var systems = includes.Select(include => include.Text("system")).Distinct(StringComparer.Ordinal).ToList();
            if (systems is [{ } system] && includes.TrueForAll(include => include["valueSet"] is null))
                output.Append(valueSet.Text("url")).Append('\t').Append(system).Append('\n');
        }

        return Encoding.UTF8.GetBytes(output.ToString());
    }
}
