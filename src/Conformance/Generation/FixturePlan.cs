// Which examples a script creates, in which order, and how they refer to each other.

using System.Text.Json.Nodes;
using FhirHub.Model;

namespace FhirHub.Conformance.Generation;

/// <summary>The fixtures of a script: examples of the type under test, and the examples that those refer to.</summary>
internal sealed class FixturePlan
{
    private const int MostMains = 4;

    // Institutions and people are followed however far: the rules of an exchange ask who somebody works for.
    private static readonly HashSet<string> s_parties = ["Organization", "Practitioner", "PractitionerRole", "HealthcareService"];

    // Definitions would be taken for the real ones under the same URL.
    private static readonly HashSet<string> s_definitions = ["CodeSystem", "ValueSet", "ConceptMap"];

    private readonly GenerationSource _source;
    private readonly Dictionary<string, int> _depths = new(StringComparer.Ordinal);
    private readonly HashSet<string> _underWay = new(StringComparer.Ordinal);
    private readonly List<Fixture> _fixtures = [];
    private readonly HashSet<string> _mains;
    private readonly HashSet<string> _workedOn;

    private FixturePlan(GenerationSource source, IReadOnlyList<Example> mains)
    {
        _source = source;
        _mains = [.. mains.Select(static main => main.Key)];
        _workedOn = [.. mains.Where(static main => main.Type == "Task").Select(static main => (string?)main.Resource["focus"]?["reference"]).OfType<string>()];
        foreach (var main in mains)
            Reach(main, 0);
        foreach (var main in mains)
            Add(main);
        Mains = [.. mains.Select(main => _fixtures.First(fixture => fixture.Id == main.Id && fixture.Type == main.Type))];
    }

    /// <summary>All fixtures; one comes after those that it refers to.</summary>
    public IReadOnlyList<Fixture> Fixtures => _fixtures;

    /// <summary>Those of the type under test that tests look at.</summary>
    public IReadOnlyList<Fixture> Mains { get; }

    /// <summary>Chooses fixtures for a type.</summary>
    /// <param name="source">The package.</param>
    /// <param name="resource">The type, with all that any script about it needs.</param>
    /// <returns>The plan; null if there is no example of the type.</returns>
    public static FixturePlan? Make(GenerationSource source, ResourceCapability resource)
    {
        var mains = Choose(source, resource);
        return mains.Count == 0 ? null : new FixturePlan(source, mains);
    }

    /// <summary>Adds an example of another type that refers to a main fixture, for <c>_revinclude</c>.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="parameter">The search parameter whose reference it is.</param>
    /// <returns>The fixture and the main one; null if no example refers to one.</returns>
    public (Fixture Referrer, Fixture Main)? AddReferrer(string type, SearchParameterDefinition parameter)
    {
        foreach (var example in _source.Examples.Values.Where(example => example.Type == type).OrderBy(static example => example.Key, StringComparer.Ordinal))
        {
            var known = _fixtures.FirstOrDefault(fixture => fixture.Type == type && fixture.Id == example.Id);
            var probe = known ?? Probe(example);
            var main = Mains.FirstOrDefault(main => SearchValues.Of(probe, parameter).References.Any(reference => reference == $"{main.Type}/{main.Id}"));
            if (main is null)
                continue;
            if (known is null)
            {
                Reach(example, 1);
                Add(example);
            }

            return (known ?? _fixtures[^1], main);
        }

        return null;
    }

    private static List<Example> Choose(GenerationSource source, ResourceCapability resource)
    {
        var examples = source.Examples.Values.Where(example => example.Type == resource.Type);
        var ordered = (s_definitions.Contains(resource.Type)
            ? examples.OrderBy(static example => example.Resource.ToJsonString().Length).ThenBy(static example => example.Key, StringComparer.Ordinal)
            : examples.OrderBy(static example => example.Key, StringComparer.Ordinal)).ToList();
        if (ordered.Count == 0)
            return Seeds.Find(resource.Type) is { } seed ? [seed] : [];
        var chosen = new List<Example>();
        foreach (var profile in resource.Profiles)
        {
            if (chosen.Count < MostMains && ordered.Find(example => example.Profiles.Contains(profile)) is { } first && !chosen.Contains(first))
                chosen.Add(first);
        }

        // Whoever brings values of search parameters that no other has comes next; two at least, so that one must not be found.
        var parameters = resource.Parameters.Select(parameter => source.FindParameter(resource.Type, parameter.Name, parameter.Definition)).OfType<SearchParameterDefinition>().ToList();
        var values = ordered.ToDictionary(static example => example, example => parameters.Where(parameter => !SearchValues.Of(Probe(example), parameter).IsEmpty).Select(static parameter => parameter.Code).ToHashSet());
        var covered = chosen.SelectMany(example => values[example]).ToHashSet();
        while (chosen.Count < Math.Min(MostMains, ordered.Count))
        {
            var next = ordered.Except(chosen).MaxBy(example => values[example].Except(covered).Count())!;
            if (chosen.Count >= 3 && values[next].IsSubsetOf(covered))
                break;
            chosen.Add(next);
            covered.UnionWith(values[next]);
        }

        return chosen;
    }

    private static Fixture Probe(Example example) => new(example.Id, example.Resource, example.Resource);

    private void Reach(Example example, int depth)
    {
        if (_depths.TryGetValue(example.Key, out var known) && known <= depth)
            return;
        _depths[example.Key] = depth;
        var required = Schema.R4.FindResourceType(example.Type)!.RequiredElements.SelectMany(element => References(example.Resource[element.Name])).ToHashSet();
        foreach (var reference in References(example.Resource).ToList())
        {
            if (Target(reference) is { } target && (depth == 0 || s_parties.Contains(target.Type) || required.Contains(reference)))
                Reach(target, depth + 1);
        }
    }

    private void Add(Example example)
    {
        if (_fixtures.Exists(fixture => fixture.Type == example.Type && fixture.Id == example.Id) || !_underWay.Add(example.Key))
            return;
        foreach (var reference in References(example.Resource).ToList())
        {
            if (Target(reference) is { } target && _depths.ContainsKey(target.Key))
                Add(target);
        }

        _underWay.Remove(example.Key);
        _fixtures.Add(Make(example));
    }

    private Fixture Make(Example example)
    {
        var source = (JsonObject)example.Resource.DeepClone();
        FirstState.Apply(source, _workedOn.Contains(example.Key));
        if (!_mains.Contains(example.Key))
            source.Remove("text");
        if (s_definitions.Contains(example.Type))
            source["url"] = $"urn:uuid:${{$uuid:{example.Id}}}";
        var identifier = AddIdentifier(source, example);
        var content = (JsonObject)source.DeepClone();
        var isWhole = Rewrite(content);
        if (!isWhole)
        {
            (content["meta"] as JsonObject)?.Remove("profile");
            if (content["meta"] is JsonObject { Count: 0 })
                content.Remove("meta");
        }

        return new Fixture(example.Id, source, content) { IsWhole = isWhole, IsKept = FirstState.IsKept(source), Identifier = identifier };
    }

    // A search can tell the script's own resource from all others by it, however often the script has run.
    private static string? AddIdentifier(JsonObject resource, Example example)
    {
        if (Schema.R4.FindResourceType(example.Type)?.FindElement("identifier") is not { IsArray: true })
            return null;
        if (resource["identifier"] is not JsonArray identifiers)
        {
            identifiers = [];
            resource["identifier"] = identifiers;
        }

        identifiers.Add(new JsonObject { ["system"] = "urn:ietf:rfc:3986", ["value"] = $"urn:uuid:${{$uuid:{example.Id}}}" });
        return $"urn:ietf:rfc:3986|urn:uuid:${{$uuid:{example.Id}}}";
    }

    /// <summary>Gives references the ids that the server gave, and takes out those to what the script does not create. False if one was taken out.</summary>
    public bool Rewrite(JsonNode? node)
    {
        var isWhole = true;
        switch (node)
        {
            case JsonObject record:
                if (record["reference"] is JsonValue value && value.TryGetValue(out string? reference) && !reference.StartsWith('#'))
                {
                    if (_fixtures.Find(fixture => $"{fixture.Type}/{fixture.Id}" == reference) is { } target)
                    {
                        record["reference"] = target.Reference;
                    }
                    else
                    {
                        record.Remove("reference");
                        isWhole = false;
                    }
                }

                foreach (var (name, child) in record.ToList())
                {
                    if (Rewrite(child))
                        continue;
                    isWhole = false;
                    if (IsHollow(child))
                        record.Remove(name);
                }

                break;
            case JsonArray list:
                foreach (var child in list.ToList())
                {
                    if (Rewrite(child))
                        continue;
                    isWhole = false;
                    if (IsHollow(child))
                        list.Remove(child);
                }

                break;
        }

        return isWhole;
    }

    // What was a reference and nothing else is gone; an extension without its value too.
    private static bool IsHollow(JsonNode? node) =>
        node is JsonObject { Count: 0 } or JsonArray { Count: 0 } || (node is JsonObject { Count: 1 } record && record.ContainsKey("url"));

    private Example? Target(string reference) => _source.Examples.GetValueOrDefault(reference);

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject record => record.SelectMany(static child =>
            child.Key == "reference" && child.Value is JsonValue value && value.TryGetValue(out string? reference) ? [reference] : References(child.Value)),
        JsonArray list => list.SelectMany(References),
        _ => [],
    };
}
