// Small profiles for tests, and a generator that knows them beside R4.

using System.Text;
using System.Text.Json.Nodes;
using FhirHub.Model;

namespace FhirHub.Validation.Tests;

internal static class TestProfiles
{
    public const string Home = "http://example.org/StructureDefinition/";

    /// <summary>The snapshot of a profile of one of R4's types.</summary>
    public static Snapshot Generate(string type, params string[] elements) => Generator().Generate(Profile("profile", type, type, elements));

    public static SnapshotGenerator Generator(params ResourceTree[] known)
    {
        var byUrl = known.ToDictionary(tree => tree.Root.ChildValue("url")!);
        return new SnapshotGenerator(url => byUrl.GetValueOrDefault(url) ?? R4StructureDefinitions.Find(url));
    }

    /// <summary>A profile without snapshot.</summary>
    public static ResourceTree Profile(string name, string type, string @base, params string[] elements)
    {
        var canonical = @base.Contains('/', StringComparison.Ordinal) ? @base : "http://hl7.org/fhir/StructureDefinition/" + @base;
        var differential = elements.Length == 0 ? "" : $$"""
            ,"differential":{"element":[{{string.Join(',', elements)}}]}
            """;
        var json = $$"""
            {"resourceType":"StructureDefinition","url":"{{Home}}{{name}}","name":"Test","status":"draft","kind":"resource","abstract":false,
             "type":"{{type}}","baseDefinition":"{{canonical}}","derivation":"constraint"{{differential}} }
            """;
        return ResourceParser.ParseJson(Encoding.UTF8.GetBytes(json)).Tree!;
    }

    /// <summary>The definition as packages have it that publish no snapshots.</summary>
    public static ResourceTree WithoutSnapshot(ResourceTree definition)
    {
        var json = JsonNode.Parse(definition.Json.Span)!.AsObject();
        json.Remove("snapshot");
        return ResourceParser.ParseJson(Encoding.UTF8.GetBytes(json.ToJsonString())).Tree!;
    }

    /// <summary>The element of that id, which must be there.</summary>
    public static SnapshotElement Element(this Snapshot snapshot, string id) => Assert.Single(snapshot.Elements, element => element.Id == id);

    public static List<string?> Types(this SnapshotElement element) => element.Node.ChildrenOf("type").ToList().ConvertAll(type => type.ChildValue("code"));

    public static List<string?> Rules(this SnapshotElement element) => element.Node.ChildrenOf("constraint").ToList().ConvertAll(rule => rule.ChildValue("key"));
}
