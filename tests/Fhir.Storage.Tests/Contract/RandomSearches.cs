// Random entries and conditions over the test parameters, drawn from few values so that they meet.

using FhirHub.Search;

namespace FhirHub.Storage.Tests.Contract;

/// <summary>The resources that a store should hold, and questions about them.</summary>
internal sealed class RandomSearches(int seed) : IResourceLookup
{
    private static readonly string[] s_types = ["Patient", "Observation", "Organization", "RiskAssessment", "ValueSet", "Location"];
    private static readonly string[] s_systems = ["http://a", "http://b"];
    private static readonly string[] s_codes = ["1", "01", "x", "0191b7a2-6c1e-7c3e-9f00-0123456789ab", "y z"];
    private static readonly string[] s_texts = ["Ada", "ada", "Ádám", "Adam Smith", "张三", "smith", ""];
    private static readonly string[] s_uris = ["http://acme.org", "http://acme.org/fhir", "http://acme.org/fhir/a", "http://acme.org/fhirx", "urn:oid:1.2"];
    private static readonly string[] s_units = ["mg", "g", "kg"];

    private readonly Random _random = new(seed);
    private readonly Dictionary<(string Type, string Id), IndexedResource> _resources = [];

    public IndexedResource? Find(string type, string id) => _resources.GetValueOrDefault((type, id));

    public IEnumerable<IndexedResource> FindByUrl(string url) =>
        _resources.Values.Where(resource => resource.Entries.OfType<UriEntry>().Any(entry => entry.Parameter.Code == "url" && entry.Uri == url));

    public IEnumerable<IndexedResource> All(string type) => _resources.Values.Where(resource => resource.Type == type);

    public void Set(IndexedResource resource) => _resources[(resource.Type, resource.Id)] = resource;

    public void Remove(string type, string id) => _resources.Remove((type, id));

    public int Next(int limit) => _random.Next(limit);

    public string Type() => Pick(s_types);

    public IReadOnlyList<SortKey> Sort(string type)
    {
        var keys = new List<SortKey>();
        foreach (var parameter in Of(type).Where(static parameter => parameter.Type is not (SearchParameterType.Composite or SearchParameterType.Special)))
        {
            if (Next(5) == 0)
                keys.Add(new SortKey(parameter.Code, parameter, Next(2) == 0));
        }

        return keys;
    }

    public IndexEntry[] Entries(string type)
    {
        var entries = new List<IndexEntry>();
        foreach (var parameter in Of(type))
        {
            for (var i = Next(3); i > 0; i--)
                entries.Add(Entry(parameter));
        }

        return [.. entries];
    }

    public SearchExpression Expression(string type, int depth)
    {
        var parameter = Pick([.. Of(type)]);
        return Next(depth > 0 ? 12 : 5) switch
        {
            0 => new SearchExpression.Missing(parameter),
            1 => new SearchExpression.IdIn([.. Enumerable.Range(0, 1 + Next(4)).Select(_ => $"{type[0]}{Next(40)}")]),
            2 => new SearchExpression.LastUpdated(Range(_resources.Values.Skip(Next(Math.Max(1, _resources.Count))).FirstOrDefault()?.LastUpdated.ToString("O") ?? "2024-05-01")),
            5 or 6 => new SearchExpression.And([Expression(type, depth - 1), Expression(type, depth - 1)]),
            7 => new SearchExpression.Or([Expression(type, depth - 1), Expression(type, depth - 1)]),
            8 => new SearchExpression.Not(Expression(type, depth - 1)),
            9 when parameter.Type == SearchParameterType.Reference => Chain(parameter, depth),
            10 or 11 => Reverse(type, depth),
            _ => new SearchExpression.Parameter(parameter, Perhaps(Predicate(parameter))),
        };
    }

    public static string Describe(SearchExpression expression) => expression switch
    {
        SearchExpression.And and => $"({string.Join(" and ", and.Parts.Select(Describe))})",
        SearchExpression.Or or => $"({string.Join(" or ", or.Parts.Select(Describe))})",
        SearchExpression.Not not => $"not {Describe(not.Part)}",
        SearchExpression.Chain chain => $"{chain.Reference}->[{string.Join(',', chain.TargetTypes)}]{Describe(chain.Inner)}",
        SearchExpression.ReverseChain chain => $"{chain.Reference}<-{Describe(chain.Inner)}",
        SearchExpression.IdIn ids => $"id in {string.Join(',', ids.Ids)}",
        SearchExpression.Parameter { Predicate: CompositePredicate composite } parameter => $"{parameter.Definition} {string.Join(" $ ", composite.Components)}",
        _ => expression.ToString(),
    };

    private static IEnumerable<SearchParameter> Of(string type) => Parameters.All.Where(parameter => parameter.ResourceType == type);

    private SearchExpression.Chain Chain(SearchParameter parameter, int depth)
    {
        var target = Pick([.. parameter.TargetTypes.Where(s_types.Contains).DefaultIfEmpty("Patient")]);
        return new SearchExpression.Chain(parameter, [target], Next(4) == 0 ? new SearchExpression.All() : Expression(target, depth - 1));
    }

    private SearchExpression Reverse(string type, int depth)
    {
        var references = Parameters.All.Where(parameter => parameter.Type == SearchParameterType.Reference && parameter.TargetTypes.Contains(type)).ToArray();
        return references.Length == 0
            ? Expression(type, depth - 1)
            : Pick(references) is var reference ? new SearchExpression.ReverseChain(reference, Expression(reference.ResourceType, depth - 1)) : null!;
    }

    private IndexEntry Entry(SearchParameter parameter) => parameter.Type switch
    {
        SearchParameterType.Token => Token(parameter),
        SearchParameterType.String => Pick(s_texts) is var text ? new StringEntry(parameter, StringFolding.Fold(text), text) : null!,
        SearchParameterType.Date => Date(parameter),
        SearchParameterType.Number => Number() is var low && Next(4) == 0 ? new NumberEntry(parameter, low, low + Next(3), low) : new NumberEntry(parameter, low, low, low),
        SearchParameterType.Quantity => Quantity(parameter),
        SearchParameterType.Reference => Reference(parameter),
        SearchParameterType.Uri => new UriEntry(parameter, Pick(s_uris)),
        SearchParameterType.Composite => new CompositeEntry(parameter, [.. parameter.Components.Select(component => component.Parameter.Type == SearchParameterType.Token
            ? new TokenEntry(component.Parameter, System(), Pick(s_codes))
            : Entry(component.Parameter))]),
        _ => new PositionEntry(parameter, Next(5) / 10.0, Next(5) / 10.0),
    };

    private SearchPredicate Perhaps(SearchPredicate predicate) =>
        predicate is StringPredicate or Search.TokenPredicate or UriPredicate or ReferencePredicate && Next(6) == 0 ? new UnequalPredicate(predicate) : predicate;

    private SearchPredicate Predicate(SearchParameter parameter) => parameter.Type switch
    {
        SearchParameterType.Token => Next(5) switch
        {
            0 => new TokenTextPredicate(StringFolding.Fold(Pick(s_texts)) is { Length: > 0 } text ? text : "a"),
            1 => new OfTypePredicate("http://types", "MR", Pick(s_codes)),
            2 => new TokenPredicate(Next(2) == 0 ? "" : Pick(s_systems), null),
            _ => TokenPredicate(),
        },
        SearchParameterType.String => (StringMatch)Next(9) is var match
            ? new StringPredicate(match, match == StringMatch.Exact ? Pick(s_texts) : StringFolding.Fold(Pick(s_texts)))
            : null!,
        SearchParameterType.Date => Range(Instant()),
        SearchParameterType.Number => Compare(),
        SearchParameterType.Quantity => QuantityPredicate(),
        SearchParameterType.Reference => Next(4) switch
        {
            0 => new ReferencePredicate(null, null, Pick(s_uris)),
            1 => new ReferencePredicate(null, Target(parameter).Id, null),
            2 => new ReferenceIdentifierPredicate(Next(2) == 0 ? null : Pick(s_systems), Pick(s_codes)),
            _ => Target(parameter) is var (type, id) ? new ReferencePredicate(type, id, null, Next(4) == 0 ? "1" : null) { VersionsBelow = Next(2) == 0 } : null!,
        },
        SearchParameterType.Uri => new UriPredicate((UriMatch)Next(6), Pick(s_uris)),
        SearchParameterType.Composite => new CompositePredicate([.. parameter.Components.Select(component =>
            component.Parameter.Type == SearchParameterType.Token ? TokenPredicate() : Predicate(component.Parameter))]),
        _ => new NearPredicate(Next(5) / 10.0, Next(5) / 10.0, Next(40_000)),
    };

    private TokenEntry Token(SearchParameter parameter)
    {
        var text = Next(3) == 0 ? StringFolding.Fold(Pick(s_texts)) : null;
        return Next(8) == 0 && !string.IsNullOrEmpty(text)
            ? new TokenEntry(parameter, null, null, text)
            : new TokenEntry(parameter, System(), Pick(s_codes), text) { IdentifierType = Next(3) == 0 ? ("http://types", "MR") : null };
    }

    private TokenPredicate TokenPredicate() => new(Next(3) switch { 0 => null, 1 => "", _ => Pick(s_systems) }, Pick(s_codes));

    private string? System() => Next(3) == 0 ? null : Pick(s_systems);

    private ReferenceEntry Reference(SearchParameter parameter)
    {
        var (type, id) = Target(parameter);
        return Next(6) switch
        {
            0 => new ReferenceEntry(parameter, null, null, Pick(s_uris)),
            1 => new ReferenceEntry(parameter, null, null, null) { IdentifierSystem = System(), IdentifierValue = Pick(s_codes) },
            2 => new ReferenceEntry(parameter, type, id, null, "1"),
            _ => new ReferenceEntry(parameter, type, id, null),
        };
    }

    private (string Type, string Id) Target(SearchParameter parameter)
    {
        var type = Pick([.. parameter.TargetTypes]);
        return (type, $"{type[0]}{Next(40)}");
    }

    private DateEntry Date(SearchParameter parameter)
    {
        var low = TestResource.Instant(Instant());
        return Next(6) switch
        {
            0 => new DateEntry(parameter, low, long.MaxValue),
            1 => new DateEntry(parameter, long.MinValue, low),
            2 => new DateEntry(parameter, low, low),
            var i => new DateEntry(parameter, low, low + Length(i)),
        };
    }

    private RangePredicate Range(string instant)
    {
        var low = TestResource.Instant(instant);
        return new RangePredicate((SearchPrefix)Next(9), low, low + Length(Next(6)));
    }

    private static long Length(int i) => i switch { 0 => 0, 1 => 999, 2 => 59_999_999, 3 => 86_399_999_999, 4 => (366L * 86_400_000_000) - 1, _ => 5 * 366L * 86_400_000_000 };

    private string Instant() => $"202{Next(3)}-0{1 + Next(3)}-0{1 + Next(3)}T00:00:00";

    private decimal Number() => (Next(9) - 4) * 0.25m;

    private NumberPredicate Compare()
    {
        var number = Number();
        return new NumberPredicate((SearchPrefix)Next(9), number, number - 0.125m, number + 0.125m);
    }

    private QuantityEntry Quantity(SearchParameter parameter)
    {
        var value = Number();
        var unit = Next(3);
        var system = Next(3) switch { 0 => null, 1 => "http://a", _ => "http://unitsofmeasure.org" };
        var entry = new QuantityEntry(parameter, value, value, value, system, Next(4) == 0 ? null : s_units[unit], s_units[unit]);
        var grams = value * Factor(unit);
        return system == "http://unitsofmeasure.org" && entry.Code is not null ? entry with { CanonicalUnits = "g", Canonical = (grams, grams, grams) } : entry;
    }

    private QuantityPredicate QuantityPredicate()
    {
        var number = Compare();
        var unit = Next(3);
        return Next(4) switch
        {
            0 => new QuantityPredicate(number, null, null, null),
            1 => new QuantityPredicate(number, null, s_units[unit], null),
            2 => new QuantityPredicate(number, "http://a", s_units[unit], null),
            _ => new QuantityPredicate(
                number,
                "http://unitsofmeasure.org",
                s_units[unit],
                new CanonicalQuantity(new NumberPredicate(number.Prefix, number.Value * Factor(unit), number.Low * Factor(unit), number.High * Factor(unit)), "g")),
        };
    }

    private static decimal Factor(int unit) => unit switch { 0 => 0.001m, 1 => 1m, _ => 1000m };

    private T Pick<T>(T[] values) => values[Next(values.Length)];
}
