// One parse of one search: which parameter goes where, and what is wrong with those that go nowhere.

using System.Globalization;
using FhirHub.Model;

namespace FhirHub.Search;

internal sealed partial class SearchParse
{
    private readonly SearchParameterRegistry _registry;
    private readonly Schema _schema;
    private readonly SearchParserOptions _options;
    private readonly bool _hasTerminology;
    private readonly DateTimeOffset _now;
    private readonly SearchRequest _request;
    private readonly List<Issue> _issues = [];
    private readonly List<AcceptedParameter> _accepted = [];
    private readonly HashSet<string> _once = new(StringComparer.Ordinal);
    private IReadOnlyList<string> _types = [];
    private int _conditions;

    public SearchParse(
        SearchParameterRegistry registry, Schema schema, SearchParserOptions options, bool hasTerminology, DateTimeOffset now, SearchRequest request)
    {
        _registry = registry;
        _schema = schema;
        _options = request.BaseUrl is { } baseUrl ? options with { BaseUrls = [.. options.BaseUrls, baseUrl] } : options;
        _hasTerminology = hasTerminology;
        _now = now;
        _request = request;
        _count = options.DefaultCount;
    }

    /// <summary>True if <see cref="ResolveAsync"/> is needed before the result.</summary>
    public bool AsksTerminology { get; private set; }

    public void Read()
    {
        try
        {
            _types = TypesSearched();
            if (_request.Parameters.Count > _options.MaxParameters)
                throw new SearchFault("too-costly", SearchMessages.TooManyParameters, _request.Parameters.Count.ToString(CultureInfo.InvariantCulture), _options.MaxParameters.ToString(CultureInfo.InvariantCulture));
        }
        catch (SearchFault fault)
        {
            _issues.Add(Issue.Of(IssueSeverity.Error, fault.Code, fault.Said.Template, fault.Said.Arguments));
            return;
        }

        foreach (var (name, value) in _request.Parameters)
            Read(name, value);
    }

    public async ValueTask ResolveAsync(TerminologyResolution resolution)
    {
        for (var i = 0; i < _accepted.Count; i++)
        {
            if (_accepted[i] is not { Criterion: { } criterion } parameter)
                continue;
            try
            {
                _accepted[i] = parameter with { Criterion = await resolution.ResolveAsync(criterion) };
            }
            catch (TerminologyException fault)
            {
                _accepted.RemoveAt(i--);
                Refuse(parameter.Name, fault.Code, new IssueMessage(SearchMessages.Terminology, [fault.Message]));
            }
        }
    }

    public ParsedSearch Result()
    {
        // The texts of a contained resource are part of what it lies in, and are not kept apart.
        if (_contained != ContainedMode.None && _accepted.Exists(static parameter => parameter.Criterion?.AsksForText == true))
            _issues.Add(Issue.Of(IssueSeverity.Error, "not-supported", SearchMessages.TextContained) with { Expression = "http._contained" });
        var failed = _issues.Exists(i => i.Severity == IssueSeverity.Error);
        return new ParsedSearch(
            failed ? null : Query(), _response, [.. _accepted.Select(p => new KeyValuePair<string, string>(p.Name, p.Value))], _issues);
    }

    private SearchQuery Query() => new()
    {
        ResourceTypes = _types,
        Expression = Combine([_request.Compartment, .. _accepted.Select(p => p.Criterion)]),
        Sort = _sort,
        Count = _count,
        Total = _total,
        Includes = _includes,
        Contained = _contained,
        ContainedAlone = _containedAlone,
    };

    private static SearchExpression Combine(IEnumerable<SearchExpression?> parts) => parts.OfType<SearchExpression>().ToList() switch
    {
        [] => new SearchExpression.All(),
        [var only] => only,
        var all => new SearchExpression.And(all),
    };

    // What one parameter gets wrong must not hide what is wrong with the others.
    private void Read(string name, string value)
    {
        try
        {
            if (name.Length > MaxNameLength)
                throw new SearchFault("too-long", SearchMessages.NameTooLong, name.Length.ToString(CultureInfo.InvariantCulture), MaxNameLength.ToString(CultureInfo.InvariantCulture));
            if (value.Length > _options.MaxValueLength)
                throw new SearchFault("too-long", SearchMessages.ValueTooLong, name, value.Length.ToString(CultureInfo.InvariantCulture), _options.MaxValueLength.ToString(CultureInfo.InvariantCulture));
            var isCriterion = !IsHandledElsewhere(name) && !ReadResultParameter(name, value);
            _accepted.Add(new AcceptedParameter(name, value, isCriterion ? Criterion(_types, name, value, 0) : null));
        }
        catch (SearchFault fault)
        {
            Refuse(name, fault.Code, fault.Said);
        }
    }

    private void Refuse(string name, string code, IssueMessage message)
    {
        var severity = _request.Handling == SearchHandling.Lenient && code != "too-costly" ? IssueSeverity.Warning : IssueSeverity.Error;
        var shown = name.Length > MaxNameLength ? name[..MaxNameLength] : name;
        if (severity == IssueSeverity.Warning)
            message = new IssueMessage(SearchMessages.LeftOut, [message.In(MessageLanguage.English), message.In(MessageLanguage.Chinese)]);
        _issues.Add(Issue.Of(severity, code, message.Template, message.Arguments) with { Expression = $"http.{shown}" });
    }

    /// <summary>A parameter that counts, with what it asks of the resources, if it does.</summary>
    private sealed record AcceptedParameter(string Name, string Value, SearchExpression? Criterion);

    private const int MaxNameLength = 1024;

    // _type has been read before all others, since it says which parameters there are.
    private bool IsHandledElsewhere(string name) =>
        _options.HostParameters.Contains(name, StringComparer.Ordinal) || (name == "_type" && _request.ResourceType is null);

    private IReadOnlyList<string> TypesSearched()
    {
        if (_request.ResourceType is { } type)
        {
            if (_schema.FindResourceType(type) is null)
                throw new SearchFault("not-supported", SearchMessages.UnknownType, type);
            if (_request.Compartment is { } compartment && !CompartmentRules.MayHold(compartment.CompartmentType, type))
                throw new SearchFault("not-supported", SearchMessages.NotInCompartment, compartment.CompartmentType, type);
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
            throw new SearchFault("value", SearchMessages.UnsearchableType, unknown);
        return [.. types.Distinct(StringComparer.Ordinal)];
    }
}

/// <summary>A parameter that can't be read; the message says what to do. It never leaves the parser.</summary>
internal sealed class SearchFault : Exception
{
    public SearchFault(string code, MessageTemplate template, params IReadOnlyList<string> arguments)
        : base(template.Format(MessageLanguage.English, arguments))
    {
        Code = code;
        Said = new IssueMessage(template, arguments);
    }

    /// <summary>A code of R4 valueset-issue-type.html.</summary>
    public string Code { get; }

    /// <summary>The message in any language.</summary>
    public IssueMessage Said { get; }
}
