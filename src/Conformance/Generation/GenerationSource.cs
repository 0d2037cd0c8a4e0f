// What scripts are generated from beside a CapabilityStatement: a package's definitions, its examples and the errors that its bad examples have.

using System.Text.Json.Nodes;
using FhirHub.Model;

namespace FhirHub.Conformance.Generation;

/// <summary>A file of a package.</summary>
/// <param name="Name">Its path in the package, with <c>/</c>.</param>
/// <param name="Content">What it holds.</param>
public sealed record PackageEntry(string Name, ReadOnlyMemory<byte> Content);

/// <summary>A resource that a profile's author gave as an example.</summary>
/// <param name="Key">Type and id, such as <c>Patient/ex-1</c>; the references of other examples name it so.</param>
/// <param name="Resource">The example. Nobody changes it; who wants to, clones it.</param>
internal sealed record Example(string Key, JsonObject Resource)
{
    public string Type { get; } = Key[..Key.IndexOf('/', StringComparison.Ordinal)];

    public string Id { get; } = Key[(Key.IndexOf('/', StringComparison.Ordinal) + 1)..];

    /// <summary>The profiles that it claims.</summary>
    public IEnumerable<string> Profiles => Resource["meta"]?["profile"]?.AsArray().Select(static profile => (string)profile!) ?? [];
}

/// <summary>An example that breaks its profile, and the errors that validation finds in it.</summary>
/// <param name="Name">Its name, which says what is wrong.</param>
/// <param name="Profile">The profile.</param>
/// <param name="Resource">The example.</param>
/// <param name="Issues">Code and FHIRPath of each error.</param>
internal sealed record BadExample(string Name, string Profile, JsonObject Resource, IReadOnlyList<(string Code, string Expression)> Issues)
{
    public string Type => (string)Resource["resourceType"]!;

    /// <summary>True if a rule that it breaks looks at other resources.</summary>
    public bool LooksFurther { get; init; }
}

/// <summary>A package as the generator sees it. Immutable.</summary>
public sealed class GenerationSource
{
    private const string BadFolder = "/bad/";
    private const string OutcomeEnd = ".outcome.json";

    private static readonly HashSet<string> s_definitionTypes =
    [
        "StructureDefinition", "SearchParameter", "OperationDefinition", "CapabilityStatement", "ImplementationGuide", "CompartmentDefinition", "NamingSystem",
    ];

    private readonly Dictionary<string, SearchParameterDefinition> _parameters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Example> _examples = new(StringComparer.Ordinal);

    private GenerationSource()
    {
    }

    /// <summary>The good examples, by type and id; value sets, code systems and concept maps are examples of themselves.</summary>
    internal IReadOnlyDictionary<string, Example> Examples => _examples;

    /// <summary>The bad examples.</summary>
    internal IReadOnlyList<BadExample> BadExamples { get; private set; } = [];

    /// <summary>Reads a package: any folder of resources as JSON; bad examples lie in folders <c>bad</c>, each beside its <c>.outcome.json</c>.</summary>
    /// <param name="entries">The files of one or more packages; what is no resource is left out.</param>
    public static GenerationSource Read(IEnumerable<PackageEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var source = new GenerationSource();
        foreach (var parameter in R4Definitions.SearchParameters)
            source._parameters[parameter.Url] = parameter;
        var files = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var entry in entries.Where(static entry => entry.Name.EndsWith(".json", StringComparison.Ordinal)))
        {
            if (ResourceParser.ParseJson(entry.Content) is { Tree: { } tree } && JsonNode.Parse(tree.Json.Span) is JsonObject resource)
                files[entry.Name] = resource;
        }

        var bad = new List<BadExample>();
        foreach (var (name, resource) in files)
        {
            if (name.EndsWith(OutcomeEnd, StringComparison.Ordinal))
                continue;
            if ($"/{name}".Contains(BadFolder, StringComparison.Ordinal))
            {
                if (files.TryGetValue($"{name[..^".json".Length]}{OutcomeEnd}", out var outcome) && ReadBad(name, resource, outcome) is { } example)
                    bad.Add(example);
                continue;
            }

            source.Add(resource);
        }

        source.BadExamples = bad;
        return source;
    }

    /// <summary>The search parameter of a type; null if neither R4 nor the package has it.</summary>
    /// <param name="type">The resource type.</param>
    /// <param name="code">Its name in a query.</param>
    /// <param name="url">Its canonical URL, if the CapabilityStatement gives it.</param>
    internal SearchParameterDefinition? FindParameter(string type, string code, string? url) =>
        url is not null && _parameters.TryGetValue(url.Split('|')[0], out var given) && given.Code == code ? given
            : _parameters.Values.Where(parameter => parameter.Code == code && (parameter.Base.Contains(type) || parameter.Base.Contains("Resource") || parameter.Base.Contains("DomainResource")))
                .OrderBy(parameter => parameter.Base.Contains(type) ? 0 : 1).FirstOrDefault();

    /// <summary>The search parameter of a canonical URL; null if it is unknown.</summary>
    internal SearchParameterDefinition? FindParameter(string url) => _parameters.GetValueOrDefault(url);

    private void Add(JsonObject resource)
    {
        if ((string?)resource["resourceType"] is not { } type)
            return;
        if (type == "SearchParameter" && ReadParameter(resource) is { } parameter)
            _parameters[parameter.Url] = parameter;
        if (s_definitionTypes.Contains(type) || (string?)resource["id"] is not { } id)
            return;
        TakeOut(resource, id);
        _examples[$"{type}/{id}"] = new Example($"{type}/{id}", resource);
    }

    // A script contains what it sends, and R4 allows contained resources one level deep: what an example contains becomes an example beside it.
    private void TakeOut(JsonObject resource, string id)
    {
        if (resource["contained"] is not JsonArray contained)
            return;
        resource.Remove("contained");
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var inner in contained.OfType<JsonObject>().ToList())
        {
            contained.Remove(inner);
            var (type, own) = ((string)inner["resourceType"]!, (string)inner["id"]!);
            names[$"#{own}"] = $"{type}/{id}-{own}";
            inner["id"] = $"{id}-{own}";
            _examples[$"{type}/{id}-{own}"] = new Example($"{type}/{id}-{own}", inner);
            Rename(inner);
        }

        Rename(resource);

        void Rename(JsonNode? node)
        {
            if (node is JsonObject record && record["reference"] is JsonValue value && value.TryGetValue(out string? reference) && names.TryGetValue(reference, out var key))
                record["reference"] = key;
            foreach (var child in node switch { JsonObject parent => parent.Select(static member => member.Value), JsonArray list => list, _ => Enumerable.Empty<JsonNode?>() })
                Rename(child);
        }
    }

    private static SearchParameterDefinition? ReadParameter(JsonObject resource)
    {
        if ((string?)resource["url"] is not { } url || (string?)resource["code"] is not { } code || (string?)resource["type"] is not { } type)
            return null;
        var components = (resource["component"] as JsonArray ?? []).Select(static component =>
            new SearchParameterDefinitionComponent((string?)component!["definition"] ?? "", (string?)component["expression"] ?? ""));
        return new SearchParameterDefinition(
            url, code, (string?)resource["name"] ?? code, type, (string?)resource["expression"], Strings(resource["base"]), Strings(resource["target"]), [.. components]);
    }

    private static BadExample? ReadBad(string name, JsonObject resource, JsonObject outcome)
    {
        if (resource["meta"]?["profile"]?[0] is not { } profile)
            return null;
        var errors = (outcome["issue"] as JsonArray ?? []).Where(static issue => (string?)issue!["severity"] is "error" or "fatal")
            .Select(static issue => ((string?)issue!["code"] ?? "", (string?)issue["expression"]?[0] ?? ""));
        var start = name.LastIndexOf('/') + 1;
        return new BadExample(name[start..^".json".Length], (string)profile!, resource, [.. errors])
        {
            LooksFurther = (outcome["issue"] as JsonArray ?? []).Any(static issue => ((string?)issue!["diagnostics"])?.Contains("resolve()", StringComparison.Ordinal) == true),
        };
    }

    private static IReadOnlyList<string> Strings(JsonNode? node) => [.. (node as JsonArray ?? []).Select(static item => (string)item!)];
}
