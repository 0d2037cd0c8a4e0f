// Resources for tests, from JSON with single quotes for legibility.

using System.Text;
using FhirHub.Model;

namespace FhirHub.Search.Tests;

internal static class Resources
{
    public static readonly IndexExtractor Extractor = new(
        SearchParameterRegistry.R4,
        new IndexOptions { BaseUrls = ["http://hub.example/fhir"] });

    public static ElementNode Parse(string json)
    {
        var result = ResourceParser.ParseJson(Encoding.UTF8.GetBytes(json.Replace('\'', '"')));
        Assert.True(result.Tree is not null, string.Join('\n', result.Issues));
        return result.Tree!.Root;
    }

    /// <summary>The entries of one parameter.</summary>
    public static IReadOnlyList<IndexEntry> Extract(string json, string code) =>
        [.. Extractor.Extract(Parse(json)).Entries.Where(e => e.Parameter.Code == code)];
}
