// The package's ImplementationGuide: its source lists the definitions by group, and the compiled guide the examples too.

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using FhirHub.Model;

namespace FhirHub.PackageCompiler;

/// <summary>What an ImplementationGuide lists (R4 implementationguide.html).</summary>
public static class Guide
{
    private static readonly JsonSerializerOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The guide with each good example of the package, in the group of its profile.</summary>
    public static ResourceTree WithExamples(ResourceTree guide, IEnumerable<PackageExample> examples)
    {
        ArgumentNullException.ThrowIfNull(guide);
        ArgumentNullException.ThrowIfNull(examples);
        var json = JsonNode.Parse(guide.Json.Span)!;
        if (json["definition"]?["resource"] is not JsonArray listed)
            return guide;
        var groups = listed.ToLookup(static entry => (string?)entry!["reference"]?["reference"], static entry => (string?)entry!["groupingId"], StringComparer.Ordinal);
        foreach (var example in examples.Where(static example => !example.IsBad))
        {
            var entry = new JsonObject
            {
                ["reference"] = new JsonObject { ["reference"] = $"{example.Resource.ResourceType}/{example.Resource.Id}" },
                ["name"] = example.Name,
                ["exampleCanonical"] = $"https://fhirhub.dev/fhir/StructureDefinition/{example.Profile}",
            };
            if (groups[$"StructureDefinition/{example.Profile}"].FirstOrDefault() is { } group)
                entry["groupingId"] = group;
            listed.Add(entry);
        }

        return ResourceParser.ParseJson(JsonSerializer.SerializeToUtf8Bytes(json, s_options)).Tree!;
    }

    /// <summary>Where the list of a guide's source differs from the definitions that there are.</summary>
    public static IEnumerable<string> Differences(ResourceTree guide, IEnumerable<PackageDefinition> definitions)
    {
        ArgumentNullException.ThrowIfNull(guide);
        ArgumentNullException.ThrowIfNull(definitions);
        var listed = guide.Root.Child("definition").ChildrenOf("resource").ToList().ConvertAll(static entry => entry.Child("reference").ChildValue("reference") ?? "");
        var there = definitions.Select(static definition => $"{definition.Resource.ResourceType}/{definition.Resource.Id}").Where(name => name != $"{guide.ResourceType}/{guide.Id}").ToList();
        return there.Except(listed, StringComparer.Ordinal).Select(static name => $"{name} is not listed.")
            .Concat(listed.Except(there, StringComparer.Ordinal).Select(static name => $"{name} is listed and not there."))
            .Concat(listed.GroupBy(static name => name).Where(static same => same.Count() > 1).Select(static same => $"{same.Key} is listed twice."));
    }
}
