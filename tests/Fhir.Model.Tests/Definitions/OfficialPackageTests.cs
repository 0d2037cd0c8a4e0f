// What the build compiled, held against HL7's own package hl7.fhir.r4.core 4.0.1.

using System.Text.Json.Nodes;
using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Model.Tests.Definitions;

public sealed class OfficialPackageTests(ITestOutputHelper output)
{
    // The package lost a broken character (U+FFFD) that the official Italian text of one code has.
    private static readonly string[] Known = ["CodeSystem.concept[26].designation[1].value of operation-outcome"];

    [Theory]
    [InlineData("StructureDefinition", 649)]
    [InlineData("SearchParameter", 1375)]
    [InlineData("OperationDefinition", 46)]
    [InlineData("CompartmentDefinition", 5)]
    [InlineData("CapabilityStatement", 2)]
    [InlineData("CodeSystem", 1062)]
    [InlineData("ValueSet", 1316)]
    [InlineData("ConceptMap", 19)]
    public void Every_definition_equals_the_official_one(string type, int count)
    {
        if (OfficialFolder() is not { } folder)
            return;
        var differences = new List<string>();
        var compared = 0;
        foreach (var json in R4Definitions.All(type))
        {
            var ours = JsonNode.Parse(json.Span)!.AsObject();
            // The copy of the official package at hand has lost every narrative; ours has them, and they say nothing of their own.
            ours.Remove("text");
            var id = ours["id"]!.GetValue<string>();
            var file = Path.Combine(folder, $"{type}-{id}.json");
            if (!File.Exists(file))
                differences.Add($"{id} is not official");
            else if (Difference(JsonNode.Parse(File.ReadAllBytes(file)), ours, type) is { } difference)
                differences.Add($"{difference} of {id}");
            compared++;
        }

        output.WriteLine($"{compared} of {type}: {differences.Count} differ from hl7.fhir.r4.core.");
        Assert.Empty(differences.Except(Known, StringComparer.Ordinal));
        Assert.Equal(count, compared);
    }

    private static string? Difference(JsonNode? official, JsonNode? ours, string path)
    {
        switch (official, ours)
        {
            case (JsonObject a, JsonObject b):
                foreach (var name in a.Select(p => p.Key).Union(b.Select(p => p.Key), StringComparer.Ordinal))
                {
                    if (!a.ContainsKey(name) || !b.ContainsKey(name))
                        return $"{path}.{name} is {(a.ContainsKey(name) ? "missing" : "not official")}";
                    if (Difference(a[name], b[name], $"{path}.{name}") is { } inner)
                        return inner;
                }

                return null;
            case (JsonArray a, JsonArray b):
                if (a.Count != b.Count)
                    return $"{path} has {b.Count} items, officially {a.Count}";
                return a.Select((item, i) => Difference(item, b[i], $"{path}[{i}]")).FirstOrDefault(difference => difference is not null);
            default:
                return JsonNode.DeepEquals(official, ours) ? null : path;
        }
    }

    private string? OfficialFolder()
    {
        if (SharedMaterial.Folder("r4-core") is { } folder)
            return Path.Combine(folder, "hl7.fhir.core-4.0.1");
        output.WriteLine("../shared has no r4-core: nothing was compared.");
        return null;
    }
}
