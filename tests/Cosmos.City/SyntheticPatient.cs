// A patient of Synthea's: the resources of a bundle under their own ids, and what searches ask of them.

using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using FhirHub.Storage;

namespace FhirHub.Cosmos.City;

/// <summary>A patient's record.</summary>
/// <param name="Id">The id of the Patient.</param>
/// <param name="Identifier">An identifier as a search asks for it.</param>
/// <param name="Family">The family name.</param>
/// <param name="BirthDate">The birth date.</param>
/// <param name="Resources">All resources, as JSON with ids, the Patient first.</param>
/// <param name="Bytes">The size of the resources as they were sent, without spaces.</param>
public sealed partial record SyntheticPatient(string Id, string Identifier, string Family, string BirthDate, IReadOnlyList<(string Type, string Id, string Json)> Resources, long Bytes)
{
    /// <summary>The patients of a folder of transaction bundles, those with few resources first.</summary>
    public static IEnumerable<SyntheticPatient> Read(string folder) => Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories)
        .OrderBy(static file => new FileInfo(file).Length).ThenBy(static file => file, StringComparer.Ordinal)
        .Select(static file => Parse(File.ReadAllText(file))).OfType<SyntheticPatient>();

    /// <summary>The resources as writes.</summary>
    public IReadOnlyList<ResourceWrite> Writes() => [.. Resources.Select(static resource => CityStore.Write(resource.Json))];

    private static SyntheticPatient? Parse(string bundle)
    {
        using var document = JsonDocument.Parse(bundle);
        var entries = document.RootElement.GetProperty("entry").EnumerateArray().Select(static entry => (Url: entry.GetProperty("fullUrl").GetString()!, Resource: entry.GetProperty("resource"))).ToList();
        if (entries.Count == 0 || entries[0].Resource.GetProperty("resourceType").GetString() != "Patient")
            return null;
        var places = entries.ToDictionary(static entry => entry.Url, static entry => (Type: entry.Resource.GetProperty("resourceType").GetString()!, Id: entry.Url["urn:uuid:".Length..]), StringComparer.Ordinal);
        var resources = new List<(string, string, string)>();
        foreach (var (url, resource) in entries)
        {
            var (type, id) = places[url];
            var json = Urn().Replace(JsonSerializer.Serialize(resource), match => places.TryGetValue(match.Groups["urn"].Value, out var target) ? $"\"reference\":\"{target.Type}/{target.Id}\"" : match.Value);
            resources.Add((type, id, WithId(json, id)));
        }

        var patient = entries[0].Resource;
        var identifier = patient.GetProperty("identifier")[0];
        return new SyntheticPatient(
            places[entries[0].Url].Id,
            $"{identifier.GetProperty("system").GetString()}|{identifier.GetProperty("value").GetString()}",
            patient.GetProperty("name")[0].GetProperty("family").GetString()!,
            patient.GetProperty("birthDate").GetString()!,
            resources,
            resources.Sum(static resource => (long)Encoding.UTF8.GetByteCount(resource.Item3)));
    }

    private static string WithId(string json, string id)
    {
        var node = System.Text.Json.Nodes.JsonNode.Parse(json)!.AsObject();
        node["id"] = id;
        return node.ToJsonString();
    }

    [GeneratedRegex("\"reference\":\"(?<urn>urn:uuid:[^\"]+)\"", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Urn();
}
