// What a _filter says, before it is known what its names mean.

namespace FhirHub.Search;

/// <summary>An expression of <c>_filter</c> (R4 search_filter.html).</summary>
internal abstract record FilterSyntax
{
    private FilterSyntax()
    {
    }

    /// <summary>All parts hold.</summary>
    public sealed record And(IReadOnlyList<FilterSyntax> Parts) : FilterSyntax;

    /// <summary>At least one part holds.</summary>
    public sealed record Or(IReadOnlyList<FilterSyntax> Parts) : FilterSyntax;

    /// <summary>The part does not hold.</summary>
    public sealed record Not(FilterSyntax Part) : FilterSyntax;

    /// <summary>A parameter, an operator and a value, such as <c>birthdate ge 2014-10-10</c>.</summary>
    public sealed record Comparison(FilterPath Path, FilterOperator Operator, string Value) : FilterSyntax;
}

/// <summary>A path of parameters: <c>subject.name</c>, <c>subject[name co "pet"].birthdate</c>.</summary>
/// <param name="Name">The first parameter.</param>
/// <param name="Condition">What must hold for that to which it leads, or null.</param>
/// <param name="Rest">The rest of the path, from there on; null at the end.</param>
internal sealed record FilterPath(string Name, FilterSyntax? Condition, FilterPath? Rest);

/// <summary>The operators of <c>_filter</c> (R4 search_filter.html#ops) and what they become in the expression tree.</summary>
internal enum FilterOperator
{
    /// <summary>A value equals: the parameter's own predicate; strings by <see cref="StringMatch.Equal"/>.</summary>
    Eq,

    /// <summary>A value is another: <see cref="SearchPrefix.Ne"/>, or <see cref="UnequalPredicate"/> of what eq becomes.</summary>
    Ne,

    /// <summary>A value contains the text: <see cref="StringMatch.Contains"/>, <see cref="UriMatch.Contains"/>.</summary>
    Co,

    /// <summary>A value starts with the text: <see cref="StringMatch.StartsWith"/>, <see cref="UriMatch.StartsWith"/>.</summary>
    Sw,

    /// <summary>A value ends with the text: <see cref="StringMatch.EndsWith"/>, <see cref="UriMatch.EndsWith"/>.</summary>
    Ew,

    /// <summary>A value is greater: <see cref="SearchPrefix.Gt"/>, <see cref="StringMatch.After"/>.</summary>
    Gt,

    /// <summary>A value is less: <see cref="SearchPrefix.Lt"/>, <see cref="StringMatch.Before"/>.</summary>
    Lt,

    /// <summary>A value is greater or equal: <see cref="SearchPrefix.Ge"/>, <see cref="StringMatch.EqualOrAfter"/>.</summary>
    Ge,

    /// <summary>A value is less or equal: <see cref="SearchPrefix.Le"/>, <see cref="StringMatch.EqualOrBefore"/>.</summary>
    Le,

    /// <summary>A value is about the same: <see cref="SearchPrefix.Ap"/>.</summary>
    Ap,

    /// <summary>A value starts after: <see cref="SearchPrefix.Sa"/>.</summary>
    Sa,

    /// <summary>A value ends before: <see cref="SearchPrefix.Eb"/>.</summary>
    Eb,

    /// <summary>There is a value (true) or none (false): <see cref="SearchExpression.Missing"/>.</summary>
    Pr,

    /// <summary>A period overlaps: <see cref="SearchPrefix.Ap"/> without widening.</summary>
    Po,

    /// <summary>The code asked for subsumes a value: <see cref="SubsumptionPredicate"/> below it.</summary>
    Ss,

    /// <summary>The code asked for is subsumed by a value: <see cref="SubsumptionPredicate"/> above it.</summary>
    Sb,

    /// <summary>A value is in the value set: <see cref="ValueSetPredicate"/>.</summary>
    In,

    /// <summary>No value is in the value set: <see cref="SearchExpression.Not"/> of what in becomes, around the whole path.</summary>
    Ni,

    /// <summary>A reference leads there: <see cref="ReferencePredicate"/>.</summary>
    Re,
}
