// XML and JSON say the same: the official pairs, and every official example there and back again.

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Model.Tests;

public class XmlRoundTripTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_official_JSON_example_comes_back_from_XML_unchanged()
    {
        if (SharedMaterial.Folder("r4-examples") is not { } folder)
        {
            output.WriteLine("../shared is not there; nothing to check.");
            return;
        }

        // One file describes the package that the examples came in.
        string[] files = [.. Directory.GetFiles(Path.Combine(folder, "r4-json")).Where(f => Path.GetFileName(f) != "package.json")];
        var problems = Check(files, file =>
        {
            var first = ResourceParser.ParseJson(File.ReadAllBytes(file));
            if (first.Tree is null)
                return "no tree: " + first.Issues[0].Diagnostics;
            var xml = ResourceWriter.ToXml(first.Tree.Root);
            var back = ResourceParser.ParseXml(xml);
            if (back.Tree is null || back.Issues.Count > first.Issues.Count)
                return "from XML: " + back.Issues[0];
            return JsonEquality.Difference(first.Tree.Json, back.Tree.Json);
        });
        output.WriteLine($"{files.Length} examples, {problems.Count} differ");
        Assert.Empty(problems);
        Assert.Equal(5298, files.Length);
    }

    [Theory]
    [InlineData("xml-all", 875)]
    [InlineData("xml-json-pairs/xml", 831)]
    public void Every_official_XML_example_comes_back_from_JSON_with_equal_content(string name, int expected)
    {
        if (SharedMaterial.Folder("r4-examples") is not { } folder)
        {
            output.WriteLine("../shared is not there; nothing to check.");
            return;
        }

        var files = Directory.GetFiles(Path.Combine(folder, name));
        var problems = Check(files, file =>
        {
            var xml = File.ReadAllBytes(file);
            var first = ResourceParser.ParseXml(xml);
            if (first.Tree is null)
                return "no tree: " + first.Issues[0];
            if (first.Issues.Count > 0)
                output.WriteLine($"{Path.GetFileName(file)}: {first.Issues[0]}");
            var json = ResourceWriter.ToJson(first.Tree.Root);
            var back = ResourceParser.ParseJson(json);
            return XmlEquality.Difference(xml, ResourceWriter.ToXml(back.Tree!.Root));
        });
        output.WriteLine($"{files.Length} examples, {problems.Count} differ");
        Assert.Empty(problems);
        Assert.Equal(expected, files.Length);
    }

    [Fact]
    public void The_official_pairs_say_the_same()
    {
        if (SharedMaterial.Folder("r4-examples") is not { } folder)
        {
            output.WriteLine("../shared is not there; nothing to check.");
            return;
        }

        var files = Directory.GetFiles(Path.Combine(folder, "xml-json-pairs", "xml"));
        var problems = Check(files, file =>
        {
            var pair = Path.Combine(folder, "xml-json-pairs", "json", Path.ChangeExtension(Path.GetFileName(file), ".json"));
            var fromXml = ResourceParser.ParseXml(File.ReadAllBytes(file));
            var fromJson = ResourceParser.ParseJson(File.ReadAllBytes(pair));
            if (fromXml.Tree is null || fromJson.Tree is null)
                return "no tree: " + fromXml.Issues.Concat(fromJson.Issues).First();
            return JsonEquality.Difference(WithoutTestTag(fromJson.Tree), WithoutTestTag(fromXml.Tree), isPair: true);
        });
        output.WriteLine($"{files.Length} pairs, {problems.Count} differ");
        Assert.Empty(problems);
        Assert.Equal(831, files.Length);
    }

    // The pairs were published with the code HTEST, in one format only or in different places of the two.
    private static byte[] WithoutTestTag(ResourceTree tree)
    {
        var resource = JsonNode.Parse(tree.Json.Span)!.AsObject();
        if (resource["meta"] is JsonObject meta)
        {
            foreach (var name in new[] { "tag", "security" })
            {
                if (meta[name] is not JsonArray codings)
                    continue;
                foreach (var coding in codings.Where(c => c!["code"]?.GetValue<string>() == "HTEST").ToList())
                    codings.Remove(coding);
                if (codings.Count == 0)
                    meta.Remove(name);
            }

            if (meta.Count == 0)
                resource.Remove("meta");
        }

        return Encoding.UTF8.GetBytes(resource.ToJsonString());
    }

    private List<string> Check(string[] files, Func<string, string?> difference)
    {
        var problems = new List<string>();
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            if (difference(file) is { } problem)
            {
                problems.Add($"{Path.GetFileName(file)}: {problem}");
                output.WriteLine(problems[^1]);
            }
        }

        return problems;
    }
}

/// <summary>Compares JSON by content: digits and strings exactly, members in any order, xhtml as XML.</summary>
internal static class JsonEquality
{
    public static string? Difference(ReadOnlyMemory<byte> expected, ReadOnlyMemory<byte> actual, bool isPair = false)
    {
        using var left = JsonDocument.Parse(expected, new JsonDocumentOptions { MaxDepth = 300 });
        using var right = JsonDocument.Parse(actual, new JsonDocumentOptions { MaxDepth = 300 });
        return Difference(left.RootElement, right.RootElement, "$", isPair);
    }

    private static string? Difference(JsonElement left, JsonElement right, string path, bool isPair)
    {
        if (left.ValueKind != right.ValueKind)
            return $"{path}: {left.ValueKind} became {right.ValueKind}";
        switch (left.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in left.EnumerateObject())
                {
                    if (!right.TryGetProperty(member.Name, out var other))
                        return $"{path}.{member.Name} is lost";
                    if (Difference(member.Value, other, $"{path}.{member.Name}", isPair) is { } inside)
                        return inside;
                }

                return right.EnumerateObject().Where(m => !left.TryGetProperty(m.Name, out _)).Select(m => $"{path}.{m.Name} is new").FirstOrDefault();
            case JsonValueKind.Array:
                if (left.GetArrayLength() != right.GetArrayLength())
                    return $"{path}: {left.GetArrayLength()} items became {right.GetArrayLength()}";
                return left.EnumerateArray().Zip(right.EnumerateArray()).Select((pair, i) => Difference(pair.First, pair.Second, $"{path}[{i}]", isPair)).FirstOrDefault(d => d is not null);
            case JsonValueKind.String when path.EndsWith(".div", StringComparison.Ordinal):
                return left.GetString() == right.GetString() ? null : XmlEquality.Difference(Encoding.UTF8.GetBytes(left.GetString()!), Encoding.UTF8.GetBytes(right.GetString()!)) is { } d ? $"{path}: {d}" : null;
            case JsonValueKind.String:
                return left.GetString() == right.GetString() ? null : $"{path}: '{left.GetString()}' became '{right.GetString()}'";
            default:
                // The pairs' JSON was written by a tool that drops trailing zeros.
                var same = left.GetRawText() == right.GetRawText() || (isPair && left.ValueKind == JsonValueKind.Number && left.GetDecimal() == right.GetDecimal());
                return same ? null : $"{path}: {left.GetRawText()} became {right.GetRawText()}";
        }
    }
}

/// <summary>Compares XML by content: FHIR elements without white space and comments, xhtml with them.</summary>
internal static class XmlEquality
{
    public static string? Difference(byte[] expected, byte[] actual)
    {
        var left = Load(expected);
        var right = Load(actual);
        return Difference(left, right);
    }

    private static XElement Load(byte[] xml)
    {
        using var reader = System.Xml.XmlReader.Create(new MemoryStream(xml), new System.Xml.XmlReaderSettings { IgnoreProcessingInstructions = true });
        return XElement.Load(reader, LoadOptions.PreserveWhitespace);
    }

    private static string? Difference(XElement left, XElement right)
    {
        if (left.Name != right.Name)
            return $"{left.Name} became {right.Name}";
        var isFhir = left.Name.NamespaceName == "http://hl7.org/fhir";
        var attributes = Attributes(left);
        if (!attributes.SequenceEqual(Attributes(right)))
            return $"{left.Name.LocalName}: attributes {string.Join(' ', attributes)} became {string.Join(' ', Attributes(right))}";
        var a = Nodes(left, isFhir);
        var b = Nodes(right, isFhir);
        if (a.Count != b.Count)
            return $"{left.Name.LocalName}: {a.Count} nodes became {b.Count}";
        for (var i = 0; i < a.Count; i++)
        {
            var difference = (a[i], b[i]) switch
            {
                (XElement x, XElement y) => Difference(x, y),
                (string x, string y) => x == y ? null : $"{left.Name.LocalName}: '{x}' became '{y}'",
                _ => $"{left.Name.LocalName}: {a[i]} became {b[i]}",
            };
            if (difference is not null)
                return difference;
        }

        return null;
    }

    private static List<string> Attributes(XElement element) =>
        [.. element.Attributes().Where(x => !x.IsNamespaceDeclaration && x.Name.NamespaceName != "http://www.w3.org/2001/XMLSchema-instance")
            .Select(x => $"{x.Name}={x.Value}").Order(StringComparer.Ordinal)];

    private static List<object> Nodes(XElement element, bool isFhir)
    {
        var nodes = new List<object>();
        foreach (var node in element.Nodes())
        {
            switch (node)
            {
                case XElement child:
                    nodes.Add(child);
                    break;
                case XComment comment when !isFhir:
                    nodes.Add("<!--" + comment.Value);
                    break;
                case XText text when !isFhir && nodes is [.., string before] && !before.StartsWith("<!--", StringComparison.Ordinal):
                    nodes[^1] = before + text.Value;
                    break;
                case XText text when !isFhir || !string.IsNullOrWhiteSpace(text.Value):
                    nodes.Add(text.Value);
                    break;
            }
        }

        return nodes;
    }
}
