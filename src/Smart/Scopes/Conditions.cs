// AND and OR of conditions, where All and None swallow the rest.

using FhirHub.Search;

namespace FhirHub.Smart;

/// <summary>Joins conditions into the smallest that means the same, so that a store sees at once whether anything is filtered.</summary>
internal static class Conditions
{
    public static SearchExpression All { get; } = new SearchExpression.All();

    public static SearchExpression None { get; } = new SearchExpression.None();

    public static SearchExpression Both(SearchExpression left, SearchExpression right) => (left, right) switch
    {
        (SearchExpression.None, _) or (_, SearchExpression.All) => left,
        (SearchExpression.All, _) or (_, SearchExpression.None) => right,
        _ => left == right ? left : new SearchExpression.And([left, right]),
    };

    public static SearchExpression Either(SearchExpression left, SearchExpression right) => (left, right) switch
    {
        (SearchExpression.All, _) or (_, SearchExpression.None) => left,
        (SearchExpression.None, _) or (_, SearchExpression.All) => right,
        _ => left == right ? left : new SearchExpression.Or([left, right]),
    };
}
