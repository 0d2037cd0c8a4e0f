// Extraction over all official examples and Synthea's records: it never fails, and nearly every parameter finds something.

using System.Diagnostics;
using FhirHub.Model;
using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Search.Tests;

public class CorpusTests(ITestOutputHelper output)
{
    // The others have no value in any example; docs/conformance.md says more.
    private const int ParametersWithExamples = 1090;

    [Fact]
    public void Every_parameter_of_every_type_compiles()
    {
        var extractor = new IndexExtractor(SearchParameterRegistry.R4);
        foreach (var type in Schema.R4.ResourceTypes)
            Assert.All(extractor.Extract(Resources.Parse($"{{'resourceType':'{type.Name}'}}")).Entries, e => Assert.Equal("deceased", e.Parameter.Code));
    }

    [Fact]
    public void Every_parameter_finds_a_value_in_a_resource_that_has_all_elements()
    {
        var extractor = new IndexExtractor(SearchParameterRegistry.R4);
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var type in Schema.R4.ResourceTypes)
        {
            // As many variants as the widest choice that a parameter looks at, so that each type of each comes up.
            for (var variant = 0; variant < 60; variant++)
            {
                var resource = Resources.Parse(FilledResource.Of(type, variant));
                found.UnionWith(extractor.Extract(resource).Entries.Select(e => e.Parameter.Key));
            }
        }

        var missing = SearchParameterRegistry.R4.All
            .Where(p => p.Expression is not null && p.Code is not ("_id" or "_lastUpdated") && !found.Contains(p.Key))
            .Select(p => p.Key);
        Assert.Equal([], missing);
    }

    [Fact]
    public void Most_parameters_find_a_value_in_the_official_examples()
    {
        if (SharedMaterial.Folder("r4-examples") is not { } folder)
        {
            output.WriteLine("The shared material is not there; no example was read.");
            return;
        }

        var extractor = new IndexExtractor(SearchParameterRegistry.R4);
        var found = new HashSet<string>(StringComparer.Ordinal);
        var pairs = new HashSet<string>(StringComparer.Ordinal);
        var resources = 0;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(folder, "r4-json"), "*.json", SearchOption.AllDirectories))
        {
            if (ResourceParser.ParseJson(File.ReadAllBytes(file)).Tree is not { } tree)
                continue;
            foreach (var resource in Contents(tree.Root))
            {
                resources++;
                foreach (var entry in extractor.Extract(resource).Entries)
                {
                    found.Add(entry.Parameter.Url);
                    pairs.Add(entry.Parameter.Key);
                }
            }
        }

        var missing = SearchParameterRegistry.R4.All
            .Where(p => !found.Contains(p.Url) && p.Code is not ("_id" or "_lastUpdated" or "_text" or "_content" or "_query"))
            .Select(p => p.Url[(p.Url.LastIndexOf('/') + 1)..]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var total = SearchParameterRegistry.R4.All.Select(p => p.Url).Distinct(StringComparer.Ordinal).Count();
        output.WriteLine($"{resources} resources; {found.Count} of {total} parameters and {pairs.Count} of {SearchParameterRegistry.R4.All.Count()} pairs of type and code have a value.");
        output.WriteLine("Without one: " + string.Join(", ", missing));
        Assert.Equal(ParametersWithExamples, found.Count);
    }

    [Fact]
    public void Synthea_records_are_indexed_without_fail()
    {
        if (SharedMaterial.Folder("synthea-smart") is not { } folder)
        {
            output.WriteLine("The shared material is not there; no record was read.");
            return;
        }

        var extractor = new IndexExtractor(SearchParameterRegistry.R4);
        var (resources, entries, references) = (0, 0, 0);
        var time = new Dictionary<string, (int Count, TimeSpan Spent)>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Take(20))
        {
            var bundle = ResourceParser.ParseJson(File.ReadAllBytes(file)).Tree!;
            foreach (var entry in bundle.Root.ChildrenOf("entry"))
            {
                var resource = entry.Child("resource");
                var clock = Stopwatch.GetTimestamp();
                var extracted = extractor.Extract(resource);
                var spent = Stopwatch.GetElapsedTime(clock);
                var (count, sum) = time.GetValueOrDefault(resource.Type.Name);
                time[resource.Type.Name] = (count + 1, sum + spent);
                resources++;
                entries += extracted.Entries.Count;
                references += extracted.References.Count;
                Assert.NotEmpty(extracted.Entries);
            }
        }

        output.WriteLine($"{resources} resources, {entries} entries, {references} local references.");
        foreach (var (type, (count, sum)) in time.OrderByDescending(t => t.Value.Count))
            output.WriteLine($"{type}: {count} in {sum.TotalMicroseconds / count:F1} us each");
        Assert.True(resources > 0);
    }

    // A resource, and those that a Bundle holds.
    private static IEnumerable<ElementNode> Contents(ElementNode resource)
    {
        yield return resource;
        if (resource.Type.Name != "Bundle")
            yield break;
        foreach (var entry in resource.ChildrenOf("entry"))
        {
            if (entry.Child("resource") is { Exists: true } inner)
                yield return inner;
        }
    }
}
