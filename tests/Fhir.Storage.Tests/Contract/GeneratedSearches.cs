// Random searches over generated resources: every kind of condition, made of values that some resource has, so that they meet.

using FhirHub.Model;
using FhirHub.Search;

namespace FhirHub.Storage.Tests.Contract;

/// <summary>The resources that a store should hold, and questions about them.</summary>
internal sealed class GeneratedSearches : IResourceLookup
{
    // These have hierarchies, composites, positions, canonical URLs or much that is contained; the others change from seed to seed.
    private static readonly string[] s_always =
        ["Patient", "Observation", "Organization", "Location", "MedicationRequest", "Medication", "ValueSet", "PlanDefinition", "DiagnosticReport", "Encounter"];

    private const int OtherTypes = 20;

    private readonly Random _random;
    private readonly Dictionary<string, Dictionary<string, IndexedResource>> _resources = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SearchParameter[]> _references;

    public GeneratedSearches(int seed)
    {
        _random = new Random(seed);
        var others = Schema.R4.ResourceTypes.Select(static type => type.Name).Except(s_always).ToArray();
        _random.Shuffle(others);
        Types = [.. s_always, .. others.Take(OtherTypes)];
        foreach (var type in Types)
            _resources.Add(type, new Dictionary<string, IndexedResource>(StringComparer.Ordinal));
        _references = Types.ToDictionary(
            static type => type,
            type => Types.SelectMany(SearchParameterRegistry.R4.ForType)
                .Where(parameter => parameter.Type == SearchParameterType.Reference && (parameter.TargetTypes.Count == 0 || parameter.TargetTypes.Contains(type)))
                .ToArray(),
            StringComparer.Ordinal);
        Resources = new GeneratedResource(_random, Types);
    }

    /// <summary>The types of this run.</summary>
    public IReadOnlyList<string> Types { get; }

    public GeneratedResource Resources { get; }

    public IEnumerable<IndexedResource> Everything => _resources.Values.SelectMany(static resources => resources.Values);

    public IndexedResource? Find(string type, string id) => _resources.GetValueOrDefault(type)?.GetValueOrDefault(id);

    public IEnumerable<IndexedResource> FindByUrl(string url) =>
        Everything.Where(resource => resource.Entries.Any(entry => entry is UriEntry { Parameter.Code: "url" } uri && uri.Uri == url));

    public IEnumerable<IndexedResource> All(string type) => _resources.GetValueOrDefault(type)?.Values ?? Enumerable.Empty<IndexedResource>();

    public void Set(IndexedResource resource) => _resources[resource.Type][resource.Id] = resource;

    public void Remove(string type, string id) => _resources[type].Remove(id);

    public int Next(int limit) => _random.Next(limit);

    public T Pick<T>(IReadOnlyList<T> values) => values[Next(values.Count)];

    /// <summary>A search.</summary>
    public SearchQuery Query()
    {
        var type = Pick(Types);
        IReadOnlyList<string> types = Next(15) == 0 ? [.. Types.Where(other => other == type || Next(6) == 0)] : [type];
        var contained = Next(16) switch { 0 => ContainedMode.Only, 1 => ContainedMode.Both, _ => ContainedMode.None };
        return new SearchQuery
        {
            ResourceTypes = types,
            Expression = Expression(type, 2 + Next(2)),
            Sort = types.Count > 1 || contained != ContainedMode.None ? [] : Sort(type),
            Count = 1 + Next(60),
            Contained = contained,
            ContainedAlone = contained != ContainedMode.None && Next(3) == 0,
        };
    }

    private List<SortKey> Sort(string type)
    {
        var keys = new List<SortKey>();
        if (Next(3) > 0)
            return keys;
        for (var i = 1 + Next(2); i > 0; i--)
        {
            if (Next(5) == 0)
                keys.Add(new SortKey(Next(2) == 0 ? "_id" : "_lastUpdated", null, Next(2) == 0));
            else if (Parameter(type) is (var parameter, _) && parameter.Type is not (SearchParameterType.Composite or SearchParameterType.Special))
                keys.Add(new SortKey(parameter.Code, parameter, Next(2) == 0));
        }

        return keys;
    }

    private SearchExpression Expression(string type, int depth)
    {
        if (Parameter(type) is not var (parameter, value))
            return new SearchExpression.All();
        return Next(depth > 0 ? 18 : 9) switch
        {
            0 => new SearchExpression.Missing(parameter),
            1 => new SearchExpression.IdIn([.. Enumerable.Range(0, 1 + Next(4)).Select(_ => $"r{Next(GeneratedResource.IdsPerType)}")]),
            2 => LastUpdated(),
            9 or 10 => new SearchExpression.And([Expression(type, depth - 1), Expression(type, depth - 1)]),
            11 => new SearchExpression.Or([Expression(type, depth - 1), Expression(type, depth - 1)]),
            12 => new SearchExpression.Not(Expression(type, depth - 1)),
            13 or 14 or 15 => Chain(type, depth),
            16 or 17 => Reverse(type, depth),
            _ => new SearchExpression.Parameter(parameter, GeneratedPredicates.Of(this, parameter, value)),
        };
    }

    private SearchExpression.LastUpdated LastUpdated()
    {
        var resources = Everything.ToList();
        var instant = TestResource.Instant(Pick(resources).LastUpdated.ToString("O"));
        return new SearchExpression.LastUpdated(new RangePredicate((SearchPrefix)Next(9), instant, instant + Pick<long>([0, 999, 59_999_999])));
    }

    // Mostly a parameter that has a value in some resource, with that value; else any, with the value of another type or none.
    private (SearchParameter Parameter, IndexEntry? Value)? Parameter(string type)
    {
        var resource = All(type).Skip(Next(Math.Max(1, _resources[type].Count))).FirstOrDefault();
        var entries = resource?.Contained is { Count: > 0 } contained && Next(3) == 0 ? Pick(contained).Entries : resource?.Entries ?? [];
        var searchable = SearchParameterRegistry.R4.ForType(type).Where(static p => p.Expression is not null && p.Code is not ("_id" or "_lastUpdated")).ToList();
        if (entries.Count > 0 && Next(8) > 0)
        {
            var entry = Pick(entries);
            return entry.Parameter.ResourceType == type ? (entry.Parameter, entry) : (Pick(searchable), null);
        }

        return (Pick(searchable), null);
    }

    private SearchExpression Chain(string type, int depth)
    {
        var references = All(type).SelectMany(static resource => resource.Entries).OfType<ReferenceEntry>().ToList();
        if (references.Count == 0)
            return Expression(type, depth - 1);
        var parameter = Pick(references).Parameter;
        var targets = Types.Where(target => parameter.TargetTypes.Count == 0 || parameter.TargetTypes.Contains(target)).ToList();
        if (targets.Count == 0)
            return Expression(type, depth - 1);
        var target = Pick(targets);
        return new SearchExpression.Chain(
            parameter,
            Next(4) == 0 ? targets : [target],
            Next(4) == 0 ? new SearchExpression.All() : Expression(target, depth - 1));
    }

    private SearchExpression Reverse(string type, int depth)
    {
        if (_references[type] is not { Length: > 0 } references)
            return Expression(type, depth - 1);
        var reference = Pick(references);
        return new SearchExpression.ReverseChain(reference, Next(3) == 0 ? new SearchExpression.All() : Expression(reference.ResourceType, depth - 1));
    }
}
