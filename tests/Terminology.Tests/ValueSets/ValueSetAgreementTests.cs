// What a value set has is one and the same, whether it is expanded, asked about a code, or handed to a search: made-up composes show it.

using System.Text.Json;

namespace FhirHub.Terminology.Tests;

public sealed class ValueSetAgreementTests : ValueSetTestBase
{
    private const int Codes = 14;
    private const int ValueSets = 60;
    private static readonly string[] s_systems = ["urn:s:0", "urn:s:1", "urn:s:unknown"];
    private static readonly string[] s_operators = ["is-a", "descendent-of", "is-not-a", "generalizes", "child-of", "descendent-leaf", "=", "in", "not-in", "regex"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_code_is_valid_if_the_expansion_has_it_and_not_otherwise(int seed)
    {
        var random = new Random(seed);
        Source.With(CodeSystem(0, isCaseSensitive: true, random)).With(CodeSystem(1, isCaseSensitive: false, random));
        var library = new LocalTerminology(Library);
        for (var i = 0; i < ValueSets; i++)
        {
            var compose = Compose(random, i);
            Post($"{i}", compose);
            var scope = await Library.OpenAsync(null, default);
            var content = await scope.ContentAsync($"urn:vs:{i}", default);
            var expanded = Entries(await ExpandAsync(new ExpansionRequest { Url = $"urn:vs:{i}", ExcludeNested = true }));
            Assert.Equal(expanded.Count, expanded.Distinct().Count());
            var set = await library.ExpandAsync($"urn:vs:{i}", default);
            foreach (var system in s_systems)
            {
                for (var code = 0; code < Codes; code++)
                {
                    var coding = new CodedValue(system, null, $"c{code}", null);
                    var answer = await ValueSetValidation.RunAsync(scope, content, new CodeValidation { Form = CodedForm.Coding, Codings = [coding] }, default);
                    var has = expanded.Contains($"{system}#{coding.Code}");
                    Assert.True(has == answer.Result, $"{compose}: {system}#{coding.Code} is {(has ? "" : "not ")}expanded; {answer.Message}");
                    Assert.True(has == set.Contains(system, coding.Code!), $"{compose}: {system}#{coding.Code} is {(has ? "" : "not ")}expanded, and searches see it otherwise");
                }
            }

            var page = random.Next(1, 5);
            var paged = new List<string>();
            for (var offset = 0; offset < expanded.Count; offset += page)
                paged.AddRange(Entries(await ExpandAsync(new ExpansionRequest { Url = $"urn:vs:{i}", Offset = offset, Count = page })));
            Assert.Equal(expanded, paged);
        }
    }

    private static List<string> Entries(JsonElement expansion) => !expansion.TryGetProperty("contains", out var contains) ? []
        : [.. contains.EnumerateArray().Select(static entry => $"{entry.GetProperty("system").GetString()}#{entry.GetProperty("code").GetString()}")];

    private static string CodeSystem(int number, bool isCaseSensitive, Random random)
    {
        var concepts = Enumerable.Range(0, Codes).Select(code =>
        {
            var properties = new List<string>();
            for (var parents = random.Next(3); parents > 0 && code > 0; parents--)
                properties.Add($$"""{"code":"parent","valueCode":"c{{random.Next(code)}}"}""");
            if (random.Next(3) > 0)
                properties.Add($$"""{"code":"kind","valueString":"{{"xyz"[random.Next(3)]}}"}""");
            if (random.Next(4) == 0)
                properties.Add("""{"code":"inactive","valueBoolean":true}""");
            return $"{{\"code\":\"c{code}\"{(properties.Count == 0 ? "" : $",\"property\":[{string.Join(',', properties)}]")}}}";
        });
        return $$"""
            {"resourceType":"CodeSystem","url":"urn:s:{{number}}","version":"1","status":"active","content":"complete","caseSensitive":{{(isCaseSensitive ? "true" : "false")}},
            "property":[{"code":"parent","uri":"http://hl7.org/fhir/concept-properties#parent","type":"code"},{"code":"kind","type":"string"},
              {"code":"inactive","uri":"http://hl7.org/fhir/concept-properties#inactive","type":"boolean"}],"concept":[{{string.Join(',', concepts)}}]}
            """;
    }

    private static string Compose(Random random, int number)
    {
        var inactive = random.Next(4) == 0 ? "\"inactive\":false," : "";
        var includes = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Include(random, number)).ToList();
        var excludes = Enumerable.Range(0, random.Next(3)).Select(_ => Include(random, number)).ToList();
        return $"{{{inactive}\"include\":[{string.Join(',', includes)}]{(excludes.Count == 0 ? "" : $",\"exclude\":[{string.Join(',', excludes)}]")}}}";
    }

    private static string Include(Random random, int number)
    {
        var imports = number == 0 || random.Next(3) > 0 ? "" : $"\"valueSet\":[{string.Join(',', Enumerable.Range(0, random.Next(1, 3)).Select(_ => $"\"urn:vs:{random.Next(number)}\""))}]";
        if (imports.Length > 0 && random.Next(2) == 0)
            return $"{{{imports}}}";
        var system = random.Next(s_systems.Length);
        var codes = $"\"concept\":[{string.Join(',', Enumerable.Range(0, random.Next(1, 6)).Select(_ => $$"""{"code":"c{{random.Next(Codes)}}"}"""))}]";
        var selection = system == 2 || random.Next(3) == 0
            ? codes
            : random.Next(4) == 0 ? "" : $"\"filter\":[{string.Join(',', Enumerable.Range(0, random.Next(1, 3)).Select(_ => Filter(random)))}]";
        return $"{{\"system\":\"{s_systems[system]}\"{(selection.Length > 0 ? "," : "")}{selection}{(imports.Length > 0 ? "," : "")}{imports}}}";
    }

    private static string Filter(Random random)
    {
        var op = s_operators[random.Next(s_operators.Length)];
        if (random.Next(3) == 0)
        {
            return random.Next(4) switch
            {
                0 => """{"property":"kind","op":"=","value":"x"}""",
                1 => """{"property":"kind","op":"in","value":"x,y"}""",
                2 => """{"property":"kind","op":"not-in","value":"x"}""",
                _ => """{"property":"kind","op":"exists","value":"false"}""",
            };
        }

        var value = op switch
        {
            "in" or "not-in" => $"c{random.Next(Codes)},c{random.Next(Codes)}",
            "regex" => "c[0-5]|c1[12]",
            _ => $"c{random.Next(Codes)}",
        };
        return $$"""{"property":"concept","op":"{{op}}","value":"{{value}}"}""";
    }
}
