// What is seen without evaluating FHIRPath is what FHIRPath finds: on the official examples, and on copies with values moved about.

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FhirHub.Model;
using FhirHub.Model.FhirPath;
using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Validation.Tests.Constraints;

public class InvariantShortcutTests(ITestOutputHelper output)
{
    private const int MaxBytesOfCopies = 30_000;

    private static readonly FhirPathContext Context = new() { AsPicks = true };

    private readonly Dictionary<string, (int Seen, int False)> _counts = [];

    private readonly List<string> _wrong = [];

    private void Compare(ResourceTree tree, string name)
    {
        for (var i = 0; i < tree.Count; i++)
        {
            var node = tree[i];
            foreach (var expression in InvariantShortcuts.Expressions)
            {
                // What only resources have is empty on all else.
                if (!node.Type.IsResource && (expression.StartsWith("contained", StringComparison.Ordinal) || expression.StartsWith("text", StringComparison.Ordinal)))
                    continue;
                var counts = _counts.GetValueOrDefault(expression);
                var isOk = IsMetOrEmpty(expression, node);
                var isCertain = InvariantShortcuts.Find(expression)!(node);
                if (isCertain && !isOk)
                    _wrong.Add($"{name} {node.GetPath()}: {expression}");
                _counts[expression] = (counts.Seen + (isCertain ? 1 : 0), counts.False + (isOk ? 0 : 1));
            }
        }
    }

    private static bool IsMetOrEmpty(string expression, ElementNode node)
    {
        try
        {
            return FhirPathExpression.Get(expression).EvaluateToTruth(node, Context) != false;
        }
        catch (FhirPathException)
        {
            return false;
        }
    }

    private void Conclude()
    {
        foreach (var (expression, (seen, broken)) in _counts)
            output.WriteLine($"{seen:N0} seen, {broken:N0} false: {expression}");
        Assert.True(_wrong.Count == 0, string.Join('\n', _wrong.Take(20)));
    }

    [Fact]
    public void Shortcuts_say_what_the_expressions_say_on_official_examples_and_broken_copies()
    {
        if (SharedMaterial.Folder("r4-examples") is not { } folder)
        {
            output.WriteLine("The official examples are not beside the project; nothing was run.");
            return;
        }

        var random = new Random(4);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(folder, "r4-json"), "*.json").Order(StringComparer.Ordinal))
        {
            var json = File.ReadAllBytes(file);
            var name = Path.GetFileName(file);
            if (ResourceParser.ParseJson(json).Tree is { } tree)
                Compare(tree, name);
            if (json.Length <= MaxBytesOfCopies && ResourceParser.ParseJson(Shuffled(json, random)).Tree is { } broken)
                Compare(broken, $"broken {name}");
        }

        Conclude();
    }

    [Fact]
    public void Shortcuts_say_what_the_expressions_say_on_made_up_resources()
    {
        string[] resources =
        [
            """{"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"}}""",
            """{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o"}]}""",
            """{"resourceType":"Patient","contained":[{"resourceType":"Organization"}]}""",
            """{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o"}],"managingOrganization":{"reference":"#o"}}""",
            """{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o"}],"managingOrganization":{"reference":"\u0023o"}}""",
            """{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o"}],"managingOrganization":{"reference":"#p"}}""",
            """{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","partOf":{"reference":"#"}}]}""",
            """{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","partOf":{"reference":"#o"}}]}""",
            """{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o"}],"extension":[{"url":"#o"}]}""",
            """{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o"}],"extension":[{"url":"u","valueUri":"#o"}]}""",
            """{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o"}],"extension":[{"url":"u","valueUrl":"#o"}]}""",
            """{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o"}],"extension":[{"url":"u","valueString":"#o"}]}""",
            """{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o"}],"extension":[{"url":"u","valueOid":"#o"}]}""",
            """{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","extension":[{"url":"u","valueCanonical":"#"}]}]}""",
            """{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","extension":[{"url":"u","valueUri":"#"}]}]}""",
            """{"resourceType":"Patient","meta":{"profile":["#o"]},"contained":[{"resourceType":"Organization","id":"o"}]}""",
            """{"resourceType":"Patient","implicitRules":"#o","contained":[{"resourceType":"Organization","id":"o"}]}""",
            """{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o"},{"resourceType":"Organization","id":"p"}],"generalPractitioner":[{"reference":"#p"}]}""",
            """{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","meta":{"versionId":"1","security":[{"code":"R"}]},"contained":[{"resourceType":"Patient","id":"p"}]}]}""",
            """{"resourceType":"Patient","name":[{"period":{"start":"2011","end":"2010"}},{"period":{"start":"2011","end":"2010-12"}},{"period":{"start":"2011-01-01T10:00:00Z","end":"2011-01-01T10:00:00+01:00"}}]}""",
            """{"resourceType":"Patient","name":[{"period":{"start":"2011-01-01T10:00:00+02:00","end":"2011-01-01T10:00:00+01:00"}},{"period":{"start":"2011-01-01T10:00:00.500Z","end":"2011-01-01T10:00:00Z"}},{"period":{"start":"2011-13","end":"2011-01"}}]}""",
            """{"resourceType":"Patient","name":[{"period":{"_start":{"extension":[{"url":"u","valueString":"s"}]},"end":"2010"}},{"id":"only"},{"family":null},{}]}""",
            """{"resourceType":"Consent","provision":{"data":[{"meaning":"instance","reference":{"reference":"#o"}}]},"contained":[{"resourceType":"Organization","id":"o"}]}""",
        ];
        foreach (var json in resources)
            Compare(ResourceParser.ParseJson(Encoding.UTF8.GetBytes(json)).Tree!, json);
        Conclude();
        Assert.All(_counts, count => Assert.True(count.Value is { Seen: > 0, False: > 0 }, $"Never both met and broken: {count.Key}"));
    }

    // A few texts change places, and a few members go.
    private static byte[] Shuffled(byte[] json, Random random)
    {
        var root = JsonNode.Parse(json)!;
        var texts = new List<JsonValue>();
        var objects = new List<JsonObject>();
        Collect(root, texts, objects);
        for (var i = 0; i < 6; i++)
        {
            var (to, from) = (texts[random.Next(texts.Count)], texts[random.Next(texts.Count)]);
            if (to.Parent is not null && !(to.Parent is JsonObject && to.GetPropertyName() == "resourceType"))
                to.ReplaceWith(from.GetValue<string>());
            var owner = objects[random.Next(objects.Count)];
            var names = owner.Select(member => member.Key).Where(key => key != "resourceType").ToList();
            if (names.Count > 0)
                owner.Remove(names[random.Next(names.Count)]);
        }

        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }

    private static void Collect(JsonNode? node, List<JsonValue> texts, List<JsonObject> objects)
    {
        switch (node)
        {
            case JsonObject members:
                objects.Add(members);
                foreach (var (_, value) in members)
                    Collect(value, texts, objects);
                break;
            case JsonArray items:
                foreach (var item in items)
                    Collect(item, texts, objects);
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                texts.Add(value);
                break;
        }
    }
}
