// The schema held against every element of every snapshot of the standard.

using System.Text.Json.Nodes;

namespace FhirHub.Model.Tests.Definitions;

public sealed class SchemaSnapshotTests
{
    [Fact]
    public void Types_have_every_element_of_their_snapshot_and_no_other()
    {
        var seen = new HashSet<ElementDefinition>();
        foreach (var definition in Definitions().Where(IsType))
        {
            foreach (var element in ElementsOf(definition))
            {
                var path = Path(element);
                // A primitive's value is the element itself in JSON and XML.
                if (definition["kind"]!.GetValue<string>() == "primitive-type" && path.EndsWith(".value", StringComparison.Ordinal))
                    continue;
                var found = Schema.R4.FindType(path[..path.LastIndexOf('.')])?.FindElement(Name(path));
                Assert.True(found is not null && seen.Add(found), path);
                Assert.Equal(path, found.Path + (found.IsChoice ? "[x]" : ""));
                Assert.Equal((path, Min(element), Max(element)), (path, found.Min, found.Max));
                Assert.Equal(ExpectedTypes(element), found.Types.Select(type => type.Name));
            }
        }

        Assert.Equal(Schema.R4.Elements.Count, seen.Count);
    }

    [Fact]
    public void Profiles_narrow_elements_that_the_schema_has()
    {
        var count = 0;
        foreach (var definition in Definitions().Where(definition => definition["derivation"]?.GetValue<string>() == "constraint"))
        {
            foreach (var element in ElementsOf(definition))
            {
                var path = Path(element);
                var found = Walk(path);
                Assert.True(found is not null, $"{definition["id"]}: {path}");
                // A slice may be optional where the element itself is required.
                Assert.True(Min(element) >= found.Min || element["sliceName"] is not null, path);
                Assert.True(Max(element) <= found.Max, path);
                Assert.Subset(found.Types.Select(type => type.Name).ToHashSet(StringComparer.Ordinal), ExpectedTypes(element).ToHashSet(StringComparer.Ordinal));
                count++;
            }
        }

        Assert.Equal(4792, count);
    }

    private static IEnumerable<JsonNode> Definitions() =>
        R4Definitions.All("StructureDefinition").Select(json => JsonNode.Parse(json.Span)!);

    private static bool IsType(JsonNode definition) =>
        definition["derivation"]?.GetValue<string>() != "constraint" && definition["kind"]!.GetValue<string>() != "logical";

    private static IEnumerable<JsonNode> ElementsOf(JsonNode definition) =>
        definition["snapshot"]!["element"]!.AsArray().Skip(1).Select(element => element!);

    private static string Path(JsonNode element) => element["path"]!.GetValue<string>();

    private static string Name(string path)
    {
        var name = path[(path.LastIndexOf('.') + 1)..];
        return name.EndsWith("[x]", StringComparison.Ordinal) ? name[..^3] : name;
    }

    private static int Min(JsonNode element) => element["min"]!.GetValue<int>();

    private static int Max(JsonNode element) =>
        element["max"]!.GetValue<string>() is var max && max == "*" ? int.MaxValue : int.Parse(max);

    private static List<string> ExpectedTypes(JsonNode element)
    {
        var path = Path(element);
        if (element["contentReference"] is { } reference)
            return [reference.GetValue<string>()[1..].Split(':')[0]];
        if (Schema.R4.FindType(path) is not null)
            return [path];
        if (path.Split('.') is [var owner, "id"] && Schema.R4.FindType(owner)!.IsResource)
            return ["id"];
        return [.. element["type"]!.AsArray().Select(TypeName)];
    }

    private static string TypeName(JsonNode? type)
    {
        var code = type!["code"]!.GetValue<string>();
        return code == "http://hl7.org/fhirpath/System.String"
            ? type["extension"]?[0]!["valueUrl"]!.GetValue<string>() ?? "string"
            : code;
    }

    // A path of a profile goes through data types (Observation.code.coding), which a type's own snapshot does not.
    private static ElementDefinition? Walk(string path)
    {
        var steps = path.Split('.');
        var types = new List<TypeDefinition> { Schema.R4.FindType(steps[0])! };
        ElementDefinition? element = null;
        foreach (var step in steps.Skip(1))
        {
            element = types.Select(type => type.FindElement(Name(step))).FirstOrDefault(found => found is not null);
            if (element is null)
                return null;
            types = [.. element.Types];
        }

        return element;
    }
}
