// All search parameters that exist, per concrete resource type.

using FhirHub.Model;

namespace FhirHub.Search;

/// <summary>
/// The search parameters of each resource type, those of <c>Resource</c> and <c>DomainResource</c> included
/// (R4 searchparameter.html). Immutable: <see cref="With"/> makes a registry that has more.
/// </summary>
public sealed class SearchParameterRegistry
{
    private static readonly Lazy<SearchParameterRegistry> LazyR4 = new(() => new SearchParameterRegistry(
        Schema.R4,
        Schema.R4.ResourceTypes.ToDictionary(type => type.Name, _ => new Dictionary<string, SearchParameter>(), StringComparer.Ordinal),
        [],
        R4Definitions.SearchParameters,
        isAdded: false));

    private readonly Schema _schema;
    private readonly Dictionary<string, Dictionary<string, SearchParameter>> _byType;
    private readonly Dictionary<(string Type, string Url), SearchParameter> _aliases;
    private readonly Dictionary<string, SearchParameter[]> _lists;

    private SearchParameterRegistry(
        Schema schema,
        Dictionary<string, Dictionary<string, SearchParameter>> byType,
        Dictionary<(string Type, string Url), SearchParameter> aliases,
        IReadOnlyCollection<SearchParameterDefinition> definitions,
        bool isAdded)
    {
        _schema = schema;
        _byType = new(byType, StringComparer.Ordinal);
        _aliases = new(aliases);

        // Composites name their parts by URL, so the simple parameters come first. Types that nothing is added to keep what they have.
        var byUrl = new Dictionary<string, Dictionary<string, SearchParameter>>(StringComparer.Ordinal);
        foreach (var definition in definitions.Where(d => d.Components.Count == 0).Concat(definitions.Where(d => d.Components.Count > 0)))
        {
            var parts = Parts(definition);
            foreach (var type in ConcreteTypes(definition.Base))
            {
                if (!byUrl.TryGetValue(type.Name, out var known))
                {
                    byUrl.Add(type.Name, known = ByUrl(type));
                    _byType[type.Name] = new(_byType[type.Name], StringComparer.Ordinal);
                }

                // What says again what the type has already finds the same under another URL.
                if (isAdded && _byType[type.Name].TryGetValue(definition.Code, out var same))
                {
                    known[definition.Url] = same;
                    _aliases[(type.Name, definition.Url)] = same;
                    continue;
                }

                var parameter = Make(definition, type, PartsFor(type, parts), known, isAdded);
                known[parameter.Url] = parameter;
                _byType[type.Name][parameter.Code] = parameter;
            }
        }

        foreach (var type in byUrl.Keys)
            FindSame(_byType[type].Values);
        _lists = _byType.ToDictionary(
            t => t.Key,
            t => t.Value.Values.OrderBy(p => p.Code, StringComparer.Ordinal).ToArray(),
            StringComparer.Ordinal);
    }

    private SearchParameterRegistry(SearchParameterRegistry all, Func<SearchParameter, bool> waits)
    {
        _schema = all._schema;
        _byType = all._byType;
        _aliases = all._aliases;
        _lists = all._lists.ToDictionary(t => t.Key, t => t.Value.Where(p => !waits(p)).ToArray(), StringComparer.Ordinal);
        Waiting = [.. all.All.Where(waits)];
    }

    /// <summary>The search parameters of R4 4.0.1; made on first use, then shared.</summary>
    public static SearchParameterRegistry R4 => LazyR4.Value;

    /// <summary>Parameters that are indexed and can't be searched by until older resources are indexed for them too.</summary>
    public IReadOnlyList<SearchParameter> Waiting { get; } = [];

    /// <summary>
    /// A registry with these parameters as well. <see cref="SearchParameterReader.Check"/> has found nothing wrong with them, so one that
    /// has the code of another finds the same, and is only another name for it.
    /// </summary>
    public SearchParameterRegistry With(IReadOnlyCollection<SearchParameterDefinition> definitions) => new(_schema, _byType, _aliases, definitions, isAdded: true);

    /// <summary>The same without the parameters that wait.</summary>
    public SearchParameterRegistry WithWaiting(Func<SearchParameter, bool> waits) => new(this, waits);

    /// <summary>The parameters of a resource type in order of their codes; none for an unknown type.</summary>
    public IReadOnlyList<SearchParameter> ForType(string resourceType) => _lists.GetValueOrDefault(resourceType, []);

    /// <summary>All parameters of all types.</summary>
    public IEnumerable<SearchParameter> All => _lists.Values.SelectMany(parameters => parameters);

    /// <summary>The parameter of that code, or null.</summary>
    public SearchParameter? Find(string resourceType, string code) =>
        _byType.TryGetValue(resourceType, out var parameters) && parameters.GetValueOrDefault(code) is { } parameter && !Waiting.Contains(parameter)
            ? parameter
            : null;

    /// <summary>The parameter of that code that waits, or null.</summary>
    public SearchParameter? FindWaiting(string resourceType, string code) => Waiting.FirstOrDefault(p => p.ResourceType == resourceType && p.Code == code);

    /// <summary>What a parameter of these definitions would be for each of its types; the definition must have been checked.</summary>
    internal IEnumerable<SearchParameter> Make(SearchParameterDefinition definition)
    {
        var parts = Parts(definition);
        return ConcreteTypes(definition.Base).Select(type => Make(definition, type, PartsFor(type, parts), ByUrl(type), isAdded: true));
    }

    /// <summary>The parts of an expression that apply to the type.</summary>
    internal static IReadOnlyList<string> PartsFor(TypeDefinition type, string expression) =>
        PartsFor(type, [.. SplitUnion(expression).Select(part => (NameAtStart(part), part))]);

    /// <summary>The parameter of the type that has the URL, or null.</summary>
    internal SearchParameter? FindUrl(string resourceType, string url) =>
        ForType(resourceType).FirstOrDefault(p => p.Url == url) ?? _aliases.GetValueOrDefault((resourceType, url));

    private Dictionary<string, SearchParameter> ByUrl(TypeDefinition type)
    {
        var byUrl = _byType[type.Name].Values.ToDictionary(p => p.Url, StringComparer.Ordinal);
        foreach (var alias in _aliases.Where(a => a.Key.Type == type.Name))
            byUrl[alias.Key.Url] = alias.Value;
        return byUrl;
    }

    private static List<(string Name, string Text)> Parts(SearchParameterDefinition definition) =>
        definition.Expression is { } expression ? [.. SplitUnion(expression).Select(part => (NameAtStart(part), part))] : [];

    // In the order of the definitions, so that a parameter that is added never takes the place of one that has been indexed.
    private static void FindSame(IEnumerable<SearchParameter> parameters)
    {
        var first = new Dictionary<string, SearchParameter>(StringComparer.Ordinal);
        foreach (var parameter in parameters)
        {
            if (parameter is { Expression: not null, Components.Count: 0 } && !first.TryAdd(parameter.Extraction, parameter))
                parameter.SameAs = first[parameter.Extraction];
        }
    }

    /// <summary>The resource types that the base of a definition stands for.</summary>
    internal IEnumerable<TypeDefinition> ConcreteTypes(IReadOnlyList<string> bases) => bases
        .Select(_schema.FindType)
        .OfType<TypeDefinition>()
        .SelectMany(type => type.IsAbstract ? _schema.ResourceTypes.Where(concrete => concrete.Is(type)) : [type])
        .Distinct();

    private SearchParameter Make(
        SearchParameterDefinition definition, TypeDefinition type, List<string> parts, Dictionary<string, SearchParameter> byUrl, bool isAdded)
    {
        var components = new List<SearchParameterComponent>();
        foreach (var component in Corrected(definition))
        {
            if (!byUrl.TryGetValue(component.Definition, out var part))
                throw new InvalidOperationException($"{definition.Url} has the component {component.Definition}, which {type.Name} does not have.");
            components.Add(new SearchParameterComponent(part, component.Expression));
        }

        return new SearchParameter
        {
            ResourceType = type.Name,
            Code = definition.Code,
            Url = definition.Url,
            Type = TypeOf(definition.Type),
            Expression = parts.Count == 0 ? null : string.Join(" | ", parts),
            TargetTypes = IsAny(definition.Target) ? [] : TargetsFor(type, parts, definition.Target),
            Components = components,
            IsSingleValued = components.Count == 0 && IsSingle(type, parts),
            IsAdded = isAdded,
        };
    }

    // R4 gives the parts of this one ("combination of relation and relatesTo") each other's expression, so that neither finds a value.
    private static IReadOnlyList<SearchParameterDefinitionComponent> Corrected(SearchParameterDefinition definition) =>
        definition is { Url: "http://hl7.org/fhir/SearchParameter/DocumentReference-relationship", Components: [var first, var second] }
            ? [first with { Definition = second.Definition }, second with { Definition = first.Definition }]
            : definition.Components;

    private static SearchParameterType TypeOf(string code) => code switch
    {
        "number" => SearchParameterType.Number,
        "date" => SearchParameterType.Date,
        "string" => SearchParameterType.String,
        "token" => SearchParameterType.Token,
        "reference" => SearchParameterType.Reference,
        "composite" => SearchParameterType.Composite,
        "quantity" => SearchParameterType.Quantity,
        "uri" => SearchParameterType.Uri,
        "special" => SearchParameterType.Special,
        _ => throw new InvalidOperationException($"{code} is no type of search parameters."),
    };

    // R4 joins the expressions of all base types by |; only those that start at this type find anything in it.
    private static List<string> PartsFor(TypeDefinition type, List<(string Name, string Text)> union)
    {
        var parts = new List<string>();
        foreach (var (name, text) in union)
        {
            var isTypeName = name.Length > 0 && char.IsAsciiLetterUpper(name[0]);
            if (!isTypeName || name == type.Name || name is "Resource" || (name is "DomainResource" && IsDomainResource(type)))
                parts.Add(text);
        }

        return parts;
    }

    private static string NameAtStart(string part)
    {
        var start = part.AsSpan().TrimStart(" (");
        var length = start.IndexOfAnyExcept(NameCharacters);
        return (length < 0 ? start : start[..length]).ToString();
    }

    // For "any" R4 lists all types but Parameters, which nothing refers to.
    private bool IsAny(IReadOnlyList<string> targets) => targets.Count >= _schema.ResourceTypes.Count - 1;

    // A parameter of many types lists the targets of them all; only those that this type's elements allow can be met.
    private static IReadOnlyList<string> TargetsFor(TypeDefinition type, List<string> parts, IReadOnlyList<string> targets)
    {
        var allowed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in parts)
        {
            var test = part.IndexOf(ResolveTest, StringComparison.Ordinal);
            if (test > 0)
            {
                allowed.Add(part[(test + ResolveTest.Length)..].TrimEnd(')', ' '));
                continue;
            }

            var element = type.Name == part ? null : ElementAt(type, part);
            if (element is null || element.TargetTypes.Count == 0 || element.TargetTypes.Contains("Resource", StringComparer.Ordinal))
                return targets;
            allowed.UnionWith(element.TargetTypes);
        }

        // None left means that the standard's two statements disagree; then the parameter's own stands.
        var narrowed = targets.Where(allowed.Contains).ToList();
        return narrowed.Count > 0 ? narrowed : targets;
    }

    private const string ResolveTest = ".where(resolve() is ";

    // One path, or casts of one choice, without an element that repeats. Anything else may have several values.
    private static bool IsSingle(TypeDefinition type, List<string> parts)
    {
        var paths = parts.Select(static part => part.StartsWith('(') && part.IndexOf(" as ", StringComparison.Ordinal) is > 0 and var cast ? part[1..cast] : part)
            .Distinct(StringComparer.Ordinal).ToList();
        if (paths is not [var path] || !path.StartsWith(type.Name + ".", StringComparison.Ordinal))
            return false;
        var owner = type;
        foreach (var name in path.Split('.').Skip(1))
        {
            if (owner?.FindElement(name) is not { Max: 1 } element)
                return false;
            owner = element.Types is [var only] ? only : null;
        }

        return true;
    }

    // The element of a plain path such as Patient.link.other; null for anything else.
    private static ElementDefinition? ElementAt(TypeDefinition type, string path)
    {
        ElementDefinition? element = null;
        foreach (var name in path.Split('.').Skip(1))
        {
            var owner = element is null ? type : element.Types is [var only] ? only : null;
            element = owner?.FindElement(name);
            if (element is null)
                return null;
        }

        return element;
    }

    private static readonly System.Buffers.SearchValues<char> NameCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    private static bool IsDomainResource(TypeDefinition type)
    {
        for (var t = type; t is not null; t = t.Base)
        {
            if (t.Name == "DomainResource")
                return true;
        }

        return false;
    }

    private static IEnumerable<string> SplitUnion(string expression)
    {
        var depth = 0;
        var quote = '\0';
        var start = 0;
        for (var i = 0; i < expression.Length; i++)
        {
            var c = expression[i];
            if (quote != '\0')
            {
                if (c == '\\')
                    i++;
                else if (c == quote)
                    quote = '\0';
                continue;
            }

            switch (c)
            {
                case '\'' or '`' or '"':
                    quote = c;
                    break;
                case '(' or '[':
                    depth++;
                    break;
                case ')' or ']':
                    depth--;
                    break;
                case '|' when depth == 0:
                    yield return expression[start..i].Trim();
                    start = i + 1;
                    break;
            }
        }

        yield return expression[start..].Trim();
    }
}
