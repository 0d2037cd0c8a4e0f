// The search parameters behind the question mark of a scope, as the condition that they stand for.

using FhirHub.Search;

namespace FhirHub.Smart;

/// <summary>
/// Reads finer-grained constraints (SMART App Launch 2.2.0, scopes-and-launch-context.html#finer-grained-resource-constraints-using-search-parameters).
/// A constraint says what of its own content makes a resource part of the scope: plain parameters of the type, without modifiers, chains or
/// anything that shapes the answer. One that is not understood whole grants nothing.
/// </summary>
/// <param name="parser">Reads searches by the search parameters of the moment.</param>
public sealed class ScopeConstraints(Func<SearchParser> parser)
{
    private const int MaxLength = 2_000;
    private const int MaxParameters = 10;

    private static readonly Lazy<ScopeConstraints> s_standard = new(static () =>
    {
        var parser = new SearchParser(SearchParameterRegistry.R4);
        return new ScopeConstraints(() => parser);
    });

    /// <summary>Constraints by the standard's parameters alone.</summary>
    public static ScopeConstraints Standard => s_standard.Value;

    /// <summary>The search parameters of the moment.</summary>
    internal SearchParameterRegistry Parameters => parser().Parameters;

    /// <summary>True if the server can hold a request to the scope as it is written, so that it may be granted.</summary>
    public bool IsUnderstood(SmartScope scope)
    {
        ArgumentNullException.ThrowIfNull(scope);

        // What is said of every type must be known to every type: any of them will do to ask.
        return scope.Constraint is not { } constraint
            || (scope.ResourceType is { } type
                ? Find(type, constraint) is not null
                : QueryString.Parse(constraint).All(static pair => pair.Key.StartsWith('_')) && Find("Basic", constraint) is not null);
    }

    /// <summary>The condition of a constraint on a type; null if it is not understood.</summary>
    internal SearchExpression? Find(string type, string constraint)
    {
        if (constraint.Length > MaxLength)
            return null;
        var pairs = QueryString.Parse(constraint);
        if (pairs.Count is 0 or > MaxParameters)
            return null;
        var conditions = new List<SearchExpression>();
        foreach (var pair in pairs)
        {
            if (Condition(type, pair) is not { } condition)
                return null;
            conditions.Add(condition);
        }

        return conditions.Count == 1 ? conditions[0] : new SearchExpression.And(conditions);
    }

    private SearchExpression? Condition(string type, KeyValuePair<string, string> pair)
    {
        // Names with a modifier or a chain are no parameter's.
        if (pair.Value.Length == 0 || Parameters.Find(type, pair.Key) is not { Type: not SearchParameterType.Special })
            return null;
        var parsed = parser().ParseAsync(new SearchRequest { ResourceType = type, Parameters = [pair] }, CancellationToken.None);
        return parsed is { IsCompletedSuccessfully: true, Result: { Query.Expression: { } expression, Issues.Count: 0 } } && IsPlain(expression) ? expression : null;
    }

    // Whatever the parser makes of it: only what looks at nothing but the resource itself.
    private static bool IsPlain(SearchExpression expression) => expression switch
    {
        SearchExpression.And and => and.Parts.All(IsPlain),
        SearchExpression.Or or => or.Parts.All(IsPlain),
        SearchExpression.Parameter { Predicate: not (HierarchyPredicate or ValueSetPredicate or SubsumptionPredicate) } => true,
        SearchExpression.IdIn or SearchExpression.LastUpdated => true,
        _ => false,
    };
}
