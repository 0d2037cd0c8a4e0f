// TestScripts from a CapabilityStatement and a package (docs/adr/0047-generated-scripts.md).

using System.Text;
using FhirHub.Model;
using FhirHub.Terminology;
using FhirHub.Validation;

namespace FhirHub.Conformance.Generation;

/// <summary>A script that was generated.</summary>
/// <param name="Path">Its file: the folder of the actor and the type, such as <c>his/Patient.json</c>.</param>
/// <param name="Content">The TestScript as JSON.</param>
/// <param name="Tests">The number of its tests.</param>
public sealed record GeneratedScript(string Path, ReadOnlyMemory<byte> Content, int Tests);

/// <summary>What was generated.</summary>
/// <param name="Scripts">The scripts, in order.</param>
/// <param name="LeftOut">Resource types for which there is no script, since there is no example to make one of.</param>
public sealed record GenerationResult(IReadOnlyList<GeneratedScript> Scripts, IReadOnlyList<string> LeftOut);

/// <summary>Generates scripts: the same ones for the same input, byte for byte.</summary>
public static class ScriptGenerator
{
    /// <summary>
    /// Generates the scripts of CapabilityStatements: of each one for every resource type, and one for the whole server. What several ask for in the same way
    /// is tested once, in the scripts of the one that asks for most.
    /// </summary>
    /// <param name="actors">The CapabilityStatements.</param>
    /// <param name="source">The package.</param>
    /// <param name="cancel">Ends the wait.</param>
    public static async Task<GenerationResult> GenerateAsync(IReadOnlyList<Capability> actors, GenerationSource source, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(actors);
        ArgumentNullException.ThrowIfNull(source);
        var broken = await BrokenInR4Async(source, cancel);
        var scripts = new List<GeneratedScript>();
        var leftOut = new SortedSet<string>(StringComparer.Ordinal);
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var actor in actors.OrderByDescending(static actor => actor.Resources.Sum(static resource => resource.Interactions.Count)).ThenBy(static actor => actor.Id, StringComparer.Ordinal))
        {
            var system = new ScriptDraft(actor, "System");
            SystemTests.Add(system, actor);
            Finish(actor, system, "System", "What the server says of itself is what this actor needs, and what concerns several resources at once works.");
            foreach (var resource in actor.Resources)
            {
                cancel.ThrowIfCancellationRequested();
                if (FixturePlan.Make(source, Whole(actors, resource.Type)) is { } plan)
                    Finish(actor, Generate(actor, source, resource, plan, broken), resource.Type, $"What {actor.Title} does with {resource.Type}: {string.Join(", ", resource.Interactions)}{Also(resource)}.", plan);
                else
                    leftOut.Add(resource.Type);
            }
        }

        return new GenerationResult([.. scripts.OrderBy(static script => script.Path, StringComparer.Ordinal)], [.. leftOut]);

        void Finish(Capability actor, ScriptDraft script, string subject, string description, FixturePlan? plan = null)
        {
            var path = $"{actor.Id}/{subject}.json";
            var others = script.LeaveOut(known, path);
            if (script.Count == 0)
                return;
            script.Prune();
            if (plan is not null)
                SetUp(actor, script, plan);
            if (others.Count > 0)
                description += $" What it needs like other actors is proved by {string.Join(", ", others)}.";
            scripts.Add(new GeneratedScript(path, ScriptText.Write(script.Write(description)), script.Count));
        }
    }

    // All actors' scripts about a type create the same resources, so that what they have in common is the same test.
    private static ResourceCapability Whole(IReadOnlyList<Capability> actors, string type)
    {
        var all = actors.SelectMany(static actor => actor.Resources).Where(resource => resource.Type == type).ToList();
        return new ResourceCapability(type, [.. all.SelectMany(static resource => resource.Profiles).Distinct()], [])
        {
            Parameters = [.. all.SelectMany(static resource => resource.Parameters).DistinctBy(static parameter => parameter.Name).OrderBy(static parameter => parameter.Name, StringComparer.Ordinal)],
        };
    }

    private static ScriptDraft Generate(Capability actor, GenerationSource source, ResourceCapability resource, FixturePlan plan, IReadOnlySet<BadExample> broken)
    {
        var script = new ScriptDraft(actor, resource.Type);
        var referrers = SearchTests.Referrers(source, resource, plan);
        foreach (var fixture in plan.Fixtures)
        {
            script.Fixture(fixture.Id, fixture.Content);
            script.Variable(fixture.Id, $"{fixture.Type}.id", fixture.ResponseId);
        }

        new InteractionTests(script, actor, resource, plan).Add();
        if (resource.Has("search-type"))
        {
            SearchTests.Add(script, source, resource, plan);
            SearchTests.AddReferrers(script, resource, referrers);
        }

        new OperationTests(script, source, resource, plan).Add(referrers, broken);
        return script;
    }

    private static void SetUp(Capability actor, ScriptDraft script, FixturePlan plan)
    {
        var fixtures = plan.Fixtures.Where(fixture => script.Has(fixture.Id)).ToList();
        foreach (var fixture in fixtures)
            script.Setup.Send(new OperationDraft("create", fixture.Type) { SourceId = fixture.Id, ResponseId = fixture.ResponseId, Headers = [("Prefer", "return=representation")] }).Status(201);

        // What was created last refers to what came before it; what the workflow keeps, keeps what it is about.
        var kept = fixtures.Where(static fixture => fixture.IsKept).Select(static fixture => (string?)fixture.Content["focus"]?["reference"]).ToHashSet();
        foreach (var fixture in Enumerable.Reverse(fixtures).Where(fixture => !fixture.IsKept && !kept.Contains(fixture.Reference)))
        {
            if (!actor.IsOfServer || actor.Resources.Any(known => known.Type == fixture.Type && known.Has("delete")))
                script.Teardown.Send(new OperationDraft("delete", fixture.Type) { TargetId = fixture.ResponseId });
        }
    }

    private static string Also(ResourceCapability resource)
    {
        var parts = new List<string>();
        if (resource.Parameters.Count > 0)
            parts.Add($"search by {string.Join(", ", resource.Parameters.Select(static parameter => parameter.Name))}");
        if (resource.Operations.Count > 0)
            parts.Add(string.Join(", ", resource.Operations.Select(static operation => $"${operation.Name}")));
        return parts.Count == 0 ? "" : $"; {string.Join("; ", parts)}";
    }

    // Bad examples that a script can't contain as resources, for it would not be valid itself.
    private static async Task<IReadOnlySet<BadExample>> BrokenInR4Async(GenerationSource source, CancellationToken cancel)
    {
        var validator = new Validator(new LocalConformanceResources(new TerminologyLibrary([new R4TerminologySource()], [new StandardSystems()])));
        var broken = new HashSet<BadExample>(ReferenceEqualityComparer.Instance);
        foreach (var bad in source.BadExamples)
        {
            var parsed = ResourceParser.ParseJson(Encoding.UTF8.GetBytes(bad.Resource.ToJsonString()));
            if (!parsed.IsValid || parsed.Tree is not { } tree
                || (await validator.ValidateAsync(tree.Root, new ValidationRequest { HonorsMetaProfile = false, AppliesVitalSigns = false }, cancel)).Any(static issue => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal))
            {
                broken.Add(bad);
            }
        }

        return broken;
    }
}
