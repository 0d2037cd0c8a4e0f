// One parse of one search: which parameter goes where, and what is wrong with those that go nowhere.

using FhirHub.Model;

namespace FhirHub.Search;

internal sealed partial class SearchParse
{
    private readonly SearchParameterRegistry _registry;
    private readonly Schema _schema;
    private readonly SearchParserOptions _options;
    private readonly DateTimeOffset _now;
    private readonly SearchRequest _request;
    private readonly List<Issue> _issues = [];
    private readonly List<KeyValuePair<string, string>> _accepted = [];
    private readonly List<SearchExpression> _parts = [];
    private readonly HashSet<string> _once = new(StringComparer.Ordinal);
    private IReadOnlyList<string> _types = [];
    private int _conditions;

    public SearchParse(SearchParameterRegistry registry, Schema schema, SearchParserOptions options, DateTimeOffset now, SearchRequest request)
    {
        _registry = registry;
        _schema = schema;
        _options = options;
        _now = now;
        _request = request;
        _count = options.DefaultCount;
    }

    public ParsedSearch Run()
    {
        try
        {
            _types = TypesSearched();
            if (_request.Parameters.Count > _options.MaxParameters)
                throw new SearchFault("too-costly", $"The search has {_request.Parameters.Count} parameters; at most {_options.MaxParameters} are read.");
        }
        catch (SearchFault fault)
        {
            return new ParsedSearch(null, new SearchResponseOptions(), [], [Issue.Error(fault.Code, fault.Message)]);
        }

        foreach (var (name, value) in _request.Parameters)
            Read(name, value);

        var failed = _issues.Exists(i => i.Severity == IssueSeverity.Error);
        return new ParsedSearch(failed ? null : Query(), _response, _accepted, _issues);
    }

    private SearchQuery Query() => new()
    {
        ResourceTypes = _types,
        Expression = Combine(_request.Compartment is { } compartment ? [compartment, .. _parts] : _parts),
        Sort = _sort,
        Count = _count,
        Total = _total,
        Includes = _includes,
    };

    private static SearchExpression Combine(List<SearchExpression> parts) => parts.Count switch
    {
        0 => new SearchExpression.All(),
        1 => parts[0],
        _ => new SearchExpression.And(parts),
    };

    // What one parameter gets wrong must not hide what is wrong with the others.
    private void Read(string name, string value)
    {
        try
        {
            if (name.Length > MaxNameLength)
                throw new SearchFault("too-long", $"A parameter's name has {name.Length} characters; at most {MaxNameLength} are read.");
            if (value.Length > _options.MaxValueLength)
                throw new SearchFault("too-long", $"The value of {name} has {value.Length} characters; at most {_options.MaxValueLength} are read.");
            if (!IsHandledElsewhere(name) && !ReadResultParameter(name, value))
                _parts.Add(Criterion(_types, name, value, 0));
            _accepted.Add(new KeyValuePair<string, string>(name, value));
        }
        catch (SearchFault fault)
        {
            var severity = _request.Handling == SearchHandling.Lenient && fault.Code != "too-costly" ? IssueSeverity.Warning : IssueSeverity.Error;
            var shown = name.Length > MaxNameLength ? name[..MaxNameLength] : name;
            var said = severity == IssueSeverity.Warning ? $"{fault.Message} The parameter was left out." : fault.Message;
            _issues.Add(new Issue(severity, fault.Code, said, $"http.{shown}"));
        }
    }

    private const int MaxNameLength = 1024;

    // _type has been read before all others, since it says which parameters there are.
    private bool IsHandledElsewhere(string name) =>
        _options.HostParameters.Contains(name, StringComparer.Ordinal) || (name == "_type" && _request.ResourceType is null);

    private IReadOnlyList<string> TypesSearched()
    {
        if (_request.ResourceType is { } type)
        {
            if (_schema.FindResourceType(type) is null)
                throw new SearchFault("not-supported", $"{type} is no resource type of R4.");
            if (_request.Compartment is { } compartment && !CompartmentRules.MayHold(compartment.CompartmentType, type))
                throw new SearchFault("not-supported", $"The {compartment.CompartmentType} compartment holds no resources of type {type}.");
            return [type];
        }

        var all = _schema.ResourceTypes.Select(t => t.Name);
        if (_request.Compartment is { } within)
            all = all.Where(t => CompartmentRules.MayHold(within.CompartmentType, t));
        var asked = _request.Parameters.Where(p => p.Key == "_type").ToList();
        if (asked.Count == 0)
            return [.. all];

        var allowed = all.ToHashSet(StringComparer.Ordinal);
        var types = asked.Select(p => SearchText.Split(p.Value, ',')).Aggregate((a, b) => [.. a.Intersect(b, StringComparer.Ordinal)]);
        if (types.Find(t => !allowed.Contains(t)) is { } unknown)
            throw new SearchFault("value", $"_type names {unknown}, which is no resource type that can be searched here.");
        return [.. types.Distinct(StringComparer.Ordinal)];
    }
}

/// <summary>A parameter that can't be read; the message says what to do. It never leaves the parser.</summary>
internal sealed class SearchFault(string code, string message) : Exception(message)
{
    /// <summary>A code of R4 valueset-issue-type.html.</summary>
    public string Code { get; } = code;
}
