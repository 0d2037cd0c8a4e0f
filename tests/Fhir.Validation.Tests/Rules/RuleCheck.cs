// The rules of this folder by themselves, on resources of tests and of the official examples.

using FhirHub.Model;

namespace FhirHub.Validation.Tests.Rules;

/// <summary>Runs the rules of references, resources and values.</summary>
internal static class RuleCheck
{
    public static Task<IReadOnlyList<Issue>> CheckAsync(string json, params IReadOnlyList<string> others) =>
        CheckAsync(TestResources.Parse(json), others.Count == 0 ? TestResources.R4 : TestResources.Of(others));

    public static async Task<IReadOnlyList<Issue>> CheckAsync(ResourceTree tree, IConformanceResources resources)
    {
        var settings = ValidationSettings.Default with { MaxIssues = 100_000 };
        var scope = await resources.OpenAsync(CancellationToken.None);
        var knowledge = new ValidationKnowledge(scope.State, settings);
        var targets = new ReferenceTargets(ValidationRequest.Default);
        while (true)
        {
            var walk = new ValidationWalk(knowledge, targets, tree.Root, ValidationRequest.Default, settings);
            var hasPlan = walk.TryGetPlan("http://hl7.org/fhir/StructureDefinition/Patient", out var plan);
            for (var i = 0; i < tree.Count; i++)
            {
                var node = tree[i];
                if (node.Type.IsResource)
                    walk.CheckResource(node);
                walk.CheckValue(node);
                if (hasPlan && node.Type.Name is "Reference" or "canonical" && node.Definition is { } definition)
                {
                    var type = new TypePlan(
                        node.Type.Name, [], [.. definition.TargetTypes.Select(t => "http://hl7.org/fhir/StructureDefinition/" + t)], [], null);
                    walk.CheckReference(node, [type], plan.Value!);
                }
            }

            if (walk.Needs.IsEmpty)
                return walk.Issues;
            await knowledge.ReadAsync(scope, walk.Needs, CancellationToken.None);
        }
    }
}
