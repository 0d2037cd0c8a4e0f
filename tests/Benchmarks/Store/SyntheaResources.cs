// Synthea's bundles as resources that are ready for the store, under new ids each time they are asked for.

using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Benchmarks.Store;

/// <summary>Reads bundles and prepares their resources.</summary>
public sealed partial class SyntheaResources(string folder)
{
    private readonly List<string> _files = [.. Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    public IndexExtractor Extractor { get; } = new(SearchParameterRegistry.R4);

    public IReadOnlyList<IndexEntry> Extract(ResourceKey key, ReadOnlyMemory<byte> json) =>
        Extractor.Extract(ResourceParser.ParseJson(json).Tree!.Root).Entries;

    public IReadOnlyList<ContainedResource> ExtractContained(ResourceKey key, ReadOnlyMemory<byte> json) =>
        Extractor.ExtractContained(ResourceParser.ParseJson(json).Tree!.Root);

    /// <summary>Bundles without end; each is one list of writes.</summary>
    public IEnumerable<PutResource[]> Bundles()
    {
        for (var i = 0; ; i++)
            yield return Prepare(File.ReadAllText(_files[i % _files.Count]));
    }

    private PutResource[] Prepare(string bundle)
    {
        using var document = JsonDocument.Parse(bundle);
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in document.RootElement.GetProperty("entry").EnumerateArray())
            ids[entry.GetProperty("fullUrl").GetString()!] = $"{entry.GetProperty("resource").GetProperty("resourceType").GetString()}/{Guid.CreateVersion7()}";

        return
        [
            .. document.RootElement.GetProperty("entry").EnumerateArray().Select(entry =>
            {
                var target = ids[entry.GetProperty("fullUrl").GetString()!].Split('/');
                var json = UrnReference().Replace(
                    entry.GetProperty("resource").GetRawText(),
                    match => ids.TryGetValue(match.Groups[1].Value, out var id) ? $"\"reference\":\"{id}\"" : match.Value);
                var resource = ResourceParser.ParseJson(Encoding.UTF8.GetBytes(json)).Tree!.Root;
                var (entries, references) = Extractor.Extract(resource);
                return new PutResource(
                    new ResourceKey(target[0], target[1]),
                    new PreparedResource(ResourceBody.From(resource), entries, references) { Contained = Extractor.ExtractContained(resource) },
                    WriteMethod.Post);
            }),
        ];
    }

    [GeneratedRegex("""
        "reference"\s*:\s*"(urn:uuid:[^"]*)"
        """, RegexOptions.NonBacktracking)]
    private static partial Regex UrnReference();
}
