// Definitions with faults made at random: they get a snapshot or are refused, and nothing else happens.

using System.Text;
using System.Text.Json.Nodes;
using FhirHub.Model;
using Xunit.Abstractions;

namespace FhirHub.Validation.Tests;

public sealed class SnapshotFaultTests(ITestOutputHelper output)
{
    private static readonly string[] Names =
        ["id", "path", "sliceName", "min", "max", "type", "slicing", "constraint", "binding", "contentReference", "mustSupport", "short", "base", "mapping", "fixedCode"];

    private static readonly string[] Values =
    [
        "5", "true", "null", "[]", "{}", "[5]", "[null]", "[{}]", """ "" """, """ "x" """, """ "a/b" """, """ "-1" """, """ "0" """, """ "#Extension" """,
        """ "Patient.name.extension.value[x]" """, """[{"code":5}]""", """[{"code":"Quantity"}]""", """[{"code":"Extension","profile":[null,"http://example.org/x"]}]""",
        """{"rules":"open"}""", """{"discriminator":[{"type":"type","path":"$this"}],"rules":"closed"}""",
    ];

    [Fact]
    public void A_definition_with_faults_is_refused_or_gets_a_snapshot()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var definitions = R4Definitions.All("StructureDefinition").Where((_, index) => index % 30 == 0).Select(json => Encoding.UTF8.GetString(json.Span)).ToList();
        var (made, refused) = (0, 0);
        for (var run = 0; run < 400; run++)
        {
            var definition = ResourceParser.ParseJson(Encoding.UTF8.GetBytes(Break(definitions[random.Next(definitions.Count)], random))).Tree!;
            var generator = new SnapshotGenerator(url => url == definition.Root.ChildValue("url") ? definition : R4StructureDefinitions.Find(url));
            try
            {
                Assert.NotEmpty(generator.Open(definition).Elements);
                Assert.NotEmpty(generator.Generate(definition).Elements);
                made++;
            }
            catch (SnapshotException)
            {
                refused++;
            }
        }

        output.WriteLine($"{made} made, {refused} refused");
    }

    private static string Break(string json, Random random)
    {
        var definition = JsonNode.Parse(json)!.AsObject();
        var view = random.Next(4) == 0 ? "snapshot" : "differential";
        if (view == "differential")
            definition.Remove("snapshot");
        if (definition[view]?["element"] is JsonArray elements)
        {
            for (var faults = random.Next(1, 4); faults > 0; faults--)
            {
                var element = elements[random.Next(elements.Count)]!.AsObject();
                if (random.Next(4) == 0)
                    elements.Add(element.DeepClone());
                else
                    element[Names[random.Next(Names.Length)]] = JsonNode.Parse(Values[random.Next(Values.Length)]);
            }
        }

        return definition.ToJsonString();
    }
}
