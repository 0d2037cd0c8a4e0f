// Reads the definitions package and takes out what its publisher added to R4.

using System.Text.Json.Nodes;

namespace FhirHub.DefinitionsCompiler;

/// <summary>The R4 conformance resources of the npm package, equal to HL7's own after scrubbing.</summary>
internal static class DefinitionsPackage
{
    private static readonly string[] Files =
    [
        "profiles-types.json",
        "profiles-resources.json",
        "profiles-others.json",
        "extension-definitions.json",
        "search-parameters.json",
        "valuesets.json",
        "v2-tables.json",
        "v3-codesystems.json",
        "conceptmaps.json",
    ];

    // Elements that R4 4.0.1 does not have; the children of an element go with it.
    private static readonly string[] ForeignElements =
    [
        "Meta.project",
        "Meta.author",
        "Meta.account",
        "Binary.url",
        "ObservationDefinition.publisher",
        "DeviceDefinition.classification",
        "DeviceDefinition.bodySite",
    ];

    private static readonly string[] ForeignSearchParameters = ["DeviceDefinition-classification", "ServiceRequest-order-detail"];

    /// <summary>All resources, in the order of the files.</summary>
    public static List<JsonObject> Read(string folder)
    {
        var resources = new List<JsonObject>();
        foreach (var file in Files)
        {
            using var stream = File.OpenRead(Path.Combine(folder, file));
            var bundle = JsonNode.Parse(stream)?.AsObject()
                ?? throw new InvalidDataException($"{file} is no JSON object.");
            foreach (var entry in bundle["entry"]!.AsArray())
            {
                var resource = entry!["resource"]!.AsObject();
                if (IsForeign(resource))
                    continue;
                Scrub(resource);
                resources.Add(resource);
            }
        }

        return resources;
    }

    private static bool IsForeign(JsonObject resource) =>
        resource.Text("resourceType") == "SearchParameter"
        && (resource.Text("url")!.StartsWith("https://medplum.com/", StringComparison.Ordinal)
            || ForeignSearchParameters.Contains(resource.Text("id"), StringComparer.Ordinal));

    private static void Scrub(JsonObject resource)
    {
        if (resource.Text("resourceType") != "StructureDefinition")
            return;
        foreach (var view in new[] { "snapshot", "differential" })
        {
            if (resource[view]?["element"] is not JsonArray elements)
                continue;
            for (var i = elements.Count - 1; i >= 0; i--)
            {
                if (IsForeignElement(elements[i]!.AsObject().Text("path")!))
                    elements.RemoveAt(i);
            }
        }
    }

    private static bool IsForeignElement(string path) => Array.Exists(
        ForeignElements,
        foreign => path.StartsWith(foreign, StringComparison.Ordinal)
            && (path.Length == foreign.Length || path[foreign.Length] == '.'));

    /// <summary>A string property, or null.</summary>
    public static string? Text(this JsonNode node, string property) => node[property]?.GetValue<string>();

    /// <summary>A property's array of objects; empty if there is none.</summary>
    public static IEnumerable<JsonObject> Objects(this JsonNode node, string property) =>
        node[property] is JsonArray array ? array.Select(item => item!.AsObject()) : [];

    /// <summary>A property's array of strings; empty if there is none.</summary>
    public static IEnumerable<string> Texts(this JsonNode node, string property) =>
        node[property] is JsonArray array ? array.Select(item => item!.GetValue<string>()) : [];
}
