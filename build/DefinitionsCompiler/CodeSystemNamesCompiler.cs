// The object identifiers of R4's code systems: other names for their URLs.

using System.Text;
using System.Text.Json.Nodes;

namespace FhirHub.DefinitionsCompiler;

/// <summary>Compiles CodeSystems to <c>codesystem-names.tsv</c>: URL and URN, parted by a tab.</summary>
internal static class CodeSystemNamesCompiler
{
    /// <summary>The content of the file; CodeSystemNames.cs of Fhir.Model reads it.</summary>
    public static byte[] Compile(IReadOnlyList<JsonObject> resources)
    {
        var output = new StringBuilder();
        foreach (var codeSystem in resources.Where(resource => resource.Text("resourceType") == "CodeSystem"))
        {
            foreach (var identifier in codeSystem.Objects("identifier"))
            {
                if (identifier.Text("value") is { } value && value.StartsWith("urn:", StringComparison.Ordinal))
                    output.Append(codeSystem.Text("url")).Append('\t').Append(value).Append('\n');
            }
        }

        return Encoding.UTF8.GetBytes(output.ToString());
    }
}
