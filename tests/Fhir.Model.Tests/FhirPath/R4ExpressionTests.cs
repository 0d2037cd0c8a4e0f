// The expressions that R4 itself publishes - invariants and search parameters - compile against the types they are for, and
// the invariants hold on the official examples.

using System.Text.Json;
using FhirHub.Model.FhirPath;
using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Model.Tests.FhirPath;

public class R4ExpressionTests(ITestOutputHelper output)
{
    // docs/conformance.md, "FHIRPath", says what is wrong with them.
    private static readonly string[] UnknownElements = ["cid-0 ChargeItemDefinition", "ras-1 RiskAssessment.prediction.probability[x]"];

    private static readonly string[] BrokenByExamples = ["que-7", "sdf-4"];

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 256 };

    private static IEnumerable<JsonElement> CoreResources(string folder, string prefix)
    {
        foreach (var file in Directory.EnumerateFiles(folder, prefix + "-*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file), Options);
            yield return document.RootElement.Clone();
        }
    }

    private static List<(string Path, string Key, string Expression, string Severity)> Invariants(string folder)
    {
        var invariants = new List<(string, string, string, string)>();
        foreach (var definition in CoreResources(folder, "StructureDefinition"))
        {
            if (definition.TryGetProperty("derivation", out var derivation) && derivation.GetString() == "constraint")
                continue;
            if (!definition.TryGetProperty("differential", out var differential))
                continue;
            foreach (var element in differential.GetProperty("element").EnumerateArray())
            {
                if (!element.TryGetProperty("constraint", out var constraints))
                    continue;
                foreach (var constraint in constraints.EnumerateArray())
                {
                    if (constraint.TryGetProperty("expression", out var expression))
                    {
                        invariants.Add((
                            element.GetProperty("path").GetString()!, constraint.GetProperty("key").GetString()!,
                            expression.GetString()!, constraint.GetProperty("severity").GetString()!));
                    }
                }
            }
        }

        return invariants;
    }

    private static IReadOnlyList<TypeDefinition> TypesAt(string path)
    {
        var steps = path.Replace("[x]", "", StringComparison.Ordinal).Split('.');
        IReadOnlyList<TypeDefinition> types = Schema.R4.FindType(steps[0]) is { } type ? [type] : [];
        foreach (var step in steps.Skip(1))
            types = types.Count > 0 && types[0].FindElement(step) is { } element ? element.Types : [];
        return types;
    }

    [Fact]
    public void The_invariants_of_R4_compile_against_their_types()
    {
        if (SharedMaterial.Folder("r4-core") is not { } folder)
        {
            output.WriteLine("The official package is not beside the project; nothing was run.");
            return;
        }

        var invariants = Invariants(folder);
        var wrong = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (path, key, expression, _) in invariants)
        {
            foreach (var type in TypesAt(path))
            {
                try
                {
                    FhirPathExpression.Compile(expression, type);
                }
                catch (FhirPathException fault)
                {
                    wrong[$"{key} {path}"] = $"{expression}: {fault.Message}";
                }
            }
        }

        foreach (var (key, message) in wrong)
            output.WriteLine($"{key}: {message}");
        output.WriteLine($"{invariants.Count - wrong.Count} of {invariants.Count} compile.");
        Assert.Equal(UnknownElements, wrong.Keys);
    }

    [Fact]
    public void The_search_parameters_of_R4_compile_against_their_base_types()
    {
        if (SharedMaterial.Folder("r4-core") is not { } folder)
        {
            output.WriteLine("The official package is not beside the project; nothing was run.");
            return;
        }

        var count = 0;
        var wrong = new List<string>();
        foreach (var parameter in CoreResources(folder, "SearchParameter"))
        {
            if (!parameter.TryGetProperty("expression", out var expression))
                continue;
            count++;
            try
            {
                FhirPathExpression.Compile(expression.GetString()!);
            }
            catch (FhirPathException fault)
            {
                wrong.Add($"{parameter.GetProperty("id")}: {expression}: {fault.Message}");
            }
        }

        output.WriteLine($"{count - wrong.Count} of {count} compile.");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void The_invariants_of_R4_hold_on_the_official_examples()
    {
        if (SharedMaterial.Folder("r4-core") is not { } folder || SharedMaterial.Folder("r4-examples") is not { } examples)
        {
            output.WriteLine("The official material is not beside the project; nothing was run.");
            return;
        }

        var byType = new Dictionary<TypeDefinition, List<(string Key, FhirPathExpression Expression)>>();
        foreach (var (path, key, text, severity) in Invariants(folder))
        {
            if (severity != "error")
                continue;
            var compiled = FhirPathExpression.Get(text);
            foreach (var type in TypesAt(path).Where(t => path.Contains('.', StringComparison.Ordinal) ? t.Kind == TypeKind.Backbone : true))
            {
                if (!byType.TryGetValue(type, out var list))
                    byType.Add(type, list = []);
                list.Add((key, compiled));
            }
        }

        var checks = 0;
        var context = new FhirPathContext { MemberOf = (_, _) => true, AsPicks = true };
        var broken = new SortedDictionary<string, (int Count, string Example)>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(examples, "r4-json"), "*.json").Order(StringComparer.Ordinal))
        {
            if (ResourceParser.ParseJson(File.ReadAllBytes(file)).Tree is not { } tree)
                continue;
            for (var i = 0; i < tree.Count; i++)
            {
                var node = tree[i];
                for (var type = node.Type; type is not null; type = type.Base)
                {
                    if (!byType.TryGetValue(type, out var invariants))
                        continue;
                    foreach (var (key, expression) in invariants)
                    {
                        checks++;
                        string? problem = null;
                        try
                        {
                            // Empty says nothing against the element: most of them ask for what is not there.
                            if (expression.Evaluate(node, context) is [var value] && value.AsBoolean() == false)
                                problem = "is false";
                        }
                        catch (FhirPathException fault)
                        {
                            problem = fault.Message;
                        }

                        if (problem is not null)
                        {
                            var known = broken.GetValueOrDefault(key);
                            broken[key] = (known.Count + 1, known.Example ?? $"{Path.GetFileName(file)} {node.GetPath()}: {problem}: {expression}");
                        }
                    }
                }
            }
        }

        foreach (var (key, (count, example)) in broken)
            output.WriteLine($"{key}: {count}: {example}");
        output.WriteLine($"{checks:N0} checks.");
        Assert.Equal(BrokenByExamples, broken.Keys);
    }
}
